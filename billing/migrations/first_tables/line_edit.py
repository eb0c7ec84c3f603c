"""First tables of billing/models/line_edit.py: LineEdit, with its history."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="LineEdit",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line_key", models.CharField(max_length=160)),
            ("code", models.CharField(max_length=5)),
            ("service_on", models.DateField()),
            ("was_units", models.PositiveSmallIntegerField()),
            (
                "was_modifiers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=2), blank=True, default=list, size=4
                ),
            ),
            (
                "was_diagnoses",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=8), blank=True, default=list, size=4
                ),
            ),
            ("units", models.PositiveSmallIntegerField()),
            (
                "modifiers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=2), blank=True, default=list, size=4
                ),
            ),
            (
                "diagnoses",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=8), blank=True, default=list, size=4
                ),
            ),
            ("reason", models.CharField(max_length=200)),
            ("edited_at", models.DateTimeField()),
            ("taken_back_at", models.DateTimeField(blank=True, null=True)),
            ("taken_back_reason", models.CharField(blank=True, max_length=200)),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="line_edits",
                    to="oncocharge_courses.course",
                ),
            ),
            (
                "edited_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="line_edits", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "provider",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="oncocharge_patients.provider",
                ),
            ),
            (
                "taken_back_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "was_provider",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="oncocharge_patients.provider",
                ),
            ),
        ],
        options={
            "ordering": ("course", "service_on", "id"),
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("taken_back_at__isnull", True)),
                    fields=("course", "line_key"),
                    name="line_edit_stands_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("diagnoses", models.F("was_diagnoses")),
                        ("modifiers", models.F("was_modifiers")),
                        ("units", models.F("was_units")),
                        models.Q(
                            ("provider", models.F("was_provider")),
                            models.Q(("provider__isnull", True), ("was_provider__isnull", True)),
                            _connector="OR",
                        ),
                        _negated=True,
                    ),
                    name="line_edit_changes_something",
                ),
                models.CheckConstraint(condition=models.Q(("units__gte", 1)), name="line_edit_units_are_positive"),
                models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="line_edit_has_reason"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("taken_back_at__isnull", True),
                        models.Q(("taken_back_by__isnull", False), models.Q(("taken_back_reason", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="line_edit_taken_back_has_user_and_reason",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="line_edit_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
                        hash="aee88e9ecade96180e8d9d7acbbe5a7155610846",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_line_edit_raises_revision_66737",
                        table="oncocharge_billing_lineedit",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_lineeditevent" ("code", "course_id", "diagnoses", "edited_at", "edited_by_id", "id", "line_key", "modifiers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "reason", "service_on", "taken_back_at", "taken_back_by_id", "taken_back_reason", "units", "was_diagnoses", "was_modifiers", "was_provider_id", "was_units") VALUES (NEW."code", NEW."course_id", NEW."diagnoses", NEW."edited_at", NEW."edited_by_id", NEW."id", NEW."line_key", NEW."modifiers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider_id", NEW."reason", NEW."service_on", NEW."taken_back_at", NEW."taken_back_by_id", NEW."taken_back_reason", NEW."units", NEW."was_diagnoses", NEW."was_modifiers", NEW."was_provider_id", NEW."was_units"); RETURN NULL;',
                        hash="f8e44b2bdf5e8a48ad5063dd9c0994215390d85b",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_463f7",
                        table="oncocharge_billing_lineedit",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_lineeditevent" ("code", "course_id", "diagnoses", "edited_at", "edited_by_id", "id", "line_key", "modifiers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "reason", "service_on", "taken_back_at", "taken_back_by_id", "taken_back_reason", "units", "was_diagnoses", "was_modifiers", "was_provider_id", "was_units") VALUES (NEW."code", NEW."course_id", NEW."diagnoses", NEW."edited_at", NEW."edited_by_id", NEW."id", NEW."line_key", NEW."modifiers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider_id", NEW."reason", NEW."service_on", NEW."taken_back_at", NEW."taken_back_by_id", NEW."taken_back_reason", NEW."units", NEW."was_diagnoses", NEW."was_modifiers", NEW."was_provider_id", NEW."was_units"); RETURN NULL;',
                        hash="a9d2b192e0af365d35e9d254f56090833caf39f7",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_9524f",
                        table="oncocharge_billing_lineedit",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_lineeditevent" ("code", "course_id", "diagnoses", "edited_at", "edited_by_id", "id", "line_key", "modifiers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "reason", "service_on", "taken_back_at", "taken_back_by_id", "taken_back_reason", "units", "was_diagnoses", "was_modifiers", "was_provider_id", "was_units") VALUES (OLD."code", OLD."course_id", OLD."diagnoses", OLD."edited_at", OLD."edited_by_id", OLD."id", OLD."line_key", OLD."modifiers", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider_id", OLD."reason", OLD."service_on", OLD."taken_back_at", OLD."taken_back_by_id", OLD."taken_back_reason", OLD."units", OLD."was_diagnoses", OLD."was_modifiers", OLD."was_provider_id", OLD."was_units"); RETURN NULL;',
                        hash="d082e1923823e22b80166b0d79283e36fc4f9a04",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_9e879",
                        table="oncocharge_billing_lineedit",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="LineEditEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("line_key", models.CharField(max_length=160)),
            ("code", models.CharField(max_length=5)),
            ("service_on", models.DateField()),
            ("was_units", models.PositiveSmallIntegerField()),
            (
                "was_modifiers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=2), blank=True, default=list, size=4
                ),
            ),
            (
                "was_diagnoses",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=8), blank=True, default=list, size=4
                ),
            ),
            ("units", models.PositiveSmallIntegerField()),
            (
                "modifiers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=2), blank=True, default=list, size=4
                ),
            ),
            (
                "diagnoses",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=8), blank=True, default=list, size=4
                ),
            ),
            ("reason", models.CharField(max_length=200)),
            ("edited_at", models.DateTimeField()),
            ("taken_back_at", models.DateTimeField(blank=True, null=True)),
            ("taken_back_reason", models.CharField(blank=True, max_length=200)),
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
                "edited_by",
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
                    to="oncocharge_billing.lineedit",
                ),
            ),
            (
                "provider",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.provider",
                ),
            ),
            (
                "taken_back_by",
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
            (
                "was_provider",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.provider",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="ad213cb8909902652d1d05d01666b8cb8fe27836",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_65a91",
                        table="oncocharge_billing_lineeditevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
