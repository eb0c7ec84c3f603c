"""First tables of billing/models/receipt.py."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Receipt",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "name",
                models.CharField(
                    help_text="As the partner called it; may hold what we would not write.", max_length=200
                ),
            ),
            ("sha256", models.CharField(max_length=64, unique=True, verbose_name="SHA-256")),
            ("byte_count", models.BigIntegerField()),
            ("received_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "kinds",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=5),
                    default=list,
                    help_text="TA1, 999, 277CA, 835 as found in it.",
                    size=None,
                ),
            ),
            ("warning_count", models.PositiveIntegerField(default=0)),
            ("tries", models.PositiveSmallIntegerField(default=0)),
            ("read_at", models.DateTimeField(null=True)),
            ("error", models.CharField(blank=True, max_length=200)),
            (
                "partner",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="receipts",
                    to="oncocharge_billing.tradingpartner",
                ),
            ),
            (
                "written",
                models.CharField(
                    blank=True,
                    help_text="Moment and number of the first interchange, as text that sorts.",
                    max_length=40,
                ),
            ),
        ],
        options={
            "ordering": ("-received_at", "-id"),
            "indexes": [
                models.Index(
                    condition=models.Q(("read_at__isnull", True)), fields=["received_at"], name="receipt_to_read"
                )
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="kept_for_ever",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="083cb62211058358eee38225275e263cb212212d",
                        operation="DELETE",
                        pgid="pgtrigger_kept_for_ever_b86d0",
                        table="oncocharge_billing_receipt",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ReceiptPart",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.PositiveIntegerField()),
            ("content", models.BinaryField()),
            (
                "receipt",
                models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="parts",
                    to="oncocharge_billing.receipt",
                ),
            ),
        ],
        options={
            "ordering": ("receipt", "number"),
            "constraints": [
                models.UniqueConstraint(fields=("receipt", "number"), name="receipt_part_number_is_unique")
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="504ca6560c579873118950097df80cc7a05207ad",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_39d14",
                        table="oncocharge_billing_receiptpart",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ReceiptSighting",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=200)),
            ("byte_count", models.BigIntegerField()),
            ("modified", models.CharField(help_text="As the partner's folder says it.", max_length=40)),
            ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "put_away_at",
                models.DateTimeField(help_text="Moved or deleted there, where the partner wants it so.", null=True),
            ),
            (
                "partner",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="sightings",
                    to="oncocharge_billing.tradingpartner",
                ),
            ),
            (
                "receipt",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="sightings",
                    to="oncocharge_billing.receipt",
                ),
            ),
        ],
        options={
            "ordering": ("seen_at", "id"),
            "constraints": [
                models.UniqueConstraint(
                    fields=("partner", "name", "byte_count", "modified"), name="sighting_is_noted_once"
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ReceiptWarning",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("code", models.CharField(max_length=40)),
            ("position", models.PositiveIntegerField(help_text="Segment of the file, from 1.")),
            ("offset", models.BigIntegerField(default=0, help_text="Byte of the file at which the segment begins.")),
            ("transaction", models.CharField(blank=True, max_length=20, verbose_name="ST02")),
            ("segment", models.CharField(blank=True, max_length=20)),
            ("element", models.PositiveSmallIntegerField(default=0)),
            ("found", models.TextField(blank=True)),
            ("expected", models.CharField(blank=True, max_length=200)),
            ("settled_at", models.DateTimeField(null=True)),
            (
                "receipt",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="warnings",
                    to="oncocharge_billing.receipt",
                ),
            ),
            (
                "settled_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="settled_warnings",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "ordering": ("receipt", "position", "id"),
        },
    ),
    migrations.CreateModel(
        name="FileReply",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("position", models.PositiveIntegerField(help_text="Segment of the receipt.")),
            ("kind", models.CharField(max_length=3)),
            (
                "set_number",
                models.CharField(blank=True, help_text="Empty: of the whole file.", max_length=9, verbose_name="AK202"),
            ),
            ("outcome", models.CharField(max_length=20)),
            (
                "codes",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=5), default=list, size=None
                ),
            ),
            ("message", models.CharField(blank=True, max_length=400)),
            ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "file",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="replies",
                    to="oncocharge_billing.claimfile",
                ),
            ),
            (
                "receipt",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="file_replies",
                    to="oncocharge_billing.receipt",
                ),
            ),
        ],
        options={
            "ordering": ("file", "id"),
            "constraints": [
                models.UniqueConstraint(fields=("receipt", "position", "file"), name="file_reply_is_noted_once"),
                models.CheckConstraint(
                    condition=models.Q(("kind__in", ("TA1", "999"))), name="file_reply_kind_is_known"
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="fd092cd01d173923cbd092da6083b0c981c370b3",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_03d77",
                        table="oncocharge_billing_filereply",
                        when="BEFORE",
                    ),
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="ClaimEvent",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("position", models.PositiveIntegerField(default=0, help_text="Segment of the receipt that says it.")),
            (
                "level",
                models.CharField(
                    choices=[
                        ("interchange", "TA1"),
                        ("set", "999"),
                        ("clearinghouse", "277CA, clearinghouse"),
                        ("payer", "277CA, payer"),
                        ("remittance", "835"),
                        ("person", "entered here"),
                    ],
                    max_length=13,
                ),
            ),
            ("outcome", models.CharField(max_length=12)),
            (
                "codes",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=12), default=list, size=None
                ),
            ),
            ("message", models.CharField(blank=True, max_length=600)),
            (
                "where",
                models.CharField(
                    blank=True, help_text="Segment and element of our claim, if it is said.", max_length=120
                ),
            ),
            ("payer_claim_number", models.CharField(blank=True, max_length=50)),
            ("said_on", models.DateField(help_text="The day that the partner gives.", null=True)),
            ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claim_events",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "claim",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="events", to="oncocharge_billing.claim"
                ),
            ),
            (
                "receipt",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claim_events",
                    to="oncocharge_billing.receipt",
                ),
            ),
        ],
        options={
            "ordering": ("claim", "id"),
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("receipt__isnull", False)),
                    fields=("receipt", "position", "claim"),
                    name="claim_event_is_noted_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "outcome__in",
                            ("received", "accepted", "rejected", "paid", "denied", "reversed", "forwarded", "noted"),
                        )
                    ),
                    name="claim_event_outcome_is_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(("receipt__isnull", False), ("by__isnull", False), _connector="OR"),
                    name="claim_event_is_of_a_receipt_or_a_person",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="850269da39cbc21af69df36e0e5df8f54c6814ff",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_b3524",
                        table="oncocharge_billing_claimevent",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="says_where_claims_stand",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    PERFORM FROM oncocharge_billing_claim c
      WHERE c.id IN (SELECT claim_id FROM new_events) ORDER BY c.id FOR NO KEY UPDATE;
    INSERT INTO oncocharge_billing_claimstanding
           (claim_id, state, level, since, payer_claim_number, is_forwarded)
    SELECT claim_id, (array_agg(outcome ORDER BY place) FILTER (WHERE is_state))[1],
           (array_agg(level ORDER BY place) FILTER (WHERE is_state))[1],
           (array_agg(at ORDER BY place) FILTER (WHERE is_state))[1],
           COALESCE((array_agg(payer_claim_number ORDER BY place) FILTER (WHERE payer_claim_number <> ''))[1], ''),
           bool_or(is_forwarded)
      FROM (
        SELECT e.claim_id, e.outcome, e.level, e.at, e.payer_claim_number,
               e.outcome IN ('received', 'accepted', 'rejected', 'paid', 'denied', 'reversed') AS is_state,
               e.outcome = 'forwarded' OR (e.level = 'remittance' AND e.codes && '{19,20,21}') AS is_forwarded,
               row_number() OVER (PARTITION BY e.claim_id ORDER BY
                   array_position(ARRAY['person', 'remittance', 'payer', 'clearinghouse', 'set', 'interchange'],
                                  e.level::text),
                   e.said_on DESC NULLS LAST, r.written DESC NULLS LAST, r.sha256 DESC NULLS LAST,
                   e.position DESC, e.id DESC) AS place
          FROM oncocharge_billing_claimevent e
          LEFT JOIN oncocharge_billing_receipt r ON r.id = e.receipt_id
         WHERE e.claim_id IN (SELECT claim_id FROM new_events)) AS said
     GROUP BY claim_id
    HAVING bool_or(is_state)
        ON CONFLICT (claim_id) DO UPDATE
       SET state = EXCLUDED.state, level = EXCLUDED.level, since = EXCLUDED.since,
           payer_claim_number = EXCLUDED.payer_claim_number, is_forwarded = EXCLUDED.is_forwarded;
    RETURN NULL;
""",
                        hash="89b2d90ccae0730ed1d770edec13622f1ddd23d0",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_says_where_claims_stand_59bc4",
                        referencing="REFERENCING NEW TABLE AS new_events ",
                        table="oncocharge_billing_claimevent",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ClaimStanding",
        fields=[
            (
                "claim",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    primary_key=True,
                    related_name="standing",
                    serialize=False,
                    to="oncocharge_billing.claim",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("received", "Received"),
                        ("accepted", "Accepted"),
                        ("rejected", "Rejected"),
                        ("paid", "Paid"),
                        ("denied", "Denied"),
                        ("reversed", "payment taken back"),
                    ],
                    max_length=8,
                ),
            ),
            (
                "level",
                models.CharField(
                    choices=[
                        ("interchange", "TA1"),
                        ("set", "999"),
                        ("clearinghouse", "277CA, clearinghouse"),
                        ("payer", "277CA, payer"),
                        ("remittance", "835"),
                        ("person", "entered here"),
                    ],
                    max_length=13,
                ),
            ),
            ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("payer_claim_number", models.CharField(blank=True, max_length=50)),
            (
                "is_forwarded",
                models.BooleanField(default=False, help_text="The payer sent it on to the next payer itself."),
            ),
        ],
        options={
            "ordering": ("claim",),
            "indexes": [models.Index(fields=["state"], name="claim_standing_by_state")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("state__in", ("received", "accepted", "rejected", "paid", "denied", "reversed"))
                    ),
                    name="claim_standing_state_is_known",
                )
            ],
        },
    ),
]
