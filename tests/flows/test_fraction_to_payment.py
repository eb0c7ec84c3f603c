"""The whole way in one story: logged, claimed, answered, paid but for a line, corrected, replaced, and paid again.

The test plays the partner: it lays answers into the partner's folder, and the command that fetches and reads them does
the rest. After each step it asks where everything stands.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from billing import tasks, worklist
from billing.acknowledgment import Tally, all_claims
from billing.models import (
    Claim,
    ClaimEvent,
    ClaimFile,
    ClaimLine,
    Denial,
    EntryBalance,
    FollowUp,
    LedgerEntry,
    Receipt,
    Remittance,
    RemittanceLine,
    WaitingLine,
)
from billing.standing import noted
from billing.x12.inspect_837 import inspect_837
from courses.delivery import log_session
from courses.models import Plan, Session
from patients.models import Patient, PayerPolicy
from patients.roles import Role
from tests import cast, exports
from tests.answers import Says, ack, ack_set, folder_of, statuses, ta1
from tests.browser import OpenAs
from tests.captures import practice_fees
from tests.cast import Treated, user
from tests.exports import segments, text_of
from tests.remittances import PaidClaim, Pays, answered, edi
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

APPEAL_DAYS = 90
_control = count(901)


@pytest.fixture
def ada(settings: Any, tmp_path: Path) -> Treated:
    """Ada, whose plan was approved this week; her payer hears appeals for ninety days; one clearinghouse."""
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    exports.partner("Clearing")
    found = cast.ada()
    Plan.objects.update(weekdays="1234567", approved_on=today() - timedelta(days=2), default_guidance="none")
    Patient.objects.update(sex="M")
    PayerPolicy.objects.update_or_create(
        payer=found.coverage.payer, defaults={"effective_from": date(2020, 1, 1), "appeal_days": APPEAL_DAYS}
    )
    practice_fees()
    return found


def today() -> date:
    return timezone.localdate()


def test_a_fraction_is_claimed_paid_denied_corrected_and_paid_again(
    open_as: OpenAs, ada: Treated, tmp_path: Path
) -> None:
    # A therapist logs two sessions, the second in the browser; capture prices them; a biller releases.
    log_session(course=ada.course, plans=[ada.plan], at=yesterday(), by=user(Role.THERAPIST), machine=ada.machine)
    _therapist_logs(open_as, ada)
    tasks.capture_missed()
    assert standings() == {"open"}
    _release_everything()
    assert standings() == {"released"}

    # The export sends one claim; the partner takes the file in, then the claim.
    first = _exported(tmp_path)
    assert (standings(), all_claims()) == ({"sent"}, Tally(sent=1, waiting=1))
    _partner_lays(ta1(first.file), ack(first.file, ack_set("A"), number=302))
    assert (standings(), all_claims()) == ({"acknowledged"}, Tally(sent=1, waiting=1))
    _partner_lays(statuses(first.file, Says(first.control_number, number="ICN1001"), number=303))
    assert (standings(), all_claims()) == ({"accepted"}, Tally(sent=1, accepted=1))

    # The payer pays all lines but the one of today's session.
    denied = LedgerEntry.objects.get(family="delivery", service_on=today(), kind="charge")
    decision = _but_for(denied, answered(first, payer_number="ICN1001"), answered(first, refused="197"))
    _payer_pays(decision, trace="EFT1")
    assert stands(denied) == "denied" and standings() == {"paid", "denied"} and all_claims().accepted == 1
    _denial_is_on_the_worklist(open_as, denied)

    # The session was cut short: capture reverses its line and posts what it is worth; the biller replaces the claim.
    _therapist_amends(open_as, ada)
    tasks.capture_missed()
    (instead,) = LedgerEntry.objects.filter(replaces=denied)
    assert (stands(denied), stands(instead), instead.modifiers) == ("reversed", "open", ["52"])
    _manager_lets_pass(instead)
    _biller_replaces(open_as)
    assert stands(instead) == "released"
    second = _exported(tmp_path)
    assert (second.frequency, second.replaces, second.payer_claim_number) == ("7", first, "ICN1001")
    assert "REF*F8*ICN1001" in segments(text_of(second.file), "REF")
    assert not ClaimLine.objects.filter(claim=first, ended_at=None).exists()
    assert stands(instead) == "sent" and all_claims() == Tally(sent=2, accepted=1, waiting=1)
    _partner_lays(
        ta1(second.file, number=304),
        ack(second.file, ack_set("A"), number=305),
        statuses(second.file, Says(second.control_number, number="ICN1002"), number=306),
    )
    assert stands(instead) == "accepted" and all_claims() == Tally(sent=2, accepted=2)

    # The payer takes the first payment back and pays the replacement, in one remittance.
    back = _but_for(denied, answered(first, payer_number="ICN1001", sign=-1), answered(first, refused="197", sign=-1))
    content = _payer_pays(back, answered(second, payer_number="ICN1002"), trace="EFT2")
    assert standings() == {"paid", "reversed"} and stands(instead) == "paid"
    assert all_claims() == Tally(sent=2, accepted=2)
    _everything_is_balanced(second)
    assert Denial.objects.get().state == Denial.State.CORRECTED
    _timeline_tells_each_step(open_as, instead, first, second)

    # The same remittance again, under another name: nothing changes.
    before = _everything()
    _lay(content, name="again-under-another-name.835")
    call_command("read_responses")
    assert _everything() == before


# --- where everything stands -----------------------------------------------------------------------------------------


def stands(entry: LedgerEntry) -> str:
    return noted(LedgerEntry.objects.filter(pk=entry.pk)).get().stands


def standings() -> set[str]:
    """Where the charges stand, those in hand and those that went out."""
    return set(noted(LedgerEntry.objects.filter(kind="charge")).values_list("stands", flat=True))


def _everything() -> list[object]:
    """What a second reading of an answer must not change."""
    return [
        list(noted(LedgerEntry.objects.order_by("pk")).values_list("pk", "amount", "stands")),
        list(EntryBalance.objects.order_by("entry").values_list("entry", "paid", "contract", "patient", "open")),
        list(Denial.objects.order_by("pk").values_list("pk", "state")),
        list(ClaimEvent.objects.order_by("pk").values_list("pk", flat=True)),
        list(Remittance.objects.filter(state="posted").order_by("pk").values_list("pk", flat=True)),
        all_claims(),
    ]


def _everything_is_balanced(replacement: Claim) -> None:
    """The payer's money is what stands on the replacement, and every charge is explained to the cent."""
    posted = Remittance.objects.filter(state="posted")
    assert posted.count() == Remittance.objects.count() == 2
    received = RemittanceLine.objects.aggregate(total=Sum("paid"))["total"]
    assert received == (replacement.total_amount * Decimal("0.8")).quantize(Decimal("0.01"))
    balances = EntryBalance.objects.filter(entry__claim_lines__claim=replacement)
    assert balances.count() == replacement.lines.count()
    for balance in balances.select_related("entry"):
        charged = balance.entry.amount or Decimal(0)
        assert balance.paid + balance.contract + balance.patient == charged
    gone = EntryBalance.objects.filter(entry__reversal__isnull=False)
    assert not any(balance.paid or balance.contract or balance.patient for balance in gone)
    assert not WaitingLine.objects.exists()


# --- what people do --------------------------------------------------------------------------------------------------


def yesterday() -> datetime:
    return timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)


def _therapist_logs(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.THERAPIST, f"{reverse('courses:machine-day')}?machine={ada.machine.pk}")
    page.get_by_role("link", name="Log fraction 2").click()
    page.get_by_role("button", name="Save").click()
    row = page.locator(f"#course-{ada.course.pk}")
    expect(row).to_contain_text("Treated")
    expect(row).to_contain_text("Charged:")


def _therapist_amends(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.THERAPIST, f"{reverse('courses:machine-day')}?machine={ada.machine.pk}")
    page.get_by_role("link", name="Amend").click()
    page.get_by_text("Partial: beam, not all of it").click()
    page.get_by_label("Reason", exact=True).select_option("machine fault")
    page.get_by_label("Why is it corrected").fill("The record says that the beam went off")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator(".oc-messages")).to_contain_text("Corrected")
    assert Session.objects.filter(status="partial").count() == 1


def _release_everything() -> None:
    lines = LedgerEntry.objects.filter(kind="charge", reversal=None)
    done = worklist.release(entry_ids=list(lines.values_list("pk", flat=True)), by=user(Role.BILLER), at=timezone.now())
    assert done.refused == ()


def _manager_lets_pass(entry: LedgerEntry) -> None:
    """A partial session is charged only after somebody has looked at it."""
    (line,) = [line for line in worklist.lines() if line.pk == entry.pk]
    for finding in line.open_findings:
        if finding.severity == "hold":
            worklist.override_finding(
                finding_id=finding.pk, reason="Seen the record", by=user(Role.BILLING_MANAGER), at=timezone.now()
            )


def _biller_replaces(open_as: OpenAs) -> None:
    page = open_as(Role.BILLER, reverse("billing:corrections"))
    expect(page.get_by_label("Payer's claim number")).to_have_value("ICN1001")
    page.get_by_role("button", name="with the next export").click()
    expect(page.get_by_text("The next export sends the replacement").first).to_be_visible()
    assert FollowUp.objects.get().kind == FollowUp.Kind.REPLACEMENT


def _denial_is_on_the_worklist(open_as: OpenAs, denied: LedgerEntry) -> None:
    denial = Denial.objects.get()
    assert (denial.entry, denial.reason, denial.amount) == (denied, "197", denied.amount)
    page = open_as(Role.BILLER, reverse("billing:denials"))
    row = page.locator("tbody tr")
    expect(row).to_contain_text("CO-197")
    expect(row).to_contain_text(f"{APPEAL_DAYS} days left")
    assert denied.session_id is not None
    session = row.get_by_role("link", name="its session")
    expect(session).to_have_attribute("href", reverse("courses:session", args=[denied.session_id]))


def _timeline_tells_each_step(open_as: OpenAs, instead: LedgerEntry, first: Claim, second: Claim) -> None:
    page = open_as(Role.BILLER, reverse("billing:line", args=[instead.pk]))
    told = page.locator("main").inner_text()
    code = instead.code
    steps = (
        f"Posted {code}", "Released", f"On claim {first.control_number}", "Delivered in", "TA1: file accepted",
        "999: file accepted", f"Accepted: claim {first.control_number}", "paid $0.00 of", "CO-197", "Denied:",
        f"Reversed {code}", f"Posted again as {code}-52", "To be sent: replacement",
        f"On claim {second.control_number}", f"Left claim {first.control_number}",
        f"Accepted: claim {second.control_number}", f"Paid: claim {second.control_number}",
    )  # fmt: skip
    places = [told.find(step) for step in steps]
    assert -1 not in places, [step for step, place in zip(steps, places, strict=True) if place < 0]
    milestones = (f"Posted {code}", "Denied:", "Posted again as", f"Paid: claim {second.control_number}")
    order = [told.find(step) for step in milestones]
    assert order == sorted(order)


# --- what the program and its partner do ------------------------------------------------------------------------------


def _exported(tmp_path: Path) -> Claim:
    """Export; the file lies in the partner's folder as it was sealed, and nobody finds a fault in it."""
    call_command("export_claims")
    file = ClaimFile.objects.select_related("partner").latest("pk")
    text = text_of(file)
    assert (folder_of(file.partner).parent / file.name).read_text("ascii") == text
    assert inspect_837(text, today=today()) == []
    is_valid, errors = pyx12_report(text, tmp_path)
    assert is_valid, errors
    claim = file.claims.get()
    assert claim_numbers_read_by_x12sdk(text) == [claim.control_number]
    return claim


def _partner_lays(*answers: str) -> None:
    """The partner lays answers down, and the command reads every one without a doubt."""
    for answer in answers:
        _lay(answer.encode(), name=f"answer-{next(_control)}.edi")
    call_command("read_responses")
    assert list(Receipt.objects.filter(warning_count__gt=0)) == []
    assert not Receipt.objects.filter(read_at=None).exists()


def _payer_pays(*claims: PaidClaim, trace: str) -> bytes:
    """The payer's remittance comes; it is even, and is posted."""
    content = edi(Pays(claims=claims, trace=trace, on=today(), control=f"{next(_control):09}"))
    _partner_lays(content.decode())
    assert Remittance.objects.get(trace_number=trace).state == Remittance.State.POSTED
    return content


def _lay(content: bytes, *, name: str) -> None:
    (folder_of(ClaimFile.objects.earliest("pk").partner) / name).write_bytes(content)


def _but_for(denied: LedgerEntry, whole: PaidClaim, refused: PaidClaim) -> PaidClaim:
    """The payer's decision, with one line as it is in the other."""
    pairs = zip(whole.lines, refused.lines, strict=True)
    lines = [other if one.number == f"L{denied.pk}" else one for one, other in pairs]
    return PaidClaim(whole.number, lines, whole.status, whole.payer_number)
