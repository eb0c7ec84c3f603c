"""manage.py capture_charges and explain_charge, as somebody at the terminal sees them."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from billing import worklist
from billing.capture import capture_course
from billing.models import LedgerEntry
from courses.models import Session
from patients.roles import Role
from tests import cast
from tests.captures import deliver_days, practice_fees, put_on_claim, standing
from tests.cast import local, user

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_capture_charges_takes_whatever_is_out_of_date() -> None:
    practice_fees()
    deliver_days(cast.ada(), date(2025, 3, 4), 2)
    cast.clara()
    assert run("capture_charges") == "2 courses derived, 8 charges posted, 0 reversed.\n"
    assert run("capture_charges") == "0 courses derived, 0 charges posted, 0 reversed.\n"
    assert run("capture_charges", "--again") == "2 courses derived, 0 charges posted, 0 reversed.\n"


def test_capture_charges_refuses_an_unknown_course_and_captures_nothing() -> None:
    ada = cast.ada()
    with pytest.raises(CommandError, match="There is no course 99999"):
        run("capture_charges", str(ada.course.pk), "99999")
    assert not LedgerEntry.objects.exists()


def test_a_charge_is_explained_back_to_its_rule_table_row_source_and_session() -> None:
    practice_fees()
    ada = cast.ada()
    (session,) = deliver_days(ada, date(2025, 3, 4), 1)
    capture_course(course_id=ada.course.pk)
    worklist.release(entry_ids=[standing(ada)[1].pk], by=user(Role.BILLER), at=local("2025-03-20 12:00"))
    entry = standing(ada)[1]
    claim = put_on_claim([entry])
    Session.objects.filter(pk=session.pk).update(status="partial", status_reason="Machine fault")
    capture_course(course_id=ada.course.pk)
    told = run("explain_charge", str(entry.pk))
    because = entry.because
    for part in (
        f"charge {entry.pk}: 77385 x 1 on 2025-03-04, professional claim",
        f"because rule {because['rule']}, {because['table']} row {because['row']}",
        f"source: {because['source']}",
        "site: prostate",
        f"earned by session {session.pk} of course {ada.course.pk}",
        "$845.00 = 1 x $845.00, Practice",
        "reversed by entry",
        "replaced by entry",
        f"on claim {claim.control_number}, line 1",
    ):
        assert part in told
    reversal = LedgerEntry.objects.get(reverses=entry)
    assert f"reverses entry {entry.pk}: Changed: modifiers none -> 52." in run("explain_charge", str(reversal.pk))
    assert "hold correction-to-send" in run("explain_charge", str(reversal.pk))
    for secret in (ada.patient.last_name, ada.patient.mrn):
        assert secret not in told


def test_a_plan_charge_is_explained_back_to_its_plan() -> None:
    practice_fees()
    ada = cast.ada()
    capture_course(course_id=ada.course.pk)
    assert f"earned by plan {ada.plan.pk}" in run("explain_charge", str(standing(ada)[0].pk))


def test_an_unknown_entry_is_refused_with_what_to_do() -> None:
    with pytest.raises(CommandError, match=r"There is no ledger entry 7\. The worklist shows"):
        run("explain_charge", "7")
