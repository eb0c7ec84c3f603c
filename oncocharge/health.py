"""Two addresses for load balancers and container engines; neither asks for a login.

``/livez`` says that the process answers. ``/readyz`` says that it can work: database and broker
answer and every migration is applied. Neither says why not; the log does.
"""

import logging
from collections.abc import Callable

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)
BROKER_TIMEOUT_S = 2


@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive; touches nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 if everything this site leans on is there, else 503 and what is missing."""
    answers = {"database": _holds(_database), "migrations": _holds(_migrations), "broker": _holds(_broker)}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


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
