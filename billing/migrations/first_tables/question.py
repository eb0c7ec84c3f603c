"""First tables of billing/models/question.py: Question, with its history."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Question",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("text", models.CharField(max_length=400)),
            ("asked_at", models.DateTimeField()),
            ("asked_role", models.CharField(blank=True, default="", max_length=20)),
            ("answer", models.CharField(blank=True, default="", max_length=600)),
            ("answered_at", models.DateTimeField(null=True)),
            ("closed_at", models.DateTimeField(null=True)),
            ("closed_reason", models.CharField(blank=True, default="", max_length=200)),
            ("seen_at", models.DateTimeField(null=True)),
            (
                "answered_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="answered_questions",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "asked_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="asked_questions",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "asked_of",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="questions_to_answer",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "closed_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="closed_questions",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "entry",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="questions",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "follows",
                models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="next",
                    to="oncocharge_billing.question",
                ),
            ),
            (
                "seen_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="read_answers",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "ordering": ("asked_at", "id"),
            "indexes": [
                models.Index(
                    condition=models.Q(("answered_at__isnull", True), ("closed_at__isnull", True)),
                    fields=["asked_at"],
                    name="question_open",
                ),
                models.Index(
                    condition=models.Q(("answered_at__isnull", False), ("seen_at", None)),
                    fields=["asked_by"],
                    name="question_unread",
                ),
            ],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="question_has_text"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("asked_of__isnull", False), ("asked_role", "")),
                        models.Q(
                            ("asked_of__isnull", True), ("asked_role__in", ["physician", "physicist", "therapist"])
                        ),
                        _connector="OR",
                    ),
                    name="question_is_put_to_a_person_or_a_role",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("answer", ""), ("answered_at__isnull", True), ("answered_by__isnull", True)),
                        models.Q(
                            ("answered_at__isnull", False),
                            ("answered_by__isnull", False),
                            models.Q(("answer", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="question_answer_has_words_and_user",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("closed_at__isnull", True), ("closed_by__isnull", True), ("closed_reason", "")),
                        models.Q(("closed_at__isnull", False), models.Q(("closed_reason", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="question_closed_has_words",
                ),
                models.CheckConstraint(
                    condition=models.Q(("answered_at__isnull", True), ("closed_at__isnull", True), _connector="OR"),
                    name="question_is_answered_or_closed",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("seen_at__isnull", True), ("seen_by__isnull", True)),
                        models.Q(
                            ("answered_at__isnull", False), ("seen_at__isnull", False), ("seen_by__isnull", False)
                        ),
                        _connector="OR",
                    ),
                    name="question_read_has_answer_and_reader",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("answered_at__isnull", True), ("closed_at__isnull", True)),
                    fields=("entry",),
                    name="question_stands_once_on_a_line",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="thread_stays",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="3782b27ab2832b0d87499e698a9b6c36b4ca501d",
                        operation="DELETE",
                        pgid="pgtrigger_thread_stays_daf5e",
                        table="oncocharge_billing_question",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="answered_once",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    IF ROW(NEW.text, NEW.asked_by_id, NEW.asked_at, NEW.asked_of_id, NEW.asked_role, NEW.follows_id)
       IS DISTINCT FROM ROW(OLD.text, OLD.asked_by_id, OLD.asked_at, OLD.asked_of_id, OLD.asked_role, OLD.follows_id)
    THEN
        RAISE EXCEPTION 'question % was asked and does not change', OLD.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'question_stays_as_asked';
    END IF;
    IF (OLD.answered_at IS NOT NULL OR OLD.closed_at IS NOT NULL)
       AND ROW(NEW.answer, NEW.answered_by_id, NEW.answered_at, NEW.closed_at, NEW.closed_by_id, NEW.closed_reason)
           IS DISTINCT FROM
           ROW(OLD.answer, OLD.answered_by_id, OLD.answered_at, OLD.closed_at, OLD.closed_by_id, OLD.closed_reason)
    THEN
        RAISE EXCEPTION 'question % is answered or closed already', OLD.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'question_is_answered_once';
    END IF;
    RETURN NEW;
""",
                        hash="11e0305a29d728211b268a8923004de0e09cbcbd",
                        operation="UPDATE",
                        pgid="pgtrigger_answered_once_0f1e5",
                        table="oncocharge_billing_question",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_questionevent" ("answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "asked_of_id", "asked_role", "closed_at", "closed_by_id", "closed_reason", "entry_id", "follows_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seen_at", "seen_by_id", "text") VALUES (NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."asked_of_id", NEW."asked_role", NEW."closed_at", NEW."closed_by_id", NEW."closed_reason", NEW."entry_id", NEW."follows_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."seen_at", NEW."seen_by_id", NEW."text"); RETURN NULL;',
                        hash="bdb17af199e2976eeda36e7b0d03888bc8847a5a",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_0d6e1",
                        table="oncocharge_billing_question",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_questionevent" ("answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "asked_of_id", "asked_role", "closed_at", "closed_by_id", "closed_reason", "entry_id", "follows_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seen_at", "seen_by_id", "text") VALUES (NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."asked_at", NEW."asked_by_id", NEW."asked_of_id", NEW."asked_role", NEW."closed_at", NEW."closed_by_id", NEW."closed_reason", NEW."entry_id", NEW."follows_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."seen_at", NEW."seen_by_id", NEW."text"); RETURN NULL;',
                        hash="256e6bab97a7dc2e5e639af621e2e341490d57a1",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_0a39c",
                        table="oncocharge_billing_question",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_questionevent" ("answer", "answered_at", "answered_by_id", "asked_at", "asked_by_id", "asked_of_id", "asked_role", "closed_at", "closed_by_id", "closed_reason", "entry_id", "follows_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seen_at", "seen_by_id", "text") VALUES (OLD."answer", OLD."answered_at", OLD."answered_by_id", OLD."asked_at", OLD."asked_by_id", OLD."asked_of_id", OLD."asked_role", OLD."closed_at", OLD."closed_by_id", OLD."closed_reason", OLD."entry_id", OLD."follows_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."seen_at", OLD."seen_by_id", OLD."text"); RETURN NULL;',
                        hash="9320fc91d40d5be78412230eec4e9aa33181c6f8",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_a49a1",
                        table="oncocharge_billing_question",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="QuestionEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("text", models.CharField(max_length=400)),
            ("asked_at", models.DateTimeField()),
            ("asked_role", models.CharField(blank=True, default="", max_length=20)),
            ("answer", models.CharField(blank=True, default="", max_length=600)),
            ("answered_at", models.DateTimeField(null=True)),
            ("closed_at", models.DateTimeField(null=True)),
            ("closed_reason", models.CharField(blank=True, default="", max_length=200)),
            ("seen_at", models.DateTimeField(null=True)),
            (
                "answered_by",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "asked_by",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "asked_of",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "closed_by",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "entry",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "follows",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.question",
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
                    to="oncocharge_billing.question",
                ),
            ),
            (
                "seen_by",
                models.ForeignKey(
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
                        hash="a2e11edce54b21359f3c5e9342d8ba16ded706a4",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_5c761",
                        table="oncocharge_billing_questionevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
