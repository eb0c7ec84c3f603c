"""Which beams are one session, and how that session ended. No database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from courses.adapters.dicom_sessions import Delivery, Piece, Sitting, earlier_delivery, gather, judge
from courses.terms import SessionStatus

PLAN = 1
ALL_FOUR: dict[Delivery, frozenset[int]] = {(PLAN, 2): frozenset({1, 2, 3, 4})}


def piece(  # a test names what differs
    beam: int, at: str = "09:10", *, given: float | None = 100, fraction: int | None = 2, status: str = "NORMAL",
    record: str = "", kind: str = "TREATMENT", plan: int = PLAN, session_uid: str = "", machine: str = "TrueBeam 1",
    radiation: str = "PHOTON", verification: str = "VERIFIED",
) -> Piece:  # fmt: skip
    begins_at = datetime.fromisoformat(f"2026-01-06T{at}:00").replace(tzinfo=UTC)
    return Piece(
        record_uid=record or f"{plan}-{fraction}-{at}-{beam}", position=beam, plan=plan, fraction=fraction, beam=beam,
        session_uid=session_uid, machine=machine, delivery_type=kind, radiation=radiation, begins_at=begins_at,
        ends_at=begins_at + timedelta(minutes=1), specified=Decimal(100),
        delivered=None if given is None else Decimal(str(given)), termination=status,
        termination_code="MLC INTLK" if status == "MACHINE" else "", verification=verification,
    )  # fmt: skip


def four(at: str = "09:10", fraction: int = 2, plan: int = PLAN) -> list[Piece]:
    return [piece(beam, at, fraction=fraction, plan=plan) for beam in (1, 2, 3, 4)]


# --- which beams are one sitting ------------------------------------------------------------------------------------


def test_one_record_a_beam_and_one_a_session_give_the_same_sitting() -> None:
    one_a_beam = gather([piece(1, "09:10"), piece(2, "09:14"), piece(3, "09:18"), piece(4, "09:22")])
    one_a_session = gather([piece(beam, "09:10", record="all") for beam in (1, 2, 3, 4)])
    assert len(one_a_beam) == len(one_a_session) == 1


def test_twice_a_day_is_two_sittings() -> None:
    sittings = gather([*four("14:30", fraction=4), *four("08:00", fraction=3)])
    assert [sitting.deliveries for sitting in sittings] == [((PLAN, 3),), ((PLAN, 4),)]


def test_two_fractions_of_a_plan_back_to_back_are_two_sittings() -> None:
    assert len(gather([*four("09:10", fraction=3), *four("09:20", fraction=4)])) == 2


def test_two_plans_one_after_the_other_are_one_sitting() -> None:
    (sitting,) = gather([*four("09:10", plan=1), *four("09:20", plan=2)])
    assert sitting.deliveries == ((1, 2), (2, 2))


def test_two_plans_on_two_machines_are_two_sittings() -> None:
    assert len(gather([piece(1, plan=1), piece(1, plan=2, machine="TrueBeam 2")])) == 2


def test_treatment_session_uid_decides_over_the_clock() -> None:
    apart = [piece(1, "09:10", session_uid="1.2"), piece(2, "10:30", session_uid="1.2")]
    close = [piece(1, "09:10", session_uid="1.2"), piece(2, "09:14", session_uid="1.3")]
    assert (len(gather(apart)), len(gather(close))) == (1, 2)


def test_beam_that_arrives_late_joins_the_sitting_that_stands() -> None:
    (stands,) = gather([piece(1), piece(2)])
    stands.session = 7
    (sitting,) = gather([piece(3, "09:20")], [stands])
    assert sitting.session == 7
    assert len(sitting.pieces) == 3


# --- how it ended -----------------------------------------------------------------------------------------------------


def judged(pieces: list[Piece], before: list[Piece] | None = None) -> tuple[SessionStatus, str, str]:
    verdict = judge(Sitting(pieces), before or [], ALL_FOUR)
    return verdict.status, verdict.reason, verdict.doubt


def test_all_beams_whole_is_treated() -> None:
    assert judged(four()) == (SessionStatus.TREATED, "", "")


def test_machine_that_stopped_the_last_beam_leaves_a_partial_session_with_its_reason() -> None:
    interrupted = [*four()[:3], piece(4, given=40, status="MACHINE")]
    assert judged(interrupted) == (
        SessionStatus.PARTIAL,
        "Machine record: beam 4 stopped by machine (MLC INTLK)",
        "",
    )


def test_continuation_that_gives_the_rest_completes_the_fraction() -> None:
    interrupted = [*four()[:3], piece(4, given=40, status="MACHINE")]
    rest = [piece(4, "09:45", given=60, kind="CONTINUATION")]
    assert judged(rest, interrupted) == (SessionStatus.TREATED, "", "")


def test_continuation_that_was_stopped_again_is_partial() -> None:
    interrupted = [*four()[:3], piece(4, given=40, status="MACHINE")]
    again = [piece(4, "09:45", given=30, kind="CONTINUATION", status="OPERATOR")]
    assert judged(again, interrupted)[0] is SessionStatus.PARTIAL


def test_beams_not_begun_after_a_stop_are_no_doubt() -> None:
    assert judged([piece(1), piece(2, given=10, status="OPERATOR")]) == (
        SessionStatus.PARTIAL,
        "Machine record: beam 2 stopped by operator",
        "",
    )


def test_no_monitor_unit_at_all_is_aborted() -> None:
    assert judged([piece(1, given=0, status="OPERATOR")])[0] is SessionStatus.ABORTED


def test_last_beam_with_nothing_leaves_a_partial_session() -> None:
    assert judged([*four()[:3], piece(4, given=0, status="OPERATOR")])[0] is SessionStatus.PARTIAL


def test_unknown_ending_waits_for_a_person_and_is_proposed_as_partial() -> None:
    status, reason, doubt = judged([*four()[:3], piece(4, given=99, status="UNKNOWN")])
    assert status is SessionStatus.PARTIAL
    assert doubt == "beam 4 ended UNKNOWN, 99 of 100 MU"
    assert doubt in reason


def test_stop_with_all_of_the_meterset_waits_for_a_person() -> None:
    assert judged([*four()[:3], piece(4, status="OPERATOR")])[2] == "beam 4 ended OPERATOR, 100 of 100 MU"


def test_normal_ending_with_part_of_the_meterset_waits_for_a_person() -> None:
    assert judged([*four()[:3], piece(4, given=60)])[2] == "beam 4 ended NORMAL, 60 of 100 MU"


def test_meterset_within_one_percent_is_whole() -> None:
    assert judged([*four()[:3], piece(4, given=99)])[0] is SessionStatus.TREATED
    assert judged([*four()[:3], piece(4, given=98.9)])[0] is SessionStatus.PARTIAL


def test_beams_of_the_plan_without_a_record_yet_are_waited_for() -> None:
    status, _, doubt = judged(four()[:2])
    assert (status, doubt) == (SessionStatus.PARTIAL, "no record of beam 3, 4 yet")


def test_normal_ending_without_metersets_is_whole_and_a_stop_without_them_in_doubt() -> None:
    assert judged([*four()[:3], piece(4, given=None)])[0] is SessionStatus.TREATED
    assert judged([*four()[:3], piece(4, given=None, status="MACHINE")])[2] == "beam 4 ended MACHINE"


def test_photons_and_electrons_in_one_sitting_are_mixed() -> None:
    assert judge(Sitting([piece(1), piece(2, radiation="ELECTRON")]), [], {}).mixes_electrons
    assert not judge(Sitting(four()), [], {}).mixes_electrons


def test_override_is_noted_and_changes_nothing() -> None:
    verdict = judge(Sitting([piece(1, verification="VERIFIED_OVR")]), [], {})
    assert (verdict.is_overridden, verdict.status) == (True, SessionStatus.TREATED)


# --- delivered twice --------------------------------------------------------------------------------------------------


def test_beam_of_a_fraction_given_in_full_cannot_be_given_again() -> None:
    (first,) = four()[:1]
    again = piece(1, "11:00")
    assert earlier_delivery(again, [first]) is first


def test_parts_of_a_beam_are_no_second_delivery_until_they_exceed_the_whole() -> None:
    part = piece(4, given=40, status="MACHINE")
    assert earlier_delivery(piece(4, "09:45", given=60), [part]) is None
    assert earlier_delivery(piece(4, "09:45", given=62), [part]) is part


def test_same_beam_of_the_next_fraction_is_no_second_delivery() -> None:
    assert earlier_delivery(piece(1, fraction=3), four()) is None


def test_without_metersets_only_a_continuation_may_follow() -> None:
    first = piece(1, given=None)
    assert earlier_delivery(piece(1, "09:45", given=None), [first]) is first
    assert earlier_delivery(piece(1, "09:45", given=None, kind="CONTINUATION"), [first]) is None
