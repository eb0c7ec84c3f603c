"""Prices out of Medicare's own files: facility and not, by locality, hospital rates; and what has no price, and why."""

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.capture import capture_course, sweep
from billing.cms.kinds import FileKind
from billing.fees.computing import Computed, Recipe, compute, conversion_factor_of, files_of, localities, told
from billing.models import FeeDraft, FeeSchedule, Gpci, OppsRate, ReferenceFile, RelativeValue
from billing.reference import Wanted, load_code_files
from patients.roles import Role
from tests import cast
from tests.captures import deliver, standing
from tests.cast import user
from tests.code_files import write_whole

pytestmark = pytest.mark.django_db

JULY = date(2026, 7, 1)
FACTOR = Decimal("33.4009")


def a_file(kind: FileKind, name: str, since: date = JULY) -> ReferenceFile:
    return ReferenceFile.objects.create(
        kind=kind, effective_from=since, name=name, sha256=f"{ReferenceFile.objects.count():064x}", byte_count=1,
        row_count=1, loaded_by="test",
    )  # fmt: skip


def a_value(
    file: ReferenceFile, code: str, modifier: str = "", work: str = "0", office: str = "0", *, facility: str = "NA",
    malpractice: str = "0", status: str = "A", pc_tc: str = "1", factor: Decimal | None = FACTOR,
) -> RelativeValue:  # fmt: skip
    """A row of the relative values; "NA" where the code is not done in a facility."""
    expense = Decimal(0) if facility == "NA" else Decimal(facility)
    total = Decimal(work) + Decimal(malpractice)
    return RelativeValue.objects.create(
        file=file, line=RelativeValue.objects.count() + 11, code=code, modifier=modifier, status=status,
        work=Decimal(work), pe_non_facility=Decimal(office), na_non_facility=False, pe_facility=expense,
        na_facility=facility == "NA", malpractice=Decimal(malpractice), total_non_facility=total + Decimal(office),
        total_facility=total + expense, pc_tc=pc_tc, conversion_factor=factor,
    )  # fmt: skip


@pytest.fixture
def values() -> ReferenceFile:
    """A plan that splits, a technical check, a professional week, and codes without a price."""
    file = a_file(FileKind.RELATIVE_VALUES, "PPRRVU2026_Jul_nonQPP.csv")
    a_value(file, "77301", "", "8.00", "40.00", malpractice="0.50")
    a_value(file, "77301", "26", "8.00", "4.00", facility="4.00", malpractice="0.40")
    a_value(file, "77301", "TC", "0", "36.00", malpractice="0.10")
    a_value(file, "77336", "", "0", "3.00", pc_tc="3")
    a_value(file, "77427", "", "3.50", "2.00", facility="2.00", malpractice="0.20", pc_tc="2")
    a_value(file, "77385", status="I", pc_tc="9")
    a_value(file, "77499", status="C")
    a_value(file, "77370", status="A", pc_tc="3")
    return file


@pytest.fixture
def boston() -> Gpci:
    return Gpci.objects.create(
        file=a_file(FileKind.GPCI, "GPCI2026.csv", date(2026, 1, 1)), line=4, mac="14212", state="MA", locality="01",
        name="METROPOLITAN BOSTON", work=Decimal("1.050"), pe=Decimal("1.200"), mp=Decimal("0.800"),
    )  # fmt: skip


@pytest.fixture
def rates() -> ReferenceFile:
    file = a_file(FileKind.OPPS_RATES, "July 2026 Addendum B.csv")
    for line, (code, status, apc, rate) in enumerate(
        [("77301", "S", "5613", "1400.00"), ("77336", "S", "5611", "130.00"), ("77385", "S", "5623", "560.00"),
         ("77370", "N", "", None), ("77427", "B", "", None)]
    ):  # fmt: skip
        OppsRate.objects.create(
            file=file, line=line + 6, code=code, status_indicator=status, apc=apc,
            payment_rate=None if rate is None else Decimal(rate),
        )  # fmt: skip
    return file


CODES = ("77301", "77336", "77427", "77385", "77499", "77370", "77014")


def amounts(found: Computed) -> dict[str, str]:
    return {price.written: str(price.amount) for price in found.prices}


def test_a_freestanding_schedule_has_the_bare_code_and_both_parts(values: ReferenceFile) -> None:
    """77301: (8.00 + 40.00 + 0.50) x 33.4009 = 1619.94; -26: 12.40 -> 414.17; -TC: 36.10 -> 1205.77."""
    found = compute(Recipe(values=values, rates=None, codes=CODES, effective_from=JULY))
    assert amounts(found) == {
        "77301": "1619.94", "77301-26": "414.17", "77301-TC": "1205.77", "77336": "100.20", "77427": "190.39",
    }  # fmt: skip
    assert {price.effective_from for price in found.prices} == {JULY}


def test_what_has_no_price_is_named_with_the_reason_and_never_priced_at_zero(values: ReferenceFile) -> None:
    found = compute(Recipe(values=values, rates=None, codes=CODES, effective_from=JULY))
    assert sorted(found.left_out) == [
        "77014: in none of the chosen files",
        "77370: no relative values",
        "77385: status I, not valid for Medicare",
        "77499: status C, priced by the contractor",
    ]


def test_in_a_facility_only_what_is_done_there_has_a_price(values: ReferenceFile) -> None:
    found = compute(Recipe(values=values, rates=None, codes=("77301", "77427"), effective_from=JULY, is_facility=True))
    assert amounts(found) == {"77301-26": "414.17", "77427": "190.39"}
    assert found.left_out == ["77301: not done in a facility (NA)", "77301-TC: not done in a facility (NA)"]


def test_a_locality_weighs_each_value_and_a_percentage_is_taken_of_what_it_pays(
    values: ReferenceFile, boston: Gpci
) -> None:
    """77427: 3.50 x 1.050 + 2.00 x 1.200 + 0.20 x 0.800 = 6.235; x 33.4009 = 208.25; 125% = 260.31."""
    recipe = Recipe(
        values=values, rates=None, codes=("77427",), effective_from=JULY, locality=boston, percent=Decimal(125)
    )
    (price,) = compute(recipe).prices
    assert price.amount == Decimal("260.31")
    assert list(told(price.computation)) == [
        ("Relative values", "PPRRVU2026_Jul_nonQPP.csv, from 2026-07-01, line 15; non-facility"),
        ("Cost indices", "Metropolitan Boston, MA (14212 01)"),
        (
            "Medicare pays",
            "(3.50 \N{MULTIPLICATION SIGN} 1.050 + 2.00 \N{MULTIPLICATION SIGN} 1.200 + 0.20 \N{MULTIPLICATION SIGN} "
            "0.800) \N{MULTIPLICATION SIGN} 33.4009 = $208.25",
        ),
        ("Of it", "125%"),
    ]


def test_another_conversion_factor_takes_the_place_of_the_files(values: ReferenceFile) -> None:
    recipe = Recipe(
        values=values, rates=None, codes=("77336",), effective_from=JULY, conversion_factor=Decimal("50.0000")
    )
    assert amounts(compute(recipe)) == {"77336": "150.00"}
    assert conversion_factor_of(values) == FACTOR


def test_a_file_without_a_conversion_factor_prices_nothing_unless_one_is_given() -> None:
    file = a_file(FileKind.RELATIVE_VALUES, "PPRRVU.csv")
    a_value(file, "77336", "", "0", "3.00", pc_tc="3", factor=None)
    found = compute(Recipe(values=file, rates=None, codes=("77336",), effective_from=JULY))
    assert (found.prices, found.left_out) == ([], ["77336: no conversion factor in the file; write one"])


def test_a_hospital_schedule_prices_technical_services_by_the_hospitals_rates_and_the_rest_by_relative_values(
    values: ReferenceFile, rates: ReferenceFile
) -> None:
    """77385 is no code of the physician schedule; the house knows it as technical, so the hospital's rate stands."""
    recipe = Recipe(
        values=values, rates=rates, codes=CODES, effective_from=JULY, is_facility=True, technical=("77301", "77385")
    )
    found = compute(recipe)
    assert amounts(found) == {
        "77301": "1400.00", "77301-26": "414.17", "77336": "130.00", "77385": "560.00", "77427": "190.39",
    }  # fmt: skip
    assert "77370: no hospital rate (status indicator N)" in found.left_out
    assert "77301-TC: not done in a facility (NA)" in found.left_out
    rate = next(price for price in found.prices if price.written == "77336")
    assert next(iter(told(rate.computation))) == (
        "Hospital rate", "July 2026 Addendum B.csv, from 2026-07-01, line 7; APC 5611, status S"
    )  # fmt: skip


def test_hospital_rates_alone_price_whatever_has_one(rates: ReferenceFile) -> None:
    found = compute(Recipe(values=None, rates=rates, codes=CODES, effective_from=JULY, percent=Decimal(110)))
    assert amounts(found) == {"77301": "1540.00", "77336": "143.00", "77385": "616.00"}
    assert found.left_out == [
        "77370: no hospital rate (status indicator N)",
        "77427: no hospital rate (status indicator B)",
        "77014: in none of the chosen files",
        "77499: in none of the chosen files",
    ]


def test_a_schedule_is_computed_in_two_statements(values: ReferenceFile, rates: ReferenceFile) -> None:
    with CaptureQueriesContext(connection) as queries:
        compute(Recipe(values=values, rates=rates, codes=CODES, effective_from=JULY))
    assert len(queries) == 2


def test_files_as_medicare_publishes_them_become_a_hospitals_schedule(tmp_path: Path) -> None:
    """77301-26 in San Francisco: 7.79 x 1.088 + 3.40 x 1.409 + 0.45 x 0.428 = 13.45872; x 33.4009 = 449.53336."""
    kinds = (FileKind.RELATIVE_VALUES, FileKind.GPCI, FileKind.OPPS_RATES)
    load_code_files(wanted=[Wanted(write_whole(tmp_path, kind)) for kind in kinds], by="test")
    recipe = Recipe(
        values=files_of(FileKind.RELATIVE_VALUES).get(), rates=files_of(FileKind.OPPS_RATES).get(), codes=("77301",),
        effective_from=JULY, locality=localities().get(locality="05"), is_facility=True, technical=("77301",),
    )  # fmt: skip
    found = amounts(compute(recipe))
    assert (found["77301-26"], found["77301"]) == ("449.53", "1298.59")


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(user(Role.BILLING_MANAGER))
    return client


def asked(**values: object) -> dict[str, object]:
    return {"setting": "non-facility", "percent": "125", **values}


def test_a_computed_schedule_is_shown_saved_and_says_on_every_line_how_it_was_computed(
    manager: Client, values: ReferenceFile, boston: Gpci
) -> None:
    schedule = FeeSchedule.objects.create(name="Medicare 2026", payer=cast.medicare(), effective_from=JULY)
    page = reverse("billing:fee-compute", args=[schedule.pk])
    shown = manager.post(page, asked(values=values.pk, locality=boston.pk), follow=True)
    assert shown.context["counts"] == {"new": 5, "changed": 0, "ended": 0, "same": 0}
    assert any(note.startswith("77499: status C") for note in shown.context["draft"].notes)
    draft = FeeDraft.objects.get()
    manager.post(reverse("billing:fee-save", args=[draft.pk]), {"revision": shown.context["shown"].revision})
    ada = cast.ada(payer=cast.medicare())
    deliver(ada, "2026-07-06 09:00", number=1)
    ada.course.plans.update(approved_on=JULY)
    capture_course(course_id=ada.course.pk)
    sweep()
    plan = next(line for line in standing(ada) if line.code == "77301")
    assert plan.fee_line is not None
    # (8.00 x 1.05 + 40.00 x 1.2 + 0.50 x 0.8) x 33.4009 = 56.80 x 33.4009 = 1897.17; 125% of it.
    assert plan.amount == Decimal("2371.46")
    out = StringIO()
    call_command("explain_charge", str(plan.pk), stdout=out)
    assert "x $2,371.46, Medicare 2026" in out.getvalue()
    assert "Cost indices: Metropolitan Boston, MA (14212 01)" in out.getvalue()
    assert "$1,897.17" in out.getvalue()
    assert "Of it: 125%" in out.getvalue()
    line_page = manager.get(reverse("billing:line", args=[plan.pk])).content.decode()
    assert "Metropolitan Boston, MA (14212 01)" in line_page
    assert "33.4009 = $1,897.17" in line_page


def test_an_administrator_without_files_is_told_how_to_load_them(manager: Client) -> None:
    schedule = FeeSchedule.objects.create(name="Medicare", payer=cast.medicare())
    page = manager.get(reverse("billing:fee-compute", args=[schedule.pk])).content.decode()
    assert "manage.py load_cms" in page


def test_what_cannot_be_computed_is_refused_by_field(manager: Client, values: ReferenceFile, boston: Gpci) -> None:
    schedule = FeeSchedule.objects.create(name="Medicare", payer=cast.medicare())
    page = reverse("billing:fee-compute", args=[schedule.pk])

    def errors(**values: object) -> dict[str, list[str]]:
        answer = manager.post(page, asked(**values))
        assert answer.status_code == 422
        return {name: list(found) for name, found in answer.context["form"].errors.items()}

    assert errors() == {"__all__": ["Choose relative values, hospital rates, or both."]}
    assert "greater than or equal to 0.001" in errors(values=values.pk, percent="0")["percent"][0]
    assert "greater than or equal to" in errors(values=values.pk, conversion_factor="-1")["conversion_factor"][0]
    old = a_file(FileKind.RELATIVE_VALUES, "PPRRVU25.csv", date(2025, 10, 1))
    assert errors(values=old.pk, locality=boston.pk) == {
        "locality": ["These are indices of 2026; the values are of 2025. Choose the locality of the same year."]
    }
    assert errors(values=old.pk) == {"__all__": ["None of our codes has a price in these files on that day."]}
    assert FeeDraft.objects.count() == 0
