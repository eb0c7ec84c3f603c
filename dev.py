#!/usr/bin/env python3
"""The door to everything a developer does: ``python3 dev.py run|test|...``; make calls the same."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> int:
    if sys.version_info < (3, 11):
        sys.stderr.write("oncocharge needs Python 3.11 or later; this is %s.\n" % sys.version.split()[0])  # noqa: UP031
        return 2
    from start import suite

    name, *arguments = sys.argv[1:]
    if name == "test":
        return suite.run_tests(ROOT, ROOT / ".venv", arguments)
    sys.stderr.write(f"There is no command {name!r}.\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
