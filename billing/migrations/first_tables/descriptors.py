"""First tables of billing/models/descriptors.py: DescriptorFile and CodeDescriptor, with their history."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="DescriptorFile",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=120)),
            ("effective_from", models.DateField(help_text="First day of the edition, such as 1 January.", unique=True)),
            ("notice", models.CharField(max_length=400, verbose_name="license notice")),
            ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
            ("row_count", models.PositiveIntegerField()),
            ("loaded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("loaded_by", models.CharField(help_text="command or the user's name", max_length=150)),
        ],
        options={
            "ordering": ("-effective_from",),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("notice", ""), _negated=True), name="descriptor_file_has_a_notice"
                ),
                models.CheckConstraint(condition=models.Q(("row_count__gte", 1)), name="descriptor_file_has_rows"),
                models.CheckConstraint(
                    condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="descriptor_file_has_its_hash"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="b13ef63f7caf5fca2ee47d4ead96539305497169",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_bc962",
                        table="oncocharge_billing_descriptorfile",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_descriptorfileevent" ("effective_from", "id", "loaded_at", "loaded_by", "name", "notice", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256") VALUES (NEW."effective_from", NEW."id", NEW."loaded_at", NEW."loaded_by", NEW."name", NEW."notice", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."row_count", NEW."sha256"); RETURN NULL;',
                        hash="9b6de7e8664556c570bb31f051630353462b5c72",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_8fc45",
                        table="oncocharge_billing_descriptorfile",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_descriptorfileevent" ("effective_from", "id", "loaded_at", "loaded_by", "name", "notice", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256") VALUES (OLD."effective_from", OLD."id", OLD."loaded_at", OLD."loaded_by", OLD."name", OLD."notice", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."row_count", OLD."sha256"); RETURN NULL;',
                        hash="e0c2450c22ad55e177f67c7cd20de1a2d9fb6514",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_594aa",
                        table="oncocharge_billing_descriptorfile",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="DescriptorFileEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("name", models.CharField(max_length=120)),
            ("effective_from", models.DateField(help_text="First day of the edition, such as 1 January.")),
            ("notice", models.CharField(max_length=400, verbose_name="license notice")),
            ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
            ("row_count", models.PositiveIntegerField()),
            ("loaded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("loaded_by", models.CharField(help_text="command or the user's name", max_length=150)),
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
                    to="oncocharge_billing.descriptorfile",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="c577964a8e6ed69f0a39b52e5009d4c2f0fe76f9",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_baeb0",
                        table="oncocharge_billing_descriptorfileevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="CodeDescriptor",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=5)),
            ("descriptor", models.TextField()),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="descriptors",
                    to="oncocharge_billing.descriptorfile",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("file", "code"), name="code_descriptor_stands_once"),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^[0-9A-Z]{5}$")), name="code_descriptor_has_a_code"
                ),
                models.CheckConstraint(
                    condition=models.Q(("descriptor", ""), _negated=True), name="code_descriptor_says_something"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="dbda805bb33886212e4d0107134f672973e1f230",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_6aa01",
                        table="oncocharge_billing_codedescriptor",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
