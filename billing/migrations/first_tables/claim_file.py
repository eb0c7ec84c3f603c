"""First tables of billing/models/claim_file.py: ExportRun, ClaimFile and ClaimFilePart, with their history."""

import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ExportRun",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("started_at", models.DateTimeField()),
            ("finished_at", models.DateTimeField(null=True)),
            ("started_by", models.CharField(help_text="nightly, command or the user's id", max_length=20)),
            ("claims", models.PositiveIntegerField(default=0)),
            ("lines", models.PositiveIntegerField(default=0)),
            (
                "held_back",
                models.PositiveIntegerField(default=0, help_text="Released lines that a claim check sent back."),
            ),
            ("error", models.CharField(blank=True, max_length=200)),
        ],
        options={
            "ordering": ("-started_at",),
        },
    ),
    migrations.CreateModel(
        name="ClaimFile",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("usage", models.CharField(max_length=1)),
            ("control_number", models.PositiveIntegerField(verbose_name="ISA13")),
            ("batch_id", models.CharField(max_length=30, unique=True, verbose_name="BHT03")),
            ("name", models.CharField(max_length=100)),
            ("sealed_at", models.DateTimeField()),
            ("byte_count", models.BigIntegerField()),
            ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
            ("claim_count", models.PositiveIntegerField()),
            ("line_count", models.PositiveIntegerField()),
            ("total_amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ("delivered_at", models.DateTimeField(null=True)),
            ("delivery_error", models.CharField(blank=True, max_length=200)),
            (
                "run",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="files",
                    to="oncocharge_billing.exportrun",
                ),
            ),
            (
                "partner",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="files",
                    to="oncocharge_billing.tradingpartner",
                ),
            ),
            ("staged_at", models.DateTimeField(null=True)),
            ("acknowledged_at", models.DateTimeField(null=True)),
            ("claim_kind", models.CharField(default="professional", max_length=13)),
            ("refused_at", models.DateTimeField(null=True)),
        ],
        options={
            "ordering": ("-sealed_at", "-id"),
            "indexes": [
                models.Index(
                    condition=models.Q(("delivered_at__isnull", True)),
                    fields=["sealed_at"],
                    name="claim_file_to_deliver",
                ),
                models.Index(
                    condition=models.Q(("acknowledged_at__isnull", True)),
                    fields=["delivered_at"],
                    name="claim_file_to_acknowledge",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("partner", "usage", "control_number"), name="claim_file_control_number_is_unique"
                ),
                models.CheckConstraint(condition=models.Q(("claim_count__gte", 1)), name="claim_file_has_claims"),
                models.CheckConstraint(
                    condition=models.Q(("delivered_at__isnull", True), ("staged_at__isnull", False), _connector="OR"),
                    name="claim_file_is_staged_before_it_is_delivered",
                ),
                models.UniqueConstraint(fields=("partner", "name"), name="claim_file_name_is_unique_at_its_partner"),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="kept_for_ever",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="7861202a656a14988bf53f2960e2d69f88a647cd",
                        operation="DELETE",
                        pgid="pgtrigger_kept_for_ever_d5a50",
                        table="oncocharge_billing_claimfile",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delivered_is_final",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."delivered_at" IS DISTINCT FROM (NEW."delivered_at") AND OLD."delivered_at" IS NOT NULL)',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="e84dccda597066b1f131adf4fb6ed671f0b2f0cb",
                        operation="UPDATE",
                        pgid="pgtrigger_delivered_is_final_99063",
                        table="oncocharge_billing_claimfile",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="is_sealed_before_commit",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        constraint="CONSTRAINT",
                        func="""
    IF EXISTS (SELECT FROM oncocharge_billing_claimfile f WHERE f.id = NEW.id AND f.sha256 = '') THEN
        RAISE EXCEPTION 'claim file % was not sealed', NEW.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_file_is_sealed';
    END IF;
    RETURN NULL;
""",
                        hash="1720c5d838fd603bcb8c39ac2bf3962bd0f044a5",
                        operation="INSERT",
                        pgid="pgtrigger_is_sealed_before_commit_b83e9",
                        table="oncocharge_billing_claimfile",
                        timing="DEFERRABLE INITIALLY DEFERRED",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="seal_is_final",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.sha256 <> '' AND (OLD.partner_id, OLD.run_id, OLD.usage, OLD.claim_kind, OLD.control_number, OLD.batch_id, OLD.name, OLD.sealed_at, OLD.byte_count, OLD.sha256, OLD.claim_count, OLD.line_count, OLD.total_amount) IS DISTINCT FROM (NEW.partner_id, NEW.run_id, NEW.usage, NEW.claim_kind, NEW.control_number, NEW.batch_id, NEW.name, NEW.sealed_at, NEW.byte_count, NEW.sha256, NEW.claim_count, NEW.line_count, NEW.total_amount))",
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="48bd4faf98927a715c74f6bef0b7739ceac6f144",
                        operation="UPDATE",
                        pgid="pgtrigger_seal_is_final_e0102",
                        table="oncocharge_billing_claimfile",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_claimfileevent" ("acknowledged_at", "batch_id", "byte_count", "claim_count", "claim_kind", "control_number", "delivered_at", "delivery_error", "id", "line_count", "name", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused_at", "run_id", "sealed_at", "sha256", "staged_at", "total_amount", "usage") VALUES (NEW."acknowledged_at", NEW."batch_id", NEW."byte_count", NEW."claim_count", NEW."claim_kind", NEW."control_number", NEW."delivered_at", NEW."delivery_error", NEW."id", NEW."line_count", NEW."name", NEW."partner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."refused_at", NEW."run_id", NEW."sealed_at", NEW."sha256", NEW."staged_at", NEW."total_amount", NEW."usage"); RETURN NULL;',
                        hash="a67aae4682e75f2208ddf0347e78b28ab4f21656",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_29925",
                        table="oncocharge_billing_claimfile",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_claimfileevent" ("acknowledged_at", "batch_id", "byte_count", "claim_count", "claim_kind", "control_number", "delivered_at", "delivery_error", "id", "line_count", "name", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused_at", "run_id", "sealed_at", "sha256", "staged_at", "total_amount", "usage") VALUES (NEW."acknowledged_at", NEW."batch_id", NEW."byte_count", NEW."claim_count", NEW."claim_kind", NEW."control_number", NEW."delivered_at", NEW."delivery_error", NEW."id", NEW."line_count", NEW."name", NEW."partner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."refused_at", NEW."run_id", NEW."sealed_at", NEW."sha256", NEW."staged_at", NEW."total_amount", NEW."usage"); RETURN NULL;',
                        hash="a0e8b86ec8b6caa91afa8d099ed9d572ecf5e8c7",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_2564f",
                        table="oncocharge_billing_claimfile",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_claimfileevent" ("acknowledged_at", "batch_id", "byte_count", "claim_count", "claim_kind", "control_number", "delivered_at", "delivery_error", "id", "line_count", "name", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "refused_at", "run_id", "sealed_at", "sha256", "staged_at", "total_amount", "usage") VALUES (OLD."acknowledged_at", OLD."batch_id", OLD."byte_count", OLD."claim_count", OLD."claim_kind", OLD."control_number", OLD."delivered_at", OLD."delivery_error", OLD."id", OLD."line_count", OLD."name", OLD."partner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."refused_at", OLD."run_id", OLD."sealed_at", OLD."sha256", OLD."staged_at", OLD."total_amount", OLD."usage"); RETURN NULL;',
                        hash="b1ce716ca1bf7aa150606f23ebe3f57045ad77b4",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_7b67d",
                        table="oncocharge_billing_claimfile",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ClaimFileEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("usage", models.CharField(max_length=1)),
            ("control_number", models.PositiveIntegerField(verbose_name="ISA13")),
            ("batch_id", models.CharField(max_length=30, verbose_name="BHT03")),
            ("name", models.CharField(max_length=100)),
            ("sealed_at", models.DateTimeField()),
            ("byte_count", models.BigIntegerField()),
            ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
            ("claim_count", models.PositiveIntegerField()),
            ("line_count", models.PositiveIntegerField()),
            ("total_amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ("delivered_at", models.DateTimeField(null=True)),
            ("delivery_error", models.CharField(blank=True, max_length=200)),
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
                    to="oncocharge_billing.claimfile",
                ),
            ),
            (
                "run",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.exportrun",
                ),
            ),
            (
                "partner",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="oncocharge_billing.tradingpartner",
                ),
            ),
            ("staged_at", models.DateTimeField(null=True)),
            ("acknowledged_at", models.DateTimeField(null=True)),
            ("claim_kind", models.CharField(default="professional", max_length=13)),
            ("refused_at", models.DateTimeField(null=True)),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="7b18e78d3fcf708ee5dd29ef149df4204edbff98",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_68511",
                        table="oncocharge_billing_claimfileevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ClaimFilePart",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.PositiveIntegerField()),
            ("content", models.BinaryField()),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="parts",
                    to="oncocharge_billing.claimfile",
                ),
            ),
        ],
        options={
            "ordering": ("file", "number"),
            "constraints": [
                models.UniqueConstraint(fields=("file", "number"), name="claim_file_part_number_is_unique")
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="6d356db021fb44c2374ef894991c7e818cbb740f",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_38047",
                        table="oncocharge_billing_claimfilepart",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
