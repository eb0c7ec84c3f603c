"""First tables of patients/models/coverage.py: Coverage and Encounter, with their history."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

import patients.models.payer
import patients.terms
import patients.validators

TABLES = [
    migrations.CreateModel(
        name="Coverage",
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
                "rank",
                models.CharField(
                    choices=[("primary", "primary"), ("secondary", "secondary"), ("tertiary", "tertiary")],
                    default=patients.terms.CoverageRank["PRIMARY"],
                    max_length=10,
                ),
            ),
            ("member_id", models.CharField(max_length=80)),
            ("group_number", models.CharField(blank=True, max_length=50)),
            (
                "relationship",
                models.CharField(
                    choices=[("self", "self"), ("spouse", "spouse"), ("child", "child"), ("other", "other")],
                    default=patients.terms.Relationship["SELF"],
                    max_length=8,
                ),
            ),
            ("subscriber_last_name", models.CharField(blank=True, max_length=60)),
            ("subscriber_first_name", models.CharField(blank=True, max_length=35)),
            ("subscriber_birth_date", models.DateField(blank=True, null=True)),
            (
                "subscriber_sex",
                models.CharField(blank=True, choices=[("F", "F"), ("M", "M"), ("U", "U")], max_length=1),
            ),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField(blank=True, null=True)),
            (
                "patient",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="coverages",
                    to="oncocharge_patients.patient",
                ),
            ),
            (
                "payer",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="coverages",
                    to="oncocharge_patients.payer",
                ),
            ),
        ],
        options={
            "ordering": ("patient", "rank", "effective_from"),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("effective_to__isnull", True),
                        ("effective_to__gte", models.F("effective_from")),
                        _connector="OR",
                    ),
                    name="coverage_ends_after_it_starts",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("relationship", "self"), models.Q(("subscriber_last_name", ""), _negated=True), _connector="OR"
                    ),
                    name="coverage_dependant_names_subscriber",
                ),
                models.CheckConstraint(
                    condition=models.Q(("member_id", ""), _negated=True), name="coverage_member_id_is_given"
                ),
                django.contrib.postgres.constraints.ExclusionConstraint(
                    expressions=[
                        ("patient", "="),
                        ("rank", "="),
                        (patients.models.payer.InclusiveDateRange("effective_from", "effective_to"), "&&"),
                    ],
                    name="coverage_ranks_do_not_overlap",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="bumps_patient_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    UPDATE oncocharge_patients_patient SET revision = revision + 1
     WHERE id IN (COALESCE(NEW.patient_id, OLD.patient_id), COALESCE(OLD.patient_id, NEW.patient_id));
    RETURN COALESCE(NEW, OLD);
""",
                        hash="dea76a808b14d2790d5c2501cdb1fc4dd43badb1",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_bumps_patient_revision_324e0",
                        table="oncocharge_patients_coverage",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_coverageevent" ("city", "effective_from", "effective_to", "group_number", "id", "member_id", "patient_id", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "relationship", "state", "street", "street2", "subscriber_birth_date", "subscriber_first_name", "subscriber_last_name", "subscriber_sex", "zip_code") VALUES (NEW."city", NEW."effective_from", NEW."effective_to", NEW."group_number", NEW."id", NEW."member_id", NEW."patient_id", NEW."payer_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rank", NEW."relationship", NEW."state", NEW."street", NEW."street2", NEW."subscriber_birth_date", NEW."subscriber_first_name", NEW."subscriber_last_name", NEW."subscriber_sex", NEW."zip_code"); RETURN NULL;',
                        hash="f358dd73a8317e45dbe38e2d23add1dcac4ad7a3",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_e7b7b",
                        table="oncocharge_patients_coverage",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_patients_coverageevent" ("city", "effective_from", "effective_to", "group_number", "id", "member_id", "patient_id", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "relationship", "state", "street", "street2", "subscriber_birth_date", "subscriber_first_name", "subscriber_last_name", "subscriber_sex", "zip_code") VALUES (NEW."city", NEW."effective_from", NEW."effective_to", NEW."group_number", NEW."id", NEW."member_id", NEW."patient_id", NEW."payer_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rank", NEW."relationship", NEW."state", NEW."street", NEW."street2", NEW."subscriber_birth_date", NEW."subscriber_first_name", NEW."subscriber_last_name", NEW."subscriber_sex", NEW."zip_code"); RETURN NULL;',
                        hash="ecd85844f5ad02979560e74eb66db5b7e2de4abf",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_318e2",
                        table="oncocharge_patients_coverage",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_coverageevent" ("city", "effective_from", "effective_to", "group_number", "id", "member_id", "patient_id", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "relationship", "state", "street", "street2", "subscriber_birth_date", "subscriber_first_name", "subscriber_last_name", "subscriber_sex", "zip_code") VALUES (OLD."city", OLD."effective_from", OLD."effective_to", OLD."group_number", OLD."id", OLD."member_id", OLD."patient_id", OLD."payer_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rank", OLD."relationship", OLD."state", OLD."street", OLD."street2", OLD."subscriber_birth_date", OLD."subscriber_first_name", OLD."subscriber_last_name", OLD."subscriber_sex", OLD."zip_code"); RETURN NULL;',
                        hash="372e07021112035685721ef908702be1c15332d0",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_185b4",
                        table="oncocharge_patients_coverage",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="CoverageEvent",
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
                "rank",
                models.CharField(
                    choices=[("primary", "primary"), ("secondary", "secondary"), ("tertiary", "tertiary")],
                    default=patients.terms.CoverageRank["PRIMARY"],
                    max_length=10,
                ),
            ),
            ("member_id", models.CharField(max_length=80)),
            ("group_number", models.CharField(blank=True, max_length=50)),
            (
                "relationship",
                models.CharField(
                    choices=[("self", "self"), ("spouse", "spouse"), ("child", "child"), ("other", "other")],
                    default=patients.terms.Relationship["SELF"],
                    max_length=8,
                ),
            ),
            ("subscriber_last_name", models.CharField(blank=True, max_length=60)),
            ("subscriber_first_name", models.CharField(blank=True, max_length=35)),
            ("subscriber_birth_date", models.DateField(blank=True, null=True)),
            (
                "subscriber_sex",
                models.CharField(blank=True, choices=[("F", "F"), ("M", "M"), ("U", "U")], max_length=1),
            ),
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
                    to="oncocharge_patients.coverage",
                ),
            ),
            (
                "patient",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.patient",
                ),
            ),
            (
                "payer",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.payer",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="10c91c47d6edab089eba1f58cf7a219d9f9864c1",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_56a1c",
                        table="oncocharge_patients_coverageevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Encounter",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("visit_number", models.CharField(max_length=40)),
            ("is_inpatient", models.BooleanField(default=False)),
            ("starts_on", models.DateField()),
            ("ends_on", models.DateField(blank=True, null=True)),
            (
                "facility",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="encounters",
                    to="oncocharge_patients.facility",
                ),
            ),
            (
                "patient",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="encounters",
                    to="oncocharge_patients.patient",
                ),
            ),
        ],
        options={
            "ordering": ("patient", "starts_on"),
            "constraints": [
                models.UniqueConstraint(fields=("facility", "visit_number"), name="encounter_visit_number_is_unique"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                    ),
                    name="encounter_ends_after_it_starts",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_encounterevent" ("ends_on", "facility_id", "id", "is_inpatient", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "visit_number") VALUES (NEW."ends_on", NEW."facility_id", NEW."id", NEW."is_inpatient", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on", NEW."visit_number"); RETURN NULL;',
                        hash="1775b5ed9216ff8041df1d452c82a095733251bc",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_1bb3e",
                        table="oncocharge_patients_encounter",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_patients_encounterevent" ("ends_on", "facility_id", "id", "is_inpatient", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "visit_number") VALUES (NEW."ends_on", NEW."facility_id", NEW."id", NEW."is_inpatient", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on", NEW."visit_number"); RETURN NULL;',
                        hash="f211cebe16ce0efea6cb1b64060e43cc472733ef",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_bf4cb",
                        table="oncocharge_patients_encounter",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_encounterevent" ("ends_on", "facility_id", "id", "is_inpatient", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "visit_number") VALUES (OLD."ends_on", OLD."facility_id", OLD."id", OLD."is_inpatient", OLD."patient_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts_on", OLD."visit_number"); RETURN NULL;',
                        hash="181e43395f2859dddd10673328ec3417e35b55b1",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_7e08d",
                        table="oncocharge_patients_encounter",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="bumps_patient_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    UPDATE oncocharge_patients_patient SET revision = revision + 1
     WHERE id IN (COALESCE(NEW.patient_id, OLD.patient_id), COALESCE(OLD.patient_id, NEW.patient_id));
    RETURN COALESCE(NEW, OLD);
""",
                        hash="75cfa7f7471448a52f44ab91da26b182106966a4",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_bumps_patient_revision_753a7",
                        table="oncocharge_patients_encounter",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="EncounterEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("visit_number", models.CharField(max_length=40)),
            ("is_inpatient", models.BooleanField(default=False)),
            ("starts_on", models.DateField()),
            ("ends_on", models.DateField(blank=True, null=True)),
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
                    to="oncocharge_patients.encounter",
                ),
            ),
            (
                "facility",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.facility",
                ),
            ),
            (
                "patient",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
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
                        hash="6c3d4bfa7b6865c47ae94df425ff3ad67827e4ef",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_abdbf",
                        table="oncocharge_patients_encounterevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
