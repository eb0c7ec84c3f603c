"""The beams that the machine's own records say a session delivered."""

import pgtrigger
from django.db import models
from django.db.models import Q

from courses.models.plan import Plan
from courses.models.session import Session


class DeliveredBeam(models.Model):
    """One beam of a treatment record, as recorded: what an imported session was read from. It never changes.

    ``record_uid`` is the record's own identity, by which the same file is known again. ``fraction_number`` counts
    through the whole plan. Metersets are monitor units; empty where the record does not tell.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="beams")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="delivered_beams")
    record_uid = models.CharField("DICOM SOP instance UID of the record", max_length=64)
    position = models.PositiveSmallIntegerField(help_text="Place among the treatment beams of the record, from 1.")
    session_uid = models.CharField("DICOM treatment session UID", max_length=64, blank=True)
    machine_name = models.CharField(max_length=64, blank=True, help_text="As the record spells it.")
    fraction_number = models.PositiveSmallIntegerField(null=True)
    beam_number = models.PositiveSmallIntegerField()
    delivery_type = models.CharField(max_length=16, blank=True)
    radiation = models.CharField(max_length=16, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    specified_mu = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    delivered_mu = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    termination = models.CharField(max_length=16)
    termination_code = models.CharField(max_length=64, blank=True)
    verification = models.CharField(max_length=16, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("begins_at", "id")
        constraints = (
            models.UniqueConstraint(name="delivered_beam_is_taken_once", fields=("record_uid", "position")),
            models.CheckConstraint(
                name="delivered_beam_has_no_negative_meterset",
                condition=(Q(specified_mu__isnull=True) | Q(specified_mu__gte=0))
                & (Q(delivered_mu__isnull=True) | Q(delivered_mu__gte=0)),
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"delivered beam {self.pk}"
