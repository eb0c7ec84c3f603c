"""First tables of billing/models/revenue_code.py: RevenueCode, with its history."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
from django.db import migrations, models

import patients.models.payer

TABLES = [
    migrations.CreateModel(
        name="RevenueCode",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "family",
                models.CharField(
                    blank=True,
                    choices=[
                        ("plan", "plan"),
                        ("delivery", "delivery"),
                        ("guidance", "guidance"),
                        ("management", "management"),
                        ("physics", "physics"),
                        ("consult", "consult"),
                        ("simulation", "simulation"),
                        ("device", "device"),
                        ("dosimetry", "dosimetry"),
                        ("manual", "manual"),
                    ],
                    max_length=12,
                ),
            ),
            ("code", models.CharField(blank=True, max_length=5, verbose_name="procedure")),
            ("last_code", models.CharField(blank=True, max_length=5, verbose_name="last procedure of a range")),
            ("revenue_code", models.CharField(db_default="0333", default="0333", max_length=4)),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField(blank=True, null=True)),
            (
                "payer",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="revenue_codes",
                    to="oncocharge_patients.payer",
                ),
            ),
        ],
        options={
            "ordering": ("payer__name", "code", "family", "effective_from"),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("revenue_code__regex", "^[0-9]{4}$"), models.Q(("revenue_code", "0001"), _negated=True)
                    ),
                    name="revenue_code_has_four_digits",
                ),
                models.CheckConstraint(
                    condition=models.Q(("family", ""), models.Q(("code", ""), ("last_code", "")), _connector="OR"),
                    name="revenue_code_serves_codes_or_a_family",
                ),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^([0-9A-Z]{5})?$"), ("last_code__regex", "^([0-9A-Z]{5})?$")),
                    name="revenue_code_procedures_have_five_characters",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("last_code", ""),
                        models.Q(models.Q(("code", ""), _negated=True), ("last_code__gt", models.F("code"))),
                        _connector="OR",
                    ),
                    name="revenue_code_range_ends_after_it_starts",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "family__in",
                            (
                                "",
                                "plan",
                                "delivery",
                                "guidance",
                                "management",
                                "physics",
                                "consult",
                                "simulation",
                                "device",
                                "dosimetry",
                                "manual",
                            ),
                        )
                    ),
                    name="revenue_code_family_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("effective_to__isnull", True),
                        ("effective_to__gte", models.F("effective_from")),
                        _connector="OR",
                    ),
                    name="revenue_code_ends_after_it_starts",
                ),
                django.contrib.postgres.constraints.ExclusionConstraint(
                    expressions=[
                        (
                            django.db.models.functions.comparison.Coalesce(
                                models.F("payer"), models.Value(0), output_field=models.BigIntegerField()
                            ),
                            "=",
                        ),
                        ("family", "="),
                        ("code", "="),
                        ("last_code", "="),
                        (patients.models.payer.InclusiveDateRange("effective_from", "effective_to"), "&&"),
                    ],
                    name="revenue_codes_of_the_same_do_not_overlap",
                    violation_error_message="Another row says the same procedures' revenue code on some of these days.",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_revenuecodeevent" ("code", "effective_from", "effective_to", "family", "id", "last_code", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revenue_code") VALUES (NEW."code", NEW."effective_from", NEW."effective_to", NEW."family", NEW."id", NEW."last_code", NEW."payer_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."revenue_code"); RETURN NULL;',
                        hash="e03aba1a7b9e07487ee77b5e5b6f77671917add7",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_43144",
                        table="oncocharge_billing_revenuecode",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_revenuecodeevent" ("code", "effective_from", "effective_to", "family", "id", "last_code", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revenue_code") VALUES (NEW."code", NEW."effective_from", NEW."effective_to", NEW."family", NEW."id", NEW."last_code", NEW."payer_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."revenue_code"); RETURN NULL;',
                        hash="be85f4d28b9bc752da92a6a1ce0bbc9ee749be4f",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_7ee9b",
                        table="oncocharge_billing_revenuecode",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_revenuecodeevent" ("code", "effective_from", "effective_to", "family", "id", "last_code", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revenue_code") VALUES (OLD."code", OLD."effective_from", OLD."effective_to", OLD."family", OLD."id", OLD."last_code", OLD."payer_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."revenue_code"); RETURN NULL;',
                        hash="658a3d5c447af29ecc4b6d7fe25e81b06674179a",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_f7460",
                        table="oncocharge_billing_revenuecode",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="RevenueCodeEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            (
                "family",
                models.CharField(
                    blank=True,
                    choices=[
                        ("plan", "plan"),
                        ("delivery", "delivery"),
                        ("guidance", "guidance"),
                        ("management", "management"),
                        ("physics", "physics"),
                        ("consult", "consult"),
                        ("simulation", "simulation"),
                        ("device", "device"),
                        ("dosimetry", "dosimetry"),
                        ("manual", "manual"),
                    ],
                    max_length=12,
                ),
            ),
            ("code", models.CharField(blank=True, max_length=5, verbose_name="procedure")),
            ("last_code", models.CharField(blank=True, max_length=5, verbose_name="last procedure of a range")),
            ("revenue_code", models.CharField(db_default="0333", default="0333", max_length=4)),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField(blank=True, null=True)),
            (
                "payer",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.payer",
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
                    to="oncocharge_billing.revenuecode",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="4ceffef55b136f34b6ee7dcfe1239fe7c7a5b83c",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_bb865",
                        table="oncocharge_billing_revenuecodeevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
