"""What is wrong with an authorization as it is entered, every fault by field, whatever else is missing.

Forms and the API ask this of what they could read, so that one answer names all that is to be mended.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Q
from django.utils import timezone

from billing.models import COUNTING, Authorization, AuthorizationStatus
from billing.rules import load_codebook
from courses.models import Course
from courses.terms import Technique
from patients.models import Coverage
from patients.terms import CoverageRank

MOST_UNITS = 9999
MOST_CODES = 20
LONGEST = {"number": 50, "contact": 120}
NEEDED = ("codes", "units", "effective_from", "effective_to")
CODE = re.compile(r"\d{4}[0-9A-Z]|[A-Z]\d{4}")
DECIDED = (*COUNTING, AuthorizationStatus.DENIED.value)

Said = Mapping[str, object]
Faults = dict[str, list[str]]


def faults_of(*, course: Course, said: Said, leaving_out: Authorization | None = None) -> Faults:
    """Return what is wrong with an authorization by field (at most two queries); nothing where all is well.

    Args:
        said: the columns by name, as far as they could be read; a column that is absent was refused elsewhere.
        leaving_out: the authorization that is being corrected.
    """
    first, last = _day(said, "effective_from"), _day(said, "effective_to")
    coverage = said.get("coverage")
    coverage = coverage if isinstance(coverage, Coverage) else None
    faults: Faults = {
        "codes": _of_codes(said.get("codes"), first, last),
        "units": _of_units(said.get("units")),
        "effective_from": [],
        "effective_to": _of_order(first, last),
        "coverage": _of_coverage(course, coverage),
        "technique": _of_words(said.get("technique"), Technique, "technique"),
        "status": _of_words(said.get("status"), AuthorizationStatus, "status"),
        "requested_on": _of_past(course, _day(said, "requested_on")),
        "decided_on": _of_decision(course, said),
        "number": _of_number(course, said, leaving_out),
        "contact": _of_length(said, "contact"),
    }
    for field, fault in _outside(course, coverage, first, last):
        faults[field].append(fault)
    return {field: messages for field, messages in faults.items() if messages}


def primary_coverage(course: Course, day: date) -> Coverage | None:
    """Return the coverage whose payer is asked first on a day (one query)."""
    rows = Coverage.objects.filter(patient_id=course.patient_id, rank=CoverageRank.PRIMARY, effective_from__lte=day)
    return rows.filter(Q(effective_to=None) | Q(effective_to__gte=day)).select_related("payer").first()


def _day(said: Said, name: str) -> date | None:
    value = said.get(name)
    return value if isinstance(value, date) else None


def _of_codes(codes: object, first: date | None, last: date | None) -> list[str]:
    if not isinstance(codes, Sequence):
        return []
    faults = [] if codes else ["Name at least one code."]
    if len(codes) > MOST_CODES:
        faults.append(f"{len(codes)} codes; an authorization has at most {MOST_CODES}. Enter the rest as another one.")
    faults += [f"{code} is named twice." for code in sorted({code for code in codes if codes.count(code) > 1})]
    return faults + [fault for code in dict.fromkeys(codes) if (fault := _of_code(code, first, last))]


def _of_code(code: str, first: date | None, last: date | None) -> str:
    """Say what is wrong with a code: no code at all, none that we know, or not in force on any approved day."""
    if not CODE.fullmatch(code):
        return f"'{code}' is no code: it has five letters or digits, such as 77386 or G6015."
    rows = [row for row in load_codebook().procedures if row.code == code]
    if not rows:
        return f"{code} is in none of our code tables. Check it against the payer's letter."
    if first is None or last is None or first > last:
        return ""
    if any(row.effective_from <= last and (row.effective_to is None or row.effective_to >= first) for row in rows):
        return ""
    return f"{code} is not in force on any of these days. Ask the payer which code takes its place."


def _of_units(units: object) -> list[str]:
    if not isinstance(units, int) or 1 <= units <= MOST_UNITS:
        return []
    return [f"{units} units; an authorization has 1 to {MOST_UNITS}."]


def _of_order(first: date | None, last: date | None) -> list[str]:
    if first is None or last is None or first <= last:
        return []
    return [f"It starts on {first}: an authorization ends on that day or later."]


def _of_words(word: object, terms: type[Technique] | type[AuthorizationStatus], what: str) -> list[str]:
    if not word or str(word) in {term.value for term in terms}:
        return []
    return [f"'{word}' is no {what} that we know."]


def _of_coverage(course: Course, coverage: Coverage | None) -> list[str]:
    if coverage is None or coverage.patient_id == course.patient_id:
        return []
    return ["This coverage is another patient's."]


def _outside(
    course: Course, coverage: Coverage | None, first: date | None, last: date | None
) -> Iterable[tuple[str, str]]:
    """Yield what lies outside the coverage: it approves nothing on days on which it does not insure."""
    if first is None:
        return
    if coverage is None:
        coverage = primary_coverage(course, first)
        if coverage is None:
            yield "effective_from", f"No coverage is entered for {first}. Enter it with the patient first."
            return
    elif coverage.patient_id != course.patient_id:
        return
    if first < coverage.effective_from:
        yield "effective_from", f"This coverage begins on {coverage.effective_from}."
    if last is not None and coverage.effective_to is not None and last > coverage.effective_to:
        yield (
            "effective_to",
            f"This coverage ends on {coverage.effective_to}. Another payer's approval is another entry.",
        )


def _of_past(course: Course, day: date | None) -> list[str]:
    if day is None or day <= course.facility.day_of(timezone.now()):
        return []
    return [f"{day} is still to come."]


def _of_decision(course: Course, said: Said) -> list[str]:
    requested, decided = _day(said, "requested_on"), _day(said, "decided_on")
    faults = _of_past(course, decided)
    if decided is not None and requested is not None and decided < requested:
        faults.append(f"It was requested on {requested}: the decision came on that day or later.")
    if decided is not None and said.get("status") == AuthorizationStatus.REQUESTED:
        faults.append("What is only requested has no day of decision. Leave it out, or choose what was decided.")
    return faults


def _of_number(course: Course, said: Said, leaving_out: Authorization | None) -> list[str]:
    """Say that this approval stands already: entered twice, its units would count twice."""
    number, codes = str(said.get("number") or "").strip(), said.get("codes")
    first, last = _day(said, "effective_from"), _day(said, "effective_to")
    faults = _of_length(said, "number")
    if not number or not isinstance(codes, Sequence) or first is None or last is None:
        return faults
    alike = Authorization.objects.filter(
        course=course, number=number, codes__overlap=list(codes), effective_from__lte=last, effective_to__gte=first
    ).exclude(status=AuthorizationStatus.VOIDED.value)
    if alike.exclude(pk__in=[leaving_out.pk] if leaving_out else []).exists():
        faults.append("This number stands already for one of these codes on some of these days. Change that entry.")
    return faults


def _of_length(said: Said, name: str) -> list[str]:
    found = len(str(said.get(name) or ""))
    return [f"{found} characters; at most {LONGEST[name]}."] if found > LONGEST[name] else []
