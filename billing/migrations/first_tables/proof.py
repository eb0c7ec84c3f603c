"""First tables of billing/models/proof.py: Proof and ProofGap."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Proof",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("started_by", models.CharField(help_text="nightly, command or the user's id", max_length=20)),
            ("proved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ("from_on", models.DateField(null=True)),
            ("to_on", models.DateField()),
            ("sessions", models.PositiveIntegerField()),
            ("lines", models.PositiveIntegerField()),
            ("explained", models.JSONField(default=dict)),
            ("unreconciled", models.PositiveIntegerField()),
        ],
        options={
            "ordering": ("-proved_at", "-id"),
            "indexes": [models.Index(fields=["-proved_at"], name="proof_by_moment")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("from_on__isnull", True), ("from_on__lte", models.F("to_on")), _connector="OR"),
                    name="proof_ends_after_it_begins",
                )
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="f3a50d3805a7ebb5b5e35f37775f51294ff3c244",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_4a4c3",
                        table="oncocharge_billing_proof",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ProofGap",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(max_length=24)),
            ("facility_number", models.BigIntegerField(null=True)),
            ("course_number", models.BigIntegerField(null=True)),
            ("session_number", models.BigIntegerField(null=True)),
            ("entry_number", models.BigIntegerField(null=True)),
            ("claim_number", models.BigIntegerField(null=True)),
            ("on", models.DateField(null=True)),
            ("why", models.CharField(blank=True, max_length=200)),
            (
                "proof",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="gaps", to="oncocharge_billing.proof"
                ),
            ),
        ],
        options={
            "ordering": ("proof", "id"),
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="02448a13c22d985a6afecca127362a15e8c49c42",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_6579b",
                        table="oncocharge_billing_proofgap",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
