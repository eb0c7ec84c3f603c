"""First tables of billing/models/manual_line.py: ManualLine, with its history."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ManualLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=5)),
            ("service_on", models.DateField()),
            ("units", models.PositiveSmallIntegerField(default=1)),
            (
                "modifiers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=2), blank=True, default=list, size=4
                ),
            ),
            ("narrative", models.CharField(blank=True, max_length=400)),
            ("attachment", models.CharField(blank=True, max_length=50, verbose_name="attachment reference")),
            ("source_key", models.CharField(blank=True, max_length=128, null=True)),
            ("entered_at", models.DateTimeField(auto_now_add=True)),
            ("cancelled_at", models.DateTimeField(blank=True, null=True)),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="manual_lines",
                    to="oncocharge_courses.course",
                ),
            ),
            (
                "entered_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="manual_lines",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("amendment_reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
            (
                "diagnoses",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=8), blank=True, db_default=[], default=list, size=4
                ),
            ),
            (
                "provider",
                models.ForeignKey(
                    blank=True,
                    help_text="Who renders it.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="oncocharge_patients.provider",
                ),
            ),
        ],
        options={
            "ordering": ("service_on", "id"),
            "constraints": [
                models.UniqueConstraint(
                    fields=("course", "source_key"), name="manual_line_source_key_is_unique_in_course"
                ),
                models.CheckConstraint(condition=models.Q(("units__gte", 1)), name="manual_line_units_are_positive"),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^[0-9A-Z]{5}$")), name="manual_line_code_has_five_characters"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="manual_line_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
                        hash="beb9fef7d7b4bc367315f25960a8112a703be73c",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_manual_line_raises_revision_ed9c7",
                        table="oncocharge_billing_manualline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_manuallineevent" ("amendment_reason", "attachment", "cancelled_at", "code", "course_id", "diagnoses", "entered_at", "entered_by_id", "id", "modifiers", "narrative", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "service_on", "source_key", "units") VALUES (NEW."amendment_reason", NEW."attachment", NEW."cancelled_at", NEW."code", NEW."course_id", NEW."diagnoses", NEW."entered_at", NEW."entered_by_id", NEW."id", NEW."modifiers", NEW."narrative", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider_id", NEW."service_on", NEW."source_key", NEW."units"); RETURN NULL;',
                        hash="6bfdb425958d67eb1064f36c267de56821df4bea",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_429c6",
                        table="oncocharge_billing_manualline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_manuallineevent" ("amendment_reason", "attachment", "cancelled_at", "code", "course_id", "diagnoses", "entered_at", "entered_by_id", "id", "modifiers", "narrative", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "service_on", "source_key", "units") VALUES (NEW."amendment_reason", NEW."attachment", NEW."cancelled_at", NEW."code", NEW."course_id", NEW."diagnoses", NEW."entered_at", NEW."entered_by_id", NEW."id", NEW."modifiers", NEW."narrative", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider_id", NEW."service_on", NEW."source_key", NEW."units"); RETURN NULL;',
                        hash="7cd3a0df23247cffd2a4bfa956354c53e2c8d845",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_d8081",
                        table="oncocharge_billing_manualline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_manuallineevent" ("amendment_reason", "attachment", "cancelled_at", "code", "course_id", "diagnoses", "entered_at", "entered_by_id", "id", "modifiers", "narrative", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "service_on", "source_key", "units") VALUES (OLD."amendment_reason", OLD."attachment", OLD."cancelled_at", OLD."code", OLD."course_id", OLD."diagnoses", OLD."entered_at", OLD."entered_by_id", OLD."id", OLD."modifiers", OLD."narrative", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider_id", OLD."service_on", OLD."source_key", OLD."units"); RETURN NULL;',
                        hash="88375370b6abcbb8c7bc2d2b91fef860b5b68960",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_69a4c",
                        table="oncocharge_billing_manualline",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ManualLineEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("code", models.CharField(max_length=5)),
            ("service_on", models.DateField()),
            ("units", models.PositiveSmallIntegerField(default=1)),
            (
                "modifiers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=2), blank=True, default=list, size=4
                ),
            ),
            ("narrative", models.CharField(blank=True, max_length=400)),
            ("attachment", models.CharField(blank=True, max_length=50, verbose_name="attachment reference")),
            ("source_key", models.CharField(blank=True, max_length=128, null=True)),
            ("entered_at", models.DateTimeField(auto_now_add=True)),
            ("cancelled_at", models.DateTimeField(blank=True, null=True)),
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
                "entered_by",
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
                    to="oncocharge_billing.manualline",
                ),
            ),
            ("amendment_reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
            (
                "diagnoses",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=8), blank=True, db_default=[], default=list, size=4
                ),
            ),
            (
                "provider",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    help_text="Who renders it.",
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
                        hash="66bf4fcd6f7d0abdd8c65516411e490fef385559",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_37917",
                        table="oncocharge_billing_manuallineevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
