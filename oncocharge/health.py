"""Two addresses for load balancers and container engines.

``/livez`` says that the process answers. ``/readyz`` says that it can work: database and broker
answer and every migration is applied. Neither says why not; the log does. They are answered
before everything else, as probes know neither our name, nor https, nor a login.
"""

import logging
from collections.abc import Callable

from celery import current_app
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

logger = logging.getLogger(__name__)
BROKER_TIMEOUT_S = 2
UNCACHED = {"Cache-Control": "no-store"}


class HealthMiddleware:
    """Answers the two probes and hands on every other request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            return HttpResponse("alive\n", content_type="text/plain", headers=UNCACHED)
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    """Return 200 if everything this site leans on is there, else 503 and what is missing."""
    answers = {"database": _holds(_database), "migrations": _holds(_migrations), "broker": _holds(_broker)}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503, headers=UNCACHED)


def _holds(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except Exception:  # Whatever it is, this part is not ready, and the log says what it was.
        logger.exception("readiness: %s failed", question.__name__.lstrip("_"))
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _broker() -> bool:
    with current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT_S) as line:
        line.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_S)
    return True
