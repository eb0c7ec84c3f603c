"""Let the database check new claims and lines by joining sets, and a claim's coverage with its INSERT, not at COMMIT.

An export appends claims while their text is written; what waits for the COMMIT nobody does meanwhile.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

_COVERAGE = (
    "ALTER TABLE oncocharge_billing_claim ALTER CONSTRAINT oncocharge_billing_c_coverage_id_29780746_fk_oncocharg"
)


class Migration(migrations.Migration):
    dependencies = [
        ("oncocharge_billing", "0029_months_are_closed_and_proved"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="claim",
            name="is_of_one_patient_and_payer",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="claimline",
            name="is_a_charge_of_its_claim",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="claimline",
            name="takes_waiting_lines",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claim",
            trigger=pgtrigger.compiler.Trigger(
                name="is_of_one_patient_and_payer",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF (SELECT count(*)\n          FROM new_claims n\n          LEFT JOIN oncocharge_billing_claimfile f ON f.id = n.file_id\n          LEFT JOIN oncocharge_courses_course co ON co.id = n.course_id\n          LEFT JOIN oncocharge_patients_coverage cv ON cv.id = n.coverage_id\n          LEFT JOIN oncocharge_patients_provider pr ON pr.id = n.rendering_provider_id\n         WHERE (f.id = n.file_id AND co.patient_id = n.patient_id AND cv.patient_id = n.patient_id\n                AND cv.payer_id = n.payer_id AND co.facility_id = n.facility_id AND f.claim_kind = n.claim_kind\n                AND (n.replaces_id IS NULL OR EXISTS (\n                     SELECT FROM oncocharge_billing_claim o\n                       JOIN oncocharge_billing_claimline ol ON ol.claim_id = o.id AND ol.ended_at IS NULL\n                      WHERE o.id = n.replaces_id AND o.course_id = n.course_id AND o.payer_id = n.payer_id\n                        AND o.claim_kind = n.claim_kind AND o.sequence = n.sequence AND o.frequency <> '8'))\n                AND (n.rendering_provider_id IS NULL OR pr.id IS NOT NULL)) IS NOT TRUE) > 0\n    THEN\n        RAISE EXCEPTION 'file, course, facility, coverage, patient, payer and replaced claim do not belong together'\n              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_is_of_one_patient_and_payer';\n    END IF;\n    RETURN NULL;\n",
                    hash="de330d3b1c9158f334177130225cc7e4be4b18a1",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_is_of_one_patient_and_payer_3c286",
                    referencing="REFERENCING NEW TABLE AS new_claims ",
                    table="oncocharge_billing_claim",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="is_a_charge_of_its_claim",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    IF (SELECT count(*)\n          FROM new_lines n\n          LEFT JOIN oncocharge_billing_claim c ON c.id = n.claim_id\n          LEFT JOIN oncocharge_billing_ledgerentry e ON e.id = n.entry_id\n         WHERE (e.kind = 'charge' AND e.course_id = c.course_id AND e.claim_kind = c.claim_kind\n                AND e.place_of_service = c.place_of_service AND e.amount = n.amount\n                AND c.sequence = n.sequence) IS NOT TRUE) > 0\n    THEN\n        RAISE EXCEPTION 'a claim line is no charge of its claim: course, kind, sequence, place and amount must agree'\n              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_line_is_a_charge_of_its_claim';\n    END IF;\n    RETURN NULL;\n",
                    hash="5a17eb2c31ec6b318df80d64c70126f40e90095b",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_is_a_charge_of_its_claim_0cf12",
                    referencing="REFERENCING NEW TABLE AS new_lines ",
                    table="oncocharge_billing_claimline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="claimline",
            trigger=pgtrigger.compiler.Trigger(
                name="takes_waiting_lines",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n    DELETE FROM oncocharge_billing_waitingline w USING new_claim_lines n\n     WHERE w.entry_id = n.entry_id AND COALESCE(n.sequence = 'P' AND n.ended_at IS NULL, false);\n    RETURN NULL;\n",
                    hash="9d5e0b5ba2e1b04fcba56597423273cc5238cf41",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_takes_waiting_lines_9096f",
                    referencing="REFERENCING NEW TABLE AS new_claim_lines ",
                    table="oncocharge_billing_claimline",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(
            f"{_COVERAGE} DEFERRABLE INITIALLY IMMEDIATE",
            f"{_COVERAGE} DEFERRABLE INITIALLY DEFERRED",
        ),
    ]
