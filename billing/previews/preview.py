"""The claims of one course before they are sent, and what keeps its other lines back. Read-only, by construction."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from billing import claims
from billing.claims import BATCHES, Batch, Checker, Row
from billing.claims.institutional import bill_of
from billing.claims.reading import Parties, claim_of, named_of
from billing.ledger import is_captured
from billing.models import CaptureMark, ClaimLine, LedgerEntry, PayerRoute, StandingFinding, TradingPartner
from billing.previews.stage import StageTaken, staged
from billing.submission.sealing import envelope_of
from billing.x12 import check_837i, check_837p, claim_837i, claim_837p
from billing.x12.characters import alphabet_of
from billing.x12.check_837p import ClaimFault
from billing.x12.claim_837i import Claim837I, Line837I
from billing.x12.claim_837p import Claim837P, Line837P
from billing.x12.envelope import Envelope
from billing.x12.explain import Mends, cut_claim, explain, mended_by, places_of
from billing.x12.explain import Row as Explained
from billing.x12.syntax import X12Fault
from patients.models import Coverage
from patients.terms import PayerKind

PLACEHOLDER = "NOTSENT"
"""What stands for our claim number, which is taken only when the claim is sealed."""
_NUMBER = 999_999_999
"""A control number that fits everywhere; nine zeros are shown in its place, as none is taken."""
_FIRST = tuple(batch for batch in BATCHES if not batch.is_follow_up)
_LINE_SUBJECT = re.compile(r"claim:lines\.(.+):(\w+)")


@dataclass(frozen=True, slots=True)
class PreviewFault:
    """One thing that keeps a claim from being sent: in words, what is opened to mend it, and of which line it is."""

    number: int
    message: str
    mends: Mends
    entry_id: int | None
    provider_id: int | None
    """Whose own name, NPI or specialty it is about."""
    places: tuple[int, ...]
    """Of ``rows`` of its claim."""


@dataclass(frozen=True, slots=True)
class PreviewedClaim:
    """A claim as its payer would see it. ``rows`` is empty where the faults leave nothing that could be written."""

    claim_kind: str
    payer_id: int
    coverage_id: int
    value: Claim837P | Claim837I
    lines: int
    total: Decimal
    rows: tuple[Explained, ...]
    faults: tuple[PreviewFault, ...]


@dataclass(frozen=True, slots=True)
class LeftLine:
    """A line that would go on no claim, and why."""

    entry: LedgerEntry
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the export would make of a course now. ``obstacle``: why it cannot be told."""

    claims: tuple[PreviewedClaim, ...] = ()
    left: tuple[LeftLine, ...] = ()
    obstacle: str = ""


class _Desk(NamedTuple):
    """What a claim is made and checked with."""

    batch: Batch
    parties: Parties
    envelope: Envelope
    at: datetime


class _Shown(NamedTuple):
    """A claim with what the checks found and what the writer made of it."""

    value: Claim837P | Claim837I
    faults: Sequence[ClaimFault]
    rows: Sequence[Explained]


class _Gathered(NamedTuple):
    """Whom a gathered claim is about, beside what COPY brings."""

    coverage_id: int
    physician_id: int | None
    lines: int
    entry_ids: Sequence[int]


def preview_course(*, course_id: int, at: datetime) -> Preview:
    """Return the claims of a course, as if its open lines were released at that moment. Nothing stays of it.

    A number of statements that depends on the payers of the patient alone.
    """
    obstacle = _obstacle(course_id)
    if obstacle:
        return Preview(obstacle=obstacle)
    try:
        with staged(course_id):
            found, taken = [], set[int]()
            for partner, payer_id in _ways_out(course_id):
                envelope = envelope_of(partner, _NUMBER, at)
                for batch in _FIRST:
                    made, entry_ids = _claims(batch, payer_id, envelope, at)
                    found += made
                    taken |= entry_ids
            left = tuple(_left(course_id, taken))
    except StageTaken:
        return Preview(obstacle="An export or a capture is working on this course just now. Look again in a minute.")
    return Preview(tuple(found), left)


def _obstacle(course_id: int) -> str:
    if not is_captured(course_id=course_id):
        return "The course changed, and its charges are being derived again. Look again in a minute."
    has_failed = CaptureMark.objects.filter(course=course_id).exclude(error="").exists()
    return "The charges of this course could not be derived. Tell the administrator." if has_failed else ""


def _ways_out(course_id: int) -> Iterator[tuple[TradingPartner, int]]:
    """Yield each first payer of the patient with the partner that takes its claims. Three statements."""
    payers = (
        Coverage.objects.filter(patient__courses=course_id, rank="primary")
        .exclude(payer__kind=PayerKind.SELF_PAY)
        .order_by("payer_id")
        .values_list("payer_id", flat=True)
        .distinct()
    )
    routes = {route.payer_id: route.partner for route in PayerRoute.objects.select_related("partner")}
    usual = TradingPartner.objects.filter(is_default=True).first()
    for payer_id in payers:
        partner = routes.get(payer_id, usual)
        if partner is not None:
            yield partner, payer_id


def _claims(batch: Batch, payer_id: int, envelope: Envelope, at: datetime) -> tuple[list[PreviewedClaim], set[int]]:
    gathered = claims.gather(batch=batch, payer_ids=[payer_id], at=at)
    if not gathered.claims:
        return [], set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT claim_id, coverage_id, physician_id, line_count, entry_ids FROM export_claim")
        about = {claim_id: _Gathered(*rest) for claim_id, *rest in cursor.fetchall()}
    desk = _Desk(batch, claims.read_parties(), envelope, at)
    with claims.spooled_rows(batch=batch) as rows:
        made = [_previewed(desk, row, about[int(row.claim_id)]) for row in rows]
    return made, {entry_id for one in about.values() for entry_id in one.entry_ids}


def _previewed(desk: _Desk, row: Row, about: _Gathered) -> PreviewedClaim:
    row = row._replace(control_number=PLACEHOLDER)
    is_bill = desk.batch.is_institutional
    value = bill_of(row, desk.parties) if is_bill else claim_of(row, desk.parties)
    rows = _explained(value, desk.envelope)
    faults = _faults(value, desk, row)
    checker = Checker(batch=desk.batch, parties=desk.parties, envelope=desk.envelope, at=desk.at)
    list(checker.sound_bills(iter((row,))) if is_bill else checker.sound_claims(iter((row,))))
    shown = _Shown(value, faults, rows)
    reasons = enumerate(checker.kept_back.reasons, 1)
    return PreviewedClaim(
        claim_kind=desk.batch.claim_kind.value,
        payer_id=int(row.payer_id),
        coverage_id=about.coverage_id,
        value=value,
        lines=about.lines,
        total=Decimal(row.total),
        rows=rows,
        faults=tuple(_fault(number, reason, shown, _providers(row, about)) for number, reason in reasons),
    )


def _faults(value: Claim837P | Claim837I, desk: _Desk, row: Row) -> Sequence[ClaimFault]:
    """Return what the checks find, each with its segment; the checker says the same in a biller's words."""
    today = desk.at.astimezone(desk.parties.zones[row.facility_id]).date()
    alphabet = alphabet_of(desk.envelope.separators, extended=desk.envelope.extended_characters)
    if isinstance(value, Claim837I):
        return check_837i.check_claim(value, today=today, alphabet=alphabet)
    return check_837p.check_claim(value, today=today, alphabet=alphabet)


def _explained(value: Claim837P | Claim837I, envelope: Envelope) -> tuple[Explained, ...]:
    """Return the claim's segments in words; nothing where its faults leave nothing to write."""
    text = StringIO()
    try:
        if isinstance(value, Claim837I):
            claim_837i.write_interchange(envelope, iter((value,)), text.write)
        else:
            claim_837p.write_interchange(envelope, iter((value,)), text.write)
    except X12Fault:
        return ()
    shown = text.getvalue().replace(f"{_NUMBER:09}", "0" * 9)
    found = cut_claim(shown.encode("ascii"), value.control_number)
    return explain(found) if found else ()


def _providers(row: Row, about: _Gathered) -> Mapping[str, int]:
    """Return the ids of the providers on a claim, by what they are there."""
    named = named_of(row)
    ids = {"referring": named.referring_id, "supervising": named.supervising_id, "ordering": named.ordering_id}
    found = {role: int(provider_id) for role, provider_id in ids.items() if provider_id}
    physician = about.physician_id
    return found if physician is None else found | {"rendering": physician, "attending": physician}


def _fault(number: int, reason: claims.Reason, shown: _Shown, providers: Mapping[str, int]) -> PreviewFault:
    field, entry_id = _field_of(reason.subject, shown.value)
    same = [fault for fault in shown.faults if fault.field == field]
    places = sorted({place for one in same for place in places_of(one, shown.rows)})
    mends = mended_by(field, patient_is_subscriber=shown.value.dependant is None)
    provider_id = next((providers[part] for part in field.split(".") if part in providers), None)
    return PreviewFault(number, reason.message, mends, entry_id, provider_id, tuple(places))


def _field_of(subject: str, value: Claim837P | Claim837I) -> tuple[str, int | None]:
    """Return the field that a reason names, as faults name it, and the ledger entry of its line."""
    named = _LINE_SUBJECT.fullmatch(subject)
    if named is None:
        return subject.removeprefix("claim:"), None
    lines: Sequence[Line837P | Line837I] = value.lines
    place = next((place for place, line in enumerate(lines) if line.control_number == named[2]), 0)
    return f"lines[{place}].{named[1]}", int(named[2].removeprefix("L"))


def _left(course_id: int, taken: set[int]) -> Iterator[LeftLine]:
    """Yield the standing lines that no claim took, each with the reason. Three statements.

    Called on the stage, where those that have just become too late have their finding already.
    """
    entries = (
        LedgerEntry.objects.filter(
            ~Exists(ClaimLine.objects.filter(entry=OuterRef("pk"), sequence="P", ended_at=None)),
            course=course_id,
            kind=LedgerEntry.Kind.CHARGE,
            reversal=None,
        )
        .exclude(pk__in=taken)
        .order_by("service_on", "pk")
    )
    open_holds = Q(severity="hold", overridden_at=None) & ~Q(source="claim")
    findings = StandingFinding.objects.filter(open_holds | Q(code="replaces-claimed-line"), resolved_at=None)
    said: dict[int, list[str]] = {}
    for finding in findings.filter(course=course_id, entry__isnull=False):
        said.setdefault(finding.entry_id or 0, []).append(finding.message)
    covered = list(Coverage.objects.filter(patient__courses=course_id, rank="primary").select_related("payer"))
    for entry in entries:
        yield LeftLine(entry, " ".join(said.get(entry.pk, ())) or _why_left(entry, covered))


def _why_left(entry: LedgerEntry, covered: Sequence[Coverage]) -> str:
    on_day = [
        one
        for one in covered
        if one.effective_from <= entry.service_on and (one.effective_to is None or entry.service_on <= one.effective_to)
    ]
    if entry.amount is None:
        return "The line has no price. Enter the fee of its code."
    if not on_day:
        return "The patient has no primary coverage on the day. Add it, or correct its dates."
    if on_day[0].payer.kind == PayerKind.SELF_PAY:
        return "The patient pays without insurance: there is no claim to send."
    if entry.pk and not TradingPartner.objects.filter(Q(is_default=True) | Q(routes__payer=on_day[0].payer)).exists():
        return "No trading partner takes this payer's claims. Route the payer, or name a default partner."
    return "A person holds it."
