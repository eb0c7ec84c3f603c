#!/usr/bin/env python3
"""Django's command line for oncocharge, with the words a person needs when something is not there yet."""

import os
import sys
from pathlib import Path
from typing import NoReturn

VENV = Path(__file__).resolve().parent / ".venv"
NO_DJANGO = "Django is not installed here. `make run`, or `python3 dev.py install local`, puts it into .venv."
NO_DATABASE = (
    "PostgreSQL does not answer: {fault}\n`make run` in another terminal starts one; DATABASE_URL names another."
)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncocharge.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ImportError:
        run_in_venv()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:
        sys.exit(str(fault))
    except OperationalError as fault:
        if "connect" not in str(fault):
            raise
        sys.exit(NO_DATABASE.format(fault=str(fault).splitlines()[0]))


def run_in_venv() -> NoReturn:
    """Start again with the Python of .venv, unless this is it."""
    python = VENV / "bin" / "python"
    if not python.exists() or Path(sys.prefix).resolve() == VENV.resolve():
        sys.exit(NO_DJANGO)
    os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    main()
