"""A posting in a process of its own that is killed, as by a power cut, before or after one of its steps.

Preloaded in the process from which the others are forked; what this is not: a test.
"""

import os
import signal
from importlib import import_module
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from tests.remittances import post_file  # noqa: E402


def post_until_killed(database: dict[str, Any], content: bytes, step: str, when: str) -> None:
    """Post a file into that database; die ``before`` or ``after`` the step, or ``never``."""
    connection.settings_dict.update(database)
    if when != "never":
        module, name = step.rsplit(".", 1)
        owner: Any = import_module(module)
        real = getattr(owner, name)

        def killing(*args: Any, **kwargs: Any) -> None:
            if when == "after":
                real(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(owner, name, killing)
    post_file(content, name=f"{os.getpid()}.835")
