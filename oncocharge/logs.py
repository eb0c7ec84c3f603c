"""What the logs look like, and what may never stand in them.

One line an event, JSON in production, with request and task ids. Patient data is kept out in
three ways: keys that could hold it are dropped, addresses are logged without their query, and
database errors are logged by their code and constraint, as their text quotes the row. What other
libraries hand to the log (an exception, a request, a failed task's own account) goes the same way.
"""

import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from structlog.typing import EventDict, Processor, WrappedLogger

# Parts of a key's name that speak of a person; a key that holds one is dropped with its value.
PERSONAL = frozenset({"name", "mrn", "birth", "born", "dob", "ssn", "diagnosis", "diagnoses", "address", "street"})
PERSONAL |= {"city", "zip", "phone", "email", "member", "narrative", "insured", "subscriber"}
# Keys of the log itself that hold one of these words and nothing personal.
HARMLESS = frozenset({"logger_name", "task_name", "child_task_name", "hostname", "func_name", "thread_name"})
# Lines of django-structlog whose error or reason is the text of whatever the task raised.
TASK_ENDINGS = frozenset({"task_failed", "task_retrying"})


def drop_personal_keys(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Drop every key that could hold a patient's data, and count them."""
    dropped = [key for key in event if key not in HARMLESS and _is_personal(key)]
    for key in dropped:
        del event[key]
    if dropped:
        event["dropped_keys"] = len(dropped)
    return event


def _is_personal(key: str) -> bool:
    return any(word in PERSONAL for word in key.lower().split("_"))


def tell_tasks_discreetly(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Keep of a task its name, id and kind of error: Celery and django-structlog quote the error's text."""
    if str(event.get("logger", "")).startswith("celery."):
        data = event.pop("data", None)
        event.pop("message", None)  # left on the record by any handler before ours
        event["event"] = str(event["event"]).partition(": ")[0]
        if isinstance(data, dict) and data.get("exc"):
            event["error_type"] = str(data["exc"]).partition("(")[0]
    if event.get("event") in TASK_ENDINGS:
        event.pop("error", None)
        event.pop("reason", None)
    return event


def tell_values_discreetly(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Tell an exception without the row that it quotes, a request without its query, whichever key holds them."""
    for key, value in event.items():
        if isinstance(value, HttpRequest):
            event[key] = RequestLogMiddleware.format_request(value)
        elif isinstance(value, BaseException):
            event[key] = "\n".join(discreet_lines(value))
    return event


def format_exception_discreetly(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Turn ``exc_info`` into text whose database errors name code and constraint, not the row."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(discreet_lines(error))
    return event


def discreet_lines(error: BaseException) -> list[str]:
    """Return the traceback of an error and of what caused it, the first cause first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*discreet_lines(cause), "which led to"] if cause is not None else []
    return [*lines, *_frames(error.__traceback__), f"{type(error).__qualname__}: {_discreet_message(error)}"]


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]


def _discreet_message(error: BaseException) -> str:
    if isinstance(error, DatabaseError):
        return "see its cause"
    diagnosis = getattr(error, "diag", None)
    if diagnosis is None:
        return str(error)
    parts = {
        "sqlstate": getattr(error, "sqlstate", None),
        "constraint": diagnosis.constraint_name,
        "table": diagnosis.table_name,
    }
    return ", ".join(f"{key} {value}" for key, value in parts.items() if value) or "no code"


class RequestLogMiddleware(RequestMiddleware):
    """Logs one line a request, without the query: a biller's search may hold a name."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    drop_personal_keys,
]


def logging_configuration(*, level: str, form: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error, through the same processors."""
    renderer: Processor = structlog.processors.JSONRenderer()
    if form == "text":
        renderer = structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    tell_tasks_discreetly,
                    tell_values_discreetly,
                    format_exception_discreetly,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # The request line above says the same, with ids.
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        },
    }
