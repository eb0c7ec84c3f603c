"""First tables of billing/models/month_close.py: MonthClose and LateLine."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="MonthClose",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("month", models.DateField()),
            ("signed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ("note", models.CharField(blank=True, max_length=400)),
            ("content", models.JSONField()),
            ("digest", models.CharField(max_length=64)),
            ("reopened_at", models.DateTimeField(null=True)),
            ("reopen_reason", models.CharField(blank=True, max_length=200)),
            (
                "facility",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="month_closes",
                    to="oncocharge_patients.facility",
                ),
            ),
            (
                "reopened_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reopened_months",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "signed_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="closed_months",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "ordering": ("-month", "facility", "-id"),
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("reopened_at__isnull", True)),
                    fields=("facility", "month"),
                    name="month_is_closed_once",
                ),
                models.CheckConstraint(condition=models.Q(("month__day", 1)), name="month_close_names_the_first_day"),
                models.CheckConstraint(
                    condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="month_close_digest_is_sha256"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("reopen_reason", ""), ("reopened_at__isnull", True), ("reopened_by__isnull", True)),
                        models.Q(
                            ("reopened_at__isnull", False),
                            ("reopened_by__isnull", False),
                            models.Q(("reopen_reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="month_reopened_has_user_and_reason",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="kept_for_ever",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="3f8ab73a031448ff2e8bea1f9a9fc67add45f4d7",
                        operation="DELETE",
                        pgid="pgtrigger_kept_for_ever_ddedf",
                        table="oncocharge_billing_monthclose",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="only_its_reopening_changes",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.reopened_at IS NOT NULL OR (OLD.facility_id, OLD.month, OLD.signed_by_id, OLD.signed_at, OLD.note, OLD.content, OLD.digest) IS DISTINCT FROM (NEW.facility_id, NEW.month, NEW.signed_by_id, NEW.signed_at, NEW.note, NEW.content, NEW.digest))",
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="8a37f152628ca12cb999882cd24cf837355e38b5",
                        operation="UPDATE",
                        pgid="pgtrigger_only_its_reopening_changes_df01d",
                        table="oncocharge_billing_monthclose",
                        when="BEFORE",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="LateLine",
        fields=[
            (
                "entry",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    primary_key=True,
                    related_name="late",
                    serialize=False,
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "close",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="late_lines",
                    to="oncocharge_billing.monthclose",
                ),
            ),
        ],
        options={
            "ordering": ("entry",),
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="a1657fe30881bfae6a3d42744fdb597ad2d10f2f",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_91358",
                        table="oncocharge_billing_lateline",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
