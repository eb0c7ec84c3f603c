"""Events, authorizations and keyed lines of a course file: entered, and taken back where the file has them no more.

They are not corrected but replaced: each is known by all that it says, so a changed one is a new one.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from billing.intake.notes import GONE, SOURCE, Notes, key_again, plain_key
from billing.models import Authorization, ManualLine
from billing.rules.facts import AuthorizationFacts, EventFacts, ManualLineFacts
from courses.models import ClinicalEvent, Course
from courses.planning import cancel_event, record_event
from courses.signals import ring

Fact = TypeVar("Fact", EventFacts, AuthorizationFacts, ManualLineFacts)


def known_by_content(facts: Iterable[Fact]) -> Iterator[tuple[str, Fact]]:
    """Yield each fact with the source key that says all of it; the second alike is numbered."""
    seen: Counter[str] = Counter()
    for fact in facts:
        said = hashlib.sha256(repr(replace(fact, key="", ordinal=0)).encode()).hexdigest()[:24]
        seen[said] += 1
        yield f"{SOURCE}{said}" + (f" {seen[said]}" if seen[said] > 1 else ""), fact


def _place_of(key: str, row: ClinicalEvent | ManualLine | None) -> tuple[str | None, bool]:
    """Return the source key to enter a fact under, None where it stands or stays away; and whether a person took it."""
    if row is None:
        return key, False
    if row.cancelled_at is None:
        return None, False
    is_ours = row.amendment_reason == GONE
    return (key_again(row.source_key or ""), False) if is_ours else (None, True)


def bring_events(course: Course, wanted: Iterable[EventFacts], by: User, notes: Notes) -> None:
    """Record the events that are new; take back those that are gone, but not what a person entered or corrected."""
    rows = course.events.filter(source_key__startswith=SOURCE).order_by("pk")
    standing = {plain_key(row.source_key or ""): row for row in rows}
    keyed = dict(known_by_content(wanted))
    kept = set()
    for key, row in standing.items():
        if key not in keyed and row.cancelled_at is None:
            if row.amended_at is not None:
                notes.keep(f"event {row.family} of {row.happened_on}: as a person corrected it")
                kept.add((row.family, row.happened_on))
                continue
            cancel_event(event=row, by=by, reason=GONE)
            notes.changed(f"event {row.family} of {row.happened_on} cancelled")
    for key, facts in keyed.items():
        source_key, is_kept = _place_of(key, standing.get(key))
        if source_key is None:
            if is_kept:
                notes.keep(f"event {facts.code_family} of {facts.on}: cancelled")
            continue
        if (str(facts.code_family), facts.on) in kept:
            continue
        with notes.part(f"event {facts.key}"):
            record_event(
                course=course, family=facts.code_family, on=facts.on, by=by, site=facts.site or "",
                performer=facts.by or "", units=facts.units, distinct_service=facts.distinct_service,
                documented=facts.documented, source_key=source_key, from_file=True,
            )  # fmt: skip
            notes.changed(f"event {facts.key} recorded")


def bring_authorizations(course: Course, wanted: Iterable[AuthorizationFacts], notes: Notes) -> None:
    """Enter the authorizations that are new; those that are gone from the file go, but for what a person changed.

    The number of an authorization and all that the payer said of it stand in no file: a person's stands for the days
    and codes that the file gives it otherwise, too.
    """
    rows = Authorization.objects.filter(course=course, source_key__startswith=SOURCE)
    standing = {row.source_key: row for row in rows}
    keyed = dict(known_by_content(wanted))
    kept = []
    for key, row in standing.items():
        if key in keyed:
            continue
        if row.amendment_reason:
            notes.keep(f"authorization of {', '.join(row.codes)}: as a person changed it")
            kept.append(row)
            continue
        row.delete()
        ring(course.pk)
        notes.changed(f"authorization of {', '.join(row.codes)} removed")
    for key, facts in keyed.items():
        if key in standing or any(_meets(row, facts) for row in kept):
            continue
        with notes.part(facts.key):
            made = Authorization(
                course=course, codes=list(facts.codes), units=facts.units, effective_from=facts.effective_from,
                effective_to=facts.effective_to, technique=facts.technique or "", source_key=key,
            )  # fmt: skip
            made.clean_fields(exclude=["course"])
            made.save()
            ring(course.pk)
            notes.changed(f"{facts.key} entered")


def _meets(row: Authorization, facts: AuthorizationFacts) -> bool:
    """Whether a person's authorization covers some of the same codes on some of the same days."""
    shares_days = row.effective_from <= facts.effective_to and facts.effective_from <= row.effective_to
    return shares_days and not set(row.codes).isdisjoint(facts.codes)


def bring_keyed_lines(course: Course, wanted: Iterable[ManualLineFacts], by: User, notes: Notes) -> None:
    """Enter the keyed lines that are new; cancel those that are gone from the file, but for what a person amended."""
    rows = ManualLine.objects.filter(course=course, source_key__startswith=SOURCE).order_by("pk")
    standing = {plain_key(row.source_key or ""): row for row in rows}
    keyed = dict(known_by_content(wanted))
    kept = set()
    for key, row in standing.items():
        if key not in keyed and row.cancelled_at is None:
            if row.amendment_reason:
                notes.keep(f"keyed line {row.code} of {row.service_on}: as a person amended it")
                kept.add((row.code, row.service_on))
                continue
            row.cancelled_at, row.amendment_reason = timezone.now(), GONE
            row.save(update_fields=["cancelled_at", "amendment_reason"])
            ring(course.pk)
            notes.changed(f"keyed line {row.code} of {row.service_on} cancelled")
    for key, facts in keyed.items():
        source_key, is_kept = _place_of(key, standing.get(key))
        if source_key is None:
            if is_kept:
                notes.keep(f"keyed line {facts.code} of {facts.on}: cancelled")
            continue
        if (facts.code, facts.on) in kept:
            continue
        with notes.part(f"manual_line {facts.key}"):
            _key_line(course, facts, source_key, by)
            notes.changed(f"keyed line {facts.key} entered")


def _key_line(course: Course, facts: ManualLineFacts, source_key: str, by: User) -> None:
    if facts.on > course.facility.day_of(timezone.now()):
        raise ValidationError({"on": [f"{facts.on} is still to come. A line is keyed once it was done."]})
    made = ManualLine(
        course=course, code=facts.code, service_on=facts.on, units=facts.units,
        modifiers=list(facts.modifiers), narrative=facts.narrative, attachment=facts.attachment,
        source_key=source_key, entered_by=by,
    )  # fmt: skip
    made.clean_fields(exclude=["course", "entered_by"])
    made.save()
    ring(course.pk)
