"""First tables of patients/models/payer.py: Payer and PayerPolicy, with their history."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

import patients.models.payer
import patients.terms
import patients.validators

TABLES = [
    migrations.CreateModel(
        name="Payer",
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
                "kind",
                models.CharField(
                    choices=[
                        ("medicare", "medicare"),
                        ("medicare_advantage", "medicare advantage"),
                        ("medicaid", "medicaid"),
                        ("commercial", "commercial"),
                        ("tricare", "tricare"),
                        ("workers_comp", "workers comp"),
                        ("self_pay", "self pay"),
                    ],
                    max_length=20,
                ),
            ),
            (
                "payer_id",
                models.CharField(
                    help_text="The id by which the clearinghouse knows this payer.",
                    max_length=80,
                    verbose_name="payer id",
                ),
            ),
            (
                "filing_indicator",
                models.CharField(
                    default="CI", help_text="Claim filing indicator: MB, MA, MC, CI, BL, 16 ...", max_length=2
                ),
            ),
            ("is_active", models.BooleanField(default=True)),
            ("revision", models.PositiveIntegerField(default=1, editable=False)),
        ],
        options={
            "ordering": ("name",),
            "constraints": [
                models.CheckConstraint(condition=models.Q(("payer_id", ""), _negated=True), name="payer_id_is_given")
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_payerevent" ("city", "filing_indicator", "id", "is_active", "kind", "name", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street", "street2", "zip_code") VALUES (NEW."city", NEW."filing_indicator", NEW."id", NEW."is_active", NEW."kind", NEW."name", NEW."payer_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state", NEW."street", NEW."street2", NEW."zip_code"); RETURN NULL;',
                        hash="b01431e657ef564c3b976c438abf661e3486040f",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_4371f",
                        table="oncocharge_patients_payer",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."filing_indicator" IS DISTINCT FROM (NEW."filing_indicator") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."payer_id" IS DISTINCT FROM (NEW."payer_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."street" IS DISTINCT FROM (NEW."street") OR OLD."street2" IS DISTINCT FROM (NEW."street2") OR OLD."zip_code" IS DISTINCT FROM (NEW."zip_code"))',
                        func='INSERT INTO "oncocharge_patients_payerevent" ("city", "filing_indicator", "id", "is_active", "kind", "name", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street", "street2", "zip_code") VALUES (NEW."city", NEW."filing_indicator", NEW."id", NEW."is_active", NEW."kind", NEW."name", NEW."payer_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state", NEW."street", NEW."street2", NEW."zip_code"); RETURN NULL;',
                        hash="57e45e77b255f213bdb4e444c0b7a75f3acf9a9d",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_2ec46",
                        table="oncocharge_patients_payer",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_payerevent" ("city", "filing_indicator", "id", "is_active", "kind", "name", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "street", "street2", "zip_code") VALUES (OLD."city", OLD."filing_indicator", OLD."id", OLD."is_active", OLD."kind", OLD."name", OLD."payer_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."state", OLD."street", OLD."street2", OLD."zip_code"); RETURN NULL;',
                        hash="62ad8b75278572e90e1f5715c7bc40250c6b15db",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_8cb10",
                        table="oncocharge_patients_payer",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="raises_own_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="IF NEW.revision = OLD.revision THEN NEW.revision := OLD.revision + 1; END IF; RETURN NEW;",
                        hash="099b06eaea8cc6399252307504e754708703cb07",
                        operation="UPDATE",
                        pgid="pgtrigger_raises_own_revision_f67b5",
                        table="oncocharge_patients_payer",
                        when="BEFORE",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PayerEvent",
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
                "kind",
                models.CharField(
                    choices=[
                        ("medicare", "medicare"),
                        ("medicare_advantage", "medicare advantage"),
                        ("medicaid", "medicaid"),
                        ("commercial", "commercial"),
                        ("tricare", "tricare"),
                        ("workers_comp", "workers comp"),
                        ("self_pay", "self pay"),
                    ],
                    max_length=20,
                ),
            ),
            (
                "payer_id",
                models.CharField(
                    help_text="The id by which the clearinghouse knows this payer.",
                    max_length=80,
                    verbose_name="payer id",
                ),
            ),
            (
                "filing_indicator",
                models.CharField(
                    default="CI", help_text="Claim filing indicator: MB, MA, MC, CI, BL, 16 ...", max_length=2
                ),
            ),
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
                        hash="92a60b35d76e8d6606d8e0acd5430f85411a5f88",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_df4ce",
                        table="oncocharge_patients_payerevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="PayerPolicy",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField(blank=True, null=True)),
            (
                "delivery_code_set",
                models.CharField(blank=True, choices=[("cpt", "cpt"), ("hcpcs_g", "hcpcs g")], max_length=8),
            ),
            (
                "nodes_level",
                models.CharField(blank=True, choices=[("simple", "simple"), ("complex", "complex")], max_length=8),
            ),
            ("left_breast_complex", models.BooleanField(default=False)),
            (
                "second_session_modifier",
                models.CharField(
                    choices=[("76", "76"), ("59", "59"), ("XE", "XE"), ("none", "none")],
                    default=patients.terms.SecondSessionModifier["REPEAT"],
                    max_length=4,
                ),
            ),
            ("minimum_hours_between_sessions", models.DecimalField(decimal_places=2, default=6, max_digits=4)),
            (
                "plan_charge_per",
                models.CharField(
                    choices=[("planning_ct", "planning ct"), ("plan", "plan")],
                    default=patients.terms.PlanChargePer["PLANNING_CT"],
                    max_length=12,
                ),
            ),
            (
                "management_date",
                models.CharField(
                    choices=[("fifth_fraction", "fifth fraction"), ("visit", "visit")],
                    default=patients.terms.ManagementDate["FIFTH_FRACTION"],
                    max_length=14,
                ),
            ),
            (
                "physics_tail",
                models.CharField(
                    choices=[("none", "none"), ("three_or_more", "three or more"), ("any", "any")],
                    default=patients.terms.PhysicsTail["NONE"],
                    max_length=14,
                ),
            ),
            ("guidance_professional", models.BooleanField(default=True)),
            ("requires_authorization", models.BooleanField(default=False)),
            ("inverse_planning_required", models.BooleanField(default=False)),
            (
                "payer",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="policies", to="oncocharge_patients.payer"
                ),
            ),
            (
                "amendment_reason",
                models.CharField(blank=True, help_text="Why the period was entered or changed.", max_length=200),
            ),
            ("filing_limit_days", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("takes_corrections", models.BooleanField(default=True)),
            ("appeal_days", models.PositiveSmallIntegerField(blank=True, null=True)),
        ],
        options={
            "verbose_name_plural": "payer policies",
            "ordering": ("payer", "effective_from"),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("effective_to__isnull", True),
                        ("effective_to__gte", models.F("effective_from")),
                        _connector="OR",
                    ),
                    name="payer_policy_ends_after_it_starts",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("minimum_hours_between_sessions__gte", 0), ("minimum_hours_between_sessions__lte", 24)
                    ),
                    name="payer_policy_hours_are_within_a_day",
                ),
                django.contrib.postgres.constraints.ExclusionConstraint(
                    expressions=[
                        ("payer", "="),
                        (patients.models.payer.InclusiveDateRange("effective_from", "effective_to"), "&&"),
                    ],
                    name="payer_policy_periods_do_not_overlap",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("filing_limit_days__isnull", True),
                        models.Q(("filing_limit_days__gte", 1), ("filing_limit_days__lte", 1827)),
                        _connector="OR",
                    ),
                    name="payer_policy_filing_limit_is_within_five_years",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("appeal_days__isnull", True),
                        models.Q(("appeal_days__gte", 1), ("appeal_days__lte", 1827)),
                        _connector="OR",
                    ),
                    name="payer_policy_appeal_limit_is_within_five_years",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="bumps_payer_revision",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    UPDATE oncocharge_patients_payer SET revision = revision + 1
     WHERE id IN (COALESCE(NEW.payer_id, OLD.payer_id), COALESCE(OLD.payer_id, NEW.payer_id));
    RETURN COALESCE(NEW, OLD);
""",
                        hash="0242821d56d1829ba680073a0696129df5257dc3",
                        operation="INSERT OR UPDATE OR DELETE",
                        pgid="pgtrigger_bumps_payer_revision_214d9",
                        table="oncocharge_patients_payerpolicy",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_payerpolicyevent" ("amendment_reason", "appeal_days", "delivery_code_set", "effective_from", "effective_to", "filing_limit_days", "guidance_professional", "id", "inverse_planning_required", "left_breast_complex", "management_date", "minimum_hours_between_sessions", "nodes_level", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physics_tail", "plan_charge_per", "requires_authorization", "second_session_modifier", "takes_corrections") VALUES (NEW."amendment_reason", NEW."appeal_days", NEW."delivery_code_set", NEW."effective_from", NEW."effective_to", NEW."filing_limit_days", NEW."guidance_professional", NEW."id", NEW."inverse_planning_required", NEW."left_breast_complex", NEW."management_date", NEW."minimum_hours_between_sessions", NEW."nodes_level", NEW."payer_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."physics_tail", NEW."plan_charge_per", NEW."requires_authorization", NEW."second_session_modifier", NEW."takes_corrections"); RETURN NULL;',
                        hash="009cbc3482066f0dc127adda63ca87e93d077837",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_60e43",
                        table="oncocharge_patients_payerpolicy",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_patients_payerpolicyevent" ("amendment_reason", "appeal_days", "delivery_code_set", "effective_from", "effective_to", "filing_limit_days", "guidance_professional", "id", "inverse_planning_required", "left_breast_complex", "management_date", "minimum_hours_between_sessions", "nodes_level", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physics_tail", "plan_charge_per", "requires_authorization", "second_session_modifier", "takes_corrections") VALUES (NEW."amendment_reason", NEW."appeal_days", NEW."delivery_code_set", NEW."effective_from", NEW."effective_to", NEW."filing_limit_days", NEW."guidance_professional", NEW."id", NEW."inverse_planning_required", NEW."left_breast_complex", NEW."management_date", NEW."minimum_hours_between_sessions", NEW."nodes_level", NEW."payer_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."physics_tail", NEW."plan_charge_per", NEW."requires_authorization", NEW."second_session_modifier", NEW."takes_corrections"); RETURN NULL;',
                        hash="0ec30f2a88ca54bdd82d8fcf084425000a7219b9",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_041cc",
                        table="oncocharge_patients_payerpolicy",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_patients_payerpolicyevent" ("amendment_reason", "appeal_days", "delivery_code_set", "effective_from", "effective_to", "filing_limit_days", "guidance_professional", "id", "inverse_planning_required", "left_breast_complex", "management_date", "minimum_hours_between_sessions", "nodes_level", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "physics_tail", "plan_charge_per", "requires_authorization", "second_session_modifier", "takes_corrections") VALUES (OLD."amendment_reason", OLD."appeal_days", OLD."delivery_code_set", OLD."effective_from", OLD."effective_to", OLD."filing_limit_days", OLD."guidance_professional", OLD."id", OLD."inverse_planning_required", OLD."left_breast_complex", OLD."management_date", OLD."minimum_hours_between_sessions", OLD."nodes_level", OLD."payer_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."physics_tail", OLD."plan_charge_per", OLD."requires_authorization", OLD."second_session_modifier", OLD."takes_corrections"); RETURN NULL;',
                        hash="56250b4c0364b42d1bad558f6ed163210ed29b95",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_aac2c",
                        table="oncocharge_patients_payerpolicy",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PayerPolicyEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField(blank=True, null=True)),
            (
                "delivery_code_set",
                models.CharField(blank=True, choices=[("cpt", "cpt"), ("hcpcs_g", "hcpcs g")], max_length=8),
            ),
            (
                "nodes_level",
                models.CharField(blank=True, choices=[("simple", "simple"), ("complex", "complex")], max_length=8),
            ),
            ("left_breast_complex", models.BooleanField(default=False)),
            (
                "second_session_modifier",
                models.CharField(
                    choices=[("76", "76"), ("59", "59"), ("XE", "XE"), ("none", "none")],
                    default=patients.terms.SecondSessionModifier["REPEAT"],
                    max_length=4,
                ),
            ),
            ("minimum_hours_between_sessions", models.DecimalField(decimal_places=2, default=6, max_digits=4)),
            (
                "plan_charge_per",
                models.CharField(
                    choices=[("planning_ct", "planning ct"), ("plan", "plan")],
                    default=patients.terms.PlanChargePer["PLANNING_CT"],
                    max_length=12,
                ),
            ),
            (
                "management_date",
                models.CharField(
                    choices=[("fifth_fraction", "fifth fraction"), ("visit", "visit")],
                    default=patients.terms.ManagementDate["FIFTH_FRACTION"],
                    max_length=14,
                ),
            ),
            (
                "physics_tail",
                models.CharField(
                    choices=[("none", "none"), ("three_or_more", "three or more"), ("any", "any")],
                    default=patients.terms.PhysicsTail["NONE"],
                    max_length=14,
                ),
            ),
            ("guidance_professional", models.BooleanField(default=True)),
            ("requires_authorization", models.BooleanField(default=False)),
            ("inverse_planning_required", models.BooleanField(default=False)),
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
                    to="oncocharge_patients.payerpolicy",
                ),
            ),
            (
                "amendment_reason",
                models.CharField(blank=True, help_text="Why the period was entered or changed.", max_length=200),
            ),
            ("filing_limit_days", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("takes_corrections", models.BooleanField(default=True)),
            ("appeal_days", models.PositiveSmallIntegerField(blank=True, null=True)),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="5d06afdd1f0107ab588ec14d82fe8dc5fa12b596",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_ece48",
                        table="oncocharge_patients_payerpolicyevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
