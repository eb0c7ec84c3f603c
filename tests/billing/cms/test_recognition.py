"""Which publication a file is: by its content first, by its name where the content does not say."""

from datetime import date

import pytest

from billing.cms.faults import CodeFileRefused
from billing.cms.kinds import FileKind, Publication
from billing.cms.recognition import Head, recognise
from billing.cms.text import read_lines
from tests.code_files import (
    GPCI_HEAD,
    GPCI_ROWS,
    HCPCS_CSV_HEAD,
    HCPCS_CSV_ROWS,
    PAIRS_HEAD,
    PAIRS_ROWS,
    RATES_HEAD,
    VALUES_TITLE,
    WHOLE,
    text,
    values_text,
)

JULY = date(2026, 7, 1)


def _recognised(
    content: str | bytes, *names: str, kind: FileKind | None = None, effective: date | None = None
) -> Publication:
    given = content if isinstance(content, bytes) else content.encode()
    return recognise(Head(tuple(read_lines([given], "file")), names), kind=kind, effective=effective)


@pytest.mark.parametrize(
    ("kind", "day"),
    [
        (FileKind.PAIRS_PRACTITIONER, JULY), (FileKind.PAIRS_HOSPITAL, JULY), (FileKind.LIMITS_PRACTITIONER, JULY),
        (FileKind.LIMITS_HOSPITAL, date(2026, 10, 1)), (FileKind.RELATIVE_VALUES, JULY),
        (FileKind.GPCI, date(2026, 1, 1)), (FileKind.OPPS_RATES, JULY), (FileKind.ADD_ON_CODES, JULY),
        (FileKind.DIAGNOSIS_CODES, date(2025, 10, 1)), (FileKind.HCPCS_CODES, JULY),
    ],
)  # fmt: skip
def test_files_under_their_own_names_tell_kind_and_quarter(kind: FileKind, day: date) -> None:
    name, content = WHOLE[kind]
    found = _recognised(content, name)
    assert (found.kind, found.effective_from) == (kind, day)


@pytest.mark.parametrize("kind", [kind for kind in FileKind if not kind.startswith("pairs")])
def test_renamed_files_tell_their_kind_still(kind: FileKind) -> None:
    assert _recognised(WHOLE[kind][1], "download (3).txt", effective=JULY).kind == kind


def test_pairs_under_another_name_are_asked_for_their_kind_and_their_quarter() -> None:
    pairs = text(PAIRS_HEAD, PAIRS_ROWS)
    with pytest.raises(CodeFileRefused, match="Say --kind pairs-practitioner or --kind pairs-hospital"):
        _recognised(pairs, "pairs.txt")
    with pytest.raises(CodeFileRefused, match="Say the first day of its quarter: --effective 2026-07-01"):
        _recognised(pairs, "pairs.txt", kind=FileKind.PAIRS_HOSPITAL)
    found = _recognised(pairs, "pairs.txt", kind=FileKind.PAIRS_HOSPITAL, effective=JULY)
    assert found == Publication(FileKind.PAIRS_HOSPITAL, JULY)


@pytest.mark.parametrize(
    ("name", "day", "version", "part"),
    [
        ("ccipra-v302r0-f4.TXT", date(2024, 7, 1), "v302r0", 4),
        ("ccipra-v320r0-f1.txt", date(2026, 1, 1), "v320r0", 1),
        ("CCIPRA-V323R1-F2.txt", date(2026, 10, 1), "v323r1", 2),
        ("ccipra.txt medicare-ncci-2026-q4-practitioner-ptp-edits.zip", date(2026, 10, 1), "", 0),
    ],
)
def test_version_of_pairs_tells_their_quarter(name: str, day: date, version: str, part: int) -> None:
    found = _recognised(text(PAIRS_HEAD, PAIRS_ROWS), *name.split())
    assert (found.effective_from, found.version, found.part) == (day, version, part)


def test_kind_that_the_content_contradicts_is_refused() -> None:
    with pytest.raises(CodeFileRefused, match="you say gpci, its content is limits-practitioner"):
        _recognised(WHOLE[FileKind.LIMITS_PRACTITIONER][1], "x.csv", kind=FileKind.GPCI, effective=JULY)


def test_content_and_name_that_disagree_are_refused() -> None:
    with pytest.raises(CodeFileRefused, match="its content says 2026-07-01, its name 2026-10-01"):
        _recognised(values_text(), "PPRRVU2026_Oct_nonQPP.csv")


def test_what_the_user_says_goes_before_both() -> None:
    assert _recognised(values_text(), "PPRRVU2026_Oct_nonQPP.csv", effective=JULY).effective_from == JULY


@pytest.mark.parametrize(
    ("title", "names", "day"),
    [
        (VALUES_TITLE, ("values.csv",), JULY),
        ("CALENDAR YEAR 2024", ("PPRRVU24_JAN.csv",), date(2024, 1, 1)),
        ("CALENDAR YEAR 2026", ("PPRRVU2026_nonQPP.csv", "rvu26c-updated-06-30-2026.zip"), JULY),
        ("2026 National Physician Fee Schedule Relative Value File", ("PPRRVU2026_Apr_QPP.csv",), date(2026, 4, 1)),
    ],
)
def test_release_of_relative_values(title: str, names: tuple[str, ...], day: date) -> None:
    assert _recognised(values_text(title=title), *names).effective_from == day


@pytest.mark.parametrize(
    ("name", "edition"),
    [("PPRRVU2026_Jul_nonQPP.csv", "nonQPP"), ("PPRRVU2026_Jul_QPP.csv", "QPP"), ("PPRRVU2026_Jul.csv", "")],
)
def test_editions_of_the_relative_values_are_told_apart(name: str, edition: str) -> None:
    assert _recognised(values_text(), name).edition == edition


def test_cost_indices_hold_from_the_release_whose_archive_they_are_in() -> None:
    found = _recognised(text(GPCI_HEAD, GPCI_ROWS), "GPCI2026.csv", "rvu26b.zip")
    assert (found.effective_from, found.version) == (date(2026, 4, 1), "rvu26b")


@pytest.mark.parametrize(
    ("names", "day"),
    [
        (("icd10cm-order-2027.txt",), date(2026, 10, 1)),
        (("icd10cm_order_2026.txt", "april-1-2026-code-descriptions-tabular-order.zip"), date(2026, 4, 1)),
        (("order.txt", "2026-code-descriptions-icd-10-cm.zip"), date(2025, 10, 1)),
    ],
)
def test_diagnosis_codes_hold_from_october_or_april(names: tuple[str, ...], day: date) -> None:
    assert _recognised(WHOLE[FileKind.DIAGNOSIS_CODES][1], *names).effective_from == day


@pytest.mark.parametrize(
    ("names", "day"),
    [
        (("HCPC2020_ANWEB_w_disclaimer.txt",), date(2020, 1, 1)),
        (("HCPC2026_OCT_ANWEB_v2.csv",), date(2026, 10, 1)),
        (("codes.csv", "april-2026-alpha-numeric-hcpcs-file.zip"), date(2026, 4, 1)),
    ],
)
def test_hcpcs_files_tell_their_quarter_by_name(names: tuple[str, ...], day: date) -> None:
    content = text(HCPCS_CSV_HEAD, HCPCS_CSV_ROWS)
    assert _recognised(content, *names).effective_from == day


def test_addendum_of_a_year_alone_is_asked_for_its_quarter() -> None:
    with pytest.raises(CodeFileRefused, match="neither content nor name says from when it holds"):
        _recognised(RATES_HEAD, "addendum-b.csv")


@pytest.mark.parametrize(
    ("content", "name", "advice"),
    [
        ("", "empty.txt", "It is empty"),
        ("PK\x03\x04workbook", "ccipra-v322r0-f1.xlsx", "It is a workbook: take the TXT or CSV beside it"),
        ("%PDF-1.7", "rvu26c.pdf", "It is a PDF"),
        ("first,last\na,b\n", "PPRRVU2026_Jul_nonQPP.csv", "its header is missing"),
        (
            '"HCPCS/\nCPT Code",DME Supplier Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n',
            "MCR_MUE_DMESupplierServices_Eff_07-01-2026.csv", "is no code file that is known here",
        ),
        ("00001 0016070 1 Bypass".ljust(77) + " Bypass", "icd10pcs_order_2026.txt", "is no code file"),
    ],
)  # fmt: skip
def test_other_files_are_refused_with_what_to_take(content: str, name: str, advice: str) -> None:
    with pytest.raises(CodeFileRefused, match=advice):
        _recognised(content, name)
