"""First tables of billing/models/partner.py: TradingPartner, PayerRoute and PartnerConnection, with their history."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="TradingPartner",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=60, unique=True)),
            ("usage", models.CharField(choices=[("T", "test"), ("P", "production")], default="T", max_length=1)),
            (
                "sender_qualifier",
                models.CharField(
                    choices=[
                        ("ZZ", "mutually agreed"),
                        ("01", "DUNS number"),
                        ("14", "DUNS with suffix"),
                        ("20", "health industry number"),
                        ("27", "carrier number of CMS"),
                        ("28", "fiscal intermediary number of CMS"),
                        ("29", "Medicare provider number"),
                        ("30", "federal tax id"),
                        ("33", "NAIC company code"),
                    ],
                    default="ZZ",
                    max_length=2,
                ),
            ),
            ("sender_id", models.CharField(max_length=15)),
            (
                "receiver_qualifier",
                models.CharField(
                    choices=[
                        ("ZZ", "mutually agreed"),
                        ("01", "DUNS number"),
                        ("14", "DUNS with suffix"),
                        ("20", "health industry number"),
                        ("27", "carrier number of CMS"),
                        ("28", "fiscal intermediary number of CMS"),
                        ("29", "Medicare provider number"),
                        ("30", "federal tax id"),
                        ("33", "NAIC company code"),
                    ],
                    default="ZZ",
                    max_length=2,
                ),
            ),
            ("receiver_id", models.CharField(max_length=15)),
            ("application_sender", models.CharField(max_length=15, verbose_name="GS02")),
            ("application_receiver", models.CharField(max_length=15, verbose_name="GS03")),
            ("submitter_name", models.CharField(max_length=60)),
            ("submitter_id", models.CharField(max_length=80, verbose_name="submitter id (ETIN)")),
            ("contact_name", models.CharField(max_length=60)),
            (
                "contact_phone",
                models.CharField(
                    max_length=10,
                    validators=[
                        django.core.validators.RegexValidator("^[0-9]{10}$", "Ten digits, without signs between them.")
                    ],
                ),
            ),
            ("receiver_name", models.CharField(max_length=60)),
            ("receiver_code", models.CharField(max_length=80, verbose_name="receiver id (NM1*40)")),
            (
                "claims_per_set",
                models.PositiveIntegerField(
                    default=5000,
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(5000),
                    ],
                    verbose_name="claims in one ST",
                ),
            ),
            ("uses_extended_characters", models.BooleanField(default=False)),
            (
                "folder",
                models.CharField(
                    blank=True,
                    help_text="Folder under the outbox in which files are dropped; no two partners share one.",
                    max_length=120,
                    null=True,
                    unique=True,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[A-Za-z0-9][A-Za-z0-9._-]*$",
                            "A plain name of letters, digits, '-', '_' and '.', without a path.",
                        )
                    ],
                ),
            ),
            (
                "is_default",
                models.BooleanField(
                    default=False, help_text="Takes the claims of payers without a route of their own."
                ),
            ),
            ("is_active", models.BooleanField(default=True)),
            ("last_control_number", models.PositiveIntegerField(default=0, editable=False)),
            (
                "after_fetching",
                models.CharField(
                    choices=[("leave", "leave"), ("move", "move"), ("delete", "delete")], default="leave", max_length=6
                ),
            ),
            (
                "answers_expected_within_days",
                models.PositiveSmallIntegerField(
                    default=3,
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(60),
                    ],
                ),
            ),
            (
                "component_separator",
                models.CharField(
                    default=":",
                    max_length=1,
                    validators=[django.core.validators.RegexValidator("^[!-,/:-@\\[-`{-~\\x1c-\\x1f]$")],
                ),
            ),
            (
                "element_separator",
                models.CharField(
                    default="*",
                    max_length=1,
                    validators=[django.core.validators.RegexValidator("^[!-,/:-@\\[-`{-~\\x1c-\\x1f]$")],
                ),
            ),
            (
                "file_name_pattern",
                models.CharField(
                    default="{kind}-{partner}-{usage}-{number}.x12",
                    help_text="{kind} 837P or 837I, {partner}, {usage} T or P, {number} nine digits, {date}, {time}.",
                    max_length=60,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^([A-Za-z0-9]|\\{(kind|partner|usage|number|date|time)\\})([A-Za-z0-9._-]|\\{(kind|partner|usage|number|date|time)\\})*$"
                        )
                    ],
                ),
            ),
            (
                "host",
                models.CharField(
                    blank=True,
                    max_length=253,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[A-Za-z0-9:][A-Za-z0-9.:_-]*$", "A name or address, without a scheme and a path."
                        )
                    ],
                ),
            ),
            (
                "host_keys",
                models.TextField(
                    blank=True, help_text="Public keys or SHA256 fingerprints, a line each.", max_length=8000
                ),
            ),
            (
                "line_end",
                models.CharField(
                    choices=[("none", "nothing"), ("lf", "a line feed"), ("crlf", "carriage return and line feed")],
                    default="none",
                    max_length=4,
                ),
            ),
            (
                "port",
                models.PositiveIntegerField(
                    default=22,
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(65535),
                    ],
                ),
            ),
            (
                "proof",
                models.CharField(
                    choices=[("key", "private key"), ("password", "password")], default="key", max_length=8
                ),
            ),
            ("remote_archive", models.CharField(blank=True, max_length=200)),
            ("remote_inbox", models.CharField(blank=True, max_length=200)),
            ("remote_outbox", models.CharField(blank=True, max_length=200)),
            (
                "repetition_separator",
                models.CharField(
                    default="^",
                    max_length=1,
                    validators=[django.core.validators.RegexValidator("^[!-,/:-@\\[-`{-~\\x1c-\\x1f]$")],
                ),
            ),
            (
                "secret_name",
                models.CharField(
                    blank=True,
                    help_text="File in the folder of secrets that holds the private key or the password.",
                    max_length=100,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[A-Za-z0-9][A-Za-z0-9._-]*$", "A plain file name, without a path."
                        )
                    ],
                ),
            ),
            (
                "segment_terminator",
                models.CharField(
                    default="~",
                    max_length=1,
                    validators=[django.core.validators.RegexValidator("^[!-,/:-@\\[-`{-~\\x1c-\\x1f\\n\\r]$")],
                ),
            ),
            (
                "transport",
                models.CharField(
                    choices=[("folder", "a folder under the outbox"), ("sftp", "SFTP")], default="folder", max_length=6
                ),
            ),
            ("user", models.CharField(blank=True, max_length=64)),
        ],
        options={
            "ordering": ("name",),
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("is_default", True)), fields=("is_default",), name="partner_default_is_one"
                ),
                models.CheckConstraint(
                    condition=models.Q(("last_control_number__lte", 999999999)),
                    name="partner_control_number_has_nine_digits",
                ),
                models.CheckConstraint(
                    condition=models.Q(("claims_per_set__gte", 1), ("claims_per_set__lte", 5000)),
                    name="partner_claims_per_set_are_1_to_5000",
                ),
                models.UniqueConstraint(
                    fields=("sender_qualifier", "sender_id", "receiver_qualifier", "receiver_id", "usage"),
                    name="partner_is_one_sender_and_receiver",
                ),
                models.CheckConstraint(
                    condition=models.Q(("folder__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$")),
                    name="partner_folder_is_a_plain_name",
                ),
                models.CheckConstraint(condition=models.Q(("usage__in", ["T", "P"])), name="partner_usage_is_known"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("sender_qualifier__in", ["ZZ", "01", "14", "20", "27", "28", "29", "30", "33"])
                    ),
                    name="partner_sender_qualifier_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("receiver_qualifier__in", ["ZZ", "01", "14", "20", "27", "28", "29", "30", "33"])
                    ),
                    name="partner_receiver_qualifier_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(("transport__in", ["folder", "sftp"])), name="partner_transport_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(("proof__in", ["key", "password"])), name="partner_proof_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(("line_end__in", ["none", "lf", "crlf"])), name="partner_line_end_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(("after_fetching__in", ["leave", "move", "delete"])),
                    name="partner_after_fetching_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(("contact_phone__regex", "^[0-9]{10}$")),
                    name="partner_contact_phone_has_ten_digits",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("component_separator__regex", "^[!-,/:-@\\[-`{-~\\x1c-\\x1f]$"),
                        ("element_separator__regex", "^[!-,/:-@\\[-`{-~\\x1c-\\x1f]$"),
                        ("repetition_separator__regex", "^[!-,/:-@\\[-`{-~\\x1c-\\x1f]$"),
                        ("segment_terminator__regex", "^[!-,/:-@\\[-`{-~\\x1c-\\x1f\\n\\r]$"),
                    ),
                    name="partner_delimiters_are_signs",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("element_separator", models.F("component_separator")), _negated=True),
                        models.Q(("element_separator", models.F("repetition_separator")), _negated=True),
                        models.Q(("element_separator", models.F("segment_terminator")), _negated=True),
                        models.Q(("component_separator", models.F("repetition_separator")), _negated=True),
                        models.Q(("component_separator", models.F("segment_terminator")), _negated=True),
                        models.Q(("repetition_separator", models.F("segment_terminator")), _negated=True),
                    ),
                    name="partner_delimiters_are_unlike",
                    violation_error_message="Four different signs: no delimiter may stand for two things.",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("line_end", "none"),
                        models.Q(
                            (
                                "segment_terminator__in",
                                [
                                    """
""",
                                    "\r",
                                ],
                            ),
                            _negated=True,
                        ),
                        _connector="OR",
                    ),
                    name="partner_line_ends_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "file_name_pattern__regex",
                            "^([A-Za-z0-9]|\\{(kind|partner|usage|number|date|time)\\})([A-Za-z0-9._-]|\\{(kind|partner|usage|number|date|time)\\})*$",
                        ),
                        ("file_name_pattern__contains", "{number}"),
                    ),
                    name="partner_file_names_hold_the_number",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("transport", "folder"), _negated=True), ("folder__isnull", False), _connector="OR"
                    ),
                    name="partner_folder_is_named",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("transport", "sftp"), _negated=True),
                        models.Q(
                            ("host__regex", "^[A-Za-z0-9:][A-Za-z0-9.:_-]*$"),
                            ("secret_name__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"),
                            models.Q(("user", ""), _negated=True),
                            models.Q(("host_keys", ""), _negated=True),
                            models.Q(("remote_outbox", ""), _negated=True),
                            models.Q(("remote_inbox", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="partner_server_is_named_and_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("after_fetching", "move"), ("transport", "sftp"), _negated=True),
                        models.Q(("remote_archive", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="partner_archive_is_named",
                ),
                models.CheckConstraint(
                    condition=models.Q(("port__gte", 1), ("port__lte", 65535)), name="partner_port_is_1_to_65535"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("answers_expected_within_days__gte", 1), ("answers_expected_within_days__lte", 60)
                    ),
                    name="partner_answers_are_expected_within_1_to_60_days",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="identifiers_are_final",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."receiver_id" IS DISTINCT FROM (NEW."receiver_id") OR OLD."receiver_qualifier" IS DISTINCT FROM (NEW."receiver_qualifier") OR OLD."sender_id" IS DISTINCT FROM (NEW."sender_id") OR OLD."sender_qualifier" IS DISTINCT FROM (NEW."sender_qualifier"))',
                        func="""
    IF EXISTS (SELECT FROM oncocharge_billing_claimfile f WHERE f.partner_id = NEW.id) THEN
        RAISE EXCEPTION 'trading partner % has sealed files: its identifiers stand', NEW.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'partner_identifiers_are_final';
    END IF;
    RETURN NEW;
""",
                        hash="6c8317c1a1faedf923b9c862109e0fa9bc299f33",
                        operation="UPDATE",
                        pgid="pgtrigger_identifiers_are_final_64644",
                        table="oncocharge_billing_tradingpartner",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_tradingpartnerevent" ("after_fetching", "answers_expected_within_days", "application_receiver", "application_sender", "claims_per_set", "component_separator", "contact_name", "contact_phone", "element_separator", "file_name_pattern", "folder", "host", "host_keys", "id", "is_active", "is_default", "line_end", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "port", "proof", "receiver_code", "receiver_id", "receiver_name", "receiver_qualifier", "remote_archive", "remote_inbox", "remote_outbox", "repetition_separator", "secret_name", "segment_terminator", "sender_id", "sender_qualifier", "submitter_id", "submitter_name", "transport", "usage", "user", "uses_extended_characters") VALUES (NEW."after_fetching", NEW."answers_expected_within_days", NEW."application_receiver", NEW."application_sender", NEW."claims_per_set", NEW."component_separator", NEW."contact_name", NEW."contact_phone", NEW."element_separator", NEW."file_name_pattern", NEW."folder", NEW."host", NEW."host_keys", NEW."id", NEW."is_active", NEW."is_default", NEW."line_end", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."port", NEW."proof", NEW."receiver_code", NEW."receiver_id", NEW."receiver_name", NEW."receiver_qualifier", NEW."remote_archive", NEW."remote_inbox", NEW."remote_outbox", NEW."repetition_separator", NEW."secret_name", NEW."segment_terminator", NEW."sender_id", NEW."sender_qualifier", NEW."submitter_id", NEW."submitter_name", NEW."transport", NEW."usage", NEW."user", NEW."uses_extended_characters"); RETURN NULL;',
                        hash="fcbf684cba1fa675674d78c2dd22d42997416f16",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_5f291",
                        table="oncocharge_billing_tradingpartner",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."after_fetching" IS DISTINCT FROM (NEW."after_fetching") OR OLD."answers_expected_within_days" IS DISTINCT FROM (NEW."answers_expected_within_days") OR OLD."application_receiver" IS DISTINCT FROM (NEW."application_receiver") OR OLD."application_sender" IS DISTINCT FROM (NEW."application_sender") OR OLD."claims_per_set" IS DISTINCT FROM (NEW."claims_per_set") OR OLD."component_separator" IS DISTINCT FROM (NEW."component_separator") OR OLD."contact_name" IS DISTINCT FROM (NEW."contact_name") OR OLD."contact_phone" IS DISTINCT FROM (NEW."contact_phone") OR OLD."element_separator" IS DISTINCT FROM (NEW."element_separator") OR OLD."file_name_pattern" IS DISTINCT FROM (NEW."file_name_pattern") OR OLD."folder" IS DISTINCT FROM (NEW."folder") OR OLD."host" IS DISTINCT FROM (NEW."host") OR OLD."host_keys" IS DISTINCT FROM (NEW."host_keys") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_default" IS DISTINCT FROM (NEW."is_default") OR OLD."line_end" IS DISTINCT FROM (NEW."line_end") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."port" IS DISTINCT FROM (NEW."port") OR OLD."proof" IS DISTINCT FROM (NEW."proof") OR OLD."receiver_code" IS DISTINCT FROM (NEW."receiver_code") OR OLD."receiver_id" IS DISTINCT FROM (NEW."receiver_id") OR OLD."receiver_name" IS DISTINCT FROM (NEW."receiver_name") OR OLD."receiver_qualifier" IS DISTINCT FROM (NEW."receiver_qualifier") OR OLD."remote_archive" IS DISTINCT FROM (NEW."remote_archive") OR OLD."remote_inbox" IS DISTINCT FROM (NEW."remote_inbox") OR OLD."remote_outbox" IS DISTINCT FROM (NEW."remote_outbox") OR OLD."repetition_separator" IS DISTINCT FROM (NEW."repetition_separator") OR OLD."secret_name" IS DISTINCT FROM (NEW."secret_name") OR OLD."segment_terminator" IS DISTINCT FROM (NEW."segment_terminator") OR OLD."sender_id" IS DISTINCT FROM (NEW."sender_id") OR OLD."sender_qualifier" IS DISTINCT FROM (NEW."sender_qualifier") OR OLD."submitter_id" IS DISTINCT FROM (NEW."submitter_id") OR OLD."submitter_name" IS DISTINCT FROM (NEW."submitter_name") OR OLD."transport" IS DISTINCT FROM (NEW."transport") OR OLD."usage" IS DISTINCT FROM (NEW."usage") OR OLD."user" IS DISTINCT FROM (NEW."user") OR OLD."uses_extended_characters" IS DISTINCT FROM (NEW."uses_extended_characters"))',
                        func='INSERT INTO "oncocharge_billing_tradingpartnerevent" ("after_fetching", "answers_expected_within_days", "application_receiver", "application_sender", "claims_per_set", "component_separator", "contact_name", "contact_phone", "element_separator", "file_name_pattern", "folder", "host", "host_keys", "id", "is_active", "is_default", "line_end", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "port", "proof", "receiver_code", "receiver_id", "receiver_name", "receiver_qualifier", "remote_archive", "remote_inbox", "remote_outbox", "repetition_separator", "secret_name", "segment_terminator", "sender_id", "sender_qualifier", "submitter_id", "submitter_name", "transport", "usage", "user", "uses_extended_characters") VALUES (NEW."after_fetching", NEW."answers_expected_within_days", NEW."application_receiver", NEW."application_sender", NEW."claims_per_set", NEW."component_separator", NEW."contact_name", NEW."contact_phone", NEW."element_separator", NEW."file_name_pattern", NEW."folder", NEW."host", NEW."host_keys", NEW."id", NEW."is_active", NEW."is_default", NEW."line_end", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."port", NEW."proof", NEW."receiver_code", NEW."receiver_id", NEW."receiver_name", NEW."receiver_qualifier", NEW."remote_archive", NEW."remote_inbox", NEW."remote_outbox", NEW."repetition_separator", NEW."secret_name", NEW."segment_terminator", NEW."sender_id", NEW."sender_qualifier", NEW."submitter_id", NEW."submitter_name", NEW."transport", NEW."usage", NEW."user", NEW."uses_extended_characters"); RETURN NULL;',
                        hash="d1121c8607a0287728e80a5440ec02defcb48749",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_aee18",
                        table="oncocharge_billing_tradingpartner",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_tradingpartnerevent" ("after_fetching", "answers_expected_within_days", "application_receiver", "application_sender", "claims_per_set", "component_separator", "contact_name", "contact_phone", "element_separator", "file_name_pattern", "folder", "host", "host_keys", "id", "is_active", "is_default", "line_end", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "port", "proof", "receiver_code", "receiver_id", "receiver_name", "receiver_qualifier", "remote_archive", "remote_inbox", "remote_outbox", "repetition_separator", "secret_name", "segment_terminator", "sender_id", "sender_qualifier", "submitter_id", "submitter_name", "transport", "usage", "user", "uses_extended_characters") VALUES (OLD."after_fetching", OLD."answers_expected_within_days", OLD."application_receiver", OLD."application_sender", OLD."claims_per_set", OLD."component_separator", OLD."contact_name", OLD."contact_phone", OLD."element_separator", OLD."file_name_pattern", OLD."folder", OLD."host", OLD."host_keys", OLD."id", OLD."is_active", OLD."is_default", OLD."line_end", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."port", OLD."proof", OLD."receiver_code", OLD."receiver_id", OLD."receiver_name", OLD."receiver_qualifier", OLD."remote_archive", OLD."remote_inbox", OLD."remote_outbox", OLD."repetition_separator", OLD."secret_name", OLD."segment_terminator", OLD."sender_id", OLD."sender_qualifier", OLD."submitter_id", OLD."submitter_name", OLD."transport", OLD."usage", OLD."user", OLD."uses_extended_characters"); RETURN NULL;',
                        hash="6d4aff5db16a07166ecffca162b2f3c59bf27ba7",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_17fad",
                        table="oncocharge_billing_tradingpartner",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="control_number_never_goes_back",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (NEW."last_control_number" < (OLD."last_control_number"))',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="e8f6876b9d28966bf3d28a77e0acfdee382f743e",
                        operation="UPDATE",
                        pgid="pgtrigger_control_number_never_goes_back_b03e6",
                        table="oncocharge_billing_tradingpartner",
                        when="BEFORE",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="TradingPartnerEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
            ("name", models.CharField(max_length=60)),
            ("usage", models.CharField(choices=[("T", "test"), ("P", "production")], default="T", max_length=1)),
            (
                "sender_qualifier",
                models.CharField(
                    choices=[
                        ("ZZ", "mutually agreed"),
                        ("01", "DUNS number"),
                        ("14", "DUNS with suffix"),
                        ("20", "health industry number"),
                        ("27", "carrier number of CMS"),
                        ("28", "fiscal intermediary number of CMS"),
                        ("29", "Medicare provider number"),
                        ("30", "federal tax id"),
                        ("33", "NAIC company code"),
                    ],
                    default="ZZ",
                    max_length=2,
                ),
            ),
            ("sender_id", models.CharField(max_length=15)),
            (
                "receiver_qualifier",
                models.CharField(
                    choices=[
                        ("ZZ", "mutually agreed"),
                        ("01", "DUNS number"),
                        ("14", "DUNS with suffix"),
                        ("20", "health industry number"),
                        ("27", "carrier number of CMS"),
                        ("28", "fiscal intermediary number of CMS"),
                        ("29", "Medicare provider number"),
                        ("30", "federal tax id"),
                        ("33", "NAIC company code"),
                    ],
                    default="ZZ",
                    max_length=2,
                ),
            ),
            ("receiver_id", models.CharField(max_length=15)),
            ("application_sender", models.CharField(max_length=15, verbose_name="GS02")),
            ("application_receiver", models.CharField(max_length=15, verbose_name="GS03")),
            ("submitter_name", models.CharField(max_length=60)),
            ("submitter_id", models.CharField(max_length=80, verbose_name="submitter id (ETIN)")),
            ("contact_name", models.CharField(max_length=60)),
            (
                "contact_phone",
                models.CharField(
                    max_length=10,
                    validators=[
                        django.core.validators.RegexValidator("^[0-9]{10}$", "Ten digits, without signs between them.")
                    ],
                ),
            ),
            ("receiver_name", models.CharField(max_length=60)),
            ("receiver_code", models.CharField(max_length=80, verbose_name="receiver id (NM1*40)")),
            (
                "claims_per_set",
                models.PositiveIntegerField(
                    default=5000,
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(5000),
                    ],
                    verbose_name="claims in one ST",
                ),
            ),
            ("uses_extended_characters", models.BooleanField(default=False)),
            (
                "folder",
                models.CharField(
                    blank=True,
                    help_text="Folder under the outbox in which files are dropped; no two partners share one.",
                    max_length=120,
                    null=True,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[A-Za-z0-9][A-Za-z0-9._-]*$",
                            "A plain name of letters, digits, '-', '_' and '.', without a path.",
                        )
                    ],
                ),
            ),
            (
                "is_default",
                models.BooleanField(
                    default=False, help_text="Takes the claims of payers without a route of their own."
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
                    to="oncocharge_billing.tradingpartner",
                ),
            ),
            (
                "after_fetching",
                models.CharField(
                    choices=[("leave", "leave"), ("move", "move"), ("delete", "delete")], default="leave", max_length=6
                ),
            ),
            (
                "answers_expected_within_days",
                models.PositiveSmallIntegerField(
                    default=3,
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(60),
                    ],
                ),
            ),
            (
                "component_separator",
                models.CharField(
                    default=":",
                    max_length=1,
                    validators=[django.core.validators.RegexValidator("^[!-,/:-@\\[-`{-~\\x1c-\\x1f]$")],
                ),
            ),
            (
                "element_separator",
                models.CharField(
                    default="*",
                    max_length=1,
                    validators=[django.core.validators.RegexValidator("^[!-,/:-@\\[-`{-~\\x1c-\\x1f]$")],
                ),
            ),
            (
                "file_name_pattern",
                models.CharField(
                    default="{kind}-{partner}-{usage}-{number}.x12",
                    help_text="{kind} 837P or 837I, {partner}, {usage} T or P, {number} nine digits, {date}, {time}.",
                    max_length=60,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^([A-Za-z0-9]|\\{(kind|partner|usage|number|date|time)\\})([A-Za-z0-9._-]|\\{(kind|partner|usage|number|date|time)\\})*$"
                        )
                    ],
                ),
            ),
            (
                "host",
                models.CharField(
                    blank=True,
                    max_length=253,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[A-Za-z0-9:][A-Za-z0-9.:_-]*$", "A name or address, without a scheme and a path."
                        )
                    ],
                ),
            ),
            (
                "host_keys",
                models.TextField(
                    blank=True, help_text="Public keys or SHA256 fingerprints, a line each.", max_length=8000
                ),
            ),
            (
                "line_end",
                models.CharField(
                    choices=[("none", "nothing"), ("lf", "a line feed"), ("crlf", "carriage return and line feed")],
                    default="none",
                    max_length=4,
                ),
            ),
            (
                "port",
                models.PositiveIntegerField(
                    default=22,
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(65535),
                    ],
                ),
            ),
            (
                "proof",
                models.CharField(
                    choices=[("key", "private key"), ("password", "password")], default="key", max_length=8
                ),
            ),
            ("remote_archive", models.CharField(blank=True, max_length=200)),
            ("remote_inbox", models.CharField(blank=True, max_length=200)),
            ("remote_outbox", models.CharField(blank=True, max_length=200)),
            (
                "repetition_separator",
                models.CharField(
                    default="^",
                    max_length=1,
                    validators=[django.core.validators.RegexValidator("^[!-,/:-@\\[-`{-~\\x1c-\\x1f]$")],
                ),
            ),
            (
                "secret_name",
                models.CharField(
                    blank=True,
                    help_text="File in the folder of secrets that holds the private key or the password.",
                    max_length=100,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^[A-Za-z0-9][A-Za-z0-9._-]*$", "A plain file name, without a path."
                        )
                    ],
                ),
            ),
            (
                "segment_terminator",
                models.CharField(
                    default="~",
                    max_length=1,
                    validators=[django.core.validators.RegexValidator("^[!-,/:-@\\[-`{-~\\x1c-\\x1f\\n\\r]$")],
                ),
            ),
            (
                "transport",
                models.CharField(
                    choices=[("folder", "a folder under the outbox"), ("sftp", "SFTP")], default="folder", max_length=6
                ),
            ),
            ("user", models.CharField(blank=True, max_length=64)),
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="98f9f33ecca0ff86d80ece59b7ffe517697cf4db",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_b46a3",
                        table="oncocharge_billing_tradingpartnerevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="PayerRoute",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "payer",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, related_name="route", to="oncocharge_patients.payer"
                ),
            ),
            (
                "partner",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="routes",
                    to="oncocharge_billing.tradingpartner",
                ),
            ),
        ],
        options={
            "ordering": ("payer",),
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_payerrouteevent" ("id", "partner_id", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."partner_id", NEW."payer_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                        hash="1bd552f90b2d953339bd54e154988daa81292423",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_8845a",
                        table="oncocharge_billing_payerroute",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "oncocharge_billing_payerrouteevent" ("id", "partner_id", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."partner_id", NEW."payer_id", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                        hash="66b5d45b7a80be6afa0381abf0b12138c8bda68c",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_3e056",
                        table="oncocharge_billing_payerroute",
                        when="AFTER",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "oncocharge_billing_payerrouteevent" ("id", "partner_id", "payer_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."partner_id", OLD."payer_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                        hash="85e311ff56df8d0dbc682b5bf8a503a67087f650",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_7ad61",
                        table="oncocharge_billing_payerroute",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PayerRouteEvent",
        fields=[
            ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
            ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
            ("pgh_label", models.TextField(help_text="The event label.")),
            ("id", models.BigIntegerField()),
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
                    to="oncocharge_billing.payerroute",
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
        ],
        options={
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="1f3940e12d0fe6108efb6ef6c083392fa16a216b",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_a02fc",
                        table="oncocharge_billing_payerrouteevent",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="PartnerConnection",
        fields=[
            (
                "partner",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE,
                    primary_key=True,
                    related_name="connection",
                    serialize=False,
                    to="oncocharge_billing.tradingpartner",
                ),
            ),
            ("failures", models.PositiveIntegerField(default=0, help_text="In a row.")),
            ("error", models.CharField(blank=True, max_length=400)),
            ("needs_person", models.BooleanField(default=False)),
            ("failed_at", models.DateTimeField(null=True)),
            ("next_try_at", models.DateTimeField(null=True)),
            ("reached_at", models.DateTimeField(null=True)),
            (
                "answers_error",
                models.CharField(
                    blank=True, help_text="Why no answer can be fetched while files can be sent.", max_length=400
                ),
            ),
            ("answers_failed_at", models.DateTimeField(null=True)),
        ],
        options={
            "ordering": ("partner",),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("error", ""), ("failures", 0), ("needs_person", False)),
                        models.Q(
                            ("failed_at__isnull", False), ("failures__gte", 1), models.Q(("error", ""), _negated=True)
                        ),
                        _connector="OR",
                    ),
                    name="partner_connection_failure_has_words",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("failures", 0), ("next_try_at", None)),
                        models.Q(("needs_person", True), ("next_try_at", None)),
                        models.Q(("needs_person", False), ("next_try_at__isnull", False)),
                        _connector="OR",
                    ),
                    name="partner_connection_is_tried_again_or_needs_a_person",
                ),
                models.CheckConstraint(
                    condition=models.Q(("answers_error", ""), ("answers_failed_at__isnull", False), _connector="OR"),
                    name="partner_connection_failure_of_answers_has_its_moment",
                ),
            ],
        },
    ),
]
