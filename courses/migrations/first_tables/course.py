"""First tables of courses/models/course.py: Course and CourseDiagnosis, with their history."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

import patients.validators

TABLES = [
    migrations.CreateModel(
        name="Course",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("title", models.CharField(max_length=120)),
            ("opened_on", models.DateField()),
            ("closed_on", models.DateField(blank=True, null=True)),
            ("source_key", models.CharField(blank=True, editable=False, max_length=80, null=True, unique=True)),
            ("revision", models.PositiveIntegerField(default=1, editable=False)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
            (
                "facility",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="courses",
                    to="oncocharge_patients.facility",
                ),
            ),
            (
                "patient",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="courses",
                    to="oncocharge_patients.patient",
                ),
            ),
            (
                "physician",
                models.ForeignKey(
                    blank=True,
                    help_text="Renders the professional lines.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="courses",
                    to="oncocharge_patients.provider",
                ),
            ),
            ("amendment_reason", models.CharField(blank=True, help_text="Why it was opened again.", max_length=200)),
            (
                "ordering_provider",
                models.ForeignKey(
                    blank=True,
                    help_text="Ordered the image guidance, if not the physician above.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="ordered_courses",
                    to="oncocharge_patients.provider",
                ),
            ),
            (
                "referral_number",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    help_text="Given by the payer that pays first; empty if it asks for none.",
                    max_length=50,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[0-9A-Za-z]([0-9A-Za-z ._/#-]{0,48}[0-9A-Za-z])$",
                            "It takes 2 to 50 letters, digits, blanks and . _ / # -, and begins and ends with a letter or digit.",
                        )
                    ],
                ),
            ),
            (
                "referring_provider",
                models.ForeignKey(
                    blank=True,
                    help_text="Sent the patient here.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="referred_courses",
                    to="oncocharge_patients.provider",
                ),
            ),
            (
                "supervising_provider",
                models.ForeignKey(
                    blank=True,
                    help_text="Supervises, where the physician above does not.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="supervised_courses",
                    to="oncocharge_patients.provider",
                ),
            ),
        ],
        options={
            "ordering": ("-opened_on", "-id"),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("closed_on__isnull", True), ("closed_on__gte", models.F("opened_on")), _connector="OR"
                    ),
                    name="course_closes_after_it_opens",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("referral_number", ""),
                        ("referral_number__regex", "^[0-9A-Za-z]([0-9A-Za-z ._/#-]{0,48}[0-9A-Za-z])$"),
                        _connector="OR",
                    ),
                    name="course_referral_number_is_well_formed",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="raises_own_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    IF NEW.revision = OLD.revision AND (NEW IS NOT DISTINCT FROM OLD
       OR to_jsonb(NEW) - ARRAY['referring_provider_id', 'supervising_provider_id', 'ordering_provider_id', 'referral_number'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['referring_provider_id', 'supervising_provider_id', 'ordering_provider_id', 'referral_number']) THEN
        NEW.revision := OLD.revision + 1;
    END IF;
    RETURN NEW;
""",
                        hash="28a32e6d6dafd7d4c30c640ba980a7be3c21fa50",
                        operation="UPDATE",
                        pgid="pgtrigger_raises_own_revision_e6a34",
                        table="oncocharge_courses_course",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_courseevent" ("amendment_reason", "closed_on", "created_at", "facility_id", "id", "opened_on", "ordering_provider_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physician_id", "referral_number", "referring_provider_id", "source_key", "supervising_provider_id", "title") VALUES (NEW."amendment_reason", NEW."closed_on", NEW."created_at", NEW."facility_id", NEW."id", NEW."opened_on", NEW."ordering_provider_id", NEW."patient_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."physician_id", NEW."referral_number", NEW."referring_provider_id", NEW."source_key", NEW."supervising_provider_id", NEW."title"); RETURN NULL;',
                        hash="39309d79c591a076bf64f99a2734e611c1b17297",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_60f75",
                        table="oncocharge_courses_course",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."amendment_reason" IS DISTINCT FROM (NEW."amendment_reason") OR OLD."closed_on" IS DISTINCT FROM (NEW."closed_on") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."facility_id" IS DISTINCT FROM (NEW."facility_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."opened_on" IS DISTINCT FROM (NEW."opened_on") OR OLD."ordering_provider_id" IS DISTINCT FROM (NEW."ordering_provider_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."physician_id" IS DISTINCT FROM (NEW."physician_id") OR OLD."referral_number" IS DISTINCT FROM (NEW."referral_number") OR OLD."referring_provider_id" IS DISTINCT FROM (NEW."referring_provider_id") OR OLD."source_key" IS DISTINCT FROM (NEW."source_key") OR OLD."supervising_provider_id" IS DISTINCT FROM (NEW."supervising_provider_id") OR OLD."title" IS DISTINCT FROM (NEW."title"))',
                        func='INSERT INTO "oncocharge_courses_courseevent" ("amendment_reason", "closed_on", "created_at", "facility_id", "id", "opened_on", "ordering_provider_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physician_id", "referral_number", "referring_provider_id", "source_key", "supervising_provider_id", "title") VALUES (NEW."amendment_reason", NEW."closed_on", NEW."created_at", NEW."facility_id", NEW."id", NEW."opened_on", NEW."ordering_provider_id", NEW."patient_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."physician_id", NEW."referral_number", NEW."referring_provider_id", NEW."source_key", NEW."supervising_provider_id", NEW."title"); RETURN NULL;',
                        hash="658e60317316ee3ca26e928c8e851a2971b1ddbf",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_bf4f3",
                        table="oncocharge_courses_course",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_courseevent" ("amendment_reason", "closed_on", "created_at", "facility_id", "id", "opened_on", "ordering_provider_id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physician_id", "referral_number", "referring_provider_id", "source_key", "supervising_provider_id", "title") VALUES (OLD."amendment_reason", OLD."closed_on", OLD."created_at", OLD."facility_id", OLD."id", OLD."opened_on", OLD."ordering_provider_id", OLD."patient_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."physician_id", OLD."referral_number", OLD."referring_provider_id", OLD."source_key", OLD."supervising_provider_id", OLD."title"); RETURN NULL;',
                        hash="cd9cd0b1fed71784ce43eee4c229c19a80e04729",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_57c28",
                        table="oncocharge_courses_course",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="CourseEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("title", models.CharField(max_length=120)),
            ("opened_on", models.DateField()),
            ("closed_on", models.DateField(blank=True, null=True)),
            ("source_key", models.CharField(blank=True, editable=False, max_length=80, null=True)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    to="oncocharge_courses.course",
                ),
            ),
            (
                "physician",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    help_text="Renders the professional lines.",
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.provider",
                ),
            ),
            ("amendment_reason", models.CharField(blank=True, help_text="Why it was opened again.", max_length=200)),
            (
                "ordering_provider",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    help_text="Ordered the image guidance, if not the physician above.",
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.provider",
                ),
            ),
            (
                "referral_number",
                models.CharField(
                    blank=True,
                    db_default="",
                    default="",
                    help_text="Given by the payer that pays first; empty if it asks for none.",
                    max_length=50,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[0-9A-Za-z]([0-9A-Za-z ._/#-]{0,48}[0-9A-Za-z])$",
                            "It takes 2 to 50 letters, digits, blanks and . _ / # -, and begins and ends with a letter or digit.",
                        )
                    ],
                ),
            ),
            (
                "referring_provider",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    help_text="Sent the patient here.",
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.provider",
                ),
            ),
            (
                "supervising_provider",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    help_text="Supervises, where the physician above does not.",
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_patients.provider",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="5bb2cf43bb26f1f1a0a4ef7e90977f27396a94ff",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_8cbe8",
                        table="oncocharge_courses_courseevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="CourseDiagnosis",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("position", models.PositiveSmallIntegerField()),
            (
                "code",
                models.CharField(
                    max_length=8,
                    validators=[patients.validators.IdentifierValidator("icd10")],
                    verbose_name="ICD-10-CM code",
                ),
            ),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="diagnoses",
                    to="oncocharge_courses.course",
                ),
            ),
        ],
        options={
            "verbose_name_plural": "course diagnoses",
            "ordering": ("course", "position"),
            "constraints": [
                models.UniqueConstraint(fields=("course", "position"), name="course_diagnosis_position_is_unique"),
                models.UniqueConstraint(fields=("course", "code"), name="course_diagnosis_is_not_repeated"),
                models.CheckConstraint(
                    condition=models.Q(("position__gte", 1), ("position__lte", 12)),
                    name="course_diagnosis_position_is_1_to_12",
                ),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^[A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{1,4})?$")),
                    name="course_diagnosis_has_the_form_of_icd10",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="diagnosis_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
                        hash="7643cc42ff7d09e7eb03481cf92ae30f7128a5ac",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_diagnosis_raises_revision_8a46a",
                        table="oncocharge_courses_coursediagnosis",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_coursediagnosisevent" ("code", "course_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (NEW."code", NEW."course_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position"); RETURN NULL;',
                        hash="73d623bf198f9f0143561d403bc419ce71973396",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_61026",
                        table="oncocharge_courses_coursediagnosis",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_courses_coursediagnosisevent" ("code", "course_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (NEW."code", NEW."course_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position"); RETURN NULL;',
                        hash="28f58c3bfa473ec284ba348e9d8a9114fe75561d",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_ca0ce",
                        table="oncocharge_courses_coursediagnosis",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_coursediagnosisevent" ("code", "course_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") VALUES (OLD."code", OLD."course_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position"); RETURN NULL;',
                        hash="09dd3ae899ae2799d378f8ae4f60b3d604c05880",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_42f6b",
                        table="oncocharge_courses_coursediagnosis",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="CourseDiagnosisEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("position", models.PositiveSmallIntegerField()),
            (
                "code",
                models.CharField(
                    max_length=8,
                    validators=[patients.validators.IdentifierValidator("icd10")],
                    verbose_name="ICD-10-CM code",
                ),
            ),
            (
                "course",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_courses.course",
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
                    to="oncocharge_courses.coursediagnosis",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="d7a8d7b990eee80489ad9ecd7f6d40067240a150",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_9b115",
                        table="oncocharge_courses_coursediagnosisevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
