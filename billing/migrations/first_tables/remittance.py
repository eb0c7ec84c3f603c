"""First tables of billing/models/remittance.py: Remittance, RemittanceClaim and RemittanceLine."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="Remittance",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            (
                "position",
                models.PositiveIntegerField(default=0, help_text="Segment of the receipt at which it begins (ST)."),
            ),
            ("payer_identifier", models.CharField(blank=True, max_length=80, verbose_name="TRN03")),
            (
                "trace_number",
                models.CharField(
                    blank=True, help_text="Number of the check or transfer.", max_length=80, verbose_name="TRN02"
                ),
            ),
            (
                "amount",
                models.DecimalField(
                    decimal_places=2,
                    help_text="BPR02; negative where the payer takes money (BPR03 is D).",
                    max_digits=20,
                ),
            ),
            (
                "method",
                models.CharField(blank=True, help_text="ACH, CHK, NON, FWT, BOP.", max_length=10, verbose_name="BPR04"),
            ),
            ("handling", models.CharField(blank=True, max_length=10, verbose_name="BPR01")),
            ("paid_on", models.DateField(null=True, verbose_name="BPR16")),
            ("produced_on", models.DateField(null=True, verbose_name="DTM*405")),
            ("payer_name", models.CharField(blank=True, max_length=120)),
            ("payer_number", models.CharField(blank=True, max_length=80, verbose_name="payer's N104")),
            ("payee_name", models.CharField(blank=True, max_length=120)),
            ("payee_npi", models.CharField(blank=True, max_length=80, verbose_name="payee's NPI")),
            ("payee_tax_id", models.CharField(blank=True, max_length=80)),
            ("claims_paid", models.DecimalField(decimal_places=2, help_text="Sum of CLP04.", max_digits=20)),
            (
                "adjusted_outside",
                models.DecimalField(
                    decimal_places=2, help_text="Sum of PLB; a positive amount lowers the payment.", max_digits=20
                ),
            ),
            ("claim_count", models.PositiveIntegerField()),
            ("line_count", models.PositiveIntegerField()),
            ("fingerprint", models.CharField(max_length=64)),
            (
                "state",
                models.CharField(
                    choices=[("posted", "Posted"), ("held", "Held"), ("repeated", "Repeated")], max_length=8
                ),
            ),
            (
                "why_held",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=300),
                    default=list,
                    help_text="In words; kept after release.",
                    size=None,
                ),
            ),
            ("released_at", models.DateTimeField(null=True)),
            ("release_reason", models.CharField(blank=True, max_length=200)),
            ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            (
                "keyed_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="keyed_remittances",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "receipt",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="remittances",
                    to="oncocharge_billing.receipt",
                ),
            ),
            (
                "released_by",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="released_remittances",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "repeats",
                models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="repetitions",
                    to="oncocharge_billing.remittance",
                ),
            ),
        ],
        options={
            "ordering": ("-at", "-id"),
            "indexes": [
                models.Index(fields=["payer_identifier", "trace_number"], name="remittance_by_payment"),
                models.Index(condition=models.Q(("state", "held")), fields=["at"], name="remittance_held"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("receipt__isnull", False)),
                    fields=("receipt", "position"),
                    name="remittance_is_read_once",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("state", "repeated"), _negated=True),
                    fields=("fingerprint",),
                    name="remittance_content_counts_once",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("released_at__isnull", True), ("state", "posted")),
                    fields=("payer_identifier", "trace_number"),
                    name="remittance_payment_is_posted_once_unless_released",
                ),
                models.CheckConstraint(
                    condition=models.Q(("state__in", ("posted", "held", "repeated"))), name="remittance_state_is_known"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "held"), _negated=True), ("why_held__len__gt", 0), _connector="OR"
                    ),
                    name="remittance_is_held_for_a_reason",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("repeats__isnull", False), ("state", "repeated")),
                        models.Q(models.Q(("state", "repeated"), _negated=True), ("repeats__isnull", True)),
                        _connector="OR",
                    ),
                    name="remittance_repeats_another",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("released_at__isnull", True), ("released_by__isnull", True)),
                        models.Q(
                            ("released_at__isnull", False),
                            ("released_by__isnull", False),
                            ("state", "posted"),
                            models.Q(("release_reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="remittance_release_has_user_and_reason",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("keyed_by__isnull", True), ("receipt__isnull", False)),
                        models.Q(("keyed_by__isnull", False), ("receipt__isnull", True)),
                        _connector="OR",
                    ),
                    name="remittance_is_received_or_keyed",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="kept_for_ever",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="5c68f3e9cf3062b2bcb8c24963f39129d603f6ef",
                        operation="DELETE",
                        pgid="pgtrigger_kept_for_ever_c52b4",
                        table="oncocharge_billing_remittance",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="only_its_release_changes",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.state <> 'held' OR NEW.state <> 'posted' OR NEW.released_at IS NULL OR (to_jsonb(OLD) - '{state,released_by_id,released_at,release_reason}'::text[]) IS DISTINCT FROM (to_jsonb(NEW) - '{state,released_by_id,released_at,release_reason}'::text[]))",
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="862b1658139e3024d7127eb14b021059ba276860",
                        operation="UPDATE",
                        pgid="pgtrigger_only_its_release_changes_fd921",
                        table="oncocharge_billing_remittance",
                        when="BEFORE",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="RemittanceClaim",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("number", models.PositiveIntegerField(help_text="In the remittance, from 1.")),
            ("position", models.PositiveIntegerField(help_text="Segment of the receipt.")),
            (
                "matched_by",
                models.CharField(
                    blank=True,
                    choices=[
                        ("control", "our claim number"),
                        ("payer", "the payer's claim number"),
                        ("person", "matched by hand"),
                        ("aside", "not one of ours"),
                        ("", "not matched"),
                    ],
                    max_length=7,
                ),
            ),
            ("matched_at", models.DateTimeField(null=True)),
            (
                "control_number",
                models.CharField(blank=True, help_text="As the payer gives it.", max_length=80, verbose_name="CLP01"),
            ),
            ("status", models.CharField(blank=True, max_length=5, verbose_name="CLP02")),
            ("charge", models.DecimalField(decimal_places=2, max_digits=20)),
            ("paid", models.DecimalField(decimal_places=2, max_digits=20)),
            ("patient_amount", models.DecimalField(decimal_places=2, help_text="CLP05.", max_digits=20)),
            ("filing_indicator", models.CharField(blank=True, max_length=5, verbose_name="CLP06")),
            ("payer_claim_number", models.CharField(blank=True, max_length=80, verbose_name="CLP07")),
            ("facility_type", models.CharField(blank=True, max_length=5, verbose_name="CLP08")),
            ("frequency", models.CharField(blank=True, max_length=5, verbose_name="CLP09")),
            (
                "groups",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=5), default=list, size=None
                ),
            ),
            (
                "reasons",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=12), default=list, size=None
                ),
            ),
            (
                "adjusted",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.DecimalField(decimal_places=2, max_digits=20), default=list, size=None
                ),
            ),
            (
                "quantities",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.DecimalField(decimal_places=2, max_digits=20, null=True), default=list, size=None
                ),
            ),
            (
                "remarks",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=12), default=list, size=None
                ),
            ),
            ("served_from", models.DateField(null=True)),
            ("served_to", models.DateField(null=True)),
            ("received_on", models.DateField(null=True, verbose_name="DTM*050")),
            ("patient_last_name", models.CharField(blank=True, max_length=80)),
            ("patient_first_name", models.CharField(blank=True, max_length=60)),
            ("patient_identifier", models.CharField(blank=True, max_length=80)),
            (
                "crossover_name",
                models.CharField(blank=True, help_text="To whom the payer sent the claim on.", max_length=80),
            ),
            ("crossover_identifier", models.CharField(blank=True, max_length=80)),
            (
                "claim",
                models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="paid_by",
                    to="oncocharge_billing.claim",
                ),
            ),
            (
                "matched_user",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            (
                "remittance",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="oncocharge_billing.remittance",
                ),
            ),
        ],
        options={
            "ordering": ("remittance", "number"),
            "indexes": [
                models.Index(
                    condition=models.Q(("matched_by", "")), fields=["remittance"], name="remittance_claim_unmatched"
                ),
                models.Index(
                    condition=models.Q(models.Q(("payer_claim_number", ""), _negated=True), ("claim__isnull", False)),
                    fields=["payer_claim_number"],
                    name="remittance_claim_by_payer_no",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("remittance", "number"), name="remittance_claim_number_is_unique"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("claim__isnull", True), ("matched_by__in", ("", "aside"))),
                        models.Q(("claim__isnull", False), ("matched_by__in", ("control", "payer", "person"))),
                        _connector="OR",
                    ),
                    name="remittance_claim_match_is_explained",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("matched_by__in", ("", "control", "payer")), ("matched_user__isnull", True)),
                        models.Q(
                            ("matched_at__isnull", False),
                            ("matched_by__in", ("person", "aside")),
                            ("matched_user__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="remittance_claim_match_by_hand_names_user",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("adjusted__len", models.F("reasons__len")),
                        ("groups__len", models.F("reasons__len")),
                        ("quantities__len", models.F("reasons__len")),
                    ),
                    name="remittance_claim_adjustments_are_whole",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="kept_for_ever",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="4331d7df52d9c2e2e89df4dacd5bb89afdc9d46e",
                        operation="DELETE",
                        pgid="pgtrigger_kept_for_ever_e9c73",
                        table="oncocharge_billing_remittanceclaim",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="only_its_match_changes",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="""WHEN ((to_jsonb(OLD) - '{claim_id,matched_by,matched_user_id,matched_at}'::text[])
    IS DISTINCT FROM (to_jsonb(NEW) - '{claim_id,matched_by,matched_user_id,matched_at}'::text[])
    OR (OLD.claim_id IS NOT NULL) OR (NEW.claim_id IS NOT NULL AND NEW.matched_user_id IS NULL))""",
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="92de9d7b40fc75ab003b58dd1cd500908c7a8572",
                        operation="UPDATE",
                        pgid="pgtrigger_only_its_match_changes_0a349",
                        table="oncocharge_billing_remittanceclaim",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="is_of_a_remittance",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    IF EXISTS (
        SELECT FROM new_rows n
          LEFT JOIN oncocharge_billing_remittance r ON r.id = n.remittance_id
          LEFT JOIN oncocharge_billing_claim c ON c.id = n.claim_id
         WHERE r.id IS NULL OR r.state = 'repeated' OR (n.claim_id IS NOT NULL AND c.id IS NULL))
    THEN
        RAISE EXCEPTION 'a paid claim is of no remittance that has claims, or is matched with a claim that is not there'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'remittance_claim_is_of_a_remittance';
    END IF;
    RETURN NULL;
""",
                        hash="44a26a87f3c13fc671ade5b3b3a759be53871713",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_is_of_a_remittance_a58d6",
                        referencing="REFERENCING NEW TABLE AS new_rows ",
                        table="oncocharge_billing_remittanceclaim",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="RemittanceLine",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "remittance_claim", "number", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("number", models.PositiveIntegerField(help_text="In its claim, from 1.")),
            ("position", models.PositiveIntegerField(help_text="Segment of the receipt.")),
            (
                "matched_by",
                models.CharField(
                    blank=True,
                    choices=[
                        ("number", "our line number"),
                        ("service", "code, modifiers, day and charge"),
                        ("person", "matched by hand"),
                        ("", "claim level"),
                    ],
                    max_length=7,
                ),
            ),
            (
                "control_number",
                models.CharField(blank=True, help_text="As the payer gives it.", max_length=80, verbose_name="REF*6R"),
            ),
            ("code", models.CharField(blank=True, help_text="As paid.", max_length=48, verbose_name="SVC01")),
            (
                "modifiers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=12), default=list, size=None
                ),
            ),
            (
                "submitted_code",
                models.CharField(
                    blank=True, help_text="As sent, where another was paid.", max_length=48, verbose_name="SVC06"
                ),
            ),
            (
                "submitted_modifiers",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=12), default=list, size=None
                ),
            ),
            ("revenue_code", models.CharField(blank=True, max_length=48)),
            ("charge", models.DecimalField(decimal_places=2, max_digits=20)),
            ("paid", models.DecimalField(decimal_places=2, max_digits=20)),
            (
                "allowed",
                models.DecimalField(
                    decimal_places=2, help_text="AMT*B6, where the payer gives it.", max_digits=20, null=True
                ),
            ),
            ("units", models.DecimalField(decimal_places=3, max_digits=20, null=True)),
            ("served_on", models.DateField(null=True)),
            (
                "groups",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=5), default=list, size=None
                ),
            ),
            (
                "reasons",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=12), default=list, size=None
                ),
            ),
            (
                "adjusted",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.DecimalField(decimal_places=2, max_digits=20), default=list, size=None
                ),
            ),
            (
                "quantities",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.DecimalField(decimal_places=2, max_digits=20, null=True), default=list, size=None
                ),
            ),
            (
                "remarks",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=12), default=list, size=None
                ),
            ),
            (
                "entry",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="paid_by",
                    to="oncocharge_billing.ledgerentry",
                ),
            ),
            (
                "remittance_claim",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lines",
                    to="oncocharge_billing.remittanceclaim",
                ),
            ),
        ],
        options={
            "ordering": ("remittance_claim", "number"),
            "indexes": [
                models.Index(
                    condition=models.Q(("entry__isnull", False)), fields=["entry"], name="remittance_line_by_entry"
                )
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("entry__isnull", True), ("matched_by", "")),
                        models.Q(("entry__isnull", False), ("matched_by__in", ("number", "service", "person"))),
                        _connector="OR",
                    ),
                    name="remittance_line_match_is_explained",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("adjusted__len", models.F("reasons__len")),
                        ("groups__len", models.F("reasons__len")),
                        ("quantities__len", models.F("reasons__len")),
                    ),
                    name="remittance_line_adjustments_are_whole",
                ),
            ],
            "triggers": [
                pgtrigger.compiler.Trigger(
                    name="kept_for_ever",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="58aa0c53481c6f128d1d85d4a58a6571ebcd8edc",
                        operation="DELETE",
                        pgid="pgtrigger_kept_for_ever_5fd12",
                        table="oncocharge_billing_remittanceline",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="only_its_match_changes",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="""WHEN ((to_jsonb(OLD) - '{entry_id,matched_by}'::text[]) IS DISTINCT FROM (to_jsonb(NEW) - '{entry_id,matched_by}'::text[])
    OR OLD.entry_id IS NOT NULL)""",
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="ccadd4c41e0b7c56ce6fbdaa10a4ad66b5724a98",
                        operation="UPDATE",
                        pgid="pgtrigger_only_its_match_changes_ebd54",
                        table="oncocharge_billing_remittanceline",
                        when="BEFORE",
                    ),
                ),
                pgtrigger.compiler.Trigger(
                    name="is_of_its_claim",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="""
    IF EXISTS (
        SELECT FROM new_rows n
          LEFT JOIN oncocharge_billing_remittanceclaim p ON p.id = n.remittance_claim_id
         WHERE p.id IS NULL OR (n.entry_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM oncocharge_billing_claimline l
                WHERE l.claim_id = p.claim_id AND l.entry_id = n.entry_id)))
    THEN
        RAISE EXCEPTION 'a paid line is of no paid claim, or is matched with a charge that its claim does not have'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'remittance_line_is_of_its_claim';
    END IF;
    RETURN NULL;
""",
                        hash="41588cc85f62d8dc1eeb92de16cb859408483f3b",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_is_of_its_claim_aa2e3",
                        referencing="REFERENCING NEW TABLE AS new_rows ",
                        table="oncocharge_billing_remittanceline",
                        when="AFTER",
                    ),
                ),
            ],
        },
    ),
]
