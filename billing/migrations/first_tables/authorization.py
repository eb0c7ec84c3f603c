"""First tables of billing/models/authorization.py: Authorization and AuthorizedLine, with their history."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import billing.models.authorization

TABLES = [
    migrations.CreateModel(
        name="Authorization",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.CharField(blank=True, max_length=50, verbose_name="authorization number")),
            ("codes", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), size=20)),
            ("units", models.PositiveSmallIntegerField()),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField()),
            ("source_key", models.CharField(blank=True, max_length=128, null=True)),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="authorizations",
                    to="oncocharge_courses.course",
                ),
            ),
            (
                "amendment_reason",
                models.CharField(blank=True, help_text="Why it was last changed or ended.", max_length=200),
            ),
            ("contact", models.CharField(blank=True, max_length=120, verbose_name="payer's contact or reference")),
            (
                "coverage",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="authorizations",
                    to="oncocharge_patients.coverage",
                ),
            ),
            ("decided_on", models.DateField(blank=True, null=True)),
            (
                "entered_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="entered_authorizations",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("requested_on", models.DateField(blank=True, null=True)),
            (
                "status",
                models.CharField(
                    choices=[
                        ("requested", "requested"),
                        ("approved", "approved"),
                        ("approved_with_changes", "approved with changes"),
                        ("denied", "denied"),
                        ("voided", "voided"),
                    ],
                    default=billing.models.authorization.AuthorizationStatus["APPROVED"],
                    max_length=21,
                ),
            ),
            (
                "technique",
                models.CharField(
                    blank=True,
                    choices=[
                        ("imrt", "imrt"),
                        ("vmat", "vmat"),
                        ("tomotherapy", "tomotherapy"),
                        ("conformal_3d", "conformal 3d"),
                        ("two_d", "two d"),
                        ("electron", "electron"),
                        ("total_skin_electron", "total skin electron"),
                        ("sbrt", "sbrt"),
                        ("srs", "srs"),
                        ("unknown", "unknown"),
                    ],
                    help_text="Empty: not named.",
                    max_length=20,
                    verbose_name="approved technique",
                ),
            ),
        ],
        options={
            "ordering": ("effective_to", "id"),
            "constraints": [
                models.UniqueConstraint(
                    fields=("course", "source_key"), name="authorization_source_key_is_unique_in_course"
                ),
                models.CheckConstraint(
                    condition=models.Q(("effective_to__gte", models.F("effective_from"))),
                    name="authorization_ends_after_it_starts",
                ),
                models.CheckConstraint(condition=models.Q(("units__gte", 1)), name="authorization_units_are_positive"),
                models.CheckConstraint(condition=models.Q(("codes__len__gte", 1)), name="authorization_names_a_code"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("status__in", ["requested", "approved", "approved_with_changes", "denied", "voided"])
                    ),
                    name="authorization_status_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("requested_on__isnull", True),
                        ("decided_on__isnull", True),
                        ("decided_on__gte", models.F("requested_on")),
                        _connector="OR",
                    ),
                    name="authorization_decided_after_requested",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="authorization_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
                        hash="1e5efdad773ca17f9d2c9f6051e2f23abd260d8f",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_authorization_raises_revision_16f03",
                        table="oncocharge_billing_authorization",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_authorizationevent" ("amendment_reason", "codes", "contact", "course_id", "coverage_id", "decided_on", "effective_from", "effective_to", "entered_by_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requested_on", "source_key", "status", "technique", "units") VALUES (NEW."amendment_reason", NEW."codes", NEW."contact", NEW."course_id", NEW."coverage_id", NEW."decided_on", NEW."effective_from", NEW."effective_to", NEW."entered_by_id", NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."requested_on", NEW."source_key", NEW."status", NEW."technique", NEW."units"); RETURN NULL;',
                        hash="3683420aac945b30a296f0967b603688fc02d6ed",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_d94e0",
                        table="oncocharge_billing_authorization",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_authorizationevent" ("amendment_reason", "codes", "contact", "course_id", "coverage_id", "decided_on", "effective_from", "effective_to", "entered_by_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requested_on", "source_key", "status", "technique", "units") VALUES (NEW."amendment_reason", NEW."codes", NEW."contact", NEW."course_id", NEW."coverage_id", NEW."decided_on", NEW."effective_from", NEW."effective_to", NEW."entered_by_id", NEW."id", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."requested_on", NEW."source_key", NEW."status", NEW."technique", NEW."units"); RETURN NULL;',
                        hash="3cc813eaae5f864676a744160b543b8ff14a51d4",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_d4ba9",
                        table="oncocharge_billing_authorization",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_authorizationevent" ("amendment_reason", "codes", "contact", "course_id", "coverage_id", "decided_on", "effective_from", "effective_to", "entered_by_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "requested_on", "source_key", "status", "technique", "units") VALUES (OLD."amendment_reason", OLD."codes", OLD."contact", OLD."course_id", OLD."coverage_id", OLD."decided_on", OLD."effective_from", OLD."effective_to", OLD."entered_by_id", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."requested_on", OLD."source_key", OLD."status", OLD."technique", OLD."units"); RETURN NULL;',
                        hash="bf8b847a6f73ee891cf91235c0609b0b7e83a9df",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_59278",
                        table="oncocharge_billing_authorization",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AuthorizationEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("number", models.CharField(blank=True, max_length=50, verbose_name="authorization number")),
            ("codes", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), size=20)),
            ("units", models.PositiveSmallIntegerField()),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField()),
            ("source_key", models.CharField(blank=True, max_length=128, null=True)),
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
                    to="oncocharge_billing.authorization",
                ),
            ),
            (
                "amendment_reason",
                models.CharField(blank=True, help_text="Why it was last changed or ended.", max_length=200),
            ),
            ("contact", models.CharField(blank=True, max_length=120, verbose_name="payer's contact or reference")),
            (
                "coverage",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.coverage",
                ),
            ),
            ("decided_on", models.DateField(blank=True, null=True)),
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
            ("requested_on", models.DateField(blank=True, null=True)),
            (
                "status",
                models.CharField(
                    choices=[
                        ("requested", "requested"),
                        ("approved", "approved"),
                        ("approved_with_changes", "approved with changes"),
                        ("denied", "denied"),
                        ("voided", "voided"),
                    ],
                    default=billing.models.authorization.AuthorizationStatus["APPROVED"],
                    max_length=21,
                ),
            ),
            (
                "technique",
                models.CharField(
                    blank=True,
                    choices=[
                        ("imrt", "imrt"),
                        ("vmat", "vmat"),
                        ("tomotherapy", "tomotherapy"),
                        ("conformal_3d", "conformal 3d"),
                        ("two_d", "two d"),
                        ("electron", "electron"),
                        ("total_skin_electron", "total skin electron"),
                        ("sbrt", "sbrt"),
                        ("srs", "srs"),
                        ("unknown", "unknown"),
                    ],
                    help_text="Empty: not named.",
                    max_length=20,
                    verbose_name="approved technique",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="46905387d031725d7c025ce58d0180a3e55088f5",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_35f2e",
                        table="oncocharge_billing_authorizationevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="AuthorizedLine",
        fields=[
            (
                "entry",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE,
                    primary_key=True,
                    related_name="authorized",
                    serialize=False,
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "authorization",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="lines",
                    to="oncocharge_billing.authorization",
                ),
            ),
        ],
    ),
]
