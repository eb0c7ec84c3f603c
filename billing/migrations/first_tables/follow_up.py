"""First tables of billing/models/follow_up.py: FollowUp, with its history."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="FollowUp",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "kind",
                models.CharField(
                    choices=[("7", "replacement"), ("8", "void"), ("next", "claim to the next payer")], max_length=4
                ),
            ),
            ("payer_claim_number", models.CharField(blank=True, max_length=50)),
            (
                "reason_code",
                models.CharField(
                    blank=True, help_text="Institutional corrections.", max_length=2, verbose_name="condition code"
                ),
            ),
            ("decided_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("error", models.CharField(blank=True, help_text="Why the last export left it.", max_length=400)),
            ("done_at", models.DateTimeField(null=True)),
            ("done_note", models.CharField(blank=True, max_length=200)),
            ("cancelled_at", models.DateTimeField(null=True)),
            (
                "claim",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="follow_ups",
                    to="oncocharge_billing.claim",
                ),
            ),
            (
                "coverage",
                models.ForeignKey(
                    help_text="Of the next payer.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="follow_ups",
                    to="oncocharge_patients.coverage",
                ),
            ),
            (
                "decided_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="follow_ups", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "done_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="follow_ups_done",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "sent_as",
                models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="sent_for",
                    to="oncocharge_billing.claim",
                ),
            ),
        ],
        options={
            "ordering": ("decided_at", "id"),
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(
                        ("cancelled_at__isnull", True), ("done_at__isnull", True), ("sent_as__isnull", True)
                    ),
                    fields=("claim", "kind"),
                    name="follow_up_stands_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("coverage__isnull", False), ("kind", "next")),
                        models.Q(("coverage__isnull", True), ("kind__in", ("7", "8"))),
                        _connector="OR",
                    ),
                    name="follow_up_to_next_payer_names_coverage",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("done_at__isnull", True),
                        models.Q(("done_by__isnull", False), models.Q(("done_note", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="follow_up_done_by_hand_has_note",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_followupevent" ("cancelled_at", "claim_id", "coverage_id", "decided_at", "decided_by_id", "done_at", "done_by_id", "done_note", "error", "id", "kind", "payer_claim_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason_code", "sent_as_id") VALUES (NEW."cancelled_at", NEW."claim_id", NEW."coverage_id", NEW."decided_at", NEW."decided_by_id", NEW."done_at", NEW."done_by_id", NEW."done_note", NEW."error", NEW."id", NEW."kind", NEW."payer_claim_number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason_code", NEW."sent_as_id"); RETURN NULL;',
                        hash="e2bdd103051cdcd08a679811c662b4b61f9aa331",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_fa3de",
                        table="oncocharge_billing_followup",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_followupevent" ("cancelled_at", "claim_id", "coverage_id", "decided_at", "decided_by_id", "done_at", "done_by_id", "done_note", "error", "id", "kind", "payer_claim_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason_code", "sent_as_id") VALUES (NEW."cancelled_at", NEW."claim_id", NEW."coverage_id", NEW."decided_at", NEW."decided_by_id", NEW."done_at", NEW."done_by_id", NEW."done_note", NEW."error", NEW."id", NEW."kind", NEW."payer_claim_number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason_code", NEW."sent_as_id"); RETURN NULL;',
                        hash="763b10415e1e7df257abf44e48e68ce41d428eb3",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_b0d3c",
                        table="oncocharge_billing_followup",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_followupevent" ("cancelled_at", "claim_id", "coverage_id", "decided_at", "decided_by_id", "done_at", "done_by_id", "done_note", "error", "id", "kind", "payer_claim_number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason_code", "sent_as_id") VALUES (OLD."cancelled_at", OLD."claim_id", OLD."coverage_id", OLD."decided_at", OLD."decided_by_id", OLD."done_at", OLD."done_by_id", OLD."done_note", OLD."error", OLD."id", OLD."kind", OLD."payer_claim_number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason_code", OLD."sent_as_id"); RETURN NULL;',
                        hash="9b34cdc3d9f4349befe02d77e4b5207a7cd60387",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_b7db6",
                        table="oncocharge_billing_followup",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FollowUpEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            (
                "kind",
                models.CharField(
                    choices=[("7", "replacement"), ("8", "void"), ("next", "claim to the next payer")], max_length=4
                ),
            ),
            ("payer_claim_number", models.CharField(blank=True, max_length=50)),
            (
                "reason_code",
                models.CharField(
                    blank=True, help_text="Institutional corrections.", max_length=2, verbose_name="condition code"
                ),
            ),
            ("decided_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("error", models.CharField(blank=True, help_text="Why the last export left it.", max_length=400)),
            ("done_at", models.DateTimeField(null=True)),
            ("done_note", models.CharField(blank=True, max_length=200)),
            ("cancelled_at", models.DateTimeField(null=True)),
            (
                "claim",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.claim",
                ),
            ),
            (
                "coverage",
                models.ForeignKey(
                    db_constraint=False,
                    help_text="Of the next payer.",
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.coverage",
                ),
            ),
            (
                "decided_by",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "done_by",
                models.ForeignKey(
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
                    to="oncocharge_billing.followup",
                ),
            ),
            (
                "sent_as",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.claim",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="a9bce54ecc392ab8089b87f7feb91cb4c7801f98",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_77702",
                        table="oncocharge_billing_followupevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
