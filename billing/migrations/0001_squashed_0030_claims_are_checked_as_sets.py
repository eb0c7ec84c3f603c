"""Creates the tables of billing and its views, and fills the list of reasons for holds.

Replaces the migrations that led to them one by one, except for what those did to rows that were there already.
"""

from django.conf import settings
from django.db import migrations

from billing.migrations.first_tables import (
    authorization,
    capture,
    claim,
    claim_file,
    denial,
    descriptors,
    fees,
    findings,
    follow_up,
    ledger,
    line_edit,
    manual_line,
    month_close,
    partner,
    payment,
    proof,
    question,
    receipt,
    reference,
    remittance,
    revenue_code,
    review,
    saved_view,
    views,
    waiting,
)
from patients.creation import CreateModels

# The parts of sealed files are compressed already: to try again costs a fifth of an export and saves little disk.
AS_IT_IS = "ALTER TABLE oncocharge_billing_claimfilepart ALTER COLUMN content SET STORAGE EXTERNAL"
# Checked with the INSERT: an export appends claims while their text is written, and nobody works during the COMMIT.
AT_ONCE = """
    ALTER TABLE oncocharge_billing_claim
    ALTER CONSTRAINT oncocharge_billing_c_coverage_id_29780746_fk_oncocharg DEFERRABLE INITIALLY IMMEDIATE
"""
# The list as a practice begins with it; afterwards it is the practice's own (billing/worklist/hold_reasons.py puts the
# same rows into an empty list).
HOLD_REASONS = """
    INSERT INTO oncocharge_billing_holdreason (code, words, days, place, is_active) VALUES
        ('authorization', 'Waiting for the authorization', 3, 10, true),
        ('documentation', 'Documentation missing', 3, 20, true),
        ('coverage', 'Coverage to be verified', 2, 30, true),
        ('signature', 'Physician to sign', 2, 40, true),
        ('coding', 'Coding question', 2, 50, true),
        ('other', 'Other', 7, 80, true),
        ('question', 'Question asked', 2, 90, true)
"""


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("oncocharge_billing", "0001_initial"),
        ("oncocharge_billing", "0002_initial"),
        ("oncocharge_billing", "0003_initial"),
        ("oncocharge_billing", "0004_fees_raise_revisions_and_reversals_mirror"),
        ("oncocharge_billing", "0005_sealed_files_are_staged_then_delivered"),
        ("oncocharge_billing", "0006_parts_are_stored_as_they_are"),
        ("oncocharge_billing", "0007_claim_lines_are_keyed_by_entry"),
        ("oncocharge_billing", "0008_claims_are_checked_all_at_once"),
        ("oncocharge_billing", "0009_lines_on_no_claim_are_listed"),
        ("oncocharge_billing", "0010_claim_file_is_sealed_before_commit"),
        ("oncocharge_billing", "0011_authorizations_have_a_payer_and_a_state"),
        ("oncocharge_billing", "0012_code_files_of_medicare"),
        ("oncocharge_billing", "0013_fee_schedules_by_payer_setting_and_day"),
        ("oncocharge_billing", "0014_charges_name_their_approval"),
        ("oncocharge_billing", "0015_answers_corrections_and_lines_that_end"),
        ("oncocharge_billing", "0016_partners_by_folder_or_sftp"),
        ("oncocharge_billing", "0017_control_numbers_never_go_back"),
        ("oncocharge_billing", "0018_events_say_where_claims_stand"),
        ("oncocharge_billing", "0018_revenue_codes_of_the_practice"),
        ("oncocharge_billing", "0019_remittances_and_denials"),
        ("oncocharge_billing", "0020_adjustments_and_balances_are_views"),
        ("oncocharge_billing", "0021_ended_claim_lines_ask_for_capture"),
        ("oncocharge_billing", "0022_answers_fail_apart_from_files"),
        ("oncocharge_billing", "0023_denials_keep_what_changed"),
        ("oncocharge_billing", "0024_lists_of_reasons_and_remarks"),
        ("oncocharge_billing", "0025_lines_are_edited_beside_their_original"),
        ("oncocharge_billing", "0026_descriptors_of_a_licence_and_more_indicators"),
        ("oncocharge_billing", "0027_holds_have_code_owner_and_day_and_questions_are_kept"),
        ("oncocharge_billing", "0028_people_save_views_of_the_worklist"),
        ("oncocharge_billing", "0029_months_are_closed_and_proved"),
        ("oncocharge_billing", "0030_claims_are_checked_as_sets"),
    ]

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("oncocharge_patients", "0001_squashed_0007_facilities_say_where_they_treat"),
        ("oncocharge_courses", "0001_squashed_0012_sessions_say_how_many_isocenters_were_treated"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                *authorization.TABLES,
                *capture.TABLES,
                *claim.TABLES,
                *claim_file.TABLES,
                *denial.TABLES,
                *descriptors.TABLES,
                *fees.TABLES,
                *findings.TABLES,
                *follow_up.TABLES,
                *ledger.TABLES,
                *line_edit.TABLES,
                *manual_line.TABLES,
                *month_close.TABLES,
                *partner.TABLES,
                *payment.TABLES,
                *proof.TABLES,
                *question.TABLES,
                *receipt.TABLES,
                *reference.TABLES,
                *remittance.TABLES,
                *revenue_code.TABLES,
                *review.TABLES,
                *saved_view.TABLES,
                *waiting.TABLES,
            ]
        ),
        migrations.RunSQL(AS_IT_IS, migrations.RunSQL.noop),
        migrations.RunSQL(AT_ONCE, migrations.RunSQL.noop),
        migrations.RunSQL(views.ADJUSTMENTS, "DROP VIEW oncocharge_billing_remittanceadjustment"),
        migrations.RunSQL(views.BALANCES, "DROP VIEW oncocharge_billing_entrybalance"),
        migrations.RunSQL(HOLD_REASONS, migrations.RunSQL.noop),
    ]
