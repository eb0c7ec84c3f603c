"""Writes acknowledgments and remittances from their values, for tests alone: the product reads them, never writes them.

Only what the values carry is written; ``position`` of a value is not, so compare with ``placeless``.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from billing.x12.ack_277ca import ClaimAcknowledgment, ClaimStatus, Dated, Entity, Level, Status
from billing.x12.ack_999 import Context, GroupAcknowledgment, SetAcknowledged
from billing.x12.outcomes import Outcome
from billing.x12.reading.composites import Contact, Procedure, Reference
from billing.x12.remit_835 import Adjustment, ClaimPaid, Party, Payment, Remittance, ServicePaid
from billing.x12.syntax import Separators

_CODES = {
    Outcome.ACCEPTED: "A",
    Outcome.ACCEPTED_WITH_ERRORS: "E",
    Outcome.PARTLY_ACCEPTED: "P",
    Outcome.REJECTED: "R",
}


class Writer:
    """Gathers segments in the delimiters of a partner."""

    def __init__(self, separators: Separators) -> None:
        self.separators = separators
        self.segments: list[str] = []

    def add(self, *elements: str | Decimal | date | None) -> None:
        """Write a segment without the empty elements at its end."""
        texts = [_text(element) for element in elements]
        while not texts[-1]:
            texts.pop()
        self.segments.append(self.separators.element.join(texts))

    def joined(self, *parts: str) -> str:
        """Join the parts of a composite, without the empty ones at its end."""
        return self.separators.component.join(parts).rstrip(self.separators.component)

    def interchange(self, functional_id: str, guide: str) -> bytes:
        """Return what was gathered since ST, in its envelopes."""
        element, component, repetition, end, line_end = self.separators
        isa = (
            f"ISA*00*          *00*          *ZZ*CLEARING       *ZZ*HARBOR01       *261122*0300*{repetition}*00501"
            f"*000000301*0*T*"
        ).replace("*", element) + component
        gs = f"GS*{functional_id}*CLEARING*HARBOR01*20261122*0300*301*X*{guide}".replace("*", element)
        se = f"SE*{len(self.segments) + 1}*0001".replace("*", element)
        trailers = [se, "GE*1*301".replace("*", element), "IEA*1*000000301".replace("*", element)]
        return "".join(f"{text}{end}{line_end}" for text in [isa, gs, *self.segments, *trailers]).encode("ascii")


def _text(element: str | Decimal | date | None) -> str:
    if isinstance(element, date):
        return f"{element:%Y%m%d}"
    return "" if element is None else f"{element:f}" if isinstance(element, Decimal) else element


# --- 835 ------------------------------------------------------------------------------------------------------------


def write_835(value: Remittance, separators: Separators) -> bytes:
    """Write a remittance."""
    out = Writer(separators)
    out.add("ST", "835", "0001")
    _payment(out, value.payment)
    group = None
    for claim in value.claims:
        if claim.group != group:
            group = claim.group
            out.add("LX", group.number)
        _claim(out, claim)
    for plb in value.closing.provider_adjustments:
        out.add("PLB", plb.provider_id, plb.fiscal_year_end, out.joined(plb.reason, plb.reference), plb.amount)
    return out.interchange("HP", "005010X221A1")


def _payment(out: Writer, payment: Payment) -> None:
    for elements in payment.elements:
        out.add(*elements)
    _references(out, payment.references)
    if payment.produced_on:
        out.add("DTM", "405", payment.produced_on)
    for role, party in (("PR", payment.payer), ("PE", payment.payee)):
        _party(out, role, party)


def _party(out: Writer, role: str, party: Party) -> None:
    out.add("N1", role, party.name, party.id_qualifier, party.identifier)
    out.add("N3", party.street, party.street_2)
    out.add("N4", party.city, party.state, party.zip_code)
    _references(out, party.references)
    for contact in party.contacts:
        _contact(out, contact)


def _contact(out: Writer, contact: Contact) -> None:
    out.add("PER", contact.function, contact.name, *(part for way in contact.ways for part in way))


def _references(out: Writer, references: Sequence[Reference]) -> None:
    for qualifier, number in references:
        out.add("REF", qualifier, number)


def _adjustments(out: Writer, adjustments: Sequence[Adjustment]) -> None:
    """Write up to six adjustments of a group, one after the other, in one CAS."""
    pending: list[Adjustment] = []
    for adjustment in [*adjustments, None]:
        if pending and (adjustment is None or adjustment.group != pending[0].group or len(pending) == 6):
            triplets = [part for cas in pending for part in (cas.reason, cas.amount, cas.quantity)]
            out.add("CAS", pending[0].group, *triplets)
            pending = []
        if adjustment is not None:
            pending.append(adjustment)


def _claim(out: Writer, claim: ClaimPaid) -> None:
    out.add(
        "CLP", claim.control_number, claim.status, claim.charge, claim.paid, claim.patient_responsibility,
        claim.filing_indicator, claim.payer_control_number, claim.facility_type, claim.frequency, "", claim.drg,
    )  # fmt: skip
    _adjustments(out, claim.adjustments)
    for person in claim.people:
        kind = "2" if person.is_organization else "1"
        out.add(
            "NM1", person.role, kind, person.last_name, person.first_name, person.middle_name, "", person.suffix,
            person.id_qualifier, person.identifier,
        )  # fmt: skip
    for adjudication in claim.adjudications:
        cells: list[str | Decimal] = [""] * 24
        for number, amount in adjudication.amounts:
            cells[number] = amount
        for place, remark in zip((3, 4, 5, 6, 7), adjudication.remarks, strict=False):
            cells[place] = remark
        out.add(adjudication.segment, *cells[1:])
    _references(out, claim.references)
    for dated in claim.dates:
        out.add("DTM", dated.qualifier, dated.on)
    for contact in claim.contacts:
        _contact(out, contact)
    _sums(out, claim)
    for service in claim.services:
        _service(out, service)


def _sums(out: Writer, holder: ClaimPaid | ServicePaid) -> None:
    for amount in holder.amounts:
        out.add("AMT", *amount)
    for quantity in holder.quantities:
        out.add("QTY", *quantity)


def _procedure(out: Writer, procedure: Procedure | None) -> str:
    if procedure is None:
        return ""
    modifiers = [*procedure.modifiers, *[""] * (4 - len(procedure.modifiers))]
    return out.joined(procedure.qualifier, procedure.code, *modifiers, procedure.description)


def _service(out: Writer, service: ServicePaid) -> None:
    out.add(
        "SVC", _procedure(out, service.procedure), service.charge, service.paid, service.revenue_code, service.units,
        _procedure(out, service.submitted_procedure), service.submitted_units,
    )  # fmt: skip
    for dated in service.dates:
        out.add("DTM", dated.qualifier, dated.on)
    _adjustments(out, service.adjustments)
    _references(out, service.references)
    _sums(out, service)
    for remark in service.remarks:
        out.add("LQ", *remark)


# --- 277CA ----------------------------------------------------------------------------------------------------------


def write_277ca(value: ClaimAcknowledgment, separators: Separators) -> bytes:
    """Write a claim acknowledgment: one source, one receiver, one provider above all its claims."""
    out = Writer(separators)
    out.add("ST", "277", "0001", "005010X214")
    out.add("BHT", "0085", "08", value.reference, value.written_on, "0300", "TH")
    first = value.claims[0]
    for number, (code, level) in enumerate((("20", first.source), ("21", first.receiver), ("19", first.provider)), 1):
        out.add("HL", str(number), str(number - 1) if number > 1 else "", code, "1")
        _level(out, level)
    for number, claim in enumerate(value.claims, 4):
        out.add("HL", str(number), "3", "PT")
        _entity(out, claim.patient)
        out.add("TRN", "2", claim.control_number)
        _statuses(out, claim.statuses)
        _references(out, claim.references)
        _dates(out, claim.dates)
        _lines(out, claim)
    return out.interchange("HN", "005010X214")


def _level(out: Writer, level: Level) -> None:
    _entity(out, level.entity)
    out.add("TRN", "1", level.trace_number)
    _statuses(out, level.statuses)
    totals = level.totals
    for qualifier, number in (("90", totals.accepted), ("AA", totals.rejected)):
        if number is not None:
            out.add("QTY", qualifier, number)
    for qualifier, number in (("YU", totals.accepted_amount), ("YY", totals.rejected_amount)):
        if number is not None:
            out.add("AMT", qualifier, number)
    _references(out, level.references)
    _dates(out, level.dates)


def _entity(out: Writer, entity: Entity | None) -> None:
    if entity is not None:
        kind = "2" if entity.is_organization else "1"
        out.add(
            "NM1", entity.role, kind, entity.last_name, entity.first_name, entity.middle_name, "", entity.suffix,
            entity.id_qualifier, entity.identifier,
        )  # fmt: skip


def _statuses(out: Writer, statuses: Sequence[Status]) -> None:
    for status in statuses:
        first, second, third = [*(out.joined(*reason) for reason in status.reasons), "", ""][:3]
        out.add("STC", first, status.on, status.action, status.amount, "", "", "", "", "", second, third, status.text)


def _dates(out: Writer, dates: Sequence[Dated]) -> None:
    for qualifier, first, last in dates:
        days = (_text(first), _text(last))
        out.add("DTP", qualifier, "D8" if first == last else "RD8", days[0] if first == last else "-".join(days))


def _lines(out: Writer, claim: ClaimStatus) -> None:
    for line in claim.services:
        procedure = _procedure(out, line.procedure)
        out.add("SVC", procedure, line.charge, "", line.revenue_code, "", "", line.units)
        _statuses(out, line.statuses)
        _references(out, line.references)
        _dates(out, line.dates)


# --- 999 ------------------------------------------------------------------------------------------------------------


def write_999(value: GroupAcknowledgment, separators: Separators) -> bytes:
    """Write an implementation acknowledgment."""
    out = Writer(separators)
    out.add("ST", "999", "0001", "005010X231A1")
    out.add("AK1", *value.group)
    for one in value.sets:
        _set(out, one)
    closing = value.closing
    numbers = [str(number) for number in (closing.included, closing.received, closing.accepted)]
    out.add("AK9", _CODES[closing.outcome], *numbers, *closing.codes)
    return out.interchange("FA", "005010X231A1")


def _set(out: Writer, one: SetAcknowledged) -> None:
    out.add("AK2", one.kind, one.control_number, one.version)
    for fault in one.faults:
        out.add("IK3", fault.segment, str(fault.segment_position), fault.loop, fault.code)
        _contexts(out, fault.contexts)
        for element in fault.elements:
            place = out.joined(str(element.element), _number(element.component), _number(element.repetition))
            out.add("IK4", place, element.reference, element.code, element.found)
            _contexts(out, element.contexts)
    out.add("IK5", _CODES[one.outcome], *one.codes)


def _number(number: int) -> str:
    return str(number) if number else ""


def _contexts(out: Writer, contexts: Sequence[Context]) -> None:
    for context in contexts:
        name = out.joined(context.name, context.value)
        position = _number(context.segment_position)
        out.add(
            "CTX",
            name,
            context.segment,
            position,
            context.loop,
            out.joined(*context.element.split(":")),
            context.reference,
        )
