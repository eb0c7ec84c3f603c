"""First tables of billing/models/findings.py: StandingFinding, with its history."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="StandingFinding",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("source", models.CharField(default="rules", max_length=8)),
            ("severity", models.CharField(max_length=8)),
            ("code", models.CharField(max_length=40)),
            ("message", models.CharField(max_length=400)),
            ("subject", models.CharField(blank=True, max_length=160)),
            ("found_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ("resolved_at", models.DateTimeField(blank=True, null=True)),
            ("overridden_at", models.DateTimeField(blank=True, null=True)),
            ("override_reason", models.CharField(blank=True, max_length=200)),
            (
                "course",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="oncocharge_courses.course"
                ),
            ),
            (
                "entry",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="findings",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "overridden_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="overridden_findings",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("service_on", models.DateField(blank=True, null=True)),
        ],
        options={
            "ordering": ("course", "id"),
            "indexes": [
                models.Index(
                    condition=models.Q(
                        ("overridden_at__isnull", True), ("resolved_at__isnull", True), ("severity", "hold")
                    ),
                    fields=["entry"],
                    name="finding_holds_entry",
                ),
                models.Index(
                    condition=models.Q(("entry__isnull", True), ("resolved_at__isnull", True)),
                    fields=["service_on"],
                    name="finding_stands_alone",
                ),
                models.Index(
                    condition=models.Q(("resolved_at__isnull", True), ("source", "payer")),
                    fields=["entry"],
                    name="finding_of_payer",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("resolved_at__isnull", True)),
                    fields=("course", "entry", "code", "subject"),
                    name="finding_stands_once",
                    nulls_distinct=False,
                ),
                models.CheckConstraint(
                    condition=models.Q(("severity__in", ("hold", "warning", "info", "refused"))),
                    name="finding_severity_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("overridden_at__isnull", True),
                        models.Q(("overridden_by__isnull", False), models.Q(("override_reason", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="finding_override_has_user_and_reason",
                ),
                models.CheckConstraint(
                    condition=models.Q(("source__in", ("rules", "fees", "capture", "release", "claim", "payer"))),
                    name="finding_source_is_known",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_standingfindingevent" ("code", "course_id", "entry_id", "found_at", "id", "message", "overridden_at", "overridden_by_id", "override_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolved_at", "service_on", "severity", "source", "subject") VALUES (NEW."code", NEW."course_id", NEW."entry_id", NEW."found_at", NEW."id", NEW."message", NEW."overridden_at", NEW."overridden_by_id", NEW."override_reason", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."resolved_at", NEW."service_on", NEW."severity", NEW."source", NEW."subject"); RETURN NULL;',
                        hash="e5146b431e0b9d4cb9b45fcd23bebd8f34fad88f",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_c645b",
                        table="oncocharge_billing_standingfinding",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_standingfindingevent" ("code", "course_id", "entry_id", "found_at", "id", "message", "overridden_at", "overridden_by_id", "override_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolved_at", "service_on", "severity", "source", "subject") VALUES (NEW."code", NEW."course_id", NEW."entry_id", NEW."found_at", NEW."id", NEW."message", NEW."overridden_at", NEW."overridden_by_id", NEW."override_reason", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."resolved_at", NEW."service_on", NEW."severity", NEW."source", NEW."subject"); RETURN NULL;',
                        hash="bfca46f8a1f5b561c52a5c4de3bc383b83d440c2",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_2a428",
                        table="oncocharge_billing_standingfinding",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_standingfindingevent" ("code", "course_id", "entry_id", "found_at", "id", "message", "overridden_at", "overridden_by_id", "override_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolved_at", "service_on", "severity", "source", "subject") VALUES (OLD."code", OLD."course_id", OLD."entry_id", OLD."found_at", OLD."id", OLD."message", OLD."overridden_at", OLD."overridden_by_id", OLD."override_reason", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."resolved_at", OLD."service_on", OLD."severity", OLD."source", OLD."subject"); RETURN NULL;',
                        hash="739a63abbe1caf3041c949123895d8d4c0e2e048",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_e3d76",
                        table="oncocharge_billing_standingfinding",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="late_line_needs_a_second_person",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (NEW."code" = \'after-close\' AND NEW."overridden_at" IS NOT NULL)',
                        func="""
    IF TG_OP = 'UPDATE' THEN
        IF NEW.overridden_by_id = OLD.overridden_by_id THEN
            RETURN NEW;
        END IF;
    END IF;
    IF NEW.overridden_by_id IN (
    SELECT p.user_id FROM oncocharge_billing_lateline l
      JOIN oncocharge_billing_monthclose m ON m.id = l.close_id
      JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
     CROSS JOIN LATERAL (
           SELECT unnest(ARRAY[s.logged_by_id, s.signed_by_id, s.amended_by_id, s.cancelled_by_id]) AS user_id
             FROM oncocharge_courses_session s
            WHERE s.course_id = e.course_id AND (s.id = e.session_id
               OR greatest(s.logged_at, s.signed_at, s.amended_at, s.cancelled_at) > m.signed_at)
            UNION ALL
           SELECT s.guidance_reviewed_by_id FROM oncocharge_courses_session s
            WHERE s.course_id = e.course_id AND s.guidance_reviewed_at > m.signed_at
            UNION ALL
           SELECT unnest(ARRAY[v.entered_by_id, v.amended_by_id, v.cancelled_by_id])
             FROM oncocharge_courses_clinicalevent v
            WHERE v.course_id = e.course_id AND (split_part(e.line_key, '/', 2) = 'event:' || v.id
               OR greatest(v.entered_at, v.amended_at, v.cancelled_at) > m.signed_at)
            UNION ALL
           SELECT unnest(ARRAY[t.confirmed_by_id, t.approved_by_id]) FROM oncocharge_courses_plan t
            WHERE t.course_id = e.course_id AND (t.id = e.plan_id
               OR greatest(t.confirmed_at, t.approved_at) > m.signed_at)
            UNION ALL
           SELECT k.entered_by_id FROM oncocharge_billing_manualline k
            WHERE k.course_id = e.course_id AND (split_part(e.line_key, '/', 2) = 'manual_line:' || k.id
               OR greatest(k.entered_at, k.cancelled_at) > m.signed_at)
            UNION ALL
           SELECT unnest(ARRAY[d.edited_by_id, d.taken_back_by_id]) FROM oncocharge_billing_lineedit d
            WHERE d.course_id = e.course_id AND greatest(d.edited_at, d.taken_back_at) > m.signed_at) AS p
     WHERE l.entry_id = NEW.entry_id AND p.user_id IS NOT NULL
) THEN
        RAISE EXCEPTION 'user % entered what late ledger entry % rests on', NEW.overridden_by_id, NEW.entry_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'late_line_passes_by_a_second_person';
    END IF;
    RETURN NEW;
""",
                        hash="c351c6f5e75043db1632cb9838f3fe9fe27e16f9",
                        operation="INSERT OR UPDATE",
                        pgid="pgtrigger_late_line_needs_a_second_person_01a24",
                        table="oncocharge_billing_standingfinding",
                        when="BEFORE",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="StandingFindingEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("source", models.CharField(default="rules", max_length=8)),
            ("severity", models.CharField(max_length=8)),
            ("code", models.CharField(max_length=40)),
            ("message", models.CharField(max_length=400)),
            ("subject", models.CharField(blank=True, max_length=160)),
            ("found_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ("resolved_at", models.DateTimeField(blank=True, null=True)),
            ("overridden_at", models.DateTimeField(blank=True, null=True)),
            ("override_reason", models.CharField(blank=True, max_length=200)),
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
                "entry",
                models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "overridden_by",
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
                    to="oncocharge_billing.standingfinding",
                ),
            ),
            ("service_on", models.DateField(blank=True, null=True)),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="718fbfe7cee8c7c58a90c0822e47383a35a496b0",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_7e6e4",
                        table="oncocharge_billing_standingfindingevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
