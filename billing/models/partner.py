"""Trading partners: who receives claim files, written and named how, by which way, with which control numbers.

No secret stands here: ``secret_name`` is the name of a file (billing/partners/credentials).
"""

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from billing.adapters.door import AfterFetching
from patients.models import Payer

FOLDER_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
SEPARATOR = r"^[!-,/:-@\[-`{-~\x1c-\x1f]$"
"""A sign, or one of the four separators among the control characters; point and hyphen are needed in data."""
TERMINATOR = r"^[!-,/:-@\[-`{-~\x1c-\x1f\n\r]$"
_PLACE = r"\{(kind|partner|usage|number|date|time)\}"
FILE_NAME = rf"^([A-Za-z0-9]|{_PLACE})([A-Za-z0-9._-]|{_PLACE})*$"
HOST = r"^[A-Za-z0-9:][A-Za-z0-9.:_-]*$"
PHONE = r"^[0-9]{10}$"
QUALIFIERS = {
    "ZZ": "mutually agreed", "01": "DUNS number", "14": "DUNS with suffix", "20": "health industry number",
    "27": "carrier number of CMS", "28": "fiscal intermediary number of CMS", "29": "Medicare provider number",
    "30": "federal tax id", "33": "NAIC company code",
}  # fmt: skip
"""ISA05 and ISA07."""
UNLIKE = "Four different signs: no delimiter may stand for two things."
_IDENTIFIERS = ("sender_qualifier", "sender_id", "receiver_qualifier", "receiver_id")
_REFUSES_OTHER_IDENTIFIERS = """
    IF EXISTS (SELECT FROM oncocharge_billing_claimfile f WHERE f.partner_id = NEW.id) THEN
        RAISE EXCEPTION 'trading partner % has sealed files: its identifiers stand', NEW.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'partner_identifiers_are_final';
    END IF;
    RETURN NEW;
"""


class Transport(models.TextChoices):
    """How files reach a partner."""

    FOLDER = "folder", "a folder under the outbox"
    SFTP = "sftp", "SFTP"


class Proof(models.TextChoices):
    """How we sign in at the partner's server."""

    KEY = "key", "private key"
    PASSWORD = "password", "password"


class LineEnd(models.TextChoices):
    """What stands after each segment terminator."""

    NONE = "none", "nothing"
    LF = "lf", "a line feed"
    CRLF = "crlf", "carriage return and line feed"


def _one_of(name: str, field: str, values: list[str]) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(**{f"{field}__in": values}))


def _unlike() -> Q:
    """Return the condition that no two delimiters are the same sign."""
    signs = ("element_separator", "component_separator", "repetition_separator", "segment_terminator")
    pairs = [(one, other) for place, one in enumerate(signs) for other in signs[place + 1 :]]
    condition = Q()
    for one, other in pairs:
        condition &= ~Q(**{one: F(other)})
    return condition


@pghistory.track(exclude=["last_control_number"])
class TradingPartner(models.Model):
    """A clearinghouse or payer that takes our files; one interchange a kind of claims per export goes to each.

    ``last_control_number`` is the ISA13 last taken. It is raised in the transaction that seals a file,
    under a row lock, and never goes back: a number may be skipped, never used twice.
    """

    class Usage(models.TextChoices):
        """ISA15."""

        TEST = "T", "test"
        PRODUCTION = "P", "production"

    name = models.CharField(max_length=60, unique=True)
    usage = models.CharField(max_length=1, choices=Usage.choices, default=Usage.TEST)
    sender_qualifier = models.CharField(max_length=2, choices=tuple(QUALIFIERS.items()), default="ZZ")
    sender_id = models.CharField(max_length=15)
    receiver_qualifier = models.CharField(max_length=2, choices=tuple(QUALIFIERS.items()), default="ZZ")
    receiver_id = models.CharField(max_length=15)
    application_sender = models.CharField("GS02", max_length=15)
    application_receiver = models.CharField("GS03", max_length=15)
    submitter_name = models.CharField(max_length=60)
    submitter_id = models.CharField("submitter id (ETIN)", max_length=80)
    contact_name = models.CharField(max_length=60)
    contact_phone = models.CharField(
        max_length=10, validators=[RegexValidator(PHONE, "Ten digits, without signs between them.")]
    )
    receiver_name = models.CharField(max_length=60)
    receiver_code = models.CharField("receiver id (NM1*40)", max_length=80)
    claims_per_set = models.PositiveIntegerField(
        "claims in one ST", default=5000, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    uses_extended_characters = models.BooleanField(default=False)
    element_separator = models.CharField(max_length=1, default="*", validators=[RegexValidator(SEPARATOR)])
    component_separator = models.CharField(max_length=1, default=":", validators=[RegexValidator(SEPARATOR)])
    repetition_separator = models.CharField(max_length=1, default="^", validators=[RegexValidator(SEPARATOR)])
    segment_terminator = models.CharField(max_length=1, default="~", validators=[RegexValidator(TERMINATOR)])
    line_end = models.CharField(max_length=4, choices=LineEnd.choices, default=LineEnd.NONE)
    file_name_pattern = models.CharField(
        max_length=60,
        default="{kind}-{partner}-{usage}-{number}.x12",
        validators=[RegexValidator(FILE_NAME)],
        help_text="{kind} 837P or 837I, {partner}, {usage} T or P, {number} nine digits, {date}, {time}.",
    )

    transport = models.CharField(max_length=6, choices=Transport.choices, default=Transport.FOLDER)
    folder = models.CharField(
        max_length=120,
        unique=True,
        null=True,
        blank=True,
        validators=[RegexValidator(FOLDER_NAME, "A plain name of letters, digits, '-', '_' and '.', without a path.")],
        help_text="Folder under the outbox in which files are dropped; no two partners share one.",
    )
    host = models.CharField(
        max_length=253, blank=True, validators=[RegexValidator(HOST, "A name or address, without a scheme and a path.")]
    )
    port = models.PositiveIntegerField(default=22, validators=[MinValueValidator(1), MaxValueValidator(65535)])
    user = models.CharField(max_length=64, blank=True)
    host_keys = models.TextField(
        max_length=8000, blank=True, help_text="Public keys or SHA256 fingerprints, a line each."
    )
    proof = models.CharField(max_length=8, choices=Proof.choices, default=Proof.KEY)
    secret_name = models.CharField(
        max_length=100,
        blank=True,
        validators=[RegexValidator(FOLDER_NAME, "A plain file name, without a path.")],
        help_text="File in the folder of secrets that holds the private key or the password.",
    )
    remote_outbox = models.CharField(max_length=200, blank=True)
    remote_inbox = models.CharField(max_length=200, blank=True)
    remote_archive = models.CharField(max_length=200, blank=True)
    after_fetching = models.CharField(
        max_length=6, choices=[(one.value, one.value) for one in AfterFetching], default=AfterFetching.LEAVE.value
    )
    answers_expected_within_days = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    is_default = models.BooleanField(
        default=False, help_text="Takes the claims of payers without a route of their own."
    )
    is_active = models.BooleanField(default=True)
    last_control_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                name="partner_default_is_one", fields=("is_default",), condition=Q(is_default=True)
            ),
            # A receiver tells two interchanges apart by sender and number: two rows for one pair would repeat numbers.
            models.UniqueConstraint(
                name="partner_is_one_sender_and_receiver",
                fields=("sender_qualifier", "sender_id", "receiver_qualifier", "receiver_id", "usage"),
            ),
            _one_of("partner_usage_is_known", "usage", ["T", "P"]),
            _one_of("partner_sender_qualifier_is_known", "sender_qualifier", list(QUALIFIERS)),
            _one_of("partner_receiver_qualifier_is_known", "receiver_qualifier", list(QUALIFIERS)),
            _one_of("partner_transport_is_known", "transport", Transport.values),
            _one_of("partner_proof_is_known", "proof", Proof.values),
            _one_of("partner_line_end_is_known", "line_end", LineEnd.values),
            _one_of("partner_after_fetching_is_known", "after_fetching", [one.value for one in AfterFetching]),
            models.CheckConstraint(
                name="partner_contact_phone_has_ten_digits", condition=Q(contact_phone__regex=PHONE)
            ),
            models.CheckConstraint(
                name="partner_delimiters_are_signs",
                condition=Q(
                    element_separator__regex=SEPARATOR,
                    component_separator__regex=SEPARATOR,
                    repetition_separator__regex=SEPARATOR,
                    segment_terminator__regex=TERMINATOR,
                ),
            ),
            models.CheckConstraint(
                name="partner_delimiters_are_unlike", condition=_unlike(), violation_error_message=UNLIKE
            ),
            models.CheckConstraint(
                name="partner_line_ends_once", condition=Q(line_end="none") | ~Q(segment_terminator__in=["\n", "\r"])
            ),
            models.CheckConstraint(
                name="partner_file_names_hold_the_number",
                condition=Q(file_name_pattern__regex=FILE_NAME) & Q(file_name_pattern__contains="{number}"),
            ),
            models.CheckConstraint(
                name="partner_folder_is_named", condition=~Q(transport="folder") | Q(folder__isnull=False)
            ),
            models.CheckConstraint(
                name="partner_server_is_named_and_known",
                condition=~Q(transport="sftp")
                | Q(host__regex=HOST, secret_name__regex=FOLDER_NAME)
                & ~Q(user="")
                & ~Q(host_keys="")
                & ~Q(remote_outbox="")
                & ~Q(remote_inbox=""),
            ),
            models.CheckConstraint(
                name="partner_archive_is_named",
                condition=~Q(transport="sftp", after_fetching="move") | ~Q(remote_archive=""),
            ),
            models.CheckConstraint(name="partner_port_is_1_to_65535", condition=Q(port__gte=1, port__lte=65535)),
            models.CheckConstraint(
                name="partner_answers_are_expected_within_1_to_60_days",
                condition=Q(answers_expected_within_days__gte=1, answers_expected_within_days__lte=60),
            ),
            models.CheckConstraint(name="partner_folder_is_a_plain_name", condition=Q(folder__regex=FOLDER_NAME)),
            models.CheckConstraint(
                name="partner_control_number_has_nine_digits", condition=Q(last_control_number__lte=999999999)
            ),
            models.CheckConstraint(
                name="partner_claims_per_set_are_1_to_5000",
                condition=Q(claims_per_set__gte=1, claims_per_set__lte=5000),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="identifiers_are_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*_IDENTIFIERS),
                func=_REFUSES_OTHER_IDENTIFIERS,
            ),
            pgtrigger.Protect(
                name="control_number_never_goes_back",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__last_control_number__lt=pgtrigger.F("old__last_control_number")),
            ),
        )

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PayerRoute(models.Model):
    """Which partner takes the claims of a payer."""

    payer = models.OneToOneField(Payer, on_delete=models.CASCADE, related_name="route")
    partner = models.ForeignKey(TradingPartner, on_delete=models.PROTECT, related_name="routes")

    class Meta:
        ordering = ("payer",)

    def __str__(self) -> str:
        return f"route of payer {self.payer_id}"


class PartnerConnection(models.Model):
    """How the latest attempts to reach a partner went, for files and answers alike. No row: nobody has tried yet.

    After a failure that may pass ``next_try_at`` says when the next try is due; where a person is needed it is empty.
    """

    partner = models.OneToOneField(
        TradingPartner, on_delete=models.CASCADE, primary_key=True, related_name="connection"
    )
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    error = models.CharField(max_length=400, blank=True)
    needs_person = models.BooleanField(default=False)
    failed_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)
    answers_error = models.CharField(
        max_length=400, blank=True, help_text="Why no answer can be fetched while files can be sent."
    )
    answers_failed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("partner",)
        constraints = (
            models.CheckConstraint(
                name="partner_connection_failure_has_words",
                condition=Q(failures=0, error="", needs_person=False)
                | Q(failures__gte=1, failed_at__isnull=False) & ~Q(error=""),
            ),
            models.CheckConstraint(
                name="partner_connection_failure_of_answers_has_its_moment",
                condition=Q(answers_error="") | Q(answers_failed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="partner_connection_is_tried_again_or_needs_a_person",
                condition=Q(failures=0, next_try_at=None)
                | Q(needs_person=True, next_try_at=None)
                | Q(needs_person=False, next_try_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"connection to partner {self.partner_id}"
