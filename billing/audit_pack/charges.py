"""The sections of charges: every line ever posted with its trace, reversals, edits, holds, questions."""

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.contrib.auth.models import User

from billing.audit_pack.clinical import named
from billing.audit_pack.sections import Row, Section, columns, joined
from billing.models import LedgerEntry, LineEdit, ManualLine, Question, StandingFinding
from billing.rules import load_codebook
from courses.models import Course


def written(code: str, modifiers: list[str]) -> str:
    """Write a code with its modifiers, as on a claim."""
    return "-".join((code, *modifiers))


def charge_sections(course: Course) -> Iterator[Section]:
    """Yield the sections: nine queries."""
    entries = list(
        LedgerEntry.objects.filter(course=course)
        .select_related("posted_by", "fee_line__schedule", "reversal", "balance")
        .order_by("id")
    )
    yield _lines(entries)
    sources = _sources(entries)
    yield _traces(entries, sources)
    yield _publications(sources)
    yield _reversals(entries)
    yield _edits(course)
    yield _keyed(course)
    yield _findings(course)
    yield _decisions(course)
    yield _questions(course)


def _lines(entries: list[LedgerEntry]) -> Section:
    return Section(
        "lines",
        "Charge lines",
        "Every entry of the ledger in the order of posting. A reversed line stays, and its reversal stands beside it.",
        columns(("Entry", 0.6, True), ("Posted", 1.3), ("By", 0.9), ("What", 1.3), ("Day of service", 1.0),
                ("Code", 0.9), ("Service, in our words", 2.3), ("Units", 0.6, True), ("Amount", 0.9, True),
                ("Claim", 1.0), ("Place", 0.6), ("Session", 0.7, True)),
        tuple(_line(one) for one in entries),
    )  # fmt: skip


def _line(one: LedgerEntry) -> Row:
    what = one.kind
    if one.reverses_id:
        what = f"reversal of {one.reverses_id}"
    elif getattr(one, "reversal", None):
        what = f"charge, reversed by {one.reversal.pk}"
    if one.replaces_id:
        what += f", replaces {one.replaces_id}"
    procedure = load_codebook().procedure(one.code, one.service_on)
    return (
        one.pk, one.posted_at, named(one.posted_by) or "the rules", what, one.service_on,
        written(one.code, one.modifiers), joined([procedure.name if procedure else "", one.narrative]), one.units,
        one.amount, one.claim_kind, one.place_of_service, one.session_id,
    )  # fmt: skip


def _sources(entries: list[LedgerEntry]) -> dict[str, int]:
    """Number the publications behind the charges, in the order in which they are first named."""
    found: dict[str, int] = {}
    for one in entries:
        for source in str(one.because.get("source") or "").split("; "):
            if source and one.kind == LedgerEntry.Kind.CHARGE:
                found.setdefault(source, len(found) + 1)
    return found


def _traces(entries: list[LedgerEntry], sources: Mapping[str, int]) -> Section:
    return Section(
        "traces",
        "Why each line is as it is",
        "The rule, the table row that it used, the facts that decided, the price; publications by number, see below.",
        columns(("Entry", 0.6, True), ("Code", 0.8), ("Rule", 0.5), ("Table, row", 1.3), ("Facts", 4.0),
                ("Publications", 0.9), ("Price", 2.0)),
        tuple(_trace(one, sources) for one in entries if one.kind == LedgerEntry.Kind.CHARGE),
    )  # fmt: skip


def _publications(sources: Mapping[str, int]) -> Section:
    return Section(
        "publications",
        "Publications behind the rows",
        "What the table rows rest on.",
        columns(("Number", 0.4, True), ("Publication", 8.0)),
        tuple((number, source) for source, number in sources.items()),
    )


def _trace(one: LedgerEntry, sources: Mapping[str, int]) -> Row:
    because: Mapping[str, object] = one.because
    facts = because.get("facts")
    told = [f"{str(name).replace('_', ' ')}: {_fact(value)}" for name, value in _pairs(facts)]
    told += _edited(because.get("edit"))
    price = "no fee"
    if one.fee_line is not None:
        schedule = one.fee_line.schedule.name
        price = f"{schedule}, row {one.fee_line_id}: {one.unit_amount} a unit"
    return (
        one.pk, written(one.code, one.modifiers), str(because.get("rule") or one.rule),
        f"{because.get('table') or ''}, row {because.get('row')}", joined(told), _numbers(because, sources), price,
    )  # fmt: skip


def _edited(edit: object) -> list[str]:
    """Say that an entry was posted under a person's edit; what was before stands in the section of edits."""
    if not isinstance(edit, Mapping):
        return []
    return [f"EDITED by {edit.get('by')}, edit {edit.get('id')}: {edit.get('reason')}"]


def _numbers(because: Mapping[str, object], sources: Mapping[str, int]) -> str:
    return ", ".join(str(sources[one]) for one in str(because.get("source") or "").split("; ") if one)


def _pairs(facts: object) -> Iterator[tuple[str, object]]:
    yield from facts.items() if isinstance(facts, Mapping) else ()


def _fact(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not recorded" if value in (None, "") else str(value).replace("_", " ")


def _reversals(entries: list[LedgerEntry]) -> Section:
    rows = tuple(
        (
            one.pk, one.reverses_id, one.posted_at, named(one.posted_by) or "the rules",
            written(one.code, one.modifiers), one.service_on, one.amount, str(one.because.get("reason") or ""),
        )
        for one in entries
        if one.reverses_id
    )  # fmt: skip
    return Section(
        "reversals",
        "Reversals and why",
        "Nothing is ever deleted: what no longer holds is reversed, with the reason.",
        columns(("Entry", 0.6, True), ("Reverses", 0.7, True), ("Posted", 1.1), ("By", 1.1), ("Code", 0.9),
                ("Day", 0.8), ("Amount", 0.8, True), ("Why", 4.0)),
        rows,
    )  # fmt: skip


def _edits(course: Course) -> Section:
    found = LineEdit.objects.filter(course=course).select_related(
        "edited_by", "taken_back_by", "provider", "was_provider"
    )
    return Section(
        "edits",
        "Edits of generated lines",
        "What a person changed of a line that the rules made: before, after, and why.",
        columns(("Edit", 0.5, True), ("At", 1.4), ("By", 1.3), ("Day", 1.0), ("Code", 0.7), ("Was", 1.9), ("Is", 1.9),
                ("Why", 1.9), ("Taken back", 1.7)),
        tuple(_edit(one) for one in found.order_by("edited_at", "id")),
    )  # fmt: skip


def _edit(one: LineEdit) -> Row:
    before = _claimed(one.was_units, one.was_modifiers, one.was_diagnoses, str(one.was_provider or ""))
    after = _claimed(one.units, one.modifiers, one.diagnoses, str(one.provider or ""))
    back = f"by {named(one.taken_back_by)}: {one.taken_back_reason}" if one.taken_back_at else ""
    return (
        one.pk, one.edited_at, named(one.edited_by), one.service_on, one.code, before, after, one.reason, back,
    )  # fmt: skip


def _claimed(units: int, modifiers: list[str], diagnoses: list[str], provider: str) -> str:
    return joined([
        f"{units} unit{'s' * (units != 1)}", f"modifiers {' '.join(modifiers)}" if modifiers else "no modifier",
        f"points to {' '.join(diagnoses)}" if diagnoses else "", provider,
    ])  # fmt: skip


def _keyed(course: Course) -> Section:
    rows = tuple(
        (
            one.pk, one.entered_at, named(one.entered_by), one.service_on, written(one.code, one.modifiers), one.units,
            joined([one.narrative, one.attachment]), one.cancelled_at,
        )
        for one in ManualLine.objects.filter(course=course).select_related("entered_by").order_by("entered_at", "id")
    )  # fmt: skip
    return Section(
        "keyed_lines",
        "Keyed lines",
        "Lines that a person keyed; the rules took or refused them as any other.",
        columns(("Line", 0.5, True), ("Keyed", 1.1), ("By", 1.3), ("Day", 0.8), ("Code", 0.9), ("Units", 0.5, True),
                ("Narrative, attachment", 3.5), ("Cancelled", 1.1)),
        rows,
    )  # fmt: skip


def _findings(course: Course) -> Section:
    found = StandingFinding.objects.filter(course=course).select_related("overridden_by").order_by("found_at", "id")
    rows = tuple(
        (
            one.found_at, one.severity, one.code, one.entry_id, one.service_on, one.message, one.resolved_at,
            one.overridden_at, named(one.overridden_by), one.override_reason,
        )
        for one in found
    )  # fmt: skip
    return Section(
        "findings",
        "Findings, holds and overrides",
        "What rules and checks found, until when it stood, and who let a hold pass, with the reason.",
        columns(("Found", 1.3), ("Severity", 0.7), ("Code", 1.6), ("Entry", 0.6, True), ("Day", 0.9), ("Says", 3.0),
                ("Gone", 1.3), ("Overridden", 1.3), ("By", 1.0), ("Why", 1.3)),
        rows,
    )  # fmt: skip


def _decisions(course: Course) -> Section:
    history = apps.get_model("oncocharge_billing", "ReviewEvent")
    states = list(history.objects.filter(entry__course=course).order_by("pgh_id"))
    users = User.objects.in_bulk({one.by_id for one in states if one.by_id})
    rows = tuple(
        (
            one.entry_id, one.at, named(users.get(one.by_id)) or "the program", one.state, one.reason,
            one.code_id or "", one.due_on,
        )
        for one in states
    )  # fmt: skip
    return Section(
        "decisions",
        "Releases and holds by persons",
        "Every decision about a line, in order.",
        columns(("Entry", 0.6, True), ("At", 1.1), ("By", 1.4), ("Decided", 0.8), ("Why", 3.5), ("Reason code", 1.0),
                ("Comes back on", 0.9)),
        rows,
    )  # fmt: skip


def _questions(course: Course) -> Section:
    found = Question.objects.filter(entry__course=course).select_related(
        "asked_by", "asked_of", "answered_by", "closed_by"
    )
    rows = tuple(
        (
            one.entry_id, one.asked_at, named(one.asked_by), named(one.asked_of) or one.asked_role, one.text,
            one.answered_at, named(one.answered_by), one.answer or one.closed_reason,
        )
        for one in found.order_by("asked_at", "id")
    )  # fmt: skip
    return Section(
        "questions",
        "Questions and answers",
        "What billing asked the clinic about a line, and what was answered.",
        columns(("Entry", 0.6, True), ("Asked", 1.4), ("By", 1.2), ("Of", 1.1), ("Question", 2.6), ("Answered", 1.4),
                ("By", 1.2), ("Answer", 2.6)),
        rows,
    )  # fmt: skip
