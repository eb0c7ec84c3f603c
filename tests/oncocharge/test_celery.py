"""The beat table names tasks that exist, and promises what the settings must hold."""

import pytest
from django.conf import settings

from oncocharge.celery import app


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_every_job_of_the_beat_table_is_a_task(name: str) -> None:
    app.loader.import_default_modules()
    assert app.conf.beat_schedule[name]["task"] in app.tasks


def test_a_task_is_not_handed_out_again_while_it_may_still_be_at_work() -> None:
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_TASK_TIME_LIMIT > settings.CELERY_TASK_SOFT_TIME_LIMIT
