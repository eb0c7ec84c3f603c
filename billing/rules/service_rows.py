"""The rows of services beside plan and delivery, and how each is read: guidance, and what a course earns by count.

As in rows.py: a cell that cannot be read leaves a fault behind, and the codebook is refused whole.
"""

from dataclasses import dataclass
from enum import StrEnum

from billing.rules.table_rows import DatedRow, RowReader
from courses.terms import Guidance
from patients.terms import PayerKind, Setting


class GuidanceForm(StrEnum):
    """How guidance is charged: not at all, by the code's components, or as the physician's part alone."""

    NONE = "none"
    COMPONENTS = "components"
    PHYSICIAN = "physician"


@dataclass(frozen=True, slots=True)
class GuidanceRow(DatedRow):
    """What guidance of a session earns. ``code_set`` "any": whatever the payer takes; no ``payers``: every kind."""

    rule: str
    settings: tuple[Setting, ...]
    code_set: str
    payers: tuple[PayerKind, ...]
    guidance: tuple[Guidance, ...]
    form: GuidanceForm
    code: str
    payer_may_refuse: bool


class CourseService(StrEnum):
    """A service that is counted over a course."""

    MANAGEMENT_OF_FIVE = "management_of_five"
    MANAGEMENT_OF_SHORT_COURSE = "management_of_short_course"
    MANAGEMENT_OF_SBRT = "management_of_sbrt"
    MANAGEMENT_OF_SRS = "management_of_srs"
    PHYSICS_OF_FIVE = "physics_of_five"
    PORT_IMAGE = "port_image"

    @property
    def in_words(self) -> str:
        """The service as a sentence names it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class CourseServiceRow(DatedRow):
    """The code of such a service. ``awaits_relative_values``: held until a relative value file of its time is there."""

    rule: str
    service: CourseService
    code: str
    awaits_relative_values: bool


# --- cells -> row ----------------------------------------------------------------------------------------------


def read_guidance(row: RowReader) -> GuidanceRow:
    """Read a row of guidance.toml; only a row of form "none" has no code."""
    form = row.word("form", GuidanceForm) or GuidanceForm.NONE
    return GuidanceRow(
        *row.head(),
        rule=row.text("rule"),
        settings=row.words_of("settings", Setting),
        code_set=row.text("code_set"),
        payers=row.words_of("payers", PayerKind) or tuple(PayerKind),
        guidance=row.words_of("guidance", Guidance),
        form=form,
        code="" if form is GuidanceForm.NONE else row.text("code"),
        payer_may_refuse=row.flag("payer_may_refuse"),
    )


def read_course_service(row: RowReader) -> CourseServiceRow:
    """Read a row of course_services.toml."""
    return CourseServiceRow(
        *row.head(),
        rule=row.text("rule"),
        service=row.word("service", CourseService) or CourseService.PORT_IMAGE,
        code=row.text("code"),
        awaits_relative_values=row.flag("awaits_relative_values"),
    )
