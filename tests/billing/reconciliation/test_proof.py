"""The proof: it agrees with a count by hand, and finds what was done behind the application's back."""

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import worklist
from billing.capture import capture_course
from billing.models import ExportRun, LedgerEntry, Proof, ProofGap
from billing.reconciliation.gaps import GapKind
from billing.reconciliation.grid import GridFilter, grid_courses, rows_of
from billing.reconciliation.proving import Proved, prove, prove_and_keep
from billing.submission import export_claims
from courses.models import Session
from patients.models import Encounter
from patients.roles import Role
from tests import cast, exports
from tests.captures import cancel, deliver, deliver_days, practice_fees, see_weekly, standing
from tests.cast import Treated, local, user

pytestmark = pytest.mark.django_db

LAST = date(2026, 12, 31)
NIGHT = local("2026-03-20 01:00")


def proof(**values: Any) -> Proved:
    return prove(to_on=LAST, **values)


def gaps() -> list[tuple[GapKind, int | None, int | None]]:
    """Kind, session and line of everything that does not agree."""
    return [(gap.kind, gap.session_id, gap.entry_id) for gap in proof().gaps]


@contextmanager
def behind_the_back() -> Iterator[Callable[..., None]]:
    """SQL as a database administrator types it, past every trigger and foreign key."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor.execute
        cursor.execute("SET session_replication_role = DEFAULT")


@contextmanager
def undone() -> Iterator[None]:
    """Take everything back in the end: what is left dangling would otherwise be refused."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def treated(fractions: int = 5) -> Treated:
    """Ada with so many fractions, delivered, seen and captured."""
    practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), fractions)
    see_weekly(ada)
    capture_course(course_id=ada.course.pk)
    return ada


def delivery(patient: Treated) -> list[LedgerEntry]:
    return [line for line in standing(patient) if line.family == "delivery"]


# --- what agrees --------------------------------------------------------------------------------------------------


def test_each_session_with_its_line_leaves_nothing_unreconciled() -> None:
    treated(6)
    found = proof()
    assert (found.sessions, found.lines, found.explained, found.gaps) == (6, 6, {}, ())


def test_aborted_resumed_and_inpatient_sessions_are_explained() -> None:
    practice_fees()
    boris = cast.boris()
    deliver(boris, "2025-05-05 08:00", status="aborted", status_reason="Machine down")
    partial = deliver(boris, "2025-05-06 08:00", number=1, status="partial", status_reason="Machine down")
    deliver(boris, "2025-05-06 09:00", number=None, resumes=partial)
    Encounter.objects.create(
        patient=boris.patient, facility=boris.course.facility, starts_on=date(2025, 5, 7), ends_on=date(2025, 5, 8),
        is_inpatient=True,
    )  # fmt: skip
    deliver(boris, "2025-05-07 08:00", number=2)
    capture_course(course_id=boris.course.pk)
    found = proof()
    assert (found.sessions, found.lines, found.gaps) == (3, 1, ())
    assert found.explained == {"resumed": 1, "inpatient-technical": 1}


def test_sessions_of_a_practice_without_technical_part_are_explained() -> None:
    practice_fees()
    ada = cast.ada(facility=cast._facility("Beam Physicians", setting="hospital", bills="professional", npi=""))
    deliver_days(ada, date(2025, 3, 4), 3)
    capture_course(course_id=ada.course.pk)
    assert (proof().explained, proof().gaps) == ({"no-technical-part": 3}, ())


def test_days_and_facility_narrow_what_is_proved() -> None:
    ada = treated(6)
    assert proof(from_on=date(2025, 3, 10)).sessions == 2
    assert proof(facility_id=cast.hospital().pk).sessions == 0
    assert proof(facility_id=ada.course.facility_id).lines == 6


def test_proof_is_one_statement_whatever_it_counts() -> None:
    treated(2)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        prove(to_on=LAST)
    assert len([one for one in asked if "WITH" in one["sql"]]) == 1


# --- sabotage -----------------------------------------------------------------------------------------------------


def test_session_deleted_in_sql_leaves_its_line_charged_and_not_treated() -> None:
    ada = treated()
    line = delivery(ada)[2]
    with undone():
        with behind_the_back() as sql:
            sql("DELETE FROM oncocharge_courses_fraction WHERE session_id = %s", [line.session_id])
            sql("DELETE FROM oncocharge_courses_session WHERE id = %s", [line.session_id])
        assert gaps() == [(GapKind.CHARGED_NOT_TREATED, line.session_id, line.pk)]
        assert proof().gaps[0].why == "Its session is no longer in the database."


def test_session_deleted_together_with_its_lines_is_known_from_its_history() -> None:
    ada = treated()
    line = delivery(ada)[2]
    of_session = "IN (SELECT id FROM oncocharge_billing_ledgerentry WHERE session_id = %s)"
    with behind_the_back() as sql:
        sql(f"DELETE FROM oncocharge_billing_waitingline WHERE entry_id {of_session}", [line.session_id])
        sql("DELETE FROM oncocharge_billing_ledgerentry WHERE session_id = %s", [line.session_id])
        sql("DELETE FROM oncocharge_courses_fraction WHERE session_id = %s", [line.session_id])
        sql("DELETE FROM oncocharge_courses_session WHERE id = %s", [line.session_id])
    assert gaps() == [(GapKind.VANISHED, line.session_id, None)]


def test_line_deleted_in_sql_leaves_its_session_treated_and_not_charged() -> None:
    ada = treated()
    line = delivery(ada)[1]
    with behind_the_back() as sql:
        sql("DELETE FROM oncocharge_billing_waitingline WHERE entry_id = %s", [line.pk])
        sql("DELETE FROM oncocharge_billing_ledgerentry WHERE id = %s", [line.pk])
    assert gaps() == [(GapKind.TREATED_NOT_CHARGED, line.session_id, None)]
    assert proof().gaps[0].why == "No finding says why."


def test_line_without_a_session_is_found() -> None:
    ada = treated()
    line = delivery(ada)[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO oncocharge_billing_ledgerentry (kind, course_id, line_key, generation, family, code,"
            " modifiers, service_on, units, claim_kind, place_of_service, amount, narrative, attachment, rule, because)"
            " SELECT kind, course_id, 'delivery/session:0/professional', 1, family, code, modifiers, service_on, units,"
            " claim_kind, place_of_service, amount, '', '', rule, because FROM oncocharge_billing_ledgerentry"
            " WHERE id = %s RETURNING id",
            [line.pk],
        )
        ((made,),) = cursor.fetchall()
    assert gaps() == [(GapKind.CHARGED_NOT_TREATED, None, made)]


def test_second_line_of_a_session_is_double_and_one_of_another_day_is_told() -> None:
    ada = treated()
    first, second, *_ = delivery(ada)
    with behind_the_back() as sql:
        sql("UPDATE oncocharge_billing_ledgerentry SET service_on = %s WHERE id = %s", [date(2025, 3, 1), first.pk])
    assert gaps() == [(GapKind.OTHER_DAY, first.session_id, first.pk)]
    with behind_the_back() as sql:
        sql(
            "UPDATE oncocharge_billing_ledgerentry SET service_on = %s, session_id = %s WHERE id = %s",
            [second.service_on, second.session_id, first.pk],
        )
    assert sorted(gaps()) == sorted(
        [(GapKind.DOUBLE, second.session_id, first.pk), (GapKind.TREATED_NOT_CHARGED, first.session_id, None)]
    )


def test_cancelled_session_stays_charged_until_its_capture() -> None:
    ada = treated()
    session = Session.objects.filter(course=ada.course).latest("starts_at")
    cancel(session)
    ((kind, number, _entry),) = gaps()
    assert (kind, number) == (GapKind.CHARGED_NOT_TREATED, session.pk)
    capture_course(course_id=ada.course.pk)
    assert gaps() == []


def test_session_whose_charges_cannot_be_derived_is_not_charged() -> None:
    ada = treated(1)
    session = deliver(ada, "2025-03-12 09:00", number=2)
    assert gaps() == [(GapKind.TREATED_NOT_CHARGED, session.pk, None)]
    assert "not derived yet" in proof().gaps[0].why


# --- on the way to the payer --------------------------------------------------------------------------------------


def released(patient: Treated) -> list[int]:
    """Release what may be released of the patient's lines."""
    ids = [line.pk for line in standing(patient, with_the_plan=True)]
    return list(worklist.release(entry_ids=ids, by=user(Role.BILLER), at=local("2025-03-25 12:00")).done)


def test_released_line_that_no_export_took_is_found() -> None:
    ada = treated()
    ids = released(ada)
    assert gaps() == []
    ExportRun.objects.create(started_at=NIGHT, finished_at=NIGHT, started_by="nightly")
    assert sorted(entry or 0 for kind, _session, entry in gaps() if kind is GapKind.NOT_EXPORTED) == sorted(ids)


def test_export_of_one_partner_by_command_says_nothing_of_other_lines() -> None:
    released(treated())
    ExportRun.objects.create(started_at=NIGHT, finished_at=NIGHT, started_by="command")
    assert gaps() == []


def test_exported_lines_are_reconciled_until_their_file_is_gone() -> None:
    ada = treated()
    ids = released(ada)
    exports.partner()
    assert export_claims(at=local("2025-03-26 01:00"), started_by="nightly").lines == len(ids) > 0
    assert gaps() == []
    with undone():
        with behind_the_back() as sql:
            sql("DELETE FROM oncocharge_billing_claimfilepart")
        assert {kind for kind, _session, _entry in gaps()} == {GapKind.IN_NO_FILE}
        with behind_the_back() as sql:
            sql("DELETE FROM oncocharge_billing_claimfile")
            sql("DELETE FROM oncocharge_billing_ledgerentry WHERE id = %s", [ids[0]])
        assert {kind for kind, _session, _entry in gaps()} >= {GapKind.IN_NO_FILE, GapKind.CLAIMED_NOT_CHARGED}


def test_line_that_fell_off_the_worklist_is_out_of_sight() -> None:
    line = delivery(treated())[0]
    with behind_the_back() as sql:
        sql("DELETE FROM oncocharge_billing_waitingline WHERE entry_id = %s", [line.pk])
    assert gaps() == [(GapKind.OUT_OF_SIGHT, line.session_id, line.pk)]


# --- kept ---------------------------------------------------------------------------------------------------------


def test_proof_is_kept_with_its_gaps_for_good() -> None:
    ada = treated()
    line = delivery(ada)[0]
    with behind_the_back() as sql:
        sql("DELETE FROM oncocharge_billing_waitingline WHERE entry_id = %s", [line.pk])
    kept = prove_and_keep(to_on=LAST, started_by="nightly")
    assert (kept.sessions, kept.lines, kept.unreconciled) == (5, 5, 1)
    gap = ProofGap.objects.get(proof=kept)
    assert (gap.kind, gap.entry_number, gap.course_number) == ("out-of-sight", line.pk, ada.course.pk)


def test_command_proves_and_fails_where_anything_is_unreconciled() -> None:
    ada = treated()
    said = io.StringIO()
    call_command("prove_reconciled", stdout=said)
    assert "unreconciled: 0" in said.getvalue()
    assert Proof.objects.get().started_by == "command"
    with behind_the_back() as sql:
        sql("DELETE FROM oncocharge_billing_waitingline WHERE entry_id = %s", [delivery(ada)[0].pk])
    with pytest.raises(CommandError, match="unreconciled: 1"):
        call_command("prove_reconciled", stdout=said)
    with pytest.raises(CommandError, match="is no day"):
        call_command("prove_reconciled", since="2026-13-01", stdout=said)


# --- by hand ------------------------------------------------------------------------------------------------------

VISITS = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from(("treated", "treated", "treated", "partial", "aborted")),
        st.sampled_from(("kept", "kept", "kept", "cancelled", "unsigned", "deleted", "line deleted", "resumes")),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda visit: visit[0],
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=VISITS)
def test_proof_grid_and_a_count_by_hand_agree(visits: list[tuple[int, str, str]]) -> None:
    """Any few days: treated or not, signed or not, sessions or lines deleted in SQL after the capture."""
    with undone():
        _assert_hand_count(visits)


@dataclass
class HandCount:
    """What a person with a pencil writes down of the visits, in order."""

    sessions: int = 0
    sabotaged: dict[int, tuple[str, str]] = field(default_factory=dict)
    """By session: what is deleted, and what then does not agree."""


def _deliver_and_count(ada: Treated, visits: list[tuple[int, str, str]]) -> HandCount:
    counted = HandCount()
    before: Session | None = None
    for offset, status, fate in sorted(visits):
        day = date(2025, 3, 4) + timedelta(days=offset)
        resumed = before if fate == "resumes" else None
        signature = {"signed_at": None, "signed_by": None} if fate == "unsigned" else {}
        session = deliver(
            ada, f"{day} 09:00", resumes=resumed, status=status,
            status_reason="" if status == "treated" else "Machine", **signature,
        )  # fmt: skip
        if fate == "cancelled":
            cancel(session)
        counts = status != "aborted" and fate not in ("unsigned", "cancelled")
        completes = resumed is not None and resumed.status == "partial"
        counted.sessions += counts and fate != "deleted"
        if counts and fate == "line deleted":
            counted.sabotaged[session.pk] = ("line", "treated-not-charged")
        elif counts and fate == "deleted":
            counted.sabotaged[session.pk] = ("session", "session-vanished" if completes else "charged-not-treated")
        before = session if counts and fate != "deleted" else None
    return counted


def _sabotage(counted: HandCount) -> None:
    delivered = "session_id = %s AND family = 'delivery'"
    with behind_the_back() as sql:
        for session, (what, _gap) in counted.sabotaged.items():
            if what == "session":
                sql("DELETE FROM oncocharge_courses_fraction WHERE session_id = %s", [session])
                sql("DELETE FROM oncocharge_courses_session WHERE id = %s", [session])
            else:
                ids = f"SELECT id FROM oncocharge_billing_ledgerentry WHERE {delivered}"
                sql(f"DELETE FROM oncocharge_billing_waitingline WHERE entry_id IN ({ids})", [session])
                sql(f"DELETE FROM oncocharge_billing_ledgerentry WHERE {delivered}", [session])


def _assert_hand_count(visits: list[tuple[int, str, str]]) -> None:
    practice_fees()
    ada = cast.ada()
    counted = _deliver_and_count(ada, visits)
    capture_course(course_id=ada.course.pk)
    _sabotage(counted)
    found = proof()
    expected = {session: gap for session, (_what, gap) in counted.sabotaged.items()}
    assert {gap.session_id: gap.kind.value for gap in found.gaps} == expected
    assert found.sessions == counted.sessions
    tally = Counter(expected.values())
    without_line = sum(found.explained.values()) + tally["treated-not-charged"]
    assert found.lines == counted.sessions - without_line + tally["charged-not-treated"]
    asked = GridFilter(first=date(2025, 3, 1), last=date(2025, 3, 31))
    gaps_of_grid = sum(row.cells.gaps for row in rows_of(grid_courses(asked), asked))
    assert gaps_of_grid == tally["treated-not-charged"] + tally["charged-not-treated"]
