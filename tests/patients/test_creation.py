"""Creating many tables at once: what refers to what, what stands when it is done, how often a model is rendered."""

from collections import Counter
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations import CreateModel
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.models import Model

from patients.creation import CreateModels

APP = "oncocharge_patients"


def _model(name: str, **fields: "models.Field[Any, Any]") -> CreateModel:
    return CreateModel(name, [("id", models.BigAutoField(primary_key=True)), *fields.items()])


def _to(name: str, *, null: bool = False) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(f"{APP}.{name}", models.PROTECT, null=null)


def _circle() -> CreateModels:
    """A ward names its head, a head names the ward: neither could be created first with its foreign key."""
    ward = _model("Ward", head=_to("Head", null=True))
    head = _model("Head", ward=_to("Ward"), number=models.IntegerField(unique=True))
    return CreateModels([ward, head])


def _forwards(operation: CreateModels, before: ProjectState) -> ProjectState:
    after = before.clone()
    operation.state_forwards(APP, after)
    with connection.schema_editor() as editor:
        operation.database_forwards(APP, editor, before, after)
        assert not editor.deferred_sql
    return after


@pytest.mark.django_db
def test_tables_that_refer_to_each_other_in_a_circle_have_their_foreign_keys() -> None:
    state = _forwards(_circle(), ProjectState())
    ward, head = (state.apps.get_model(APP, name) for name in ("ward", "head"))
    first = ward._default_manager.create()
    first.head = head._default_manager.create(ward=first, number=1)
    first.save()
    for name in ("ward", "head"):
        with connection.cursor() as cursor:
            found = connection.introspection.get_relations(cursor, f"{APP}_{name}")
        assert len(found) == 1
    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        head._default_manager.create(ward_id=first.pk + 1, number=2)
        connection.check_constraints()


@pytest.mark.django_db
def test_going_back_drops_every_table() -> None:
    operation, before = _circle(), ProjectState()
    after = _forwards(operation, before)
    assert {f"{APP}_ward", f"{APP}_head"} <= set(connection.introspection.table_names())
    with connection.schema_editor() as editor:
        operation.database_backwards(APP, editor, after, before)
    assert not {f"{APP}_ward", f"{APP}_head"} & set(connection.introspection.table_names())


@pytest.mark.django_db
def test_a_model_that_was_there_is_rendered_once_more_and_each_new_one_once(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _forwards(CreateModels([_model("Clinic")]), ProjectState())
    rendered: Counter[str] = Counter()
    render = ModelState.render

    def counted(state: ModelState, apps: StateApps) -> type[Model]:
        rendered[state.name] += 1
        made: type[Model] = render(state, apps)
        return made

    monkeypatch.setattr(ModelState, "render", counted)
    operation = CreateModels([_model(f"Room{number}", clinic=_to("Clinic")) for number in range(5)])
    after = before.clone()
    operation.state_forwards(APP, after)
    rendered.clear()
    with connection.schema_editor() as editor:
        operation.database_forwards(APP, editor, before, after)
    assert rendered == {"Clinic": 1, **{f"Room{number}": 1 for number in range(5)}}
