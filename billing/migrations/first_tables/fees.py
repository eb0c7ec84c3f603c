"""First tables of billing/models/fees.py: FeeSchedule, FeeLine and FeeDraft, with their history."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import patients.models.payer

TABLES = [
    migrations.CreateModel(
        name="FeeSchedule",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=60, unique=True)),
            (
                "payer",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="fee_schedules",
                    to="oncocharge_patients.payer",
                ),
            ),
            ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ("effective_from", models.DateField(blank=True, null=True)),
            ("effective_to", models.DateField(blank=True, null=True)),
            (
                "setting",
                models.CharField(
                    blank=True, choices=[("freestanding", "freestanding"), ("hospital", "hospital")], max_length=12
                ),
            ),
        ],
        options={
            "ordering": ("name",),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("effective_from__isnull", True),
                        ("effective_to__isnull", True),
                        ("effective_to__gte", models.F("effective_from")),
                        _connector="OR",
                    ),
                    name="fee_schedule_ends_after_it_starts",
                ),
                models.CheckConstraint(
                    condition=models.Q(("setting__in", ("", "freestanding", "hospital"))),
                    name="fee_schedule_setting_is_known",
                ),
                django.contrib.postgres.constraints.ExclusionConstraint(
                    expressions=[
                        (
                            django.db.models.functions.comparison.Coalesce(
                                models.F("payer"), models.Value(0), output_field=models.BigIntegerField()
                            ),
                            "=",
                        ),
                        ("setting", "="),
                        (patients.models.payer.InclusiveDateRange("effective_from", "effective_to"), "&&"),
                    ],
                    name="fee_schedules_of_a_payer_and_setting_do_not_overlap",
                    violation_error_message="Another schedule of the same payer and setting covers some of these days.",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="raises_own_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="IF NEW.revision = OLD.revision THEN NEW.revision := OLD.revision + 1; END IF; RETURN NEW;",
                        hash="b15ca32f75c244b20fad5aa9699cfa0c709664da",
                        operation="UPDATE",
                        pgid="pgtrigger_raises_own_revision_f6a34",
                        table="oncocharge_billing_feeschedule",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_feescheduleevent" ("effective_from", "effective_to", "id", "name", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setting") VALUES (NEW."effective_from", NEW."effective_to", NEW."id", NEW."name", NEW."payer_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."setting"); RETURN NULL;',
                        hash="ed6998439287cedc392d22b9e14c7d92695ae13d",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_f692d",
                        table="oncocharge_billing_feeschedule",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."effective_from" IS DISTINCT FROM (NEW."effective_from") OR OLD."effective_to" IS DISTINCT FROM (NEW."effective_to") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."payer_id" IS DISTINCT FROM (NEW."payer_id") OR OLD."setting" IS DISTINCT FROM (NEW."setting"))',
                        func='INSERT INTO "oncocharge_billing_feescheduleevent" ("effective_from", "effective_to", "id", "name", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setting") VALUES (NEW."effective_from", NEW."effective_to", NEW."id", NEW."name", NEW."payer_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."setting"); RETURN NULL;',
                        hash="aa38fd4553922a3efac12fd232c8b32a6b60a34a",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_b82da",
                        table="oncocharge_billing_feeschedule",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_feescheduleevent" ("effective_from", "effective_to", "id", "name", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "setting") VALUES (OLD."effective_from", OLD."effective_to", OLD."id", OLD."name", OLD."payer_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."setting"); RETURN NULL;',
                        hash="280ae283c2506caf9b32bb29491f14f46b7282aa",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_3c22b",
                        table="oncocharge_billing_feeschedule",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FeeScheduleEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("name", models.CharField(max_length=60)),
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
                    to="oncocharge_billing.feeschedule",
                ),
            ),
            ("effective_from", models.DateField(blank=True, null=True)),
            ("effective_to", models.DateField(blank=True, null=True)),
            (
                "setting",
                models.CharField(
                    blank=True, choices=[("freestanding", "freestanding"), ("hospital", "hospital")], max_length=12
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="7cb211bfbfcf56b81ebd2e78f997a0edea9f439a",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_517c0",
                        table="oncocharge_billing_feescheduleevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="FeeLine",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=5)),
            ("modifier", models.CharField(blank=True, max_length=2)),
            ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="amount (USD)")),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField(blank=True, null=True)),
            (
                "schedule",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="lines",
                    to="oncocharge_billing.feeschedule",
                ),
            ),
            ("computation", models.JSONField(blank=True, default=dict)),
            ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True)),
        ],
        options={
            "ordering": ("schedule", "code", "modifier", "effective_from"),
            "indexes": [models.Index(fields=["schedule", "code"], name="fee_lines_by_code")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("amount__gt", 0), ("amount__lte", 999999)), name="fee_line_amount_is_positive"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("effective_to__isnull", True),
                        ("effective_to__gte", models.F("effective_from")),
                        _connector="OR",
                    ),
                    name="fee_line_ends_after_it_starts",
                ),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^[0-9A-Z]{5}$")), name="fee_line_code_has_five_characters"
                ),
                models.CheckConstraint(
                    condition=models.Q(("modifier__regex", "^([0-9A-Z]{2})?$")),
                    name="fee_line_modifier_has_two_characters",
                ),
                django.contrib.postgres.constraints.ExclusionConstraint(
                    condition=models.Q(("withdrawn_at__isnull", True)),
                    expressions=[
                        ("schedule", "="),
                        ("code", "="),
                        ("modifier", "="),
                        (patients.models.payer.InclusiveDateRange("effective_from", "effective_to"), "&&"),
                    ],
                    name="fee_line_periods_do_not_overlap",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    UPDATE oncocharge_billing_feeschedule SET revision = revision + 1
     WHERE id IN (SELECT schedule_id FROM new_lines);
    RETURN NULL;
""",
                        hash="970d37e63dcc159adf28e4c0d51b6bfdd5c2bd8c",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_raises_revision_af273",
                        referencing="REFERENCING NEW TABLE AS new_lines ",
                        table="oncocharge_billing_feeline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    UPDATE oncocharge_billing_feeschedule SET revision = revision + 1
     WHERE id IN (SELECT schedule_id FROM new_lines UNION SELECT schedule_id FROM old_lines);
    RETURN NULL;
""",
                        hash="bfd8b6eb9d62cfd4351d97825cf0e56dfcb4a558",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_raises_revision_54b15",
                        referencing="REFERENCING OLD TABLE AS old_lines  NEW TABLE AS new_lines ",
                        table="oncocharge_billing_feeline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    UPDATE oncocharge_billing_feeschedule SET revision = revision + 1
     WHERE id IN (SELECT schedule_id FROM old_lines);
    RETURN NULL;
""",
                        hash="bf156fa39efbb0ae33152b25e725690d3e2da047",
                        level="STATEMENT",
                        operation="DELETE",
                        pgid="pgtrigger_delete_raises_revision_2eed8",
                        referencing="REFERENCING OLD TABLE AS old_lines ",
                        table="oncocharge_billing_feeline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_feelineevent" ("amount", "code", "computation", "effective_from", "effective_to", "id", "modifier", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "schedule_id", "withdrawn_at") VALUES (NEW."amount", NEW."code", NEW."computation", NEW."effective_from", NEW."effective_to", NEW."id", NEW."modifier", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."schedule_id", NEW."withdrawn_at"); RETURN NULL;',
                        hash="cc1c0c5c5a99abd766b3934e374837034b852584",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_973ac",
                        table="oncocharge_billing_feeline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_feelineevent" ("amount", "code", "computation", "effective_from", "effective_to", "id", "modifier", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "schedule_id", "withdrawn_at") VALUES (NEW."amount", NEW."code", NEW."computation", NEW."effective_from", NEW."effective_to", NEW."id", NEW."modifier", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."schedule_id", NEW."withdrawn_at"); RETURN NULL;',
                        hash="e7a066bc50f44c6163bc7ceb97c3171f0b5702f7",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_92040",
                        table="oncocharge_billing_feeline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_feelineevent" ("amount", "code", "computation", "effective_from", "effective_to", "id", "modifier", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "schedule_id", "withdrawn_at") VALUES (OLD."amount", OLD."code", OLD."computation", OLD."effective_from", OLD."effective_to", OLD."id", OLD."modifier", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."schedule_id", OLD."withdrawn_at"); RETURN NULL;',
                        hash="9f488705ac2483d8b336fd9cd36cc2bde7173565",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_13a74",
                        table="oncocharge_billing_feeline",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FeeLineEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("code", models.CharField(max_length=5)),
            ("modifier", models.CharField(blank=True, max_length=2)),
            ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="amount (USD)")),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField(blank=True, null=True)),
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
                    to="oncocharge_billing.feeline",
                ),
            ),
            (
                "schedule",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.feeschedule",
                ),
            ),
            ("computation", models.JSONField(blank=True, default=dict)),
            ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True)),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="865382684337eb6a536ed972aa1a684e723e9bf4",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_aab00",
                        table="oncocharge_billing_feelineevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="FeeDraft",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("origin", models.CharField(max_length=120)),
            ("prices", models.JSONField()),
            ("notes", models.JSONField(default=list)),
            ("ends_others_on", models.DateField(blank=True, null=True)),
            ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ("saved_at", models.DateTimeField(blank=True, null=True)),
            (
                "made_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "schedule",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="drafts",
                    to="oncocharge_billing.feeschedule",
                ),
            ),
        ],
        options={
            "ordering": ("-id",),
        },
    ),
]
