"""First tables of courses/models/event.py: ClinicalEvent, with its history."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ClinicalEvent",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "family",
                models.CharField(
                    choices=[
                        ("simulation_simple", "simulation simple"),
                        ("simulation_intermediate", "simulation intermediate"),
                        ("simulation_complex", "simulation complex"),
                        ("planning_note", "planning note"),
                        ("special_physics_consult", "special physics consult"),
                        ("special_treatment", "special treatment"),
                        ("basic_dosimetry", "basic dosimetry"),
                        ("isodose", "isodose"),
                        ("device_simple", "device simple"),
                        ("device_intermediate", "device intermediate"),
                        ("device_complex", "device complex"),
                        ("respiratory_simulation", "respiratory simulation"),
                        ("visit", "visit"),
                        ("physics_check", "physics check"),
                        ("port_image", "port image"),
                    ],
                    max_length=30,
                ),
            ),
            ("happened_on", models.DateField()),
            (
                "site",
                models.CharField(
                    blank=True,
                    choices=[
                        ("prostate", "prostate"),
                        ("prostate_bed", "prostate bed"),
                        ("breast", "breast"),
                        ("chest_wall", "chest wall"),
                        ("lung", "lung"),
                        ("esophagus", "esophagus"),
                        ("head_neck", "head neck"),
                        ("brain", "brain"),
                        ("spine", "spine"),
                        ("bone", "bone"),
                        ("pancreas", "pancreas"),
                        ("liver", "liver"),
                        ("stomach", "stomach"),
                        ("rectum", "rectum"),
                        ("anus", "anus"),
                        ("bladder", "bladder"),
                        ("uterus", "uterus"),
                        ("cervix", "cervix"),
                        ("vulva", "vulva"),
                        ("lymphoma", "lymphoma"),
                        ("sarcoma", "sarcoma"),
                        ("skin", "skin"),
                        ("other", "other"),
                    ],
                    max_length=20,
                ),
            ),
            (
                "performer",
                models.CharField(
                    blank=True,
                    choices=[
                        ("physician", "physician"),
                        ("nurse_practitioner", "nurse practitioner"),
                        ("physician_assistant", "physician assistant"),
                        ("physicist", "physicist"),
                        ("dosimetrist", "dosimetrist"),
                        ("therapist", "therapist"),
                    ],
                    max_length=20,
                ),
            ),
            ("units", models.PositiveSmallIntegerField(default=1)),
            ("distinct_service", models.BooleanField(default=False)),
            ("documented", models.BooleanField(default=True)),
            ("source_key", models.CharField(blank=True, max_length=128, null=True)),
            ("entered_at", models.DateTimeField(auto_now_add=True)),
            ("cancelled_at", models.DateTimeField(blank=True, null=True)),
            ("amendment_reason", models.CharField(blank=True, max_length=200)),
            (
                "entered_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="entered_events",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="events", to="oncocharge_courses.course"
                ),
            ),
            (
                "cancelled_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="cancelled_events",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("amended_at", models.DateTimeField(blank=True, null=True)),
            (
                "amended_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="amended_events",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("reason", models.CharField(blank=True, help_text="Why a special service was needed.", max_length=200)),
        ],
        options={
            "ordering": ("happened_on", "id"),
            "constraints": [
                models.UniqueConstraint(fields=("course", "source_key"), name="event_source_key_is_unique_in_course"),
                models.CheckConstraint(condition=models.Q(("units__gte", 1)), name="event_units_are_positive"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("cancelled_at__isnull", True),
                        models.Q(models.Q(("amendment_reason", ""), _negated=True), ("cancelled_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="event_cancelled_has_reason_and_user",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="event_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
                        hash="2a730b4e64fb6f065cec8f7838d136d2fd2ec7f8",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_event_raises_revision_a9749",
                        table="oncocharge_courses_clinicalevent",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_clinicaleventevent" ("amended_at", "amended_by_id", "amendment_reason", "cancelled_at", "cancelled_by_id", "course_id", "distinct_service", "documented", "entered_at", "entered_by_id", "family", "happened_on", "id", "performer", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "site", "source_key", "units") VALUES (NEW."amended_at", NEW."amended_by_id", NEW."amendment_reason", NEW."cancelled_at", NEW."cancelled_by_id", NEW."course_id", NEW."distinct_service", NEW."documented", NEW."entered_at", NEW."entered_by_id", NEW."family", NEW."happened_on", NEW."id", NEW."performer", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."site", NEW."source_key", NEW."units"); RETURN NULL;',
                        hash="575110367130e52eb6d78b3420dafc8e3a14f42e",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_30093",
                        table="oncocharge_courses_clinicalevent",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_courses_clinicaleventevent" ("amended_at", "amended_by_id", "amendment_reason", "cancelled_at", "cancelled_by_id", "course_id", "distinct_service", "documented", "entered_at", "entered_by_id", "family", "happened_on", "id", "performer", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "site", "source_key", "units") VALUES (NEW."amended_at", NEW."amended_by_id", NEW."amendment_reason", NEW."cancelled_at", NEW."cancelled_by_id", NEW."course_id", NEW."distinct_service", NEW."documented", NEW."entered_at", NEW."entered_by_id", NEW."family", NEW."happened_on", NEW."id", NEW."performer", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."site", NEW."source_key", NEW."units"); RETURN NULL;',
                        hash="5d38a27a955f7d8b2b551205453e882eae854f40",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_7d02e",
                        table="oncocharge_courses_clinicalevent",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_clinicaleventevent" ("amended_at", "amended_by_id", "amendment_reason", "cancelled_at", "cancelled_by_id", "course_id", "distinct_service", "documented", "entered_at", "entered_by_id", "family", "happened_on", "id", "performer", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "site", "source_key", "units") VALUES (OLD."amended_at", OLD."amended_by_id", OLD."amendment_reason", OLD."cancelled_at", OLD."cancelled_by_id", OLD."course_id", OLD."distinct_service", OLD."documented", OLD."entered_at", OLD."entered_by_id", OLD."family", OLD."happened_on", OLD."id", OLD."performer", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."site", OLD."source_key", OLD."units"); RETURN NULL;',
                        hash="8f8ceae6c40e2e6ec2dc868c60abb241fa890654",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_5f0b6",
                        table="oncocharge_courses_clinicalevent",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ClinicalEventEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            (
                "family",
                models.CharField(
                    choices=[
                        ("simulation_simple", "simulation simple"),
                        ("simulation_intermediate", "simulation intermediate"),
                        ("simulation_complex", "simulation complex"),
                        ("planning_note", "planning note"),
                        ("special_physics_consult", "special physics consult"),
                        ("special_treatment", "special treatment"),
                        ("basic_dosimetry", "basic dosimetry"),
                        ("isodose", "isodose"),
                        ("device_simple", "device simple"),
                        ("device_intermediate", "device intermediate"),
                        ("device_complex", "device complex"),
                        ("respiratory_simulation", "respiratory simulation"),
                        ("visit", "visit"),
                        ("physics_check", "physics check"),
                        ("port_image", "port image"),
                    ],
                    max_length=30,
                ),
            ),
            ("happened_on", models.DateField()),
            (
                "site",
                models.CharField(
                    blank=True,
                    choices=[
                        ("prostate", "prostate"),
                        ("prostate_bed", "prostate bed"),
                        ("breast", "breast"),
                        ("chest_wall", "chest wall"),
                        ("lung", "lung"),
                        ("esophagus", "esophagus"),
                        ("head_neck", "head neck"),
                        ("brain", "brain"),
                        ("spine", "spine"),
                        ("bone", "bone"),
                        ("pancreas", "pancreas"),
                        ("liver", "liver"),
                        ("stomach", "stomach"),
                        ("rectum", "rectum"),
                        ("anus", "anus"),
                        ("bladder", "bladder"),
                        ("uterus", "uterus"),
                        ("cervix", "cervix"),
                        ("vulva", "vulva"),
                        ("lymphoma", "lymphoma"),
                        ("sarcoma", "sarcoma"),
                        ("skin", "skin"),
                        ("other", "other"),
                    ],
                    max_length=20,
                ),
            ),
            (
                "performer",
                models.CharField(
                    blank=True,
                    choices=[
                        ("physician", "physician"),
                        ("nurse_practitioner", "nurse practitioner"),
                        ("physician_assistant", "physician assistant"),
                        ("physicist", "physicist"),
                        ("dosimetrist", "dosimetrist"),
                        ("therapist", "therapist"),
                    ],
                    max_length=20,
                ),
            ),
            ("units", models.PositiveSmallIntegerField(default=1)),
            ("distinct_service", models.BooleanField(default=False)),
            ("documented", models.BooleanField(default=True)),
            ("source_key", models.CharField(blank=True, max_length=128, null=True)),
            ("entered_at", models.DateTimeField(auto_now_add=True)),
            ("cancelled_at", models.DateTimeField(blank=True, null=True)),
            ("amendment_reason", models.CharField(blank=True, max_length=200)),
            (
                "entered_by",
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
                    to="oncocharge_courses.clinicalevent",
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
                "cancelled_by",
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
            ("amended_at", models.DateTimeField(blank=True, null=True)),
            (
                "amended_by",
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
            ("reason", models.CharField(blank=True, help_text="Why a special service was needed.", max_length=200)),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="9b57287f7ca04303316fea13375bcaf22333885d",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_af54f",
                        table="oncocharge_courses_clinicaleventevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
