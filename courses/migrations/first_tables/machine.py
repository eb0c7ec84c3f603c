"""First tables of courses/models/machine.py: Machine, with its history."""

import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Machine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=30)),
            ("is_active", models.BooleanField(default=True)),
            (
                "facility",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="machines",
                    to="oncocharge_patients.facility",
                ),
            ),
        ],
        options={
            "ordering": ("facility", "name"),
            "constraints": [
                models.UniqueConstraint(fields=("facility", "name"), name="machine_name_is_unique_in_facility")
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_machineevent" ("facility_id", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."facility_id", NEW."id", NEW."is_active", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                        hash="c9f2ade8e47f651ec0233e599b6c478a24a7667d",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_8d77e",
                        table="oncocharge_courses_machine",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_courses_machineevent" ("facility_id", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."facility_id", NEW."id", NEW."is_active", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                        hash="d8b0697945ae0b193cfe3063dd8b116cc4e06f5a",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_ef43b",
                        table="oncocharge_courses_machine",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_machineevent" ("facility_id", "id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."facility_id", OLD."id", OLD."is_active", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                        hash="8c56c309f569a1a3dcbe03df46b8916c1ede2f04",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_708d4",
                        table="oncocharge_courses_machine",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="MachineEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("name", models.CharField(max_length=30)),
            ("is_active", models.BooleanField(default=True)),
            (
                "facility",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.facility",
                ),
            ),
            (
                "pgh_context",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="pghistory.context",
                ),
            ),
            (
                "pgh_obj",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="oncocharge_courses.machine",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="1dc7f915c482485e3d6e8db667149a52025887e3",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_63101",
                        table="oncocharge_courses_machineevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
