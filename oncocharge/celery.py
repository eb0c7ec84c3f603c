"""The Celery app and the beat table: which task runs when, and why.

The table is copied into the database at start (DatabaseScheduler), where an administrator may
change its times. One beat only: each task of the table is safe to run twice all the same.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncocharge.settings")

app = Celery("oncocharge")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)

app.conf.beat_schedule = {
    # What no doorbell announced: a broker that was down, a changed fee or policy, SQL by hand.
    "capture-missed": {
        "task": "billing.capture_missed",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # After the last session of the day and before the clearinghouse's first pick-up.
    "export-claims": {
        "task": "billing.export_claims_nightly",
        "schedule": crontab(hour=1, minute=0),
    },
    # After the export, so that a line which it left behind is found the same night.
    "prove-reconciled": {
        "task": "billing.prove_reconciled",
        "schedule": crontab(hour=3, minute=30),
    },
    # A partner that was down, a disk that was full: sealed files go out as soon as they can. Each minute, as a
    # partner's first wait is one; whose wait is not over is left alone.
    "deliver-sealed-files": {
        "task": "billing.deliver_sealed_files",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Acknowledgments come within minutes of a file, and a refused claim is wanted back the same day.
    "read-responses": {
        "task": "billing.read_responses",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
}


@setup_logging.connect
def keep_django_logging(**_: Any) -> None:
    """Tell Celery that logging is set up already; connecting is all it takes."""
