"""What a remittance says: of the payment, of each claim and line, of what is adjusted outside of claims."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from billing.x12.codes import provider_reason_meaning, reason_meaning, remark_meaning
from billing.x12.reading import InboundFile
from billing.x12.remit_835 import Balance, Procedure, Remittance, RemittanceReader, read_835
from tests.billing.x12.receipts import golden, noted, the_remittance, values_of


def remittance(story: str) -> Remittance:
    """Return a golden remittance that deviates in nothing."""
    value, deviations = the_remittance(golden(f"835/{story}"))
    assert deviations == []
    return value


def test_a_payment_says_how_much_when_how_and_by_which_number() -> None:
    payment = remittance("ada_week_of_imrt_paid").payment
    assert (payment.amount, payment.is_credit, payment.method) == (Decimal("1920"), True, "ACH")
    assert (payment.paid_on, payment.produced_on) == (date(2026, 11, 20), date(2026, 11, 20))
    assert (payment.trace_number, payment.payer_identifier) == ("EFT0001", "1512345678")
    assert payment.payee_account == "7654321"


def test_payer_and_payee_keep_their_own_references_and_contacts() -> None:
    payment = remittance("ada_week_of_imrt_paid").payment
    assert (payment.payer.name, payment.payer.city, payment.payer.zip_code) == ("MEDICARE PART B", "BOSTON", "02110")
    assert payment.payer.references == (("2U", "14212"),)
    assert payment.payer.contacts == (("BL", "PROVIDER SERVICE", (("TE", "6175550111"),)),)
    assert (payment.payee.name, payment.payee.id_qualifier, payment.payee.identifier) == (
        "HARBOR RADIATION ONCOLOGY",
        "XX",
        "1245319599",
    )
    assert payment.payee.references == (("TJ", "123456789"),)
    assert payment.references == (("EV", "HARBOR01"),)


def test_each_session_of_a_week_is_paid_on_its_own_line() -> None:
    (claim,) = remittance("ada_week_of_imrt_paid").claims
    assert [line.control_number for line in claim.services] == [f"L00000{n}" for n in range(1, 6)]
    assert [line.served_on for line in claim.services] == [date(2025, 11, day) for day in range(3, 8)]
    first = claim.services[0]
    assert first.procedure == Procedure("HC", "77386")
    assert (first.charge, first.paid, first.units, first.allowed) == tuple(map(Decimal, ("670", "384", "1", "480")))
    assert first.adjustments == (("CO", "45", Decimal("190"), None), ("PR", "2", Decimal("96"), None))
    assert first.balance == Balance(Decimal("384"), Decimal("384"))


def test_a_claim_says_what_the_patient_owes_and_the_payers_number() -> None:
    (claim,) = remittance("ada_week_of_imrt_paid").claims
    assert (claim.control_number, claim.payer_control_number) == ("C000001", "1426325000001")
    assert (claim.charge, claim.paid, claim.patient_responsibility) == tuple(map(Decimal, ("3350", "1920", "480")))
    assert (claim.status, claim.filing_indicator, claim.facility_type, claim.frequency) == ("1", "MB", "11", "1")
    assert claim.remarks == ("MA01",)
    assert claim.references == (("EA", "A-1001"),)
    assert claim.group.number == "1"


def test_a_day_without_authorization_carries_its_reason_and_remarks() -> None:
    (claim,) = remittance("boris_second_day_without_authorization").claims
    denied = [line for line in claim.services if not line.paid]
    assert [line.control_number for line in denied] == ["L000003", "L000004"]
    assert [[cas.reason for cas in line.adjustments] for line in denied] == [["197"], ["197"]]
    assert [[remark.code for remark in line.remarks] for line in denied] == [["N706", "M127"]] * 2
    assert reason_meaning("197") == "Authorization or notification is missing."
    assert remark_meaning("N706") == "Documents are missing."
    assert denied[1].procedure.modifiers == ("76",)
    assert not claim.is_denied


def test_a_claim_denied_whole_pays_nothing_and_balances() -> None:
    value = remittance("clara_plan_denied_as_not_necessary")
    (claim,) = value.claims
    assert claim.is_denied
    assert (value.payment.amount, value.payment.method) == (Decimal(0), "NON")
    assert claim.balance == Balance(Decimal(0), Decimal(0))
    patient, insured = claim.person("QC"), claim.person("IL")
    assert patient is not None and patient.first_name == "CLARA"
    assert insured is not None and insured.identifier == "BM0005678"
    assert claim.person("74") is None
    assert value.closing.may_be_posted


def test_a_reversal_is_negative_and_its_correction_follows() -> None:
    value = remittance("dora_payment_reversed_and_corrected")
    reversal, correction = value.claims
    assert reversal.is_reversal and not correction.is_reversal
    assert (reversal.paid, correction.paid, value.payment.amount) == tuple(map(Decimal, ("-384", "480", "96")))
    assert reversal.balance.is_even
    assert reversal.services[0].units == Decimal(-1)
    assert value.closing.may_be_posted


def test_takeback_interest_and_carried_balance_lower_or_raise_the_payment() -> None:
    closing = remittance("takeback_interest_and_balance_forward").closing
    assert [(plb.reason, plb.reference, plb.amount) for plb in closing.provider_adjustments] == [
        ("WO", "1426325000900", Decimal("384")),
        ("L6", "", Decimal("-4.25")),
        ("FB", "1426325000901", Decimal("40")),
    ]
    assert {plb.fiscal_year_end for plb in closing.provider_adjustments} == {date(2026, 12, 31)}
    assert provider_reason_meaning("WO") == "Overpayment taken back."
    assert (closing.claims_paid, closing.adjusted_outside) == (Decimal("1920"), Decimal("419.75"))
    assert closing.balance == Balance(Decimal("1500.25"), Decimal("1500.25"))
    assert closing.may_be_posted


def test_all_six_reasons_of_one_group_are_read_with_their_units() -> None:
    ((line,),) = (claim.services for claim in remittance("secondary_payer_with_six_reasons").claims)
    contract = [cas for cas in line.adjustments if cas.group == "CO"]
    assert [(cas.reason, cas.amount, cas.quantity) for cas in contract] == [
        ("45", Decimal(100), Decimal(1)),
        ("59", Decimal(50), Decimal(1)),
        ("253", Decimal(15), Decimal(1)),
        ("131", Decimal(10), Decimal(1)),
        ("237", Decimal(10), Decimal(1)),
        ("44", Decimal(5), Decimal(1)),
    ]
    assert line.balance.is_even


def test_a_forwarded_claim_names_the_next_payer_and_the_corrected_name() -> None:
    (claim,) = remittance("medicare_paid_and_forwarded").claims
    crossover, corrected = claim.person("TT"), claim.person("74")
    assert claim.is_forwarded
    assert claim.remarks == ("MA18", "N89")
    assert crossover is not None and (crossover.last_name, crossover.is_organization) == ("GRANITE SUPPLEMENT", True)
    assert corrected is not None and corrected.last_name == "ARCHER-REED"


def test_a_payer_that_recodes_says_what_was_sent() -> None:
    ((line,),) = (claim.services for claim in remittance("payer_recodes_and_gives_no_line_number").claims)
    assert line.procedure == Procedure("HC", "77385")
    assert line.submitted_procedure == Procedure("HC", "77386", ("76",))
    assert (line.units, line.submitted_units, line.control_number) == (Decimal(1), Decimal(2), "")


def test_a_hospital_claim_without_lines_balances_by_its_own_adjustments() -> None:
    (claim,) = remittance("hospital_claim_level_only").claims
    assert claim.services == ()
    assert claim.adjusted == Decimal(800)
    assert claim.balance.is_even
    (moa,) = claim.adjudications
    assert (moa.remarks, moa.amounts) == (("MA01",), ((1, Decimal("0.6")),))
    assert claim.amounts == (("AU", Decimal(1700)),)
    assert claim.quantities == (("CA", Decimal(1)),)
    assert [summary[0] for summary in claim.group.summaries] == ["TS3"]


def test_several_payments_of_one_file_stay_apart() -> None:
    values, deviations = values_of(golden("835/two_payers_in_one_file"))
    assert deviations == []
    remittances = [value for value in values if isinstance(value, Remittance)]
    assert [value.payment.trace_number for value in remittances] == ["EFT0004", "CHK88003", "NOPAY0007"]
    assert all(value.closing.may_be_posted for value in remittances)


# --- what does not balance ------------------------------------------------------------------------------------------


def test_a_payment_that_is_not_the_sum_of_its_claims_may_not_be_posted() -> None:
    value, deviations = the_remittance(golden("835/fault_payment_is_not_the_sum"))
    assert deviations == []
    assert value.closing.balance.difference == Decimal(1)
    assert not value.closing.may_be_posted


def test_a_line_that_does_not_balance_says_by_how_much() -> None:
    value, _ = the_remittance(golden("835/fault_line_does_not_balance"))
    assert [line.balance.difference for line in value.claims[0].services] == [Decimal(1), 0, 0, 0, 0]
    assert value.claims[0].balance.difference == Decimal(1)
    assert (value.closing.uneven_services, value.closing.uneven_claims) == (1, 1)
    assert value.closing.balance.is_even
    assert not value.closing.may_be_posted


def test_an_amount_that_is_no_number_is_noted_and_holds_the_payment() -> None:
    value, deviations = the_remittance(golden("835/fault_amount_is_no_number"))
    assert noted(deviations) == [("not-a-number", "CAS", 3)]
    assert deviations[0].found == "9O"
    assert (value.closing.unreadable, value.closing.may_be_posted) == (1, False)


def test_a_file_cut_in_an_amount_gives_what_stood_before_and_may_not_be_posted() -> None:
    text = golden("835/fault_cut_in_an_amount")
    value, deviations = the_remittance(text)
    assert [line.control_number for line in value.claims[0].services] == ["L000001", "L000002", "L000003"]
    assert noted(deviations) == [
        ("unterminated", "SVC", 0),
        ("missing-trailer", "SE", 0),
        ("missing-trailer", "GE", 0),
        ("missing-trailer", "IEA", 0),
    ]
    assert deviations[0].found == text.decode().rsplit("~", 1)[1]
    assert not value.closing.is_complete
    assert not value.closing.may_be_posted


def test_a_facilitys_printed_totals_are_compared_with_its_claims() -> None:
    text = golden("835/hospital_claim_level_only").replace(b"*20261231*1*2000~", b"*20261231*2*2500~")
    _, deviations = the_remittance(text)
    assert [(found.code, found.element, found.found, found.expected) for found in deviations] == [
        ("wrong-total", 4, "2", "1"),
        ("wrong-total", 5, "2500", "2000"),
    ]


def test_a_remittance_whose_claims_were_not_asked_for_is_not_complete() -> None:
    transactions = []
    for transaction in InboundFile(golden("835/ada_week_of_imrt_paid"), lambda deviation: None):
        transactions.append(RemittanceReader(transaction))
    (left_behind,) = transactions
    assert list(left_behind) == []
    assert not left_behind.closing.is_complete
    assert not left_behind.closing.may_be_posted


@pytest.mark.parametrize(
    ("segment", "code"),
    [
        ("SVC*HC:77386*670*384", "misplaced-segment"),
        ("CAS*CO*45*1", "misplaced-segment"),
        ("DTM*472*20251105", "misplaced-segment"),
        ("REF*6R*L1", "misplaced-segment"),
        ("AMT*B6*1", "misplaced-segment"),
        ("QTY*CA*1", "misplaced-segment"),
        ("LQ*HE*N1", "misplaced-segment"),
        ("MOA***MA01", "misplaced-segment"),
        ("NM1*QC*1*DOE", "misplaced-segment"),
        ("ZZZ*1", "unknown-segment"),
    ],
)
def test_a_segment_of_a_claim_before_any_claim_is_kept_whole(segment: str, code: str) -> None:
    text = golden("835/ada_week_of_imrt_paid").replace(b"LX*1~", f"LX*1~{segment}~".encode())
    _, deviations = the_remittance(text)
    assert [(found.code, found.found) for found in deviations[:1]] == [(code, segment)]


def test_a_name_after_the_service_lines_is_read_all_the_same() -> None:
    text = golden("835/clara_plan_denied_as_not_necessary").replace(b"LQ*HE*N115~", b"LQ*HE*N115~NM1*82*1*BEAM*ANN~")
    value, deviations = the_remittance(text)
    assert value.claims[0].person("82") is not None
    assert ("out-of-order", "NM1", 0) in noted(deviations)


def test_elements_beyond_those_of_the_guide_are_kept() -> None:
    text = golden("835/clara_plan_denied_as_not_necessary").replace(b"LQ*HE*N115~", b"LQ*HE*N115*MORE*STILL~")
    _, deviations = the_remittance(text)
    assert [(found.code, found.element, found.found) for found in deviations] == [("extra-elements", 3, "MORE*STILL")]


def test_a_second_payer_in_one_remittance_is_kept_and_the_first_stands() -> None:
    text = golden("835/ada_week_of_imrt_paid").replace(b"N1*PE*", b"N1*PR*ANOTHER PAYER~N1*PE*")
    value, deviations = the_remittance(text)
    assert value.payment.payer.name == "MEDICARE PART B"
    assert deviations[0].found == "N1*PR*ANOTHER PAYER"


def test_a_composite_joined_by_another_sign_is_read_and_noted() -> None:
    text = golden("835/clara_plan_denied_as_not_necessary").replace(b"HC:77301", b"HC>77301>26")
    value, deviations = the_remittance(text)
    assert value.claims[0].services[0].procedure == Procedure("HC", "77301", ("26",))
    assert noted(deviations) == [("other-component-separator", "SVC", 1)]


def test_reading_whole_and_claim_by_claim_give_the_same() -> None:
    source = golden("835/dora_payment_reversed_and_corrected")
    (whole,) = [read_835(transaction) for transaction in InboundFile(source, lambda deviation: None)]
    for transaction in InboundFile(source, lambda deviation: None):
        reader = RemittanceReader(transaction)
        assert (reader.payment, tuple(reader), reader.closing) == whole


def test_a_remittance_that_lost_a_denied_claim_promises_more_than_was_read() -> None:
    text = golden("835/boris_second_day_without_authorization")
    start = text.index(b"SVC*HC:77386:76*670*0**0~")
    value, deviations = the_remittance(text[:start] + text[text.index(b"SE*") :])
    assert value.closing.balance.is_even
    assert (value.closing.lost_segments, value.closing.may_be_posted) == (6, False)
    assert noted(deviations) == [("wrong-count", "SE", 1)]


def test_claims_are_given_before_the_file_is_read_to_its_end() -> None:
    head, claim, rest = golden("835/payer_recodes_and_gives_no_line_number").partition(b"CLP*")
    body, trailers = rest.split(b"SE*")
    taken = []

    def pieces() -> Iterator[bytes]:
        yield head
        for number in range(2000):
            taken.append(number)
            yield claim + body
        yield b"SE*" + trailers

    furthest = 0
    for transaction in InboundFile(pieces(), lambda deviation: None):
        for read, _ in enumerate(RemittanceReader(transaction)):
            furthest = max(furthest, len(taken) - read)
    assert len(taken) == 2000
    assert furthest < 10
