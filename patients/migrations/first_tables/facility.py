"""First tables of patients/models/facility.py: Facility, with its history."""

import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

import patients.models.facility
import patients.validators

TABLES = [
    migrations.CreateModel(
        name="Facility",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("street", models.CharField(blank=True, max_length=55)),
            ("street2", models.CharField(blank=True, max_length=55, verbose_name="street, second line")),
            ("city", models.CharField(blank=True, max_length=30)),
            (
                "state",
                models.CharField(
                    blank=True, max_length=2, validators=[patients.validators.IdentifierValidator("state")]
                ),
            ),
            (
                "zip_code",
                models.CharField(
                    blank=True,
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("zip")],
                    verbose_name="ZIP code",
                ),
            ),
            ("name", models.CharField(max_length=60, unique=True)),
            (
                "setting",
                models.CharField(choices=[("freestanding", "freestanding"), ("hospital", "hospital")], max_length=12),
            ),
            (
                "bills",
                models.CharField(
                    choices=[
                        ("global", "global"),
                        ("technical", "technical"),
                        ("professional", "professional"),
                        ("both", "both"),
                    ],
                    max_length=12,
                ),
            ),
            (
                "place_of_service",
                models.CharField(blank=True, help_text="Leave empty for the usual one of the setting.", max_length=2),
            ),
            (
                "time_zone",
                models.CharField(
                    default="America/New_York", max_length=40, validators=[patients.models.facility.validate_time_zone]
                ),
            ),
            (
                "npi",
                models.CharField(
                    blank=True,
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("npi")],
                    verbose_name="NPI",
                ),
            ),
            (
                "tax_id",
                models.CharField(
                    blank=True,
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("tax_id")],
                    verbose_name="tax id (EIN)",
                ),
            ),
            (
                "taxonomy",
                models.CharField(
                    blank=True,
                    default="2085R0001X",
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("taxonomy")],
                ),
            ),
            ("contact_name", models.CharField(blank=True, max_length=60)),
            ("contact_phone", models.CharField(blank=True, help_text="Ten digits.", max_length=10)),
            ("revision", models.PositiveIntegerField(default=1, editable=False)),
            (
                "facility_code",
                models.CharField(
                    choices=[("13", "13 hospital outpatient"), ("85", "85 critical access hospital")],
                    db_default="13",
                    default="13",
                    help_text="First two digits of the type of bill on institutional claims.",
                    max_length=2,
                    verbose_name="type of bill",
                ),
            ),
            (
                "service_city",
                models.CharField(blank=True, db_default="", default="", max_length=30, verbose_name="location, city"),
            ),
            (
                "service_name",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    help_text="Where patients are treated, if not at the address above.",
                    max_length=60,
                    verbose_name="location, name",
                ),
            ),
            (
                "service_npi",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    help_text="If the place has one of its own.",
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("npi")],
                    verbose_name="location, NPI",
                ),
            ),
            (
                "service_state",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    max_length=2,
                    validators=[patients.validators.IdentifierValidator("state")],
                    verbose_name="location, state",
                ),
            ),
            (
                "service_street",
                models.CharField(blank=True, db_default="", default="", max_length=55, verbose_name="location, street"),
            ),
            (
                "service_street2",
                models.CharField(
                    blank=True, db_default="", default="", max_length=55, verbose_name="location, street, second line"
                ),
            ),
            (
                "service_zip_code",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    help_text="All nine digits: claims want them here.",
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("zip")],
                    verbose_name="location, ZIP code",
                ),
            ),
        ],
        options={
            "verbose_name_plural": "facilities",
            "ordering": ("name",),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bills", "global"), _negated=True), ("setting", "freestanding"), _connector="OR"
                    ),
                    name="facility_global_is_freestanding",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bills", "both"), _negated=True), ("setting", "hospital"), _connector="OR"
                    ),
                    name="facility_both_is_hospital",
                ),
                models.CheckConstraint(
                    condition=models.Q(("place_of_service__in", ("", "11", "19", "21", "22", "24"))),
                    name="facility_place_of_service_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(("npi", ""), ("npi__regex", "^[12]\\d{9}$"), _connector="OR"),
                    name="facility_npi_is_ten_digits",
                ),
                models.CheckConstraint(
                    condition=models.Q(("facility_code__in", ["13", "85"])), name="facility_code_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("service_city", ""),
                            ("service_name", ""),
                            ("service_npi", ""),
                            ("service_state", ""),
                            ("service_street", ""),
                            ("service_street2", ""),
                            ("service_zip_code", ""),
                        ),
                        models.Q(
                            models.Q(("service_name", ""), _negated=True),
                            models.Q(("service_street", ""), _negated=True),
                            models.Q(("service_city", ""), _negated=True),
                            models.Q(("service_state", ""), _negated=True),
                            models.Q(("service_zip_code", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="facility_service_location_is_whole_or_absent",
                ),
                models.CheckConstraint(
                    condition=models.Q(("service_npi", ""), ("service_npi__regex", "^[12]\\d{9}$"), _connector="OR"),
                    name="facility_service_npi_is_ten_digits",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="raises_own_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    IF NEW IS NOT DISTINCT FROM OLD
       OR to_jsonb(NEW) - ARRAY['service_name', 'service_street', 'service_city', 'service_state', 'service_zip_code', 'service_npi', 'service_street2'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['service_name', 'service_street', 'service_city', 'service_state', 'service_zip_code', 'service_npi', 'service_street2'] THEN
        NEW.revision := OLD.revision + 1;
    END IF;
    RETURN NEW;
""",
                        hash="3e9fbe0fa62f1af1f6119908d127cbb20d96b204",
                        operation="UPDATE",
                        pgid="pgtrigger_raises_own_revision_bba84",
                        table="oncocharge_patients_facility",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_facilityevent" ("bills", "city", "contact_name", "contact_phone", "facility_code", "id", "name", "npi", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_of_service", "service_city", "service_name", "service_npi", "service_state", "service_street", "service_street2", "service_zip_code", "setting", "state", "street", "street2", "tax_id", "taxonomy", "time_zone", "zip_code") VALUES (NEW."bills", NEW."city", NEW."contact_name", NEW."contact_phone", NEW."facility_code", NEW."id", NEW."name", NEW."npi", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_of_service", NEW."service_city", NEW."service_name", NEW."service_npi", NEW."service_state", NEW."service_street", NEW."service_street2", NEW."service_zip_code", NEW."setting", NEW."state", NEW."street", NEW."street2", NEW."tax_id", NEW."taxonomy", NEW."time_zone", NEW."zip_code"); RETURN NULL;',
                        hash="382d81c023adbd25432b35347cedc2adc5bebcf4",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_3805d",
                        table="oncocharge_patients_facility",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."bills" IS DISTINCT FROM (NEW."bills") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."contact_name" IS DISTINCT FROM (NEW."contact_name") OR OLD."contact_phone" IS DISTINCT FROM (NEW."contact_phone") OR OLD."facility_code" IS DISTINCT FROM (NEW."facility_code") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."npi" IS DISTINCT FROM (NEW."npi") OR OLD."place_of_service" IS DISTINCT FROM (NEW."place_of_service") OR OLD."service_city" IS DISTINCT FROM (NEW."service_city") OR OLD."service_name" IS DISTINCT FROM (NEW."service_name") OR OLD."service_npi" IS DISTINCT FROM (NEW."service_npi") OR OLD."service_state" IS DISTINCT FROM (NEW."service_state") OR OLD."service_street" IS DISTINCT FROM (NEW."service_street") OR OLD."service_street2" IS DISTINCT FROM (NEW."service_street2") OR OLD."service_zip_code" IS DISTINCT FROM (NEW."service_zip_code") OR OLD."setting" IS DISTINCT FROM (NEW."setting") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."street" IS DISTINCT FROM (NEW."street") OR OLD."street2" IS DISTINCT FROM (NEW."street2") OR OLD."tax_id" IS DISTINCT FROM (NEW."tax_id") OR OLD."taxonomy" IS DISTINCT FROM (NEW."taxonomy") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."zip_code" IS DISTINCT FROM (NEW."zip_code"))',
                        func='INSERT INTO "oncocharge_patients_facilityevent" ("bills", "city", "contact_name", "contact_phone", "facility_code", "id", "name", "npi", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_of_service", "service_city", "service_name", "service_npi", "service_state", "service_street", "service_street2", "service_zip_code", "setting", "state", "street", "street2", "tax_id", "taxonomy", "time_zone", "zip_code") VALUES (NEW."bills", NEW."city", NEW."contact_name", NEW."contact_phone", NEW."facility_code", NEW."id", NEW."name", NEW."npi", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_of_service", NEW."service_city", NEW."service_name", NEW."service_npi", NEW."service_state", NEW."service_street", NEW."service_street2", NEW."service_zip_code", NEW."setting", NEW."state", NEW."street", NEW."street2", NEW."tax_id", NEW."taxonomy", NEW."time_zone", NEW."zip_code"); RETURN NULL;',
                        hash="257ac6a9db515d971c6c58996b773fce39025b43",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_631e3",
                        table="oncocharge_patients_facility",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_facilityevent" ("bills", "city", "contact_name", "contact_phone", "facility_code", "id", "name", "npi", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_of_service", "service_city", "service_name", "service_npi", "service_state", "service_street", "service_street2", "service_zip_code", "setting", "state", "street", "street2", "tax_id", "taxonomy", "time_zone", "zip_code") VALUES (OLD."bills", OLD."city", OLD."contact_name", OLD."contact_phone", OLD."facility_code", OLD."id", OLD."name", OLD."npi", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_of_service", OLD."service_city", OLD."service_name", OLD."service_npi", OLD."service_state", OLD."service_street", OLD."service_street2", OLD."service_zip_code", OLD."setting", OLD."state", OLD."street", OLD."street2", OLD."tax_id", OLD."taxonomy", OLD."time_zone", OLD."zip_code"); RETURN NULL;',
                        hash="d5126ab3908b5a1772c174a4848feb6fca8295c8",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_9a880",
                        table="oncocharge_patients_facility",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FacilityEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("street", models.CharField(blank=True, max_length=55)),
            ("street2", models.CharField(blank=True, max_length=55, verbose_name="street, second line")),
            ("city", models.CharField(blank=True, max_length=30)),
            (
                "state",
                models.CharField(
                    blank=True, max_length=2, validators=[patients.validators.IdentifierValidator("state")]
                ),
            ),
            (
                "zip_code",
                models.CharField(
                    blank=True,
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("zip")],
                    verbose_name="ZIP code",
                ),
            ),
            ("name", models.CharField(max_length=60)),
            (
                "setting",
                models.CharField(choices=[("freestanding", "freestanding"), ("hospital", "hospital")], max_length=12),
            ),
            (
                "bills",
                models.CharField(
                    choices=[
                        ("global", "global"),
                        ("technical", "technical"),
                        ("professional", "professional"),
                        ("both", "both"),
                    ],
                    max_length=12,
                ),
            ),
            (
                "place_of_service",
                models.CharField(blank=True, help_text="Leave empty for the usual one of the setting.", max_length=2),
            ),
            (
                "time_zone",
                models.CharField(
                    default="America/New_York", max_length=40, validators=[patients.models.facility.validate_time_zone]
                ),
            ),
            (
                "npi",
                models.CharField(
                    blank=True,
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("npi")],
                    verbose_name="NPI",
                ),
            ),
            (
                "tax_id",
                models.CharField(
                    blank=True,
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("tax_id")],
                    verbose_name="tax id (EIN)",
                ),
            ),
            (
                "taxonomy",
                models.CharField(
                    blank=True,
                    default="2085R0001X",
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("taxonomy")],
                ),
            ),
            ("contact_name", models.CharField(blank=True, max_length=60)),
            ("contact_phone", models.CharField(blank=True, help_text="Ten digits.", max_length=10)),
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
                    to="oncocharge_patients.facility",
                ),
            ),
            (
                "facility_code",
                models.CharField(
                    choices=[("13", "13 hospital outpatient"), ("85", "85 critical access hospital")],
                    db_default="13",
                    default="13",
                    help_text="First two digits of the type of bill on institutional claims.",
                    max_length=2,
                    verbose_name="type of bill",
                ),
            ),
            (
                "service_city",
                models.CharField(blank=True, db_default="", default="", max_length=30, verbose_name="location, city"),
            ),
            (
                "service_name",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    help_text="Where patients are treated, if not at the address above.",
                    max_length=60,
                    verbose_name="location, name",
                ),
            ),
            (
                "service_npi",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    help_text="If the place has one of its own.",
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("npi")],
                    verbose_name="location, NPI",
                ),
            ),
            (
                "service_state",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    max_length=2,
                    validators=[patients.validators.IdentifierValidator("state")],
                    verbose_name="location, state",
                ),
            ),
            (
                "service_street",
                models.CharField(blank=True, db_default="", default="", max_length=55, verbose_name="location, street"),
            ),
            (
                "service_street2",
                models.CharField(
                    blank=True, db_default="", default="", max_length=55, verbose_name="location, street, second line"
                ),
            ),
            (
                "service_zip_code",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    help_text="All nine digits: claims want them here.",
                    max_length=10,
                    validators=[patients.validators.IdentifierValidator("zip")],
                    verbose_name="location, ZIP code",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="4cdba672f349090a2c0363dc37aea97a6a15d349",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_a53a3",
                        table="oncocharge_patients_facilityevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
