"""What TA1, 999 and 277CA say: which interchange, group, set, claim and line was taken, and which was not and why."""

from datetime import date
from decimal import Decimal

from billing.x12.ack_277ca import ClaimAcknowledgment
from billing.x12.ack_999 import GroupAcknowledgment
from billing.x12.ack_ta1 import InterchangeAcknowledged
from billing.x12.outcomes import Outcome
from billing.x12.receipts import read_receipts
from tests.billing.x12.receipts import golden, noted, the_277ca, the_999, values_of


def ta1(story: str) -> InterchangeAcknowledged:
    """Return a golden TA1 that deviates in nothing."""
    (value,), deviations = values_of(golden(f"ta1/{story}"))
    assert deviations == []
    assert isinstance(value, InterchangeAcknowledged)
    return value


def group(story: str) -> GroupAcknowledgment:
    """Return a golden 999 that deviates in nothing."""
    value, deviations = the_999(golden(f"999/{story}"))
    assert deviations == []
    return value


def claims(story: str) -> ClaimAcknowledgment:
    """Return a golden 277CA that deviates in nothing."""
    value, deviations = the_277ca(golden(f"277ca/{story}"))
    assert deviations == []
    return value


# --- TA1 ------------------------------------------------------------------------------------------------------------


def test_a_ta1_names_our_interchange_and_takes_it() -> None:
    value = ta1("accepted")
    assert (value.control_number, value.written_on, value.written_time) == ("000000017", date(2026, 11, 22), "0100")
    assert (value.outcome, value.note_code, value.note) == (Outcome.ACCEPTED, "000", "No error.")


def test_a_ta1_rejects_an_interchange_sent_before() -> None:
    value = ta1("rejected_as_sent_before")
    assert value.outcome is Outcome.REJECTED
    assert value.note == "An interchange with this control number was received before."


def test_a_ta1_may_take_an_interchange_with_errors() -> None:
    assert ta1("accepted_with_errors").outcome is Outcome.ACCEPTED_WITH_ERRORS


def test_a_ta1_may_stand_before_a_999_in_one_interchange() -> None:
    values, deviations = values_of(golden("ta1/before_a_999_in_one_interchange"))
    assert deviations == []
    assert [type(value) for value in values] == [InterchangeAcknowledged, GroupAcknowledgment]


def test_a_code_that_no_guide_has_decides_nothing() -> None:
    (value,), deviations = values_of(golden("ta1/fault_unknown_code_and_no_date"))
    assert isinstance(value, InterchangeAcknowledged)
    assert (value.outcome, value.written_on, value.note) == (Outcome.UNKNOWN, None, "")
    assert noted(deviations) == [("not-a-date", "TA1", 2), ("unknown-code", "TA1", 4)]


# --- 999 ------------------------------------------------------------------------------------------------------------


def test_an_accepted_999_names_our_group_and_set() -> None:
    value = group("accepted")
    assert value.group == ("HC", "17", "005010X222A1")
    (one,) = value.sets
    assert (one.kind, one.control_number, one.outcome, one.faults) == ("837", "0001", Outcome.ACCEPTED, ())
    assert (value.closing.outcome, value.closing.included, value.closing.received, value.closing.accepted) == (
        Outcome.ACCEPTED, 1, 1, 1,
    )  # fmt: skip
    assert value.closing.is_complete


def test_a_rejected_set_says_which_element_of_which_claim() -> None:
    value = group("one_claim_without_place_of_service")
    taken, rejected = value.sets
    assert (taken.outcome, rejected.outcome, rejected.codes) == (Outcome.ACCEPTED, Outcome.REJECTED, ("5", "I5"))
    assert rejected.reasons == ("Segments of the set are in error.", "Segments of the set break the guide.")
    first, second = rejected.faults
    assert (first.segment, first.segment_position, first.loop, first.claim_number) == ("CLM", 22, "2300", "C000001")
    (element,) = first.elements
    assert (element.element, element.component, element.code, element.found) == (5, 1, "7", "ZZ")
    assert element.meaning == "The code is not in its code list."
    assert (second.meaning, second.claim_number) == ("A required segment is missing.", "C000001")
    trigger = second.contexts[1]
    assert trigger == ("SITUATIONAL TRIGGER", "", "CLM", 22, "2300", "5:3", "1325")
    assert value.closing.outcome is Outcome.PARTLY_ACCEPTED
    assert (value.closing.sets, value.closing.sets_accepted) == (2, 1)


def test_a_set_may_be_taken_with_errors() -> None:
    value = group("accepted_with_errors")
    (one,) = value.sets
    assert (one.outcome, value.closing.outcome) == (Outcome.ACCEPTED_WITH_ERRORS, Outcome.ACCEPTED_WITH_ERRORS)
    assert one.faults[0].elements[0].meaning == "The value does not have the form that the guide asks."
    assert one.faults[0].claim_number == ""


def test_a_group_may_be_rejected_without_naming_its_sets() -> None:
    value = group("group_rejected_as_duplicate")
    assert value.sets == ()
    assert (value.closing.outcome, value.closing.accepted) == (Outcome.REJECTED, 0)
    assert value.closing.reasons == ("A group with this control number is in the interchange already.",)


def test_a_set_without_an_end_is_neither_taken_nor_rejected() -> None:
    value, deviations = the_999(golden("999/fault_set_never_ended"))
    assert [one.outcome for one in value.sets] == [Outcome.UNKNOWN, Outcome.UNKNOWN]
    assert noted(deviations) == [("missing-trailer", "IK5", 0), ("unknown-code", "IK5", 1), ("wrong-total", "AK9", 4)]


def test_a_997_says_the_same_by_other_names() -> None:
    value, deviations = the_999(golden("999/as_997"))
    assert deviations == []
    ((fault,),) = (one.faults for one in value.sets)
    assert (fault.segment, fault.segment_position, fault.elements[0].found) == ("CLM", 22, "ZZ")
    assert value.closing.outcome is Outcome.REJECTED


# --- 277CA ----------------------------------------------------------------------------------------------------------


def test_a_payer_accepts_claims_and_gives_them_its_numbers() -> None:
    value = claims("both_claims_accepted_by_the_payer")
    assert [(claim.control_number, claim.payer_control_number, claim.outcome) for claim in value.claims] == [
        ("C000001", "1426325000001", "accepted"),
        ("C000002", "1426325000002", "accepted"),
    ]
    first = value.claims[0]
    assert (first.batch_id, first.is_from_payer) == ("B000017-0001", True)
    assert first.dates == (("472", date(2025, 11, 3), date(2025, 11, 7)),)
    assert first.patient is not None and first.patient.identifier == "1EG4TE5MK72"
    assert first.provider.entity is not None and first.provider.entity.identifier == "1245319599"
    assert (value.reference, value.written_on) == ("ACK000017", date(2026, 11, 22))
    assert (value.closing.claims, value.closing.rejected, value.closing.charged) == (2, 0, Decimal(4020))


def test_a_clearinghouse_rejects_one_claim_and_says_why_in_its_own_words() -> None:
    received, rejected = claims("one_claim_rejected_for_the_npi").claims
    assert (received.outcome, received.is_from_payer) == ("received", False)
    assert rejected.outcome == "rejected"
    (status,) = rejected.statuses
    assert (status.action, status.amount, status.on) == ("U", Decimal(670), date(2026, 11, 22))
    assert [(reason.category, reason.status, reason.entity) for reason in status.reasons] == [
        ("A7", "562", "82"),
        ("A7", "128", "85"),
        ("A8", "488", ""),
    ]
    assert status.reasons[0].meaning == "The claim was rejected: information is not valid. NPI of the entity."
    assert status.text == "ASK FOR THE NPI OF DR BEAM"


def test_two_claims_of_one_patient_may_stand_below_one_level() -> None:
    before, _, second = golden("277ca/one_claim_rejected_for_the_npi").partition(b"HL*5*")
    together = before + second[second.index(b"TRN*2*") :].replace(b"SE*36*", b"SE*34*")
    value, deviations = the_277ca(together)
    assert deviations == []
    assert [(claim.control_number, claim.outcome, claim.position) for claim in value.claims] == [
        ("C000001", "received", 26),
        ("C000002", "rejected", 32),
    ]
    assert [claim.references for claim in value.claims] == [(("D9", "CH0000001"),), (("D9", "CH0000002"),)]
    assert value.claims[0].patient == value.claims[1].patient


def test_totals_of_the_batch_and_of_the_provider_are_read() -> None:
    receiver, provider = claims("one_claim_rejected_for_the_npi").levels
    assert receiver.totals == provider.totals == (Decimal(1), Decimal(1), Decimal(3350), Decimal(670))


def test_a_rejected_line_names_our_line_and_its_claim_is_rejected() -> None:
    (claim,) = claims("one_line_rejected_for_its_modifier").claims
    (line,) = claim.services
    assert claim.outcome == "rejected"
    assert (line.control_number, line.procedure.code, line.procedure.modifiers) == ("L000002", "77386", ("76",))
    assert (line.charge, line.units, line.is_rejected) == (Decimal(670), Decimal(1), True)
    assert line.statuses[0].reasons[0].meaning.endswith("Procedure modifiers.")
    assert line.dates == (("472", date(2025, 11, 5), date(2025, 11, 5)),)


def test_a_batch_rejected_whole_names_no_claim_but_the_batch() -> None:
    value = claims("batch_rejected_whole")
    assert value.claims == ()
    (level,) = value.closing.rejected_levels
    assert (level.trace_number, level.totals.rejected) == ("B000017-0001", Decimal(2))
    assert level.statuses[0].reasons[0].status == "746"


def test_wrong_totals_parents_and_days_are_noted_and_the_claim_is_read() -> None:
    value, deviations = the_277ca(golden("277ca/fault_totals_and_parents"))
    assert [(claim.control_number, claim.outcome) for claim in value.claims] == [("C000001", "rejected")]
    assert noted(deviations) == [
        ("unknown-segment", "QTY", 0),
        ("wrong-parent", "HL", 2),
        ("not-a-date", "DTP", 3),
        ("wrong-total", "QTY", 2),
        ("wrong-total", "AMT", 2),
    ]


def test_a_status_that_is_in_no_table_is_shown_as_it_is() -> None:
    text = golden("277ca/one_claim_rejected_for_the_npi").replace(b"A7:562:82", b"A9:99999")
    value, _ = the_277ca(text)
    reason = value.claims[1].statuses[0].reasons[0]
    assert (reason.outcome, reason.meaning) == ("unknown", "A9 99999")
    assert value.claims[1].outcome == "rejected"  # its action says so


# --- the door -------------------------------------------------------------------------------------------------------


def test_the_door_gives_each_transaction_its_reading() -> None:
    files = [golden("ta1/before_a_999_in_one_interchange"), golden("277ca/batch_rejected_whole"),
             golden("835/ada_week_of_imrt_paid")]  # fmt: skip
    kinds = []
    for receipt in read_receipts(b"".join(files), lambda deviation: None):
        kinds.append((receipt.transaction.kind, type(receipt.reading).__name__))
    assert kinds == [
        ("TA1", "InterchangeAcknowledgmentReader"),
        ("999", "GroupAcknowledgmentReader"),
        ("277", "ClaimAcknowledgmentReader"),
        ("835", "RemittanceReader"),
    ]


def test_a_transaction_that_no_reader_knows_is_kept_segment_by_segment() -> None:
    text = golden("999/accepted").replace(b"ST*999*", b"ST*824*")
    found: list[tuple[str, str]] = []
    assert list(read_receipts(text, lambda deviation: found.append((deviation.code, deviation.found)))) == []
    assert found == [
        ("unknown-transaction", "824"),
        ("unread-segment", "AK1*HC*17*005010X222A1"),
        ("unread-segment", "AK2*837*0001*005010X222A1"),
        ("unread-segment", "IK5*A"),
        ("unread-segment", "AK9*A*1*1*1"),
    ]


def test_another_guide_is_noted_and_read_all_the_same() -> None:
    text = golden("835/ada_week_of_imrt_paid").replace(b"005010X221A1", b"004010X091A1")
    found = []
    claims_read = 0
    for receipt in read_receipts(text, lambda deviation: found.append((deviation.code, deviation.found))):
        claims_read += sum(1 for _ in receipt.reading)
    assert (claims_read, found) == (1, [("other-guide", "004010X091A1")])
