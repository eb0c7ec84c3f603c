"""Creates the tables of patients; replaces the migrations that led to them one by one."""

from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from patients.creation import CreateModels
from patients.migrations.first_tables import access, coverage, facility, payer, people


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("oncocharge_patients", "0001_initial"),
        ("oncocharge_patients", "0002_payers_and_encounters_raise_revisions"),
        ("oncocharge_patients", "0003_policies_have_a_filing_limit_and_a_reason"),
        ("oncocharge_patients", "0004_policies_say_whether_claims_are_replaced"),
        ("oncocharge_patients", "0005_facilities_say_their_type_of_bill"),
        ("oncocharge_patients", "0006_policies_have_an_appeal_limit"),
        ("oncocharge_patients", "0007_facilities_say_where_they_treat"),
    ]

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        CreateModels(
            [
                *access.TABLES,
                *coverage.TABLES,
                *facility.TABLES,
                *payer.TABLES,
                *people.TABLES,
            ]
        ),
    ]
