"""First tables of courses/models/session.py: Session and Fraction, with their history."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import courses.terms

TABLES = [
    migrations.CreateModel(
        name="Session",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("starts_at", models.DateTimeField()),
            ("treated_on", models.DateField()),
            (
                "status",
                models.CharField(
                    choices=[("treated", "treated"), ("partial", "partial"), ("aborted", "aborted")],
                    default=courses.terms.SessionStatus["TREATED"],
                    max_length=8,
                ),
            ),
            ("status_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
            ("second_session_reason", models.CharField(blank=True, max_length=200)),
            (
                "guidance",
                models.CharField(
                    choices=[
                        ("none", "none"),
                        ("cbct", "cbct"),
                        ("kv", "kv"),
                        ("fiducial_kv", "fiducial kv"),
                        ("ultrasound", "ultrasound"),
                        ("surface", "surface"),
                    ],
                    default=courses.terms.Guidance["NONE"],
                    max_length=12,
                ),
            ),
            (
                "guidance_reviewed",
                models.BooleanField(default=False, help_text="By the physician, before the next fraction."),
            ),
            (
                "active_motion_management",
                models.CharField(
                    blank=True,
                    choices=[
                        ("none", "none"),
                        ("gating", "gating"),
                        ("breath_hold", "breath hold"),
                        ("tracking", "tracking"),
                    ],
                    help_text="Empty: as the plan says.",
                    max_length=12,
                ),
            ),
            ("motion_record_complete", models.BooleanField(blank=True, null=True)),
            ("mixed_electrons", models.BooleanField(default=False)),
            ("is_inpatient", models.BooleanField(default=False)),
            ("adapted_online", models.BooleanField(default=False)),
            ("source_key", models.CharField(blank=True, max_length=128, null=True)),
            ("entry_key", models.UUIDField(blank=True, null=True, unique=True)),
            ("logged_at", models.DateTimeField(auto_now_add=True)),
            ("signed_at", models.DateTimeField(blank=True, null=True)),
            ("cancelled_at", models.DateTimeField(blank=True, null=True)),
            (
                "amendment_reason",
                models.CharField(
                    blank=True, help_text="Why the entry was last corrected or cancelled.", max_length=200
                ),
            ),
            (
                "cancelled_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="cancelled_sessions",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="sessions", to="oncocharge_courses.course"
                ),
            ),
            (
                "logged_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="logged_sessions",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "machine",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="sessions",
                    to="oncocharge_courses.machine",
                ),
            ),
            (
                "resumes",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="resumptions",
                    to="oncocharge_courses.session",
                ),
            ),
            (
                "signed_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="signed_sessions",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("entry_digest", models.CharField(blank=True, editable=False, max_length=64)),
            ("guidance_reviewed_at", models.DateTimeField(blank=True, null=True)),
            (
                "guidance_reviewed_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reviewed_sessions",
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
                    related_name="amended_sessions",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("motion_beam_hold", models.CharField(blank=True, max_length=120, verbose_name="beam-hold rule")),
            ("motion_system", models.CharField(blank=True, help_text="What watched the motion.", max_length=80)),
            (
                "motion_threshold",
                models.CharField(blank=True, help_text="The window or distance allowed.", max_length=80),
            ),
            (
                "isocenters",
                models.PositiveSmallIntegerField(
                    blank=True,
                    help_text="Of photons. Empty: as the plans say.",
                    null=True,
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(20),
                    ],
                    verbose_name="isocenters treated",
                ),
            ),
        ],
        options={
            "ordering": ("starts_at", "id"),
            "indexes": [
                models.Index(fields=["machine", "treated_on"], name="session_machine_day"),
                models.Index(fields=["treated_on"], name="session_day"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("course", "source_key"), name="session_source_key_is_unique_in_course"),
                models.CheckConstraint(
                    condition=models.Q(("signed_at__isnull", True), ("signed_by__isnull", False), _connector="OR"),
                    name="session_signed_has_signer",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("cancelled_at__isnull", True),
                        models.Q(models.Q(("amendment_reason", ""), _negated=True), ("cancelled_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="session_cancelled_has_reason_and_user",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("status", "treated"), models.Q(("status_reason", ""), _negated=True), _connector="OR"
                    ),
                    name="session_interrupted_has_reason",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("resumes__isnull", True), models.Q(("resumes", models.F("id")), _negated=True), _connector="OR"
                    ),
                    name="session_does_not_resume_itself",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("guidance_reviewed_at__isnull", True), ("guidance_reviewed_by__isnull", False), _connector="OR"
                    ),
                    name="session_reviewed_has_reviewer",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("amended_at__isnull", True),
                        models.Q(models.Q(("amendment_reason", ""), _negated=True), ("amended_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="session_amended_has_reason_and_user",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("isocenters__isnull", True),
                        models.Q(("isocenters__gte", 1), ("isocenters__lte", 20)),
                        _connector="OR",
                    ),
                    name="session_isocenters_are_1_to_20",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="session_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
                        hash="5e4b637ca555f3b528efb52251004a184c5224e2",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_session_raises_revision_5e7f4",
                        table="oncocharge_courses_session",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_sessionevent" ("active_motion_management", "adapted_online", "amended_at", "amended_by_id", "amendment_reason", "cancelled_at", "cancelled_by_id", "course_id", "entry_digest", "entry_key", "guidance", "guidance_reviewed", "guidance_reviewed_at", "guidance_reviewed_by_id", "id", "is_inpatient", "isocenters", "logged_at", "logged_by_id", "machine_id", "mixed_electrons", "motion_beam_hold", "motion_record_complete", "motion_system", "motion_threshold", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resumes_id", "second_session_reason", "signed_at", "signed_by_id", "source_key", "starts_at", "status", "status_reason", "treated_on") VALUES (NEW."active_motion_management", NEW."adapted_online", NEW."amended_at", NEW."amended_by_id", NEW."amendment_reason", NEW."cancelled_at", NEW."cancelled_by_id", NEW."course_id", NEW."entry_digest", NEW."entry_key", NEW."guidance", NEW."guidance_reviewed", NEW."guidance_reviewed_at", NEW."guidance_reviewed_by_id", NEW."id", NEW."is_inpatient", NEW."isocenters", NEW."logged_at", NEW."logged_by_id", NEW."machine_id", NEW."mixed_electrons", NEW."motion_beam_hold", NEW."motion_record_complete", NEW."motion_system", NEW."motion_threshold", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."resumes_id", NEW."second_session_reason", NEW."signed_at", NEW."signed_by_id", NEW."source_key", NEW."starts_at", NEW."status", NEW."status_reason", NEW."treated_on"); RETURN NULL;',
                        hash="76734111e4e0495eaf578aef71bf2662fa8f558c",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_1b254",
                        table="oncocharge_courses_session",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_courses_sessionevent" ("active_motion_management", "adapted_online", "amended_at", "amended_by_id", "amendment_reason", "cancelled_at", "cancelled_by_id", "course_id", "entry_digest", "entry_key", "guidance", "guidance_reviewed", "guidance_reviewed_at", "guidance_reviewed_by_id", "id", "is_inpatient", "isocenters", "logged_at", "logged_by_id", "machine_id", "mixed_electrons", "motion_beam_hold", "motion_record_complete", "motion_system", "motion_threshold", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resumes_id", "second_session_reason", "signed_at", "signed_by_id", "source_key", "starts_at", "status", "status_reason", "treated_on") VALUES (NEW."active_motion_management", NEW."adapted_online", NEW."amended_at", NEW."amended_by_id", NEW."amendment_reason", NEW."cancelled_at", NEW."cancelled_by_id", NEW."course_id", NEW."entry_digest", NEW."entry_key", NEW."guidance", NEW."guidance_reviewed", NEW."guidance_reviewed_at", NEW."guidance_reviewed_by_id", NEW."id", NEW."is_inpatient", NEW."isocenters", NEW."logged_at", NEW."logged_by_id", NEW."machine_id", NEW."mixed_electrons", NEW."motion_beam_hold", NEW."motion_record_complete", NEW."motion_system", NEW."motion_threshold", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."resumes_id", NEW."second_session_reason", NEW."signed_at", NEW."signed_by_id", NEW."source_key", NEW."starts_at", NEW."status", NEW."status_reason", NEW."treated_on"); RETURN NULL;',
                        hash="537e719292ed0f1ccb05f47f138f9324e5c40748",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_ab188",
                        table="oncocharge_courses_session",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_sessionevent" ("active_motion_management", "adapted_online", "amended_at", "amended_by_id", "amendment_reason", "cancelled_at", "cancelled_by_id", "course_id", "entry_digest", "entry_key", "guidance", "guidance_reviewed", "guidance_reviewed_at", "guidance_reviewed_by_id", "id", "is_inpatient", "isocenters", "logged_at", "logged_by_id", "machine_id", "mixed_electrons", "motion_beam_hold", "motion_record_complete", "motion_system", "motion_threshold", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resumes_id", "second_session_reason", "signed_at", "signed_by_id", "source_key", "starts_at", "status", "status_reason", "treated_on") VALUES (OLD."active_motion_management", OLD."adapted_online", OLD."amended_at", OLD."amended_by_id", OLD."amendment_reason", OLD."cancelled_at", OLD."cancelled_by_id", OLD."course_id", OLD."entry_digest", OLD."entry_key", OLD."guidance", OLD."guidance_reviewed", OLD."guidance_reviewed_at", OLD."guidance_reviewed_by_id", OLD."id", OLD."is_inpatient", OLD."isocenters", OLD."logged_at", OLD."logged_by_id", OLD."machine_id", OLD."mixed_electrons", OLD."motion_beam_hold", OLD."motion_record_complete", OLD."motion_system", OLD."motion_threshold", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."resumes_id", OLD."second_session_reason", OLD."signed_at", OLD."signed_by_id", OLD."source_key", OLD."starts_at", OLD."status", OLD."status_reason", OLD."treated_on"); RETURN NULL;',
                        hash="0552b4bbf34af19a54589ad3e7a367328abaa0cd",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_520bd",
                        table="oncocharge_courses_session",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="SessionEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("starts_at", models.DateTimeField()),
            ("treated_on", models.DateField()),
            (
                "status",
                models.CharField(
                    choices=[("treated", "treated"), ("partial", "partial"), ("aborted", "aborted")],
                    default=courses.terms.SessionStatus["TREATED"],
                    max_length=8,
                ),
            ),
            ("status_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
            ("second_session_reason", models.CharField(blank=True, max_length=200)),
            (
                "guidance",
                models.CharField(
                    choices=[
                        ("none", "none"),
                        ("cbct", "cbct"),
                        ("kv", "kv"),
                        ("fiducial_kv", "fiducial kv"),
                        ("ultrasound", "ultrasound"),
                        ("surface", "surface"),
                    ],
                    default=courses.terms.Guidance["NONE"],
                    max_length=12,
                ),
            ),
            (
                "guidance_reviewed",
                models.BooleanField(default=False, help_text="By the physician, before the next fraction."),
            ),
            (
                "active_motion_management",
                models.CharField(
                    blank=True,
                    choices=[
                        ("none", "none"),
                        ("gating", "gating"),
                        ("breath_hold", "breath hold"),
                        ("tracking", "tracking"),
                    ],
                    help_text="Empty: as the plan says.",
                    max_length=12,
                ),
            ),
            ("motion_record_complete", models.BooleanField(blank=True, null=True)),
            ("mixed_electrons", models.BooleanField(default=False)),
            ("is_inpatient", models.BooleanField(default=False)),
            ("adapted_online", models.BooleanField(default=False)),
            ("source_key", models.CharField(blank=True, max_length=128, null=True)),
            ("entry_key", models.UUIDField(blank=True, null=True)),
            ("logged_at", models.DateTimeField(auto_now_add=True)),
            ("signed_at", models.DateTimeField(blank=True, null=True)),
            ("cancelled_at", models.DateTimeField(blank=True, null=True)),
            (
                "amendment_reason",
                models.CharField(
                    blank=True, help_text="Why the entry was last corrected or cancelled.", max_length=200
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
                "logged_by",
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
                "machine",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_courses.machine",
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
                    to="oncocharge_courses.session",
                ),
            ),
            (
                "resumes",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_courses.session",
                ),
            ),
            (
                "signed_by",
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
            ("entry_digest", models.CharField(blank=True, editable=False, max_length=64)),
            ("guidance_reviewed_at", models.DateTimeField(blank=True, null=True)),
            (
                "guidance_reviewed_by",
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
            ("motion_beam_hold", models.CharField(blank=True, max_length=120, verbose_name="beam-hold rule")),
            ("motion_system", models.CharField(blank=True, help_text="What watched the motion.", max_length=80)),
            (
                "motion_threshold",
                models.CharField(blank=True, help_text="The window or distance allowed.", max_length=80),
            ),
            (
                "isocenters",
                models.PositiveSmallIntegerField(
                    blank=True,
                    help_text="Of photons. Empty: as the plans say.",
                    null=True,
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(20),
                    ],
                    verbose_name="isocenters treated",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="89e55121c6516979b7f38c7818e9fc51548e4c80",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_8868d",
                        table="oncocharge_courses_sessionevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Fraction",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("is_standing", models.BooleanField(default=True)),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="delivered_fractions",
                    to="oncocharge_courses.course",
                ),
            ),
            (
                "plan",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="delivered_fractions",
                    to="oncocharge_courses.plan",
                ),
            ),
            (
                "session",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="fractions",
                    to="oncocharge_courses.session",
                ),
            ),
        ],
        options={
            "ordering": ("session", "plan"),
            "constraints": [
                models.UniqueConstraint(fields=("session", "plan"), name="fraction_plan_once_per_session"),
                models.UniqueConstraint(
                    condition=models.Q(("is_standing", True)),
                    fields=("plan", "number"),
                    name="fraction_is_delivered_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(("number__isnull", True), ("number__gte", 1), _connector="OR"),
                    name="fraction_number_is_positive",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="fraction_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
                        hash="9639cbd263bd79a94cf35daf6525220b0f379926",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_fraction_raises_revision_8d7b0",
                        table="oncocharge_courses_fraction",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_fractionevent" ("course_id", "id", "is_standing", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "session_id") VALUES (NEW."course_id", NEW."id", NEW."is_standing", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."session_id"); RETURN NULL;',
                        hash="16fe6a9af0fcea42ea5fe760fa906c8a82572ce3",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_cf48f",
                        table="oncocharge_courses_fraction",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_courses_fractionevent" ("course_id", "id", "is_standing", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "session_id") VALUES (NEW."course_id", NEW."id", NEW."is_standing", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."session_id"); RETURN NULL;',
                        hash="cb322c368f2553d87a9d87276a6de4f15496a9ff",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_790c9",
                        table="oncocharge_courses_fraction",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_fractionevent" ("course_id", "id", "is_standing", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "session_id") VALUES (OLD."course_id", OLD."id", OLD."is_standing", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."session_id"); RETURN NULL;',
                        hash="3dfa97256e20c46ea6a227436917a6c5f40747b0",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_f9d97",
                        table="oncocharge_courses_fraction",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="FractionEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("number", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("is_standing", models.BooleanField(default=True)),
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
                    to="oncocharge_courses.fraction",
                ),
            ),
            (
                "plan",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_courses.plan",
                ),
            ),
            (
                "session",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_courses.session",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="0a09c251c212b6809a3daac364ddfd2f7d43002d",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_a6936",
                        table="oncocharge_courses_fractionevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
