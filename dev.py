#!/usr/bin/env python3
"""The door to everything a developer does; ``make NAME`` calls ``python3 dev.py NAME``."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent

if sys.version_info < (3, 11):  # noqa: UP036  # The one line that an older Python gets to see.
    sys.exit("oncocharge needs Python 3.11 or later; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031

from start.commands import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(ROOT, sys.argv[1:]))
