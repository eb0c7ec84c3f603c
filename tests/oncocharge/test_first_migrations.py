"""The first migration of each app and those that it replaces: the same end, and a database of before goes on."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

APPS = ("oncocharge_patients", "oncocharge_courses", "oncocharge_billing")
Key = tuple[str, str]


def _firsts(loader: MigrationLoader) -> dict[str, Key]:
    """Return the migration of each app that replaces others."""
    return {key[0]: key for key, migration in loader.disk_migrations.items() if key[0] in APPS and migration.replaces}


def _waiting() -> list[Key]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _ in plan]


def _forget(keys: list[Key]) -> None:
    """Leave a database that knows nothing of these migrations."""
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM django_migrations WHERE app = %s AND name = %s", keys)


def _said(state: ProjectState) -> dict[Key, dict[str, Any]]:
    """Return all that the state says of our models, in values that can be compared."""
    plain = MigrationAutodetector(state, state).deep_deconstruct
    return {key: _of_model(model, plain) for key, model in state.models.items() if key[0] in APPS}


def _of_model(model: ModelState, plain: Any) -> dict[str, Any]:
    listed = {
        kind: {item.name: plain(item) for item in model.options.get(kind, ())}
        for kind in ("constraints", "indexes", "triggers")
    }
    # Whether a model is abstract says nothing of one that has a table.
    options = {name: plain(value) for name, value in model.options.items() if name not in {*listed, "abstract"}}
    return {"fields": plain(list(model.fields.items())), "bases": model.bases, **options, **listed}


def test_first_migrations_lead_to_the_models_to_which_the_former_ones_led() -> None:
    one_by_one, at_once = MigrationLoader(None, replace_migrations=False), MigrationLoader(None)
    firsts = _firsts(at_once)
    assert set(firsts) == set(APPS)
    lasts = [at_once.disk_migrations[first].replaces[-1] for first in firsts.values()]
    former, now = _said(one_by_one.project_state(lasts)), _said(at_once.project_state(list(firsts.values())))
    assert former.keys() == now.keys()
    for key, model in former.items():
        assert now[key] == model, key


def test_every_former_migration_is_replaced() -> None:
    loader = MigrationLoader(None, replace_migrations=False)
    for first in _firsts(loader).values():
        replaced = loader.disk_migrations[first].replaces
        before = [key for key in loader.disk_migrations if key[0] == first[0] and key[1] <= replaced[-1][1]]
        assert sorted(before) == sorted([first, *replaced])


@pytest.mark.django_db
def test_a_database_made_by_the_former_migrations_waits_for_nothing() -> None:
    _forget(list(_firsts(MigrationLoader(None)).values()))
    assert _waiting() == []


@pytest.mark.django_db
def test_a_database_of_an_earlier_day_takes_what_it_lacks_one_by_one() -> None:
    loader = MigrationLoader(None)
    firsts = _firsts(loader)
    _, *later = loader.disk_migrations[firsts["oncocharge_billing"]].replaces[20:]
    _forget([*firsts.values(), *later])
    waiting = _waiting()
    assert [key for key in waiting if key in later] == later
    assert not set(firsts.values()) & set(waiting)
