"""A physician's signature under a plan: who, when, and what exactly was signed."""

import pgtrigger
from django.conf import settings
from django.db import models

from courses.models.plan import Plan


class PlanSignature(models.Model):
    """One signature, for good: a plan that changes afterwards does not change it, and needs another.

    ``content`` is the plan as it was signed, by its columns; ``digest`` is the SHA-256 of its canonical text.
    Whether the signature still holds is never stored: it is asked of the plan as it stands.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="signatures")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="plan_signatures")
    signed_at = models.DateTimeField()
    approved_on = models.DateField(help_text="The clinic-local day of the approval.")
    content = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("-signed_at", "-id")
        constraints = (
            models.UniqueConstraint(name="plan_is_signed_once_at_a_moment", fields=("plan", "signed_at")),
            models.CheckConstraint(
                name="plan_signature_digest_is_sha256", condition=models.Q(digest__regex=r"^[0-9a-f]{64}$")
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"signature {self.pk}"
