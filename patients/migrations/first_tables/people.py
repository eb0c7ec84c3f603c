"""First tables of patients/models/people.py: Patient and Provider, with their history."""

import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import patients.terms
import patients.validators

TABLES = [
    migrations.CreateModel(
        name="Patient",
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
            (
                "mrn",
                models.CharField(
                    max_length=30,
                    unique=True,
                    validators=[patients.validators.IdentifierValidator("mrn")],
                    verbose_name="MRN",
                ),
            ),
            ("last_name", models.CharField(max_length=60)),
            ("first_name", models.CharField(blank=True, max_length=35)),
            ("middle_name", models.CharField(blank=True, max_length=25)),
            ("birth_date", models.DateField(blank=True, null=True)),
            (
                "sex",
                models.CharField(
                    choices=[("F", "F"), ("M", "M"), ("U", "U")], default=patients.terms.Sex["UNKNOWN"], max_length=1
                ),
            ),
            ("phone", models.CharField(blank=True, max_length=20)),
            ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
        ],
        options={
            "ordering": ("last_name", "first_name", "id"),
            "indexes": [models.Index(django.db.models.functions.text.Lower("last_name"), name="patient_by_last_name")],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("mrn", ""), _negated=True), name="patient_mrn_is_given"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("birth_date__isnull", True), ("birth_date__gte", "1890-01-01"), _connector="OR"
                    ),
                    name="patient_birth_date_is_plausible",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_patientevent" ("birth_date", "city", "created_at", "first_name", "id", "last_name", "middle_name", "mrn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "sex", "state", "street", "street2", "zip_code") VALUES (NEW."birth_date", NEW."city", NEW."created_at", NEW."first_name", NEW."id", NEW."last_name", NEW."middle_name", NEW."mrn", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."sex", NEW."state", NEW."street", NEW."street2", NEW."zip_code"); RETURN NULL;',
                        hash="ac4e28093ff0eb57cc40bf5e95e69d301779bbeb",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_42acb",
                        table="oncocharge_patients_patient",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."birth_date" IS DISTINCT FROM (NEW."birth_date") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."middle_name" IS DISTINCT FROM (NEW."middle_name") OR OLD."mrn" IS DISTINCT FROM (NEW."mrn") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."sex" IS DISTINCT FROM (NEW."sex") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."street" IS DISTINCT FROM (NEW."street") OR OLD."street2" IS DISTINCT FROM (NEW."street2") OR OLD."zip_code" IS DISTINCT FROM (NEW."zip_code"))',
                        func='INSERT INTO "oncocharge_patients_patientevent" ("birth_date", "city", "created_at", "first_name", "id", "last_name", "middle_name", "mrn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "sex", "state", "street", "street2", "zip_code") VALUES (NEW."birth_date", NEW."city", NEW."created_at", NEW."first_name", NEW."id", NEW."last_name", NEW."middle_name", NEW."mrn", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."sex", NEW."state", NEW."street", NEW."street2", NEW."zip_code"); RETURN NULL;',
                        hash="50be84919465a167f0c94523345a6d085507d0c4",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_9be0a",
                        table="oncocharge_patients_patient",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_patientevent" ("birth_date", "city", "created_at", "first_name", "id", "last_name", "middle_name", "mrn", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "sex", "state", "street", "street2", "zip_code") VALUES (OLD."birth_date", OLD."city", OLD."created_at", OLD."first_name", OLD."id", OLD."last_name", OLD."middle_name", OLD."mrn", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone", OLD."sex", OLD."state", OLD."street", OLD."street2", OLD."zip_code"); RETURN NULL;',
                        hash="40a6af75e9929f01d39151f8d7d5d1bc4505b8c2",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_38156",
                        table="oncocharge_patients_patient",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PatientEvent",
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
            (
                "mrn",
                models.CharField(
                    max_length=30, validators=[patients.validators.IdentifierValidator("mrn")], verbose_name="MRN"
                ),
            ),
            ("last_name", models.CharField(max_length=60)),
            ("first_name", models.CharField(blank=True, max_length=35)),
            ("middle_name", models.CharField(blank=True, max_length=25)),
            ("birth_date", models.DateField(blank=True, null=True)),
            (
                "sex",
                models.CharField(
                    choices=[("F", "F"), ("M", "M"), ("U", "U")], default=patients.terms.Sex["UNKNOWN"], max_length=1
                ),
            ),
            ("phone", models.CharField(blank=True, max_length=20)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    to="oncocharge_patients.patient",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="824296cc3495ab3e95d375fd6646a14adfeaa723",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_69108",
                        table="oncocharge_patients_patientevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Provider",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("last_name", models.CharField(max_length=60)),
            ("first_name", models.CharField(blank=True, max_length=35)),
            (
                "npi",
                models.CharField(
                    max_length=10,
                    unique=True,
                    validators=[patients.validators.IdentifierValidator("npi")],
                    verbose_name="NPI",
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
            ("is_physician", models.BooleanField(default=True)),
            ("is_active", models.BooleanField(default=True)),
            (
                "user",
                models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="provider",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "ordering": ("last_name", "first_name"),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("npi__regex", "^[12]\\d{9}$")), name="provider_npi_is_ten_digits"
                )
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_providerevent" ("first_name", "id", "is_active", "is_physician", "last_name", "npi", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "taxonomy", "user_id") VALUES (NEW."first_name", NEW."id", NEW."is_active", NEW."is_physician", NEW."last_name", NEW."npi", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."taxonomy", NEW."user_id"); RETURN NULL;',
                        hash="ebeaa5951136b21ab3ec6514575ac93e24d6cecd",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_df2ba",
                        table="oncocharge_patients_provider",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_patients_providerevent" ("first_name", "id", "is_active", "is_physician", "last_name", "npi", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "taxonomy", "user_id") VALUES (NEW."first_name", NEW."id", NEW."is_active", NEW."is_physician", NEW."last_name", NEW."npi", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."taxonomy", NEW."user_id"); RETURN NULL;',
                        hash="9de350ade89b48d434a76740280d393726ed59c1",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_41d95",
                        table="oncocharge_patients_provider",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_providerevent" ("first_name", "id", "is_active", "is_physician", "last_name", "npi", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "taxonomy", "user_id") VALUES (OLD."first_name", OLD."id", OLD."is_active", OLD."is_physician", OLD."last_name", OLD."npi", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."taxonomy", OLD."user_id"); RETURN NULL;',
                        hash="a8b82d3b7a220faf4bd9ec489be536e5051e3215",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_bae42",
                        table="oncocharge_patients_provider",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ProviderEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("last_name", models.CharField(max_length=60)),
            ("first_name", models.CharField(blank=True, max_length=35)),
            (
                "npi",
                models.CharField(
                    max_length=10, validators=[patients.validators.IdentifierValidator("npi")], verbose_name="NPI"
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
            ("is_physician", models.BooleanField(default=True)),
            ("is_active", models.BooleanField(default=True)),
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
                    to="oncocharge_patients.provider",
                ),
            ),
            (
                "user",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="258ee4fa715499633c96194671de4e9dfd8956dd",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_778d5",
                        table="oncocharge_patients_providerevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
