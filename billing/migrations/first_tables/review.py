"""First tables of billing/models/review.py: HoldReason and Review, with their history."""

import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="HoldReason",
        fields=[
            ("code", models.SlugField(max_length=20, primary_key=True, serialize=False)),
            ("words", models.CharField(max_length=60, unique=True)),
            ("days", models.PositiveSmallIntegerField(help_text="Days until a line held for it comes back.")),
            ("place", models.PositiveSmallIntegerField(default=50, help_text="Where it stands in the list.")),
            (
                "is_active",
                models.BooleanField(default=True, help_text="Off: no longer offered. Lines held for it stay held."),
            ),
        ],
        options={
            "ordering": ("place", "code"),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("days__gte", 1), ("days__lte", 365)), name="hold_reason_days_are_1_to_365"
                ),
                models.CheckConstraint(condition=models.Q(("words", ""), _negated=True), name="hold_reason_has_words"),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_holdreasonevent" ("code", "days", "is_active", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "words") VALUES (NEW."code", NEW."days", NEW."is_active", _pgh_attach_context(), NOW(), \'insert\', NEW."code", NEW."place", NEW."words"); RETURN NULL;',
                        hash="595e7cfd4670a5d0af4cbf68440d3487ef8fed05",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_bbd4f",
                        table="oncocharge_billing_holdreason",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_holdreasonevent" ("code", "days", "is_active", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "words") VALUES (NEW."code", NEW."days", NEW."is_active", _pgh_attach_context(), NOW(), \'update\', NEW."code", NEW."place", NEW."words"); RETURN NULL;',
                        hash="571ec98d7980bc7a194cce31fc397f5dc96232b1",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_edfc7",
                        table="oncocharge_billing_holdreason",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_holdreasonevent" ("code", "days", "is_active", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "words") VALUES (OLD."code", OLD."days", OLD."is_active", _pgh_attach_context(), NOW(), \'delete\', OLD."code", OLD."place", OLD."words"); RETURN NULL;',
                        hash="d34229f7fb43a332373b9b95a1e523c5f662af05",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_e388c",
                        table="oncocharge_billing_holdreason",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="HoldReasonEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("code", models.SlugField(db_index=False, max_length=20, serialize=False)),
            ("words", models.CharField(max_length=60)),
            ("days", models.PositiveSmallIntegerField(help_text="Days until a line held for it comes back.")),
            ("place", models.PositiveSmallIntegerField(default=50, help_text="Where it stands in the list.")),
            (
                "is_active",
                models.BooleanField(default=True, help_text="Off: no longer offered. Lines held for it stay held."),
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
                    to="oncocharge_billing.holdreason",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="d62fda323ae660ff2e2297433da51bb39e446c61",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_d434b",
                        table="oncocharge_billing_holdreasonevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Review",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "state",
                models.CharField(choices=[("open", "Open"), ("held", "Held"), ("released", "Released")], max_length=8),
            ),
            ("reason", models.CharField(blank=True, max_length=300)),
            ("at", models.DateTimeField()),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reviews",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "entry",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="review",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            ("due_on", models.DateField(null=True)),
            ("held_since", models.DateTimeField(null=True)),
            (
                "owner",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="owned_holds",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("owner_role", models.CharField(blank=True, db_default="", default="", max_length=20)),
            (
                "code",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="reviews",
                    to="oncocharge_billing.holdreason",
                ),
            ),
        ],
        options={
            "ordering": ("entry",),
            "indexes": [
                models.Index(condition=models.Q(("state", "released")), fields=["entry"], name="review_released"),
                models.Index(condition=models.Q(("state", "held")), fields=["code"], name="review_held"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "held"), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="review_hold_has_reason",
                ),
                models.CheckConstraint(
                    condition=models.Q(("state__in", ("open", "held", "released"))), name="review_state_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "held"), _negated=True),
                        models.Q(("code__isnull", False), ("due_on__isnull", False), ("held_since__isnull", False)),
                        _connector="OR",
                    ),
                    name="review_hold_has_code_and_day",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "held"), _negated=True),
                        models.Q(("owner__isnull", False), ("owner_role", "")),
                        models.Q(
                            ("owner__isnull", True),
                            ("owner_role__in", ["therapist", "physicist", "physician", "biller", "billing manager"]),
                        ),
                        _connector="OR",
                    ),
                    name="review_hold_has_one_owner",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state", "held"),
                        models.Q(
                            ("code__isnull", True),
                            ("due_on__isnull", True),
                            ("held_since__isnull", True),
                            ("owner__isnull", True),
                            ("owner_role", ""),
                        ),
                        _connector="OR",
                    ),
                    name="review_only_a_hold_has_code_owner_and_day",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="held_line_is_not_released",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    IF NEW.state = 'released' AND EXISTS (
        SELECT 1 FROM oncocharge_billing_standingfinding f
         WHERE f.entry_id = NEW.entry_id AND f.severity = 'hold'
           AND f.resolved_at IS NULL AND f.overridden_at IS NULL)
    THEN
        RAISE EXCEPTION 'ledger entry % has an open hold finding and cannot be released', NEW.entry_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'review_held_line_is_not_released';
    END IF;
    RETURN NEW;
""",
                        hash="712d031856b6742c05b4a0985bfb5f756c493f15",
                        operation="INSERT OR UPDATE",
                        pgid="pgtrigger_held_line_is_not_released_0c33e",
                        table="oncocharge_billing_review",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="claimed_line_is_final",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    IF EXISTS (SELECT 1 FROM oncocharge_billing_claimline c
                WHERE c.entry_id = OLD.entry_id AND c.sequence = 'P' AND c.ended_at IS NULL) THEN
        RAISE EXCEPTION 'ledger entry % is on a claim; its review no longer changes', OLD.entry_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'review_of_claimed_line_is_final';
    END IF;
    RETURN COALESCE(NEW, OLD);
""",
                        hash="87f4b1903084dc6ba80c18d05b9c9f17a6e03e9d",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_claimed_line_is_final_4d450",
                        table="oncocharge_billing_review",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="leaves_no_hold",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.\"state\" = 'held' AND NOT (NEW.\"state\" = 'held'))",
                        func="""
    NEW.code_id := NULL;
    NEW.owner_id := NULL;
    NEW.owner_role := '';
    NEW.due_on := NULL;
    NEW.held_since := NULL;
    RETURN NEW;
""",
                        hash="1ff0a8f840869a69031ee7e74a29ebe4fad444c5",
                        operation="UPDATE",
                        pgid="pgtrigger_leaves_no_hold_90bd5",
                        table="oncocharge_billing_review",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_reviewevent" ("at", "by_id", "code_id", "due_on", "entry_id", "held_since", "id", "owner_id", "owner_role", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."at", NEW."by_id", NEW."code_id", NEW."due_on", NEW."entry_id", NEW."held_since", NEW."id", NEW."owner_id", NEW."owner_role", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;',
                        hash="e918d0cb946163175a762c6d3b59f3559d8c4cc9",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_756da",
                        table="oncocharge_billing_review",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_reviewevent" ("at", "by_id", "code_id", "due_on", "entry_id", "held_since", "id", "owner_id", "owner_role", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."at", NEW."by_id", NEW."code_id", NEW."due_on", NEW."entry_id", NEW."held_since", NEW."id", NEW."owner_id", NEW."owner_role", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;',
                        hash="c8667bcc67452a8a07a557e5bb0928ad2931d093",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_eea19",
                        table="oncocharge_billing_review",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_reviewevent" ("at", "by_id", "code_id", "due_on", "entry_id", "held_since", "id", "owner_id", "owner_role", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (OLD."at", OLD."by_id", OLD."code_id", OLD."due_on", OLD."entry_id", OLD."held_since", OLD."id", OLD."owner_id", OLD."owner_role", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."state"); RETURN NULL;',
                        hash="3e0fef184f7d04721dd35502eabcc25eda86357a",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_20989",
                        table="oncocharge_billing_review",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="late_line_is_not_released_unseen",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (NEW.\"state\" = 'released')",
                        func="""
    IF EXISTS (SELECT FROM oncocharge_billing_lateline l
                 JOIN oncocharge_billing_monthclose m ON m.id = l.close_id AND m.reopened_at IS NULL
                WHERE l.entry_id = NEW.entry_id)
       AND NOT EXISTS (SELECT FROM oncocharge_billing_standingfinding f
                        WHERE f.entry_id = NEW.entry_id AND f.code = 'after-close'
                          AND f.resolved_at IS NULL AND f.overridden_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'ledger entry % came after its month was signed off; nobody let it pass', NEW.entry_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'late_line_is_seen_by_two';
    END IF;
    RETURN NEW;
""",
                        hash="a745401dda0cb616c3cc13d697e6e36733443576",
                        operation="INSERT OR UPDATE",
                        pgid="pgtrigger_late_line_is_not_released_unseen_f13f8",
                        table="oncocharge_billing_review",
                        when="BEFORE",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ReviewEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            (
                "state",
                models.CharField(choices=[("open", "Open"), ("held", "Held"), ("released", "Released")], max_length=8),
            ),
            ("reason", models.CharField(blank=True, max_length=300)),
            ("at", models.DateTimeField()),
            (
                "by",
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
                    to="oncocharge_billing.review",
                ),
            ),
            ("due_on", models.DateField(null=True)),
            ("held_since", models.DateTimeField(null=True)),
            (
                "owner",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            ("owner_role", models.CharField(blank=True, db_default="", default="", max_length=20)),
            (
                "code",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.holdreason",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="26a50ae8507ed845e3dbc90082159b24f38489de",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_dd968",
                        table="oncocharge_billing_reviewevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
