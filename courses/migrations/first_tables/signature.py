"""First tables of courses/models/signature.py: PlanSignature."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="PlanSignature",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("signed_at", models.DateTimeField()),
            ("approved_on", models.DateField(help_text="The clinic-local day of the approval.")),
            ("content", models.JSONField()),
            ("digest", models.CharField(max_length=64)),
            (
                "plan",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="oncocharge_courses.plan"
                ),
            ),
            (
                "signed_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="plan_signatures",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "ordering": ("-signed_at", "-id"),
            "constraints": [
                models.UniqueConstraint(fields=("plan", "signed_at"), name="plan_is_signed_once_at_a_moment"),
                models.CheckConstraint(
                    condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="plan_signature_digest_is_sha256"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="7a1e36d6985ced66ddfcb82ee9c0312c2eb74676",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_7a867",
                        table="oncocharge_courses_plansignature",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
