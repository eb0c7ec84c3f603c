"""A list of the worklist that somebody wants again: its filters, order and group under a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class SavedView(models.Model):
    """A view of one user, or of all who review where a billing manager shares it.

    ``address`` is the query that it stands for: ids, codes, days and words of choices in the order of their names,
    never a patient's name. Opening a view is opening that address.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    address = models.CharField(max_length=600, blank=True)
    is_shared = models.BooleanField("shared with all who review", default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint("owner", Lower("name"), name="saved_view_name_is_used_once"),
            models.CheckConstraint(name="saved_view_has_a_name", condition=~Q(name="")),
        )

    def __str__(self) -> str:
        return f"view {self.pk}"
