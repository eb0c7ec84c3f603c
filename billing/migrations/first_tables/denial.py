"""First tables of billing/models/denial.py: Denial, with its history."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Denial",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line_number", models.PositiveIntegerField(default=0)),
            ("amount", models.DecimalField(decimal_places=2, help_text="What was charged and refused.", max_digits=20)),
            ("group", models.CharField(blank=True, max_length=5)),
            ("reason", models.CharField(blank=True, max_length=12)),
            ("denied_on", models.DateField()),
            (
                "appeal_until",
                models.DateField(help_text="The last day; empty where the payer's limit is not known.", null=True),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("open", "Open"),
                        ("appealed", "Appealed"),
                        ("corrected", "Corrected"),
                        ("paid", "paid after all"),
                        ("written_off", "written off"),
                    ],
                    default="open",
                    max_length=11,
                ),
            ),
            ("note", models.CharField(blank=True, max_length=400)),
            ("decided_at", models.DateTimeField(blank=True, null=True)),
            ("found_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            (
                "claim",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="denials", to="oncocharge_billing.claim"
                ),
            ),
            (
                "decided_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="denials_decided",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "entry",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="denials",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "worked_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="denials_worked",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "remittance_claim",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="denials",
                    to="oncocharge_billing.remittanceclaim",
                ),
            ),
        ],
        options={
            "ordering": ("appeal_until", "id"),
            "indexes": [
                models.Index(
                    condition=models.Q(("state__in", ("open", "appealed"))),
                    fields=["appeal_until"],
                    name="denial_to_work",
                ),
                models.Index(condition=models.Q(("entry__isnull", False)), fields=["entry"], name="denial_of_entry"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("remittance_claim", "line_number"), name="denial_stands_once"),
                models.CheckConstraint(
                    condition=models.Q(("state__in", ("open", "appealed", "corrected", "paid", "written_off"))),
                    name="denial_state_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "written_off"), _negated=True),
                        models.Q(("decided_by__isnull", False), models.Q(("note", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="denial_write_off_has_user_and_reason",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_denialevent" ("amount", "appeal_until", "claim_id", "decided_at", "decided_by_id", "denied_on", "entry_id", "found_at", "group", "id", "line_number", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "remittance_claim_id", "state", "worked_by_id") VALUES (NEW."amount", NEW."appeal_until", NEW."claim_id", NEW."decided_at", NEW."decided_by_id", NEW."denied_on", NEW."entry_id", NEW."found_at", NEW."group", NEW."id", NEW."line_number", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."remittance_claim_id", NEW."state", NEW."worked_by_id"); RETURN NULL;',
                        hash="70c4f4bd35bc84643a41de0c2f219bc17b61c3d9",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_cf18b",
                        table="oncocharge_billing_denial",
                        when="AFTER",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="DenialEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("line_number", models.PositiveIntegerField(default=0)),
            ("amount", models.DecimalField(decimal_places=2, help_text="What was charged and refused.", max_digits=20)),
            ("group", models.CharField(blank=True, max_length=5)),
            ("reason", models.CharField(blank=True, max_length=12)),
            ("denied_on", models.DateField()),
            (
                "appeal_until",
                models.DateField(help_text="The last day; empty where the payer's limit is not known.", null=True),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("open", "Open"),
                        ("appealed", "Appealed"),
                        ("corrected", "Corrected"),
                        ("paid", "paid after all"),
                        ("written_off", "written off"),
                    ],
                    default="open",
                    max_length=11,
                ),
            ),
            ("note", models.CharField(blank=True, max_length=400)),
            ("decided_at", models.DateTimeField(blank=True, null=True)),
            ("found_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
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
                "decided_by",
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
                "entry",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.ledgerentry",
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
                    to="oncocharge_billing.denial",
                ),
            ),
            (
                "worked_by",
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
                "remittance_claim",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.remittanceclaim",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="6f0226846bec880b4380ffd68abab3abe6fbc947",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_aed33",
                        table="oncocharge_billing_denialevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
