"""Creates the tables of courses; replaces the migrations that led to them one by one."""

from django.conf import settings
from django.db import migrations

from courses.migrations.first_tables import absence, beam, course, event, machine, plan, session, signature
from patients.creation import CreateModels


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("oncocharge_courses", "0001_initial"),
        ("oncocharge_courses", "0002_initial"),
        ("oncocharge_courses", "0003_weekdays_reviews_and_confirmations"),
        ("oncocharge_courses", "0004_delivered_beams"),
        ("oncocharge_courses", "0005_amendments_name_their_user"),
        ("oncocharge_courses", "0006_delivered_beams_name_their_machine"),
        ("oncocharge_courses", "0007_events_are_amended_and_reopenings_have_a_reason"),
        ("oncocharge_courses", "0008_plans_are_signed_for_good"),
        ("oncocharge_courses", "0009_courses_name_who_stands_on_claims"),
        ("oncocharge_courses", "0010_a_missed_day_is_noted"),
        ("oncocharge_courses", "0011_sessions_say_how_motion_was_held"),
        ("oncocharge_courses", "0012_sessions_say_how_many_isocenters_were_treated"),
    ]

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("oncocharge_patients", "0001_squashed_0007_facilities_say_where_they_treat"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                *absence.TABLES,
                *beam.TABLES,
                *course.TABLES,
                *event.TABLES,
                *machine.TABLES,
                *plan.TABLES,
                *session.TABLES,
                *signature.TABLES,
            ]
        ),
    ]
