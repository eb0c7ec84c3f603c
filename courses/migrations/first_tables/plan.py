"""First tables of courses/models/plan.py: Plan, with its history."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import courses.terms

TABLES = [
    migrations.CreateModel(
        name="Plan",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "key",
                models.CharField(
                    help_text="The plan's label, unique in the course.", max_length=40, verbose_name="plan"
                ),
            ),
            (
                "site",
                models.CharField(
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
                "laterality",
                models.CharField(
                    blank=True,
                    choices=[("left", "left"), ("right", "right"), ("bilateral", "bilateral")],
                    max_length=10,
                ),
            ),
            ("includes_nodes", models.BooleanField(default=False)),
            ("complex_delivery_documented", models.BooleanField(default=False)),
            (
                "technique",
                models.CharField(
                    choices=[
                        ("imrt", "imrt"),
                        ("vmat", "vmat"),
                        ("tomotherapy", "tomotherapy"),
                        ("conformal_3d", "conformal 3d"),
                        ("two_d", "two d"),
                        ("electron", "electron"),
                        ("total_skin_electron", "total skin electron"),
                        ("sbrt", "sbrt"),
                        ("srs", "srs"),
                        ("unknown", "unknown"),
                    ],
                    max_length=20,
                ),
            ),
            ("has_compensator", models.BooleanField(default=False)),
            ("isocenters", models.PositiveSmallIntegerField(blank=True, help_text="Empty: not recorded.", null=True)),
            (
                "isocenter_group",
                models.CharField(blank=True, help_text="Plans of one group share their isocenter.", max_length=20),
            ),
            ("static_fields", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("arcs", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("dvh_documented", models.BooleanField(default=True, verbose_name="dose-volume histograms documented")),
            (
                "planning_method",
                models.CharField(
                    choices=[("inverse", "inverse"), ("forward", "forward")],
                    default=courses.terms.PlanningMethod["INVERSE"],
                    max_length=8,
                ),
            ),
            ("imrt_planned", models.BooleanField(blank=True, help_text="Empty: by technique.", null=True)),
            (
                "active_motion_management",
                models.CharField(
                    choices=[
                        ("none", "none"),
                        ("gating", "gating"),
                        ("breath_hold", "breath hold"),
                        ("tracking", "tracking"),
                    ],
                    default=courses.terms.MotionManagement["NONE"],
                    max_length=12,
                ),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("initial", "initial"),
                        ("boost", "boost"),
                        ("replan", "replan"),
                        ("revision", "revision"),
                    ],
                    default=courses.terms.PlanKind["INITIAL"],
                    max_length=10,
                ),
            ),
            ("new_planning_ct", models.BooleanField(default=True, verbose_name="new planning CT")),
            ("necessity_documented", models.BooleanField(default=False)),
            ("respiratory_motion_simulation", models.BooleanField(default=False)),
            ("fractions", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="prescribed fractions")),
            ("sessions_per_day", models.PositiveSmallIntegerField(default=1)),
            (
                "default_guidance",
                models.CharField(blank=True, help_text="Image guidance proposed for each session.", max_length=12),
            ),
            ("approved_on", models.DateField(blank=True, null=True)),
            ("approved_at", models.DateTimeField(blank=True, null=True)),
            (
                "retired_on",
                models.DateField(blank=True, help_text="No fraction is proposed after this day.", null=True),
            ),
            (
                "dicom_uid",
                models.CharField(
                    blank=True, max_length=64, null=True, unique=True, verbose_name="DICOM SOP instance UID"
                ),
            ),
            (
                "evidence",
                models.JSONField(
                    blank=True, default=dict, help_text="What a DICOM plan showed: beams, shapes, isocenters."
                ),
            ),
            ("created_at", models.DateTimeField(auto_now_add=True)),
            (
                "approved_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="approved_plans",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="oncocharge_courses.course"
                ),
            ),
            (
                "machine",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="plans",
                    to="oncocharge_courses.machine",
                ),
            ),
            (
                "amendment_reason",
                models.CharField(
                    blank=True, help_text="Why its approval was withdrawn, or why it was retired.", max_length=200
                ),
            ),
            ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            (
                "confirmed_by",
                models.ForeignKey(
                    blank=True,
                    help_text="Who vouches that the entries are right, where a file proposed them.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="confirmed_plans",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("starts_on", models.DateField(blank=True, null=True, verbose_name="first treatment day")),
            (
                "usual_time",
                models.TimeField(blank=True, help_text="Of the first session of the day; clinic's clock.", null=True),
            ),
            (
                "weekdays",
                models.CharField(
                    default="12345", help_text="Days of treatment: 1 is Monday, 7 is Sunday.", max_length=7
                ),
            ),
            (
                "follows",
                models.ForeignKey(
                    blank=True,
                    help_text="The plan that it boosts, replaces or revises.",
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="followed_by",
                    to="oncocharge_courses.plan",
                ),
            ),
            (
                "necessity_note",
                models.TextField(
                    blank=True, help_text="Why another plan is necessary, as the chart says it.", max_length=500
                ),
            ),
            ("planning_ct_on", models.DateField(blank=True, null=True, verbose_name="day of the new planning CT")),
        ],
        options={
            "ordering": ("course", "approved_on", "id"),
            "constraints": [
                models.UniqueConstraint(fields=("course", "key"), name="plan_key_is_unique_in_course"),
                models.CheckConstraint(
                    condition=models.Q(("isocenters__isnull", True), ("isocenters__gte", 1), _connector="OR"),
                    name="plan_isocenters_are_positive",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("fractions__isnull", True),
                        models.Q(("fractions__gte", 1), ("fractions__lte", 100)),
                        _connector="OR",
                    ),
                    name="plan_fractions_are_1_to_100",
                ),
                models.CheckConstraint(
                    condition=models.Q(("sessions_per_day__gte", 1), ("sessions_per_day__lte", 4)),
                    name="plan_sessions_per_day_are_1_to_4",
                ),
                models.CheckConstraint(
                    condition=models.Q(("static_fields__isnull", True), ("arcs__isnull", True), _connector="OR"),
                    name="plan_fields_or_arcs_not_both",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("approved_at__isnull", True),
                        models.Q(("approved_by__isnull", False), ("approved_on__isnull", False)),
                        _connector="OR",
                    ),
                    name="plan_approval_moment_has_day_and_signer",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("weekdays__regex", "^1?2?3?4?5?6?7?$"), models.Q(("weekdays", ""), _negated=True)
                    ),
                    name="plan_weekdays_are_days_of_the_week",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("confirmed_at__isnull", True), ("confirmed_by__isnull", False), _connector="OR"
                    ),
                    name="plan_confirmed_has_signer",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("follows__isnull", True), models.Q(("follows", models.F("id")), _negated=True), _connector="OR"
                    ),
                    name="plan_does_not_follow_itself",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="plan_raises_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
            UPDATE oncocharge_courses_course SET revision = revision + 1
             WHERE id IN (COALESCE(NEW.course_id, OLD.course_id), COALESCE(OLD.course_id, NEW.course_id));
            RETURN COALESCE(NEW, OLD);
        """,
                        hash="3b28cc90b1e70522c90a05cf916a9f2535dd6dea",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_plan_raises_revision_4d0b8",
                        table="oncocharge_courses_plan",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="signed_content_keeps_its_signature",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."approved_at" IS NOT NULL)',
                        func="""
    IF NEW.approved_at IS NOT DISTINCT FROM OLD.approved_at AND ROW(NEW.course_id, NEW.key, NEW.kind, NEW.follows_id, NEW.site, NEW.laterality, NEW.includes_nodes, NEW.complex_delivery_documented, NEW.technique, NEW.has_compensator, NEW.isocenters, NEW.isocenter_group, NEW.static_fields, NEW.arcs, NEW.dvh_documented, NEW.planning_method, NEW.imrt_planned, NEW.active_motion_management, NEW.respiratory_motion_simulation, NEW.fractions, NEW.sessions_per_day, NEW.weekdays, NEW.default_guidance, NEW.new_planning_ct, NEW.planning_ct_on, NEW.necessity_documented, NEW.necessity_note, NEW.dicom_uid, NEW.evidence) IS DISTINCT FROM ROW(OLD.course_id, OLD.key, OLD.kind, OLD.follows_id, OLD.site, OLD.laterality, OLD.includes_nodes, OLD.complex_delivery_documented, OLD.technique, OLD.has_compensator, OLD.isocenters, OLD.isocenter_group, OLD.static_fields, OLD.arcs, OLD.dvh_documented, OLD.planning_method, OLD.imrt_planned, OLD.active_motion_management, OLD.respiratory_motion_simulation, OLD.fractions, OLD.sessions_per_day, OLD.weekdays, OLD.default_guidance, OLD.new_planning_ct, OLD.planning_ct_on, OLD.necessity_documented, OLD.necessity_note, OLD.dicom_uid, OLD.evidence) THEN
        NEW.approved_on := NULL;
        NEW.approved_at := NULL;
        NEW.approved_by_id := NULL;
        NEW.amendment_reason := 'Changed after it was signed: it needs a new signature.';
    END IF;
    RETURN NEW;
""",
                        hash="e1415e634d58b2e223a614d4425d009f553b15a4",
                        operation="UPDATE",
                        pgid="pgtrigger_signed_content_keeps_its_signature_572df",
                        table="oncocharge_courses_plan",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_planevent" ("active_motion_management", "amendment_reason", "approved_at", "approved_by_id", "approved_on", "arcs", "complex_delivery_documented", "confirmed_at", "confirmed_by_id", "course_id", "created_at", "default_guidance", "dicom_uid", "dvh_documented", "evidence", "follows_id", "fractions", "has_compensator", "id", "imrt_planned", "includes_nodes", "isocenter_group", "isocenters", "key", "kind", "laterality", "machine_id", "necessity_documented", "necessity_note", "new_planning_ct", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planning_ct_on", "planning_method", "respiratory_motion_simulation", "retired_on", "sessions_per_day", "site", "starts_on", "static_fields", "technique", "usual_time", "weekdays") VALUES (NEW."active_motion_management", NEW."amendment_reason", NEW."approved_at", NEW."approved_by_id", NEW."approved_on", NEW."arcs", NEW."complex_delivery_documented", NEW."confirmed_at", NEW."confirmed_by_id", NEW."course_id", NEW."created_at", NEW."default_guidance", NEW."dicom_uid", NEW."dvh_documented", NEW."evidence", NEW."follows_id", NEW."fractions", NEW."has_compensator", NEW."id", NEW."imrt_planned", NEW."includes_nodes", NEW."isocenter_group", NEW."isocenters", NEW."key", NEW."kind", NEW."laterality", NEW."machine_id", NEW."necessity_documented", NEW."necessity_note", NEW."new_planning_ct", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."planning_ct_on", NEW."planning_method", NEW."respiratory_motion_simulation", NEW."retired_on", NEW."sessions_per_day", NEW."site", NEW."starts_on", NEW."static_fields", NEW."technique", NEW."usual_time", NEW."weekdays"); RETURN NULL;',
                        hash="7e3e0e85dd8b1cc529204f08658a7402a2f2cf0f",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_3af63",
                        table="oncocharge_courses_plan",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_courses_planevent" ("active_motion_management", "amendment_reason", "approved_at", "approved_by_id", "approved_on", "arcs", "complex_delivery_documented", "confirmed_at", "confirmed_by_id", "course_id", "created_at", "default_guidance", "dicom_uid", "dvh_documented", "evidence", "follows_id", "fractions", "has_compensator", "id", "imrt_planned", "includes_nodes", "isocenter_group", "isocenters", "key", "kind", "laterality", "machine_id", "necessity_documented", "necessity_note", "new_planning_ct", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planning_ct_on", "planning_method", "respiratory_motion_simulation", "retired_on", "sessions_per_day", "site", "starts_on", "static_fields", "technique", "usual_time", "weekdays") VALUES (NEW."active_motion_management", NEW."amendment_reason", NEW."approved_at", NEW."approved_by_id", NEW."approved_on", NEW."arcs", NEW."complex_delivery_documented", NEW."confirmed_at", NEW."confirmed_by_id", NEW."course_id", NEW."created_at", NEW."default_guidance", NEW."dicom_uid", NEW."dvh_documented", NEW."evidence", NEW."follows_id", NEW."fractions", NEW."has_compensator", NEW."id", NEW."imrt_planned", NEW."includes_nodes", NEW."isocenter_group", NEW."isocenters", NEW."key", NEW."kind", NEW."laterality", NEW."machine_id", NEW."necessity_documented", NEW."necessity_note", NEW."new_planning_ct", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."planning_ct_on", NEW."planning_method", NEW."respiratory_motion_simulation", NEW."retired_on", NEW."sessions_per_day", NEW."site", NEW."starts_on", NEW."static_fields", NEW."technique", NEW."usual_time", NEW."weekdays"); RETURN NULL;',
                        hash="3eba0858672762857fd89fb7c56b70371877b265",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_42088",
                        table="oncocharge_courses_plan",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_courses_planevent" ("active_motion_management", "amendment_reason", "approved_at", "approved_by_id", "approved_on", "arcs", "complex_delivery_documented", "confirmed_at", "confirmed_by_id", "course_id", "created_at", "default_guidance", "dicom_uid", "dvh_documented", "evidence", "follows_id", "fractions", "has_compensator", "id", "imrt_planned", "includes_nodes", "isocenter_group", "isocenters", "key", "kind", "laterality", "machine_id", "necessity_documented", "necessity_note", "new_planning_ct", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planning_ct_on", "planning_method", "respiratory_motion_simulation", "retired_on", "sessions_per_day", "site", "starts_on", "static_fields", "technique", "usual_time", "weekdays") VALUES (OLD."active_motion_management", OLD."amendment_reason", OLD."approved_at", OLD."approved_by_id", OLD."approved_on", OLD."arcs", OLD."complex_delivery_documented", OLD."confirmed_at", OLD."confirmed_by_id", OLD."course_id", OLD."created_at", OLD."default_guidance", OLD."dicom_uid", OLD."dvh_documented", OLD."evidence", OLD."follows_id", OLD."fractions", OLD."has_compensator", OLD."id", OLD."imrt_planned", OLD."includes_nodes", OLD."isocenter_group", OLD."isocenters", OLD."key", OLD."kind", OLD."laterality", OLD."machine_id", OLD."necessity_documented", OLD."necessity_note", OLD."new_planning_ct", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."planning_ct_on", OLD."planning_method", OLD."respiratory_motion_simulation", OLD."retired_on", OLD."sessions_per_day", OLD."site", OLD."starts_on", OLD."static_fields", OLD."technique", OLD."usual_time", OLD."weekdays"); RETURN NULL;',
                        hash="5895aad64b4185d9680dd7165e37b6dab736cede",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_cbd87",
                        table="oncocharge_courses_plan",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PlanEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            (
                "key",
                models.CharField(
                    help_text="The plan's label, unique in the course.", max_length=40, verbose_name="plan"
                ),
            ),
            (
                "site",
                models.CharField(
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
                "laterality",
                models.CharField(
                    blank=True,
                    choices=[("left", "left"), ("right", "right"), ("bilateral", "bilateral")],
                    max_length=10,
                ),
            ),
            ("includes_nodes", models.BooleanField(default=False)),
            ("complex_delivery_documented", models.BooleanField(default=False)),
            (
                "technique",
                models.CharField(
                    choices=[
                        ("imrt", "imrt"),
                        ("vmat", "vmat"),
                        ("tomotherapy", "tomotherapy"),
                        ("conformal_3d", "conformal 3d"),
                        ("two_d", "two d"),
                        ("electron", "electron"),
                        ("total_skin_electron", "total skin electron"),
                        ("sbrt", "sbrt"),
                        ("srs", "srs"),
                        ("unknown", "unknown"),
                    ],
                    max_length=20,
                ),
            ),
            ("has_compensator", models.BooleanField(default=False)),
            ("isocenters", models.PositiveSmallIntegerField(blank=True, help_text="Empty: not recorded.", null=True)),
            (
                "isocenter_group",
                models.CharField(blank=True, help_text="Plans of one group share their isocenter.", max_length=20),
            ),
            ("static_fields", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("arcs", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("dvh_documented", models.BooleanField(default=True, verbose_name="dose-volume histograms documented")),
            (
                "planning_method",
                models.CharField(
                    choices=[("inverse", "inverse"), ("forward", "forward")],
                    default=courses.terms.PlanningMethod["INVERSE"],
                    max_length=8,
                ),
            ),
            ("imrt_planned", models.BooleanField(blank=True, help_text="Empty: by technique.", null=True)),
            (
                "active_motion_management",
                models.CharField(
                    choices=[
                        ("none", "none"),
                        ("gating", "gating"),
                        ("breath_hold", "breath hold"),
                        ("tracking", "tracking"),
                    ],
                    default=courses.terms.MotionManagement["NONE"],
                    max_length=12,
                ),
            ),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("initial", "initial"),
                        ("boost", "boost"),
                        ("replan", "replan"),
                        ("revision", "revision"),
                    ],
                    default=courses.terms.PlanKind["INITIAL"],
                    max_length=10,
                ),
            ),
            ("new_planning_ct", models.BooleanField(default=True, verbose_name="new planning CT")),
            ("necessity_documented", models.BooleanField(default=False)),
            ("respiratory_motion_simulation", models.BooleanField(default=False)),
            ("fractions", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="prescribed fractions")),
            ("sessions_per_day", models.PositiveSmallIntegerField(default=1)),
            (
                "default_guidance",
                models.CharField(blank=True, help_text="Image guidance proposed for each session.", max_length=12),
            ),
            ("approved_on", models.DateField(blank=True, null=True)),
            ("approved_at", models.DateTimeField(blank=True, null=True)),
            (
                "retired_on",
                models.DateField(blank=True, help_text="No fraction is proposed after this day.", null=True),
            ),
            (
                "dicom_uid",
                models.CharField(blank=True, max_length=64, null=True, verbose_name="DICOM SOP instance UID"),
            ),
            (
                "evidence",
                models.JSONField(
                    blank=True, default=dict, help_text="What a DICOM plan showed: beams, shapes, isocenters."
                ),
            ),
            ("created_at", models.DateTimeField(auto_now_add=True)),
            (
                "approved_by",
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
                    to="oncocharge_courses.plan",
                ),
            ),
            (
                "amendment_reason",
                models.CharField(
                    blank=True, help_text="Why its approval was withdrawn, or why it was retired.", max_length=200
                ),
            ),
            ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            (
                "confirmed_by",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    help_text="Who vouches that the entries are right, where a file proposed them.",
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("starts_on", models.DateField(blank=True, null=True, verbose_name="first treatment day")),
            (
                "usual_time",
                models.TimeField(blank=True, help_text="Of the first session of the day; clinic's clock.", null=True),
            ),
            (
                "weekdays",
                models.CharField(
                    default="12345", help_text="Days of treatment: 1 is Monday, 7 is Sunday.", max_length=7
                ),
            ),
            (
                "follows",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    help_text="The plan that it boosts, replaces or revises.",
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_courses.plan",
                ),
            ),
            (
                "necessity_note",
                models.TextField(
                    blank=True, help_text="Why another plan is necessary, as the chart says it.", max_length=500
                ),
            ),
            ("planning_ct_on", models.DateField(blank=True, null=True, verbose_name="day of the new planning CT")),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="8d6673319962fb76bf1010978d9dc4a8c5d00bbf",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_9cbba",
                        table="oncocharge_courses_planevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
