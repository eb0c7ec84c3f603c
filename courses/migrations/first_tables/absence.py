"""First tables of courses/models/absence.py: Absence, with its history."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Absence",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("missed_on", models.DateField()),
            ("reason", models.CharField(max_length=140)),
            ("noted_at", models.DateTimeField(auto_now_add=True)),
            ("undone_at", models.DateTimeField(blank=True, null=True)),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="absences", to="oncocharge_courses.course"
                ),
            ),
            (
                "noted_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="noted_absences",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "undone_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="undone_absences",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "ordering": ("missed_on", "id"),
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("undone_at__isnull", True)),
                    fields=("course", "missed_on"),
                    name="absence_is_noted_once_a_day",
                ),
                models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="absence_has_a_reason"),
                models.CheckConstraint(
                    condition=models.Q(("undone_at__isnull", True), ("undone_by__isnull", False), _connector="OR"),
                    name="absence_undone_has_user",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="absence_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
                        hash="6d6b605d78e7e826cfc380adc62ac8a61c358601",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_absence_raises_revision_5c622",
                        table="oncocharge_courses_absence",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_absenceevent" ("course_id", "id", "missed_on", "noted_at", "noted_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "undone_at", "undone_by_id") VALUES (NEW."course_id", NEW."id", NEW."missed_on", NEW."noted_at", NEW."noted_by_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."undone_at", NEW."undone_by_id"); RETURN NULL;',
                        hash="20b9d2bdee16078cbe2489b0cd572560c5f5d7fb",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_4f208",
                        table="oncocharge_courses_absence",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_courses_absenceevent" ("course_id", "id", "missed_on", "noted_at", "noted_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "undone_at", "undone_by_id") VALUES (NEW."course_id", NEW."id", NEW."missed_on", NEW."noted_at", NEW."noted_by_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."undone_at", NEW."undone_by_id"); RETURN NULL;',
                        hash="94c131fbd773bc26ecc6e54baf89376c40132059",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_8696e",
                        table="oncocharge_courses_absence",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_absenceevent" ("course_id", "id", "missed_on", "noted_at", "noted_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "undone_at", "undone_by_id") VALUES (OLD."course_id", OLD."id", OLD."missed_on", OLD."noted_at", OLD."noted_by_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."undone_at", OLD."undone_by_id"); RETURN NULL;',
                        hash="17b2c13bcd84af4f51c6e39b1044d0c93036e635",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_d4d04",
                        table="oncocharge_courses_absence",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AbsenceEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("missed_on", models.DateField()),
            ("reason", models.CharField(max_length=140)),
            ("noted_at", models.DateTimeField(auto_now_add=True)),
            ("undone_at", models.DateTimeField(blank=True, null=True)),
            (
                "course",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_courses.course",
                ),
            ),
            (
                "noted_by",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
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
                    to="oncocharge_courses.absence",
                ),
            ),
            (
                "undone_by",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="0ab57d3d897a76b6dfb1ecfe92a490fcee9b5232",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_e77e1",
                        table="oncocharge_courses_absenceevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
