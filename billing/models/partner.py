"""Trading partners: who receives claim files, with which identifiers and control numbers."""

import pghistory
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from patients.models import Payer

FOLDER_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


@pghistory.track(exclude=["last_control_number"])
class TradingPartner(models.Model):
    """A clearinghouse or payer that takes our files; one interchange per export goes to each.

    ``last_control_number`` is the ISA13 last taken. It is raised in the transaction that seals a file,
    under a row lock, and never goes back: a number may be skipped, never used twice.
    """

    class Usage(models.TextChoices):
        """ISA15."""

        TEST = "T", "test"
        PRODUCTION = "P", "production"

    name = models.CharField(max_length=60, unique=True)
    usage = models.CharField(max_length=1, choices=Usage.choices, default=Usage.TEST)
    sender_qualifier = models.CharField(max_length=2, default="ZZ")
    sender_id = models.CharField(max_length=15)
    receiver_qualifier = models.CharField(max_length=2, default="ZZ")
    receiver_id = models.CharField(max_length=15)
    application_sender = models.CharField("GS02", max_length=15)
    application_receiver = models.CharField("GS03", max_length=15)
    submitter_name = models.CharField(max_length=60)
    submitter_id = models.CharField("submitter id (ETIN)", max_length=80)
    contact_name = models.CharField(max_length=60)
    contact_phone = models.CharField(max_length=10)
    receiver_name = models.CharField(max_length=60)
    receiver_code = models.CharField("receiver id (NM1*40)", max_length=80)
    claims_per_set = models.PositiveIntegerField("claims in one ST", default=5000)
    uses_extended_characters = models.BooleanField(default=False)
    folder = models.CharField(
        max_length=120,
        unique=True,
        validators=[RegexValidator(FOLDER_NAME, "A plain name of letters, digits, '-', '_' and '.', without a path.")],
        help_text="Folder under the outbox in which files are dropped; no two partners share one.",
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
            models.CheckConstraint(name="partner_folder_is_a_plain_name", condition=Q(folder__regex=FOLDER_NAME)),
            models.CheckConstraint(
                name="partner_control_number_has_nine_digits", condition=Q(last_control_number__lte=999999999)
            ),
            models.CheckConstraint(
                name="partner_claims_per_set_are_1_to_5000",
                condition=Q(claims_per_set__gte=1, claims_per_set__lte=5000),
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
