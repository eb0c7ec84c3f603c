"""Edits of generated lines: kept beside the original, put before the rules at once, and kept only if they take them.

An edit never touches what the rules say. It is a fact of the course: the next capture derives the line as ever,
sees the edit, and posts the difference. So the reversal, the new line, the correction of a claim and the hold that
follows are those of any other change. Who may change what is asked here; the page only draws it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from billing import ledger
from billing.capture.batch import capture_course
from billing.capture.facts import load_courses
from billing.models import LedgerEntry, LineEdit, StandingFinding
from billing.reference.modifiers import refuse_unknown_modifiers
from billing.reference.overlay import codebook_of
from billing.rules import charge_lines
from billing.rules.case import Case
from billing.rules.coding import Coding, Renderer, coding_differences
from billing.rules.line_edits import generated_coding
from billing.rules.lines import Origin, Severity
from billing.worklist.decisions import required_reason
from billing.worklist.seen import moment_number, version_of
from courses.models import Course
from patients.models import Provider
from patients.roles import Role, has_role

MAY_CHANGE_ALL = frozenset({Role.BILLING_MANAGER})
"""Units change what is paid, the provider who did it: a biller changes modifiers and pointers alone."""
UNDONE = "Undone at once."


class Overtaken(Exception):
    """Somebody changed the line after it was opened; ``entry_id`` is what stands now, nothing where none does."""

    def __init__(self, message: str, entry_id: int | None) -> None:
        super().__init__(message)
        self.message, self.entry_id = message, entry_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the line is to say: diagnoses by code, the first one first; ``provider_id`` none for the physician's."""

    units: int
    modifiers: tuple[str, ...]
    diagnoses: tuple[str, ...]
    provider_id: int | None


@dataclass(frozen=True, slots=True)
class Editable:
    """A line as the rules generate it, as it stands, and the edit that stands for it, holding or lapsed."""

    entry: LedgerEntry
    generated: Coding
    diagnoses: tuple[str, ...]
    edit: LineEdit | None

    @property
    def version(self) -> str:
        """Return what is another after any decision or edit."""
        return f"{version_of(getattr(self.entry, 'review', None))} {edit_version(self.edit)}"

    @property
    def standing(self) -> Coding:
        """Return how the line is coded as it stands, with what it has in common with its claim."""
        entry, generated = self.entry, self.generated
        provider = Renderer(str(entry.provider_id)) if entry.provider_id else generated.provider
        diagnoses = tuple(entry.diagnoses) or generated.diagnoses
        return replace(
            generated, units=entry.units, modifiers=tuple(entry.modifiers), diagnoses=diagnoses, provider=provider
        )

    @property
    def written(self) -> str:
        """Return the code and modifiers of the rules, as on a claim."""
        return "-".join((self.generated.code, *self.generated.modifiers))

    @property
    def changes(self) -> tuple[str, ...]:
        """Return in words what the edit makes of the line that it was made for."""
        edit = self.edit
        if edit is None:
            return ()
        named = [one for one in (edit.provider, edit.was_provider) if one is not None]
        return tuple(said.replace("->", "→") for said in words_of(edit, {one.pk: one for one in named}))

    @property
    def is_lapsed(self) -> bool:
        """Whether an edit stands that the line does not show."""
        return self.edit is not None and self.entry.because.get("edit", {}).get("id") != self.edit.pk


def words_of(state: LineEdit, providers: Mapping[int, Provider]) -> tuple[str, ...]:
    """Return in words what an edit, or a state of its history, makes of the line that it was made for."""

    def named(provider_id: int | None) -> Renderer:
        found = providers.get(provider_id or 0)
        return Renderer(str(found.pk), str(found)) if found else Renderer()

    was = Coding(
        state.code, state.service_on, state.was_units, tuple(state.was_modifiers), tuple(state.was_diagnoses),
        named(state.was_provider_id),
    )  # fmt: skip
    wanted = Coding(
        state.code, state.service_on, state.units, tuple(state.modifiers), tuple(state.diagnoses),
        named(state.provider_id),
    )  # fmt: skip
    return coding_differences(was, wanted)


def edit_version(edit: LineEdit | None) -> str:
    """Return the version of an edit; any change of it makes it another."""
    return "none" if edit is None else f"{edit.pk}-{moment_number(edit.taken_back_at or edit.edited_at)}"


def read_line(*, entry_id: int) -> Editable:
    """Return a standing generated line with what an edit of it needs.

    Raises:
        LedgerEntry.DoesNotExist: there is no such charge.
        Overtaken: it was reversed.
    """
    related = ("course__patient", "course__facility", "review__by")
    entry = LedgerEntry.objects.select_related(*related).get(pk=entry_id, kind=LedgerEntry.Kind.CHARGE)
    successor = _standing(entry)
    if successor is None or successor.pk != entry.pk:
        raise Overtaken(_why_overtaken(entry), successor.pk if successor else None)
    loaded = load_courses([entry.course_id])[entry.course_id]
    codebook = codebook_of(loaded.files)
    facts = replace(loaded.facts, line_edits=tuple(e for e in loaded.facts.line_edits if e.line != entry.line_key))
    line = next((line for line in charge_lines(facts, codebook).lines if line.key == entry.line_key), None)
    if line is None:
        raise Overtaken("The course changed, and this line is no longer earned. Try again in a minute.", None)
    edits = LineEdit.objects.select_related("provider", "was_provider", "edited_by")
    edit = edits.filter(course=entry.course_id, line_key=entry.line_key, taken_back_at=None).first()
    return Editable(entry, generated_coding(line, Case(facts, codebook)), facts.diagnoses, edit)


def _standing(entry: LedgerEntry) -> LedgerEntry | None:
    same = LedgerEntry.objects.filter(course=entry.course_id, line_key=entry.line_key, kind=LedgerEntry.Kind.CHARGE)
    return same.filter(reversal=None).first()


def edit_line(*, entry_id: int, wanted: Wanted, reason: str, by: User, at: datetime, seen: str) -> LedgerEntry:
    """Edit a line, or edit it anew; return the charge that stands now.

    Args:
        seen: the version of the line that the editor looked at (``Editable.version``).

    Raises:
        ValidationError: no reason, nothing changed, the rules refuse it, or the editor may not change that much.
        Overtaken: somebody decided about the line or edited it in between, or its facts changed.
    """
    said = required_reason(reason, "Say why the line is edited.")
    with transaction.atomic():
        line = _locked_line(entry_id, seen)
        coding = _coding(line, wanted)
        _refuse_unchanged(line, coding)
        refuse_unknown_modifiers(modifiers=coding.modifiers, on=coding.on)
        _refuse_beyond_role(line, coding, by)
        edit = line.edit or LineEdit(course=line.entry.course, line_key=line.entry.line_key)
        _write(edit, line.generated, coding)
        edit.reason, edit.edited_by, edit.edited_at = said, by, at
        edit.save()
        return _captured(line.entry, edit)


def take_back(*, entry_id: int, reason: str, by: User, at: datetime, seen: str) -> LedgerEntry:
    """Take the edit of a line back; return the charge that stands now. What the rules say is posted again.

    Raises:
        ValidationError: no reason, there is no edit, or it changed more than this user may.
        Overtaken: somebody decided about the line or edited it in between.
    """
    said = required_reason(reason, "Say why the edit is taken back.")
    with transaction.atomic():
        line = _locked_line(entry_id, seen)
        if line.edit is None:
            raise ValidationError("This line is not edited.")
        _refuse_beyond_role(line, line.generated, by)
        line.edit.taken_back_at, line.edit.taken_back_by, line.edit.taken_back_reason = at, by, said
        line.edit.save()
        return _captured(line.entry, line.edit)


def undo(*, edit_id: int, version: str, by: User, at: datetime) -> None:
    """Let an edit be as it was before its last change, if nobody changed it since; a first edit is taken back.

    Raises:
        LineEdit.DoesNotExist: there is none.
        ValidationError: it changed since, or was somebody else's.
    """
    with transaction.atomic():
        _lock(LineEdit.objects.values_list("course_id", flat=True).get(pk=edit_id))
        edit = LineEdit.objects.get(pk=edit_id)
        if edit_version(edit) != version or by not in (edit.taken_back_by or edit.edited_by,):
            raise ValidationError("Nothing was undone: the edit was changed since, or is somebody else's.")
        _refuse_second(edit)
        if not _go_back(edit):
            edit.taken_back_at, edit.taken_back_by, edit.taken_back_reason = at, by, UNDONE
        edit.save()
        capture_course(course_id=edit.course_id)


def _refuse_second(edit: LineEdit) -> None:
    same = LineEdit.objects.filter(course=edit.course_id, line_key=edit.line_key, taken_back_at=None)
    if same.exclude(pk=edit.pk).exists():
        raise ValidationError("Nothing was undone: the line was edited anew since.")


def _go_back(edit: LineEdit) -> bool:
    """Put the state before the last change into ``edit``; false where there is none.

    The history knows the present state by its moment: what was undone before has it twice, and the first one counts.
    """
    history = apps.get_model("oncocharge_billing", "LineEditEvent")
    states = list(history.objects.filter(pgh_obj=edit).order_by("pgh_id"))
    moments = [(state.edited_at, state.taken_back_at) for state in states]
    present = moments.index((edit.edited_at, edit.taken_back_at))
    if present == 0:
        return False
    for column in (field.attname for field in LineEdit._meta.concrete_fields if not field.primary_key):
        setattr(edit, column, getattr(states[present - 1], column))
    return True


def _locked_line(entry_id: int, seen: str) -> Editable:
    """Lock the course of the line, bring its charges up to date, and return the line if it is as it was seen."""
    _lock(LedgerEntry.objects.values_list("course_id", flat=True).get(pk=entry_id, kind=LedgerEntry.Kind.CHARGE))
    course_id = LedgerEntry.objects.values_list("course_id", flat=True).get(pk=entry_id)
    capture_course(course_id=course_id)
    line = read_line(entry_id=entry_id)
    if seen != line.version:
        raise Overtaken(_why_overtaken(line.entry), entry_id)
    return line


def _why_overtaken(entry: LedgerEntry) -> str:
    """Return who edited the line since it was posted and why, or what else became of it."""
    edits = LineEdit.objects.filter(course=entry.course_id, line_key=entry.line_key, edited_at__gte=entry.posted_at)
    edit = edits.select_related("edited_by").order_by("-edited_at").first()
    if edit is not None:
        at = edit.edited_at.astimezone(entry.course.facility.zone)
        who = edit.edited_by.get_full_name() or edit.edited_by.get_username()
        return f"{who} edited this line on {at.day} {at:%b} at {at:%H:%M}, after you had opened it: {edit.reason}."
    reversal = LedgerEntry.objects.filter(reverses=entry).first()
    if reversal is not None:
        return f"The line was posted anew after you had opened it. {reversal.because.get('reason', '')}"
    return "Somebody decided about the line, or took its edit back, after you had opened it."


def _lock(course_id: int) -> None:
    """Lock the course's money, then its row: so that no fact changes while the edit is put before the rules."""
    ledger.lock_courses(course_ids=[course_id])
    Course.objects.select_for_update(no_key=True).get(pk=course_id)


def _coding(line: Editable, wanted: Wanted) -> Coding:
    provider = line.generated.provider
    if wanted.provider_id is not None and str(wanted.provider_id) != provider.key:
        named = Provider.objects.get(pk=wanted.provider_id)
        _refuse_inactive(named)
        provider = Renderer(str(named.pk), str(named))
    unknown = [code for code in wanted.diagnoses if code not in line.diagnoses]
    if unknown:
        raise ValidationError({"diagnoses": [f"{', '.join(unknown)} is no diagnosis of the course."]})
    return replace(
        line.generated,
        units=wanted.units,
        modifiers=wanted.modifiers,
        diagnoses=wanted.diagnoses or line.generated.diagnoses,
        provider=provider,
    )


def _refuse_inactive(provider: Provider) -> None:
    if not provider.is_active:
        raise ValidationError({"provider": [f"{provider} no longer works here. Name somebody who does."]})


def _refuse_unchanged(line: Editable, coding: Coding) -> None:
    if coding == line.generated:
        raise ValidationError(
            "That is what the rules say. Take the edit back instead." if line.edit else "Nothing is changed."
        )


def _refuse_beyond_role(line: Editable, coding: Coding, by: User) -> None:
    standing = line.standing
    beyond = {
        name: [f"Only a billing manager changes the {name}."]
        for name in ("units", "provider")
        if getattr(coding, name) != getattr(standing, name)
    }
    if beyond and not has_role(by, *MAY_CHANGE_ALL):
        raise ValidationError(beyond)


def _write(edit: LineEdit, was: Coding, wanted: Coding) -> None:
    edit.code, edit.service_on = was.code, was.on
    edit.was_units, edit.units = was.units, wanted.units
    edit.was_modifiers, edit.modifiers = list(was.modifiers), list(wanted.modifiers)
    edit.was_diagnoses, edit.diagnoses = list(was.diagnoses), list(wanted.diagnoses)
    edit.was_provider_id, edit.provider_id = _id(was.provider), _id(wanted.provider)


def _id(provider: Renderer) -> int | None:
    return int(provider.key) if provider.key else None


def _captured(entry: LedgerEntry, edit: LineEdit) -> LedgerEntry:
    """Capture the course; return what stands.

    Raises:
        ValidationError: the rules refuse the edit, or the course cannot be captured just now.
    """
    captured = capture_course(course_id=entry.course_id)
    if captured is not None and captured.error:
        raise ValidationError("The charges of this course cannot be derived just now, so nothing was edited.")
    refusals = StandingFinding.objects.filter(
        course=entry.course_id,
        subject=f"{Origin.LINE_EDIT}:{edit.pk}",
        severity=Severity.HOLD.value,
        resolved_at=None,
    )
    messages = list(refusals.order_by("id").values_list("message", flat=True))
    standing = _standing(entry)
    if messages or standing is None:
        raise ValidationError(messages or "The line is no longer earned.")
    return standing
