"""A price list as spreadsheets write it: what is taken, what is noted, what is refused, all at once."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.fees.price_file import COLUMNS, PriceFile, PriceFileError, read_price_file, write_price_file
from billing.fees.prices import WantedPrice

JAN = date(2026, 1, 1)
HEADER = "code,modifier,amount,effective_from,effective_to\n"


def read(text: str | bytes, *, since: date | None = JAN) -> PriceFile:
    content = text if isinstance(text, bytes) else text.encode()
    return read_price_file(content, effective_from=since, knows=lambda code, _day: code.startswith("77"))


def faults(text: str | bytes, *, since: date | None = JAN) -> list[str]:
    with pytest.raises(PriceFileError) as refused:
        read(text, since=since)
    return refused.value.faults


def test_a_plain_file_is_read_row_by_row() -> None:
    found = read(HEADER + "77386,,910.00,2026-01-01,\n77386,26,300.5,2026-01-01,2026-06-30\n")
    assert found.prices == [
        WantedPrice("77386", "", Decimal("910.00"), JAN, row=2),
        WantedPrice("77386", "26", Decimal("300.50"), JAN, date(2026, 6, 30), row=3),
    ]
    assert found.notes == []


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfcode,amount\r\n77386,910.00\r\n",
        b"code;amount\r\n77386;910.00\r\n",
        b"code\tamount\r\n77386\t910.00\r\n",
        "code\tamount\r\n77386\t910.00\r\n".encode("utf-16"),
        b"code,amount\r77386,910.00\r",
        b"code,amount\r\n77386,910.00\n\r\n,,\r\n",
        b"sep=;\ncode;amount\n77386;910.00\n",
        b"Price list 2026 of the pract\xefce,\n\n\"CPT/\nHCPCS\",\"Fee\"\n77386, $910.00 \n",
        b"CODE , Amount (USD)\n 77386,\"$910\"\n",
        b"code,description,amount\n77386,\"IMRT, complex\",910\n",
        b"amount,code,\n910.00,77386,\n",
    ],
    ids=["bom", "semicolons", "tabs", "utf-16", "cr", "mixed ends and blank rows", "sep", "titles, latin-1, line break",
         "dollar sign", "column of one's own", "other order"],
)  # fmt: skip
def test_the_habits_of_spreadsheets_are_taken(content: bytes) -> None:
    (price,) = read(content).prices
    assert (price.code, price.modifier, price.amount, price.effective_from) == ("77386", "", Decimal("910.00"), JAN)


def test_thousands_and_american_days_are_read() -> None:
    (price,) = read(HEADER + '77301,tc,"$3,050.00",1/2/2026,12/31/2026\n').prices
    assert price == WantedPrice("77301", "TC", Decimal("3050.00"), date(2026, 1, 2), date(2026, 12, 31), row=2)


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("1e9", "row 2, amount: '1e9' is not an amount in dollars. Write it as 1234.50."),
        ("1000000000", "row 2, amount: '1000000000' is more than $999,999.00, the largest fee of one unit."),
        ("0", "row 2, amount: '0' is no price: a fee is above zero. Leave the row out if there is none."),
        ("-5", "row 2, amount: '-5' is no price: a fee is above zero. Leave the row out if there is none."),
        ("1.005", "row 2, amount: '1.005' has a fraction of a cent. Write at most two decimals."),
        ("", "row 2, amount: No amount. Write it as 1234.50, or leave the row out if there is no fee."),
        ("n/a", "row 2, amount: 'n/a' is not an amount in dollars. Write it as 1234.50."),
    ],
)
def test_an_amount_that_is_no_fee_is_refused_by_row_and_column(amount: str, says: str) -> None:
    assert faults(f"code,amount\n77386,{amount}\n") == [says]


def test_every_fault_of_a_file_is_said_at_once() -> None:
    said = faults(
        HEADER
        + "7738,,910.00,2026-01-01,\n"
        + "77386,TCX,1e9,01-02-26,2025-01-01\n"
        + "\n"
        + "77387,,60.00,2026-06-01,2026-01-01\n"
        + "77301,,3,050.00,2026-01-01,\n"
    )
    assert [fault.partition(":")[0] for fault in said] == [
        "row 2, code", "row 3, modifier", "row 3, amount", "row 3, effective_from", "row 5, effective_to",
        "row 6, effective_from",
    ]  # fmt: skip


def test_an_amount_that_a_separator_broke_in_two_is_refused() -> None:
    assert faults("code,amount\n77301,3,050.00\n") == [
        "row 2: 3 cells, the header has 2. An amount with a separator in it, such as 1,234.50, stands in quotes."
    ]


def test_a_row_without_a_first_day_takes_that_of_the_file_or_is_refused() -> None:
    assert read("code,amount\n77386,910\n", since=date(2026, 4, 1)).prices[0].effective_from == date(2026, 4, 1)
    assert faults("code,amount\n77386,910\n", since=None)[0].startswith("row 2, effective_from: No first day.")


def test_a_repeated_row_is_taken_once_and_noted_a_contradicting_one_is_refused() -> None:
    repeated = read("code,amount\n77386,910\n77387,60\n77386,910.00\n")
    assert len(repeated.prices) == 2
    assert repeated.notes == ["row 4: says the same as row 2; taken once."]
    assert faults("code,amount\n77386,910\n77386,911\n") == [
        "rows 2 and 3 both price 77386 on 2026-01-01. Leave one of them."
    ]
    assert faults("code,amount,from\n77386,910,2026-01-01\n77386,911,2026-07-01\n") == [
        "rows 2 and 3 both price 77386 on 2026-07-01. End row 2 on 2026-06-30 or before."
    ]


def test_a_code_that_is_not_in_force_is_noted_not_refused() -> None:
    found = read("code,amount\n99213,92.00\n")
    assert len(found.prices) == 1
    assert found.notes[0].startswith("row 2, code: 99213 is not among the codes in force on 2026-01-01.")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "No header"),
        (b"77386,910\n", "No header"),
        (b"code,amount\n", "a header and no price"),
        (b"PK\x03\x04rest of a workbook", "This is a workbook"),
        (b"code,amount\n77386,\x00910\n", "no text file"),
        (b"code,amount,fee\n77386,910,920\n", "two columns are the amount"),
        (b"x" * 5_000_001, "at most 5,000,000"),
        (b"\xff\xfec\x00o\x00", "No header"),
        (b"\xff\xfec\x00o", "breaks off"),
    ],
)
def test_what_is_no_price_list_is_refused_with_the_way_out(content: bytes, says: str) -> None:
    assert says in faults(content)[0]


def test_an_open_quote_cannot_swallow_the_rest_of_a_list_unseen() -> None:
    assert faults('code,amount\n77386,"910.00\n77387,60.00\n')[0].startswith("row 2, amount:")


prices = st.builds(
    WantedPrice,
    code=st.from_regex(r"[0-9A-Z]{5}", fullmatch=True),
    modifier=st.sampled_from(["", "26", "TC", "52"]),
    amount=st.decimals("0.01", "999999", places=2),
    effective_from=st.dates(date(1990, 1, 1), date(2050, 1, 1)),
    effective_to=st.none() | st.dates(date(2050, 1, 2), date(2100, 1, 1)),
)


@given(st.lists(prices, min_size=1, unique_by=lambda price: price.key))
def test_a_written_list_reads_back_as_it_was(wanted: list[WantedPrice]) -> None:
    text = write_price_file(wanted)
    assert text.startswith(",".join(COLUMNS))
    found = read(text).prices
    assert [(p.key, p.amount, p.effective_from, p.effective_to) for p in found] == [
        (p.key, p.amount, p.effective_from, p.effective_to) for p in wanted
    ]
