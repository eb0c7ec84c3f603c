"""Official descriptors that the practice holds a licence for: the file as it was loaded, and the words of each code.

They are the licensor's, not ours: no table of the program names one, nothing here is exported, and a file is taken
away as a whole. Without a file the pages show the names that the program gives codes in its own words.
"""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class DescriptorFile(models.Model):
    """One loaded file. ``notice`` is what the licence asks to be shown beside each descriptor."""

    name = models.CharField(max_length=120)
    effective_from = models.DateField(unique=True, help_text="First day of the edition, such as 1 January.")
    notice = models.CharField("license notice", max_length=400)
    sha256 = models.CharField("SHA-256", max_length=64)
    row_count = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(db_default=Now())
    loaded_by = models.CharField(max_length=150, help_text="command or the user's name")

    class Meta:
        ordering = ("-effective_from",)
        constraints = (
            models.CheckConstraint(name="descriptor_file_has_a_notice", condition=~Q(notice="")),
            models.CheckConstraint(name="descriptor_file_has_rows", condition=Q(row_count__gte=1)),
            models.CheckConstraint(name="descriptor_file_has_its_hash", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
        )
        triggers = (pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),)

    def __str__(self) -> str:
        return f"{self.name} from {self.effective_from}"


class CodeDescriptor(models.Model):
    """What the licensor calls a code."""

    file = models.ForeignKey(DescriptorFile, on_delete=models.CASCADE, related_name="descriptors", db_index=False)
    code = models.CharField(max_length=5)
    descriptor = models.TextField()

    class Meta:
        constraints = (
            # It begins with the file, and is its index too.
            models.UniqueConstraint(name="code_descriptor_stands_once", fields=("file", "code")),
            models.CheckConstraint(name="code_descriptor_has_a_code", condition=Q(code__regex=r"^[0-9A-Z]{5}$")),
            models.CheckConstraint(name="code_descriptor_says_something", condition=~Q(descriptor="")),
        )
        triggers = (pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),)

    def __str__(self) -> str:
        return self.code
