"""First tables of billing/models/claim.py: Claim and ClaimLine."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Claim",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("control_number", models.CharField(max_length=20)),
            ("claim_kind", models.CharField(default="professional", max_length=13)),
            ("frequency", models.CharField(default="1", max_length=1)),
            ("place_of_service", models.CharField(max_length=2)),
            (
                "diagnoses",
                django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), size=12),
            ),
            ("total_amount", models.DecimalField(decimal_places=2, max_digits=12)),
            (
                "course",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="oncocharge_courses.course",
                ),
            ),
            (
                "coverage",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="oncocharge_patients.coverage",
                ),
            ),
            (
                "facility",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="oncocharge_patients.facility",
                ),
            ),
            (
                "patient",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="oncocharge_patients.patient",
                ),
            ),
            (
                "payer",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="oncocharge_patients.payer",
                ),
            ),
            (
                "rendering_provider",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="oncocharge_patients.provider",
                ),
            ),
            (
                "file",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="oncocharge_billing.claimfile",
                ),
            ),
            ("payer_claim_number", models.CharField(blank=True, max_length=50, verbose_name="REF*F8")),
            (
                "replaces",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="corrections",
                    to="oncocharge_billing.claim",
                ),
            ),
            ("sequence", models.CharField(default="P", max_length=1, verbose_name="SBR01")),
        ],
        options={
            "ordering": ("id",),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("diagnoses__len__gte", 1), ("diagnoses__len__lte", 12)),
                    name="claim_has_1_to_12_diagnoses",
                ),
                models.CheckConstraint(condition=models.Q(("total_amount__gt", 0)), name="claim_total_is_positive"),
                models.UniqueConstraint(fields=("control_number",), name="claim_control_number_is_unique"),
                models.CheckConstraint(
                    condition=models.Q(("sequence__in", ("P", "S", "T"))), name="claim_sequence_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("frequency", "1"), ("replaces__isnull", True)),
                        models.Q(
                            ("frequency__in", ("7", "8")),
                            ("replaces__isnull", False),
                            models.Q(("payer_claim_number", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="claim_correction_names_what_it_replaces",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="3b3aef9f4166408c7a49914be2c912992c184337",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_339ff",
                        table="oncocharge_billing_claim",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="is_of_one_patient_and_payer",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    IF (SELECT count(*)
          FROM new_claims n
          LEFT JOIN oncocharge_billing_claimfile f ON f.id = n.file_id
          LEFT JOIN oncocharge_courses_course co ON co.id = n.course_id
          LEFT JOIN oncocharge_patients_coverage cv ON cv.id = n.coverage_id
          LEFT JOIN oncocharge_patients_provider pr ON pr.id = n.rendering_provider_id
         WHERE (f.id = n.file_id AND co.patient_id = n.patient_id AND cv.patient_id = n.patient_id
                AND cv.payer_id = n.payer_id AND co.facility_id = n.facility_id AND f.claim_kind = n.claim_kind
                AND (n.replaces_id IS NULL OR EXISTS (
                     SELECT FROM oncocharge_billing_claim o
                       JOIN oncocharge_billing_claimline ol ON ol.claim_id = o.id AND ol.ended_at IS NULL
                      WHERE o.id = n.replaces_id AND o.course_id = n.course_id AND o.payer_id = n.payer_id
                        AND o.claim_kind = n.claim_kind AND o.sequence = n.sequence AND o.frequency <> '8'))
                AND (n.rendering_provider_id IS NULL OR pr.id IS NOT NULL)) IS NOT TRUE) > 0
    THEN
        RAISE EXCEPTION 'file, course, facility, coverage, patient, payer and replaced claim do not belong together'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_is_of_one_patient_and_payer';
    END IF;
    RETURN NULL;
""",
                        hash="de330d3b1c9158f334177130225cc7e4be4b18a1",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_is_of_one_patient_and_payer_3c286",
                        referencing="REFERENCING NEW TABLE AS new_claims ",
                        table="oncocharge_billing_claim",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ClaimLine",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "claim", "number", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("number", models.PositiveSmallIntegerField(verbose_name="LX")),
            ("sequence", models.CharField(default="P", max_length=1)),
            ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
            (
                "revenue_code",
                models.CharField(blank=True, help_text="Institutional lines only.", max_length=4, verbose_name="SV201"),
            ),
            ("ended_at", models.DateTimeField(null=True)),
            (
                "claim",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lines",
                    to="oncocharge_billing.claim",
                ),
            ),
            (
                "entry",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claim_lines",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "successor",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ended_lines",
                    to="oncocharge_billing.claim",
                ),
            ),
        ],
        options={
            "ordering": ("claim", "number"),
            "constraints": [
                models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="claim_line_amount_is_positive"),
                models.UniqueConstraint(
                    condition=models.Q(("ended_at__isnull", True)),
                    fields=("entry", "sequence"),
                    name="claim_line_stands_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(("number__gte", 1), ("number__lte", 999)), name="claim_line_number_is_1_to_999"
                ),
                models.CheckConstraint(
                    condition=models.Q(("successor__isnull", True), ("ended_at__isnull", False), _connector="OR"),
                    name="claim_line_successor_ended_it",
                ),
            ],
            "indexes": [
                models.Index(
                    condition=models.Q(("ended_at__isnull", False)), fields=["entry"], name="claim_line_ended"
                ),
                models.Index(
                    condition=models.Q(("successor__isnull", False)), fields=["successor"], name="claim_line_succeeded"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="kept_for_ever",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="e31baee780ac4c8f10a31603d355ffd687be764f",
                        operation="DELETE",
                        pgid="pgtrigger_kept_for_ever_64b2a",
                        table="oncocharge_billing_claimline",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="only_its_end_changes",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="""WHEN ((OLD.claim_id, OLD.number, OLD.entry_id, OLD.sequence, OLD.amount, OLD.revenue_code)
     IS DISTINCT FROM (NEW.claim_id, NEW.number, NEW.entry_id, NEW.sequence, NEW.amount, NEW.revenue_code))""",
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="5b5bbee75fef488cf2fc30716bc04de381434f64",
                        operation="UPDATE",
                        pgid="pgtrigger_only_its_end_changes_f79cc",
                        table="oncocharge_billing_claimline",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="gives_back_waiting_lines",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    INSERT INTO oncocharge_billing_waitingline (entry_id)
    SELECT n.entry_id FROM new_claim_lines n
     WHERE n.sequence = 'P' AND n.ended_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry v WHERE v.reverses_id = n.entry_id)
       AND NOT EXISTS (SELECT FROM oncocharge_billing_claimline l
                        WHERE l.entry_id = n.entry_id AND l.sequence = 'P' AND l.ended_at IS NULL)
        ON CONFLICT (entry_id) DO NOTHING;
    DELETE FROM oncocharge_billing_waitingline w USING new_claim_lines n
     WHERE w.entry_id = n.entry_id AND n.sequence = 'P' AND n.ended_at IS NULL;
    RETURN NULL;
""",
                        hash="e05c87a40755df8ea33744d338331ebee2c96bba",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_gives_back_waiting_lines_3f52b",
                        referencing="REFERENCING NEW TABLE AS new_claim_lines ",
                        table="oncocharge_billing_claimline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="mends_what_was_rejected",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    UPDATE oncocharge_billing_standingfinding f SET resolved_at = now()
      FROM new_lines n
     WHERE f.entry_id = n.entry_id AND n.sequence = 'P' AND f.source = 'payer' AND f.code = 'claim-rejected'
       AND f.resolved_at IS NULL;
    RETURN NULL;
""",
                        hash="03196398f6614d33050b0c2c62eaabab43fe8496",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_mends_what_was_rejected_822d5",
                        referencing="REFERENCING NEW TABLE AS new_lines ",
                        table="oncocharge_billing_claimline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="asks_for_capture",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    PERFORM FROM oncocharge_billing_capturemark m
      WHERE m.course_id IN (
            SELECT v.course_id FROM new_claim_lines n
              JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = n.entry_id)
      ORDER BY m.course_id FOR UPDATE;
    UPDATE oncocharge_billing_capturemark m SET basis = ''
      WHERE m.course_id IN (
            SELECT v.course_id FROM new_claim_lines n
              JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = n.entry_id);
    RETURN NULL;
""",
                        hash="733f037ed7cf99093284b55f733802d66e09da13",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_asks_for_capture_eea47",
                        referencing="REFERENCING NEW TABLE AS new_claim_lines ",
                        table="oncocharge_billing_claimline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="is_a_charge_of_its_claim",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    IF (SELECT count(*)
          FROM new_lines n
          LEFT JOIN oncocharge_billing_claim c ON c.id = n.claim_id
          LEFT JOIN oncocharge_billing_ledgerentry e ON e.id = n.entry_id
         WHERE (e.kind = 'charge' AND e.course_id = c.course_id AND e.claim_kind = c.claim_kind
                AND e.place_of_service = c.place_of_service AND e.amount = n.amount
                AND c.sequence = n.sequence) IS NOT TRUE) > 0
    THEN
        RAISE EXCEPTION 'a claim line is no charge of its claim: course, kind, sequence, place and amount must agree'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_line_is_a_charge_of_its_claim';
    END IF;
    RETURN NULL;
""",
                        hash="5a17eb2c31ec6b318df80d64c70126f40e90095b",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_is_a_charge_of_its_claim_0cf12",
                        referencing="REFERENCING NEW TABLE AS new_lines ",
                        table="oncocharge_billing_claimline",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="takes_waiting_lines",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    DELETE FROM oncocharge_billing_waitingline w USING new_claim_lines n
     WHERE w.entry_id = n.entry_id AND COALESCE(n.sequence = 'P' AND n.ended_at IS NULL, false);
    RETURN NULL;
""",
                        hash="9d5e0b5ba2e1b04fcba56597423273cc5238cf41",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_takes_waiting_lines_9096f",
                        referencing="REFERENCING NEW TABLE AS new_claim_lines ",
                        table="oncocharge_billing_claimline",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
]
