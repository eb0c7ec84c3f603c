"""Who the course of a file is about: patient, facility and payer, found or made; never changed.

A course file names no payer and no facility, only their kinds. The practice's own are taken where they fit;
otherwise ones called "Course files ..." are made, with a member id and payer id that no claim check lets pass.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from billing.intake.notes import Notes
from billing.rules.course_file import CourseFile
from billing.rules.facts import CourseFacts, PolicyFacts, PracticeFacts
from patients.models import Coverage, Facility, Patient, Payer, PayerPolicy
from patients.registration import add_coverage, admit_patient, correct_coverage
from patients.terms import CoverageRank, PayerKind, Setting

MADE = "Course files"
NOT_KNOWN = "?"
"""A member or payer id that a claim cannot carry: it is kept back until a person enters the real one."""

_USUAL_PLACE = {Setting.FREESTANDING: "11", Setting.HOSPITAL: "22"}
# Claim filing indicators, 837 element 1032.
_FILING = {
    PayerKind.MEDICARE: "MB",
    PayerKind.MEDICARE_ADVANTAGE: "16",
    PayerKind.MEDICAID: "MC",
    PayerKind.COMMERCIAL: "CI",
    PayerKind.TRICARE: "CH",
    PayerKind.WORKERS_COMP: "WC",
    PayerKind.SELF_PAY: "09",
}
_LONGEST_MRN = 30


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person who imports has said: the facility and the payer to take, where they must not be found."""

    facility: Facility | None = None
    payer: Payer | None = None


# --- facility -------------------------------------------------------------------------------------------------------


def facility_of(practice: PracticeFacts, wishes: Wishes, notes: Notes) -> Facility | None:
    """Return the facility: the one named, else the one that bills so, else one made; None where it cannot be told."""
    if wishes.facility is not None:
        return wishes.facility if is_such_practice(wishes.facility, practice, notes) else None
    alike = Facility.objects.filter(setting=practice.setting, bills=practice.bills)
    fitting = [one for one in alike if _place(one.setting, one.place_of_service) == _place_of(practice)]
    if len(fitting) > 1:
        names = ", ".join(one.name for one in fitting)
        notes.fault("practice", f"found {names}, which all bill so. Repeat with --facility and one of these names.")
        return None
    if fitting:
        return fitting[0]
    return Facility.objects.create(
        name=f"{MADE}: {practice.setting}, {practice.bills}, {_place_of(practice)}",
        setting=practice.setting,
        bills=practice.bills,
        place_of_service=practice.place_of_service,
    )


def is_such_practice(facility: Facility, practice: PracticeFacts, notes: Notes) -> bool:
    """Whether the facility bills as the file says; a fault where it does not."""
    found = (facility.setting, facility.bills, _place(facility.setting, facility.place_of_service))
    wanted = (str(practice.setting), str(practice.bills), _place_of(practice))
    if found != wanted:
        notes.fault("practice", f"found {', '.join(wanted)}, but {facility.name} is {', '.join(found)}. Mend either.")
    return found == wanted


def _place_of(practice: PracticeFacts) -> str:
    return _place(practice.setting, practice.place_of_service)


def _place(setting: str, place_of_service: str) -> str:
    return place_of_service or _USUAL_PLACE[Setting(setting)]


# --- patient --------------------------------------------------------------------------------------------------------


def patient_of(file: CourseFile, notes: Notes) -> Patient | None:
    """Return the patient of the file, registered if unknown; None with a fault where the birth dates differ."""
    mrn = mrn_of(file)
    found = Patient.objects.select_for_update(no_key=True).filter(mrn=mrn).first()
    if found is None:
        notes.changed("patient registered")
        return admit_patient(mrn=mrn, last_name="Unnamed", birth_date=file.birth_date)
    if found.birth_date and file.birth_date and found.birth_date != file.birth_date:
        notes.fault("patient.birth_date", f"is not that of patient {found.pk}, who has this MRN. Mend either.")
        return None
    return found


def mrn_of(file: CourseFile) -> str:
    """Return the file's MRN; where it has none, one made of its id, the same each time."""
    if file.mrn is not None:
        return file.mrn
    plain = re.sub(r"[^0-9A-Z._-]", "-", file.facts.id.upper())
    ending = hashlib.sha256(file.facts.id.encode()).hexdigest()[:6].upper()
    return f"{f'CF-{plain}'[: _LONGEST_MRN - 7].rstrip('-._')}-{ending}"


# --- payer and coverage ---------------------------------------------------------------------------------------------


def cover(patient: Patient, file: CourseFile, wishes: Wishes, notes: Notes) -> None:
    """See that the patient has the file's kind of payer, with its policy, from the first day of the course on.

    A coverage that says otherwise is a fault: who pays is not for a course file to change.
    """
    facts = file.facts
    (period,) = facts.payer.policies
    kind, policy, since = facts.payer.kind, period.policy, first_day(facts)
    standing = _primary_on(patient, facts.opened_on) or _made_for_later(patient)
    if standing is not None:
        if not is_such_payer(standing.payer, kind, policy):
            notes.fault(
                "payer",
                f"found {kind}, but the patient is covered by payer {standing.payer_id} of kind "
                f"{standing.payer.kind} or with another policy. Mend the file or the coverage.",
            )
        elif standing.payer.name.startswith(MADE) and since < standing.effective_from:
            correct_coverage(
                coverage=standing, payer=standing.payer, member_id=standing.member_id, effective_from=since
            )
        return
    if kind is PayerKind.SELF_PAY and policy == PolicyFacts() and wishes.payer is None:
        return  # Without a coverage nobody but the patient is asked.
    payer = wishes.payer or _made_payer(kind, policy, notes)
    if not is_such_payer(payer, kind, policy):
        notes.fault("payer", f"found {kind}, but {payer.name} is of kind {payer.kind} or has another policy.")
        return
    add_coverage(patient=patient, payer=payer, member_id=NOT_KNOWN, effective_from=since)
    notes.changed("coverage added, its member id not known")


def first_day(facts: CourseFacts) -> date:
    """Return the first day of which the course file says anything."""
    return min(_days(facts))


def _days(facts: CourseFacts) -> Iterator[date]:
    yield facts.opened_on
    yield from (plan.approved_on for plan in facts.plans if plan.approved_on is not None)
    for dated in (facts.sessions, facts.events, facts.manual_lines):
        yield from (one.on for one in dated)


def is_such_payer(payer: Payer, kind: PayerKind, policy: PolicyFacts) -> bool:
    """Whether the payer is of this kind and has this one policy, or none where the policy is the default."""
    if payer.kind != kind:
        return False
    rows = list(payer.policies.all())
    if not rows:
        return policy == PolicyFacts()
    return (
        len(rows) == 1
        and rows[0].effective_to is None
        and all(getattr(rows[0], name) == value for name, value in _columns(policy).items())
    )


def _primary_on(patient: Patient, day: date) -> Coverage | None:
    rows = patient.coverages.select_related("payer").filter(rank=CoverageRank.PRIMARY, effective_from__lte=day)
    return next((row for row in rows if row.effective_to is None or row.effective_to >= day), None)


def _made_for_later(patient: Patient) -> Coverage | None:
    """Return the coverage that the file of a later course made; it can begin earlier."""
    rows = patient.coverages.select_related("payer").filter(rank=CoverageRank.PRIMARY, payer__name__startswith=MADE)
    return rows.order_by("effective_from").first()


def _made_payer(kind: PayerKind, policy: PolicyFacts, notes: Notes) -> Payer:
    columns = _columns(policy)
    if policy == PolicyFacts():
        name = f"{MADE}: {kind}"
    else:
        name = f"{MADE}: {kind} {hashlib.sha256(repr(sorted(columns.items())).encode()).hexdigest()[:8]}"
    payer, is_new = Payer.objects.get_or_create(
        name=name, defaults={"kind": kind, "payer_id": NOT_KNOWN, "filing_indicator": _FILING[kind]}
    )
    if is_new:
        notes.changed(f"payer '{name}' made")
        if policy != PolicyFacts():
            PayerPolicy.objects.create(payer=payer, effective_from=date(1990, 1, 1), **columns)
    return payer


def _columns(policy: PolicyFacts) -> dict[str, object]:
    """Return the policy by the columns of its table."""
    columns: dict[str, object] = {}
    for field in fields(policy):
        value = getattr(policy, field.name)
        columns[field.name] = "" if value is None else value
    columns["minimum_hours_between_sessions"] = Decimal(str(policy.minimum_hours_between_sessions))
    return columns
