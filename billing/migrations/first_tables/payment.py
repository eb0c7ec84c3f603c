"""First tables of billing/models/payment.py: ProviderAdjustment, RemittanceAdjustment and EntryBalance."""

import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ProviderAdjustment",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.PositiveIntegerField()),
            ("position", models.PositiveIntegerField()),
            ("provider_identifier", models.CharField(blank=True, max_length=80)),
            ("fiscal_year_end", models.DateField(null=True)),
            ("reason", models.CharField(blank=True, max_length=12, verbose_name="PLB03-1")),
            ("reference", models.CharField(blank=True, max_length=80, verbose_name="PLB03-2")),
            ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
            (
                "claim",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="provider_adjustments",
                    to="oncocharge_billing.claim",
                ),
            ),
            (
                "remittance",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="provider_adjustments",
                    to="oncocharge_billing.remittance",
                ),
            ),
        ],
        options={
            "ordering": ("remittance", "number"),
            "constraints": [
                models.UniqueConstraint(fields=("remittance", "number"), name="provider_adjustment_number_is_unique")
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="bb1130e59d9656828df0b53196c56cf930f63a9e",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_8ace2",
                        table="oncocharge_billing_provideradjustment",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="RemittanceAdjustment",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "remittance_claim",
                    "line_number",
                    "number",
                    blank=True,
                    editable=False,
                    primary_key=True,
                    serialize=False,
                ),
            ),
            ("line_number", models.IntegerField()),
            ("number", models.IntegerField()),
            ("state", models.CharField(max_length=8)),
            ("group", models.CharField(max_length=5)),
            ("reason", models.CharField(max_length=12)),
            ("amount", models.DecimalField(decimal_places=2, max_digits=20)),
            ("quantity", models.DecimalField(decimal_places=2, max_digits=20, null=True)),
        ],
        options={
            "db_table": "oncocharge_billing_remittanceadjustment",
            "ordering": ("remittance_claim", "line_number", "number"),
            "managed": False,
        },
    ),
    migrations.CreateModel(
        name="EntryBalance",
        fields=[
            (
                "entry",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    primary_key=True,
                    related_name="balance",
                    serialize=False,
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            ("charged", models.DecimalField(decimal_places=2, max_digits=20)),
            ("paid", models.DecimalField(decimal_places=2, max_digits=20)),
            ("contract", models.DecimalField(decimal_places=2, max_digits=20)),
            ("patient", models.DecimalField(decimal_places=2, max_digits=20)),
            ("open", models.DecimalField(decimal_places=2, max_digits=20)),
        ],
        options={
            "db_table": "oncocharge_billing_entrybalance",
            "ordering": ("entry",),
            "managed": False,
        },
    ),
]
