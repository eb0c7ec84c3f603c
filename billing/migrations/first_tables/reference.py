"""First tables of billing/models/reference.py, with their history."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="ReferenceFile",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("pairs-practitioner", "Code pairs, practitioner (NCCI PTP)"),
                        ("pairs-hospital", "Code pairs, outpatient hospital (NCCI PTP)"),
                        ("limits-practitioner", "Daily units, practitioner (MUE)"),
                        ("limits-hospital", "Daily units, outpatient hospital (MUE)"),
                        ("relative-values", "Relative values of the physician fee schedule (PPRRVU)"),
                        ("gpci", "Geographic practice cost indices (GPCI)"),
                        ("opps-rates", "Outpatient hospital rates (OPPS Addendum B)"),
                        ("add-on-codes", "Add-on codes (NCCI)"),
                        ("diagnosis-codes", "Diagnosis codes (ICD-10-CM order file)"),
                        ("hcpcs-codes", "HCPCS Level II codes"),
                        ("adjustment-reasons", "Reasons of adjustments (CARC)"),
                        ("remarks", "Remarks of remittances (RARC)"),
                    ],
                    max_length=20,
                ),
            ),
            (
                "effective_from",
                models.DateField(help_text="First day of the quarter or year that it is published for."),
            ),
            (
                "version",
                models.CharField(blank=True, help_text="As its publisher names it, such as v322r0.", max_length=20),
            ),
            ("edition", models.CharField(blank=True, help_text="nonQPP or QPP, for relative values.", max_length=20)),
            ("part", models.PositiveSmallIntegerField(default=0, help_text="Of a file in several parts; else 0.")),
            ("name", models.CharField(max_length=120)),
            ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
            ("byte_count", models.BigIntegerField()),
            ("row_count", models.PositiveIntegerField()),
            (
                "first_code",
                models.CharField(blank=True, help_text="A part rules from its first code to its last.", max_length=7),
            ),
            ("last_code", models.CharField(blank=True, max_length=7)),
            ("loaded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("loaded_by", models.CharField(help_text="command or the user's name", max_length=150)),
        ],
        options={
            "ordering": ("kind", "-effective_from", "edition", "part"),
            "constraints": [
                models.UniqueConstraint(
                    fields=("kind", "effective_from", "edition", "part"), name="reference_file_stands_once"
                ),
                models.CheckConstraint(condition=models.Q(("row_count__gte", 1)), name="reference_file_has_rows"),
                models.CheckConstraint(
                    condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="reference_file_has_its_hash"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "kind__in",
                            [
                                "pairs-practitioner",
                                "pairs-hospital",
                                "limits-practitioner",
                                "limits-hospital",
                                "relative-values",
                                "gpci",
                                "opps-rates",
                                "add-on-codes",
                                "diagnosis-codes",
                                "hcpcs-codes",
                                "adjustment-reasons",
                                "remarks",
                            ],
                        )
                    ),
                    name="reference_file_kind_is_known",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="ba85a17cf455e3a7b744c57c2e440103114a72ec",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_13257",
                        table="oncocharge_billing_referencefile",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_referencefileevent" ("byte_count", "edition", "effective_from", "first_code", "id", "kind", "last_code", "loaded_at", "loaded_by", "name", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256", "version") VALUES (NEW."byte_count", NEW."edition", NEW."effective_from", NEW."first_code", NEW."id", NEW."kind", NEW."last_code", NEW."loaded_at", NEW."loaded_by", NEW."name", NEW."part", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."row_count", NEW."sha256", NEW."version"); RETURN NULL;',
                        hash="ec266c02c3bcf5633b7dc5d3ceffaf1e28e12d8d",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_65b32",
                        table="oncocharge_billing_referencefile",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_referencefileevent" ("byte_count", "edition", "effective_from", "first_code", "id", "kind", "last_code", "loaded_at", "loaded_by", "name", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256", "version") VALUES (OLD."byte_count", OLD."edition", OLD."effective_from", OLD."first_code", OLD."id", OLD."kind", OLD."last_code", OLD."loaded_at", OLD."loaded_by", OLD."name", OLD."part", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."row_count", OLD."sha256", OLD."version"); RETURN NULL;',
                        hash="98551741f3079e05b9e515b84abb9856cba04eed",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_15af1",
                        table="oncocharge_billing_referencefile",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ReferenceFileEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("pairs-practitioner", "Code pairs, practitioner (NCCI PTP)"),
                        ("pairs-hospital", "Code pairs, outpatient hospital (NCCI PTP)"),
                        ("limits-practitioner", "Daily units, practitioner (MUE)"),
                        ("limits-hospital", "Daily units, outpatient hospital (MUE)"),
                        ("relative-values", "Relative values of the physician fee schedule (PPRRVU)"),
                        ("gpci", "Geographic practice cost indices (GPCI)"),
                        ("opps-rates", "Outpatient hospital rates (OPPS Addendum B)"),
                        ("add-on-codes", "Add-on codes (NCCI)"),
                        ("diagnosis-codes", "Diagnosis codes (ICD-10-CM order file)"),
                        ("hcpcs-codes", "HCPCS Level II codes"),
                        ("adjustment-reasons", "Reasons of adjustments (CARC)"),
                        ("remarks", "Remarks of remittances (RARC)"),
                    ],
                    max_length=20,
                ),
            ),
            (
                "effective_from",
                models.DateField(help_text="First day of the quarter or year that it is published for."),
            ),
            (
                "version",
                models.CharField(blank=True, help_text="As its publisher names it, such as v322r0.", max_length=20),
            ),
            ("edition", models.CharField(blank=True, help_text="nonQPP or QPP, for relative values.", max_length=20)),
            ("part", models.PositiveSmallIntegerField(default=0, help_text="Of a file in several parts; else 0.")),
            ("name", models.CharField(max_length=120)),
            ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
            ("byte_count", models.BigIntegerField()),
            ("row_count", models.PositiveIntegerField()),
            (
                "first_code",
                models.CharField(blank=True, help_text="A part rules from its first code to its last.", max_length=7),
            ),
            ("last_code", models.CharField(blank=True, max_length=7)),
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
                    to="oncocharge_billing.referencefile",
                ),
            ),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="333364f60421be8a482c54c28f6508e7b5e6a03f",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_16692",
                        table="oncocharge_billing_referencefileevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="CodePair",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.PositiveIntegerField()),
            ("column1", models.CharField(max_length=5)),
            ("column2", models.CharField(max_length=5)),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField(help_text="The last day in force; the file's deletion date.", null=True)),
            ("indicator", models.PositiveSmallIntegerField()),
            ("rationale", models.CharField(blank=True, max_length=150)),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="oncocharge_billing.referencefile",
                ),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["column2", "file"], name="code_pair_by_column2")],
            "constraints": [
                models.UniqueConstraint(
                    fields=("file", "column1", "column2", "effective_from", "effective_to", "indicator"),
                    name="code_pair_stands_once",
                    nulls_distinct=False,
                ),
                models.CheckConstraint(
                    condition=models.Q(("indicator__in", (0, 1, 9))), name="code_pair_indicator_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("effective_to__isnull", True),
                        ("effective_to__gte", models.F("effective_from")),
                        _connector="OR",
                    ),
                    name="code_pair_ends_after_it_starts",
                ),
                models.CheckConstraint(
                    condition=models.Q(("column1__regex", "^[0-9A-Z]{5}$")), name="code_pair_column1_is_a_code"
                ),
                models.CheckConstraint(
                    condition=models.Q(("column2__regex", "^[0-9A-Z]{5}$")), name="code_pair_column2_is_a_code"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="ea9d64462170e06560475ebcaefc7352b76fcde0",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_0076d",
                        table="oncocharge_billing_codepair",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="UnitLimit",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.PositiveIntegerField()),
            ("code", models.CharField(max_length=5)),
            ("units", models.PositiveIntegerField()),
            ("indicator", models.PositiveSmallIntegerField(verbose_name="adjudication indicator")),
            ("rationale", models.CharField(blank=True, max_length=150)),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="oncocharge_billing.referencefile",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("file", "code"), name="unit_limit_stands_once"),
                models.CheckConstraint(
                    condition=models.Q(("indicator__in", (1, 2, 3))), name="unit_limit_indicator_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^[0-9A-Z]{5}$")), name="unit_limit_has_a_code"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="66162ec56298bff350d3eabdf3e6f0013c6bc1d9",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_e96d8",
                        table="oncocharge_billing_unitlimit",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="RelativeValue",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.PositiveIntegerField()),
            ("code", models.CharField(max_length=5)),
            ("modifier", models.CharField(blank=True, max_length=2)),
            (
                "status",
                models.CharField(help_text="A active, B bundled, C carrier priced, I invalid ...", max_length=1),
            ),
            ("work", models.DecimalField(decimal_places=2, max_digits=9)),
            (
                "pe_non_facility",
                models.DecimalField(decimal_places=2, max_digits=9, verbose_name="practice expense, non-facility"),
            ),
            ("na_non_facility", models.BooleanField(verbose_name="not done outside facilities")),
            (
                "pe_facility",
                models.DecimalField(decimal_places=2, max_digits=9, verbose_name="practice expense, facility"),
            ),
            ("na_facility", models.BooleanField(verbose_name="not done in facilities")),
            ("malpractice", models.DecimalField(decimal_places=2, max_digits=9)),
            ("total_non_facility", models.DecimalField(decimal_places=2, max_digits=9)),
            ("total_facility", models.DecimalField(decimal_places=2, max_digits=9)),
            ("pc_tc", models.CharField(blank=True, max_length=1, verbose_name="PC/TC indicator")),
            ("global_days", models.CharField(blank=True, max_length=3)),
            ("multiple_procedure", models.CharField(blank=True, max_length=1)),
            ("supervision", models.CharField(blank=True, max_length=2, verbose_name="physician supervision")),
            ("conversion_factor", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="oncocharge_billing.referencefile",
                ),
            ),
            ("assistant", models.CharField(blank=True, max_length=1, verbose_name="assistant at surgery")),
            ("bilateral", models.CharField(blank=True, max_length=1)),
            ("co_surgeon", models.CharField(blank=True, max_length=1, verbose_name="co-surgeons")),
            ("imaging_family", models.CharField(blank=True, max_length=2, verbose_name="diagnostic imaging family")),
            ("team", models.CharField(blank=True, max_length=1, verbose_name="team surgery")),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("file", "code", "modifier"), name="relative_value_stands_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("malpractice__gte", 0), ("pe_facility__gte", 0), ("pe_non_facility__gte", 0), ("work__gte", 0)
                    ),
                    name="relative_value_is_not_negative",
                ),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^[0-9A-Z]{5}$")), name="relative_value_has_a_code"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="d39c57bbcb27908f2a058fc3ef7da7b3038b2b00",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_968c1",
                        table="oncocharge_billing_relativevalue",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Gpci",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.PositiveIntegerField()),
            ("mac", models.CharField(max_length=5, verbose_name="Medicare administrative contractor")),
            ("state", models.CharField(max_length=2)),
            ("locality", models.CharField(max_length=2)),
            ("name", models.CharField(max_length=100)),
            ("work", models.DecimalField(decimal_places=3, max_digits=6)),
            ("pe", models.DecimalField(decimal_places=3, max_digits=6, verbose_name="practice expense")),
            ("mp", models.DecimalField(decimal_places=3, max_digits=6, verbose_name="malpractice")),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="oncocharge_billing.referencefile",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("file", "mac", "locality"), name="gpci_stands_once"),
                models.CheckConstraint(
                    condition=models.Q(("mp__gt", 0), ("pe__gt", 0), ("work__gt", 0)), name="gpci_is_positive"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="594ec60177515d7fe53e5b8e58393003452a15bd",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_5e3df",
                        table="oncocharge_billing_gpci",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="OppsRate",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.PositiveIntegerField()),
            ("code", models.CharField(max_length=5)),
            ("status_indicator", models.CharField(max_length=2)),
            ("apc", models.CharField(blank=True, max_length=5, verbose_name="APC")),
            ("relative_weight", models.DecimalField(decimal_places=4, max_digits=10, null=True)),
            (
                "payment_rate",
                models.DecimalField(decimal_places=2, max_digits=12, null=True, verbose_name="payment rate (USD)"),
            ),
            (
                "national_copayment",
                models.DecimalField(
                    decimal_places=2, max_digits=12, null=True, verbose_name="national copayment (USD)"
                ),
            ),
            (
                "minimum_copayment",
                models.DecimalField(decimal_places=2, max_digits=12, null=True, verbose_name="minimum copayment (USD)"),
            ),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="oncocharge_billing.referencefile",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("file", "code"), name="opps_rate_stands_once"),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^[0-9A-Z]{5}$")), name="opps_rate_has_a_code"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="e16f346d5b1311e8e14124dfe81ee89ec1394a99",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_f66d1",
                        table="oncocharge_billing_oppsrate",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="AddOnPair",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.PositiveIntegerField()),
            ("add_on", models.CharField(max_length=5)),
            ("primary", models.CharField(max_length=5)),
            ("edit_type", models.PositiveSmallIntegerField()),
            ("effective_from", models.DateField()),
            ("effective_to", models.DateField(null=True)),
            ("add_on_deleted_on", models.DateField(null=True)),
            ("primary_deleted_on", models.DateField(null=True)),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="oncocharge_billing.referencefile",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("file", "add_on", "primary", "edit_type", "effective_from", "effective_to"),
                    name="add_on_pair_stands_once",
                    nulls_distinct=False,
                ),
                models.CheckConstraint(
                    condition=models.Q(("edit_type__in", (1, 2, 3))), name="add_on_pair_type_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(("add_on__regex", "^[0-9A-Z]{5}$")), name="add_on_pair_has_an_add_on_code"
                ),
                models.CheckConstraint(
                    condition=models.Q(("primary__regex", "^[0-9A-Z]{5}$")), name="add_on_pair_has_a_primary_code"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="fdca3b22e1d18410bf9814c7932469f38587ff1c",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_6eb52",
                        table="oncocharge_billing_addonpair",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="DiagnosisCode",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.PositiveIntegerField()),
            ("code", models.CharField(max_length=7)),
            ("is_billable", models.BooleanField()),
            ("short_name", models.CharField(max_length=60)),
            ("name", models.CharField(max_length=330)),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="oncocharge_billing.referencefile",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("file", "code"), name="diagnosis_code_stands_once"),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^[A-Z][0-9A-Z]{2,6}$")), name="diagnosis_code_has_a_code"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="4a795c99849f57232404c0e9f1ff12a148a546d8",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_01bcc",
                        table="oncocharge_billing_diagnosiscode",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="PayerCode",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.PositiveIntegerField()),
            ("code", models.CharField(max_length=6)),
            ("name", models.TextField()),
            ("added_on", models.DateField(null=True)),
            ("changed_on", models.DateField(null=True)),
            ("ended_on", models.DateField(null=True)),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="oncocharge_billing.referencefile",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("file", "code"), name="payer_code_stands_once"),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^[A-Z]{0,2}[0-9]{1,4}$")), name="payer_code_has_a_code"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="da9ce9de13516d1fa25f38f4ccd6737f8d5cddbb",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_70e98",
                        table="oncocharge_billing_payercode",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="HcpcsCode",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("line", models.PositiveIntegerField()),
            ("code", models.CharField(max_length=5)),
            ("short_name", models.CharField(blank=True, max_length=40)),
            ("name", models.TextField()),
            ("coverage", models.CharField(blank=True, max_length=1)),
            ("added_on", models.DateField(null=True)),
            ("changed_on", models.DateField(null=True)),
            ("ended_on", models.DateField(null=True)),
            ("action", models.CharField(blank=True, max_length=1)),
            (
                "file",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to="oncocharge_billing.referencefile",
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("file", "code"), name="hcpcs_code_stands_once"),
                models.CheckConstraint(
                    condition=models.Q(("code__regex", "^([A-Z][0-9]{4}|[0-9A-Z]{2})$")), name="hcpcs_code_has_a_code"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="4032109bdcb3f2b29df41d595fc94f6857de3d1d",
                        operation="UPDATE",
                        pgid="pgtrigger_never_changed_e4d16",
                        table="oncocharge_billing_hcpcscode",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
]
