"""First tables of billing/models/ledger.py: LedgerEntry."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="LedgerEntry",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("kind", models.CharField(choices=[("charge", "Charge"), ("reversal", "Reversal")], max_length=8)),
            ("line_key", models.CharField(max_length=160)),
            ("generation", models.PositiveSmallIntegerField(default=1)),
            ("family", models.CharField(max_length=12)),
            ("code", models.CharField(max_length=5)),
            (
                "modifiers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=2), default=list, size=4
                ),
            ),
            ("service_on", models.DateField()),
            ("units", models.PositiveSmallIntegerField()),
            ("claim_kind", models.CharField(max_length=13)),
            ("place_of_service", models.CharField(max_length=2)),
            ("unit_amount", models.DecimalField(decimal_places=2, max_digits=12, null=True)),
            ("amount", models.DecimalField(decimal_places=2, max_digits=12, null=True)),
            ("narrative", models.CharField(blank=True, max_length=80)),
            ("rule", models.CharField(max_length=8)),
            ("because", models.JSONField(default=dict)),
            ("posted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ledger_entries",
                    to="oncocharge_courses.course",
                ),
            ),
            (
                "fee_line",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ledger_entries",
                    to="oncocharge_billing.feeline",
                ),
            ),
            (
                "plan",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ledger_entries",
                    to="oncocharge_courses.plan",
                ),
            ),
            (
                "posted_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ledger_entries",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "replaces",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="replacements",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "reverses",
                models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reversal",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "session",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ledger_entries",
                    to="oncocharge_courses.session",
                ),
            ),
            ("attachment", models.CharField(blank=True, max_length=50, verbose_name="attachment reference")),
            (
                "diagnoses",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=8), blank=True, db_default=[], default=list, size=4
                ),
            ),
            (
                "provider",
                models.ForeignKey(
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ledger_entries",
                    to="oncocharge_patients.provider",
                ),
            ),
        ],
        options={
            "verbose_name_plural": "ledger entries",
            "ordering": ("service_on", "id"),
            "indexes": [
                models.Index(fields=["service_on", "id"], name="ledger_by_day"),
                models.Index(
                    condition=models.Q(("provider__isnull", False)), fields=["provider"], name="ledger_by_provider"
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("course", "line_key", "generation", "kind"), name="ledger_line_is_posted_once"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("kind", "charge"), ("reverses__isnull", True)),
                        models.Q(("kind", "reversal"), ("reverses__isnull", False)),
                        _connector="OR",
                    ),
                    name="ledger_reversal_names_what_it_reverses",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("amount__isnull", True),
                        models.Q(("amount__gt", 0), ("kind", "charge")),
                        models.Q(("amount__lt", 0), ("kind", "reversal")),
                        _connector="OR",
                    ),
                    name="ledger_amount_has_the_sign_of_its_kind",
                ),
                models.CheckConstraint(condition=models.Q(("units__gte", 1)), name="ledger_units_are_positive"),
                models.CheckConstraint(
                    condition=models.Q(("claim_kind__in", ("professional", "institutional"))),
                    name="ledger_claim_kind_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(("replaces__isnull", True), ("kind", "charge"), _connector="OR"),
                    name="ledger_only_a_charge_replaces",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="ff849a6f67ea1251b0b43d1f8afa61682aea6ecd",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_9de4c",
                        table="oncocharge_billing_ledgerentry",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="not_truncated",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'the ledger is append-only: it cannot be truncated';",
                        hash="79a8dd986e81f4b4516b84bf32c50d567de4765a",
                        level="STATEMENT",
                        operation="TRUNCATE",
                        pgid="pgtrigger_not_truncated_f8e7a",
                        table="oncocharge_billing_ledgerentry",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="line_stands_once",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (NEW."generation" > 1 AND NEW."kind" = \'charge\')',
                        func="""
    IF NOT EXISTS (
        SELECT 1 FROM oncocharge_billing_ledgerentry r
         WHERE r.course_id = NEW.course_id AND r.line_key = NEW.line_key
           AND r.generation = NEW.generation - 1 AND r.kind = 'reversal')
    THEN
        RAISE EXCEPTION 'generation % of a line of course % is posted before generation % is reversed',
              NEW.generation, NEW.course_id, NEW.generation - 1
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_line_stands_once';
    END IF;
    RETURN NEW;
""",
                        hash="2026b32b2028b543968b7801fba0d2180d91c8c6",
                        operation="INSERT",
                        pgid="pgtrigger_line_stands_once_c2f0c",
                        table="oncocharge_billing_ledgerentry",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="reversal_mirrors_its_charge",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (NEW.\"kind\" = 'reversal')",
                        func="""
    IF NOT EXISTS (
        SELECT 1 FROM oncocharge_billing_ledgerentry c
         WHERE c.id = NEW.reverses_id AND c.kind = 'charge'
           AND c.course_id = NEW.course_id AND c.line_key = NEW.line_key AND c.generation = NEW.generation
           AND c.code = NEW.code AND c.service_on = NEW.service_on AND c.units = NEW.units
           AND c.amount IS NOT DISTINCT FROM -NEW.amount)
    THEN
        RAISE EXCEPTION 'the reversal of ledger entry % does not mirror it', NEW.reverses_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_reversal_mirrors_its_charge';
    END IF;
    RETURN NEW;
""",
                        hash="2ad916473fbb95627208f9b13a2b80b6e9f20946",
                        operation="INSERT",
                        pgid="pgtrigger_reversal_mirrors_its_charge_4c675",
                        table="oncocharge_billing_ledgerentry",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="keeps_waiting_lines",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    INSERT INTO oncocharge_billing_waitingline (entry_id) SELECT id FROM new_entries WHERE kind = 'charge';
    DELETE FROM oncocharge_billing_waitingline w USING new_entries n WHERE w.entry_id = n.reverses_id;
    RETURN NULL;
""",
                        hash="c85b9bf7a5527bb39383094853a7024436edae34",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_keeps_waiting_lines_4488b",
                        referencing="REFERENCING NEW TABLE AS new_entries ",
                        table="oncocharge_billing_ledgerentry",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="notes_late_lines",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    PERFORM pg_advisory_xact_lock_shared(7203645);
    INSERT INTO oncocharge_billing_lateline (entry_id, close_id)
    SELECT n.id, m.id FROM new_entries n
      JOIN oncocharge_courses_course c ON c.id = n.course_id
      JOIN oncocharge_billing_monthclose m ON m.facility_id = c.facility_id AND m.reopened_at IS NULL
       AND m.month = date_trunc('month', n.service_on)::date;
    RETURN NULL;
""",
                        hash="a64254b8499d0b0b51a6fd2efcb87c5b553eff2d",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_notes_late_lines_5e1e7",
                        referencing="REFERENCING NEW TABLE AS new_entries ",
                        table="oncocharge_billing_ledgerentry",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
]
