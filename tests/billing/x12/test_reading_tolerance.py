"""A file that does otherwise than its guide is read as far as it can be, and every deviation is kept with its place."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from billing.x12.reading import HARMS_AMOUNTS, MEANINGS, Deviation, Expected, InboundFile
from billing.x12.remit_835 import Remittance
from tests.billing.x12.receipts import golden, golden_files, noted, read_through, the_remittance, values_of

ADA = golden("835/ada_week_of_imrt_paid")
BORIS = golden("835/boris_second_day_without_authorization")


def transactions(source: bytes, **expected: str) -> tuple[list[tuple[str, str, bool]], list[Deviation]]:
    """Return kind, control number and completeness of each transaction, and the deviations."""
    deviations: list[Deviation] = []
    found = []
    for transaction in InboundFile(source, deviations.append, Expected(**expected)):
        for _ in transaction:
            pass
        found.append((transaction.kind, transaction.control_number, transaction.is_complete))
    return found, deviations


# --- the same remittance in other clothes ---------------------------------------------------------------------------

PLAIN = (ADA, values_of(ADA)[0])

DRESSES: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "a line feed after each terminator": (lambda text: text.replace(b"~", b"~\n"), set()),
    "carriage return and line feed after each terminator": (lambda text: text.replace(b"~", b"~\r\n"), set()),
    "blank lines and blanks between segments": (lambda text: text.replace(b"~", b"~ \n\n  "), set()),
    "line feeds as the declared terminator": (lambda text: text.replace(b"~", b"\n"), set()),
    "line ends of Windows as the declared terminator": (lambda text: text.replace(b"~", b"\r\n"), set()),
    "line feeds instead of the declared terminator": (
        lambda text: text[:105] + b"~" + text[106:].replace(b"~", b"\n"), {"line-end-as-terminator"},
    ),
    "lines of eighty characters": (
        lambda text: b"\n".join(text[start : start + 80] for start in range(0, len(text), 80)),
        {"malformed-isa", "line-break-in-segment"},
    ),
    "a byte order mark": (lambda text: b"\xef\xbb\xbf" + text, {"byte-order-mark"}),
    "a sign of the end of file": (lambda text: text + b"\r\n\x1a", {"junk"}),
    "a mail header": (lambda text: b"Subject: your file\n\n" + text, {"junk"}),
    "small letters in the names of segments": (
        lambda text: text.replace(b"~CLP", b"~clp").replace(b"~SVC", b"~svc").replace(b"~GS", b"~gs")
        .replace(b"~ST", b"~st").replace(b"~SE", b"~se").replace(b"~IEA", b"~iea"), {"lower-case"},
    ),
    "everything in small letters": (lambda text: text.lower(), {"lower-case"}),
    "an ISA in small letters": (lambda text: b"isa" + text[3:], {"lower-case"}),
    "blanks around elements": (lambda text: text.replace(b"*L000003", b"* L000003 "), {"padded"}),
    "an ISA without its blanks": (
        lambda text: text.replace(b"          ", b"").replace(b"       *", b"*"),
        {"malformed-isa"},
    ),
    "an ISA that does not say how components are joined": (
        lambda text: text.replace(b"*T*:~", b"*T*~", 1), {"malformed-isa"},
    ),
    "an ISA that lacks elements": (
        lambda text: text.replace(b"*0*T*:~", b"*:~", 1), {"malformed-isa"},
    ),
    "no ISA": (lambda text: text[106:], {"missing-header", "stray-trailer"}),
    "a terminator too many": (lambda text: text.replace(b"~CLP", b"~~CLP"), set()),
    "a byte that is no letter": (lambda text: text.replace(b"ARCHER", b"ARCHER\x00", 1), {"control-character"}),
}  # fmt: skip


@pytest.mark.parametrize("dress", DRESSES)
def test_whatever_the_dress_the_remittance_is_the_same(dress: str) -> None:
    change, codes = DRESSES[dress]
    values, deviations = values_of(change(ADA))
    assert {found.code for found in deviations} == codes
    (value,), (plain,) = values, PLAIN[1]
    assert isinstance(value, Remittance) and isinstance(plain, Remittance)
    assert value.closing == plain.closing
    assert [claim.services[2].control_number for claim in value.claims] == ["L000003"]
    assert [[line.adjustments for line in claim.services] for claim in value.claims] == [
        [line.adjustments for line in claim.services] for claim in plain.claims
    ]


def test_other_delimiters_are_read_from_the_isa() -> None:
    value, deviations = the_remittance(golden("835/fault_mark_line_ends_other_delimiters"))
    plain = PLAIN[1][0]
    assert isinstance(plain, Remittance)
    assert (value.claims, value.closing) == (plain.claims, plain.closing)
    assert noted(deviations) == [("byte-order-mark", "", 0), ("junk", "", 0)]


def test_line_ends_instead_of_terminators_are_noted_once() -> None:
    _, deviations = the_remittance(golden("835/fault_line_ends_instead_of_terminators"))
    assert noted(deviations) == [("line-end-as-terminator", "ISA", 0)]


def test_names_of_other_alphabets_are_read_as_they_were_meant() -> None:
    for written in ("SØRENSEN".encode(), "SØRENSEN".encode("latin-1")):
        value, deviations = the_remittance(ADA.replace(b"ARCHER", written))
        patient = value.claims[0].person("QC")
        assert patient is not None and patient.last_name == "SØRENSEN"
        assert noted(deviations) == [("not-ascii", "NM1", 3)]


# --- envelopes ------------------------------------------------------------------------------------------------------


def test_wrong_counts_and_numbers_are_compared_at_every_end() -> None:
    value, deviations = the_remittance(golden("835/fault_counts_and_numbers"))
    assert [(found.code, found.segment, found.found, found.expected) for found in deviations] == [
        ("wrong-count", "SE", "943", "43"),
        ("wrong-count", "GE", "2", "1"),
        ("wrong-control-number", "GE", "302", "301"),
        ("wrong-count", "IEA", "3", "1"),
        ("wrong-control-number", "IEA", "000000999", "000000301"),
    ]
    assert value.closing.balance.is_even


def test_several_interchanges_of_one_file_keep_their_own_delimiters() -> None:
    other = ADA.replace(b"*", b"|").replace(b":", b">").replace(b"~", b"\n")
    found, deviations = transactions(ADA + b"\r\n" + other + BORIS)
    assert found == [("835", "0001", True)] * 3
    assert deviations == []


@pytest.mark.parametrize(
    ("lost", "notes"),
    [
        (b"SE*", [("missing-trailer", "SE", 0)]),
        (b"GE*", [("missing-trailer", "GE", 0)]),
        (b"IEA*", [("missing-trailer", "IEA", 0)]),
        (b"GS*", [("missing-header", "ST", 0), ("stray-trailer", "GE", 0), ("wrong-count", "IEA", 1)]),
    ],
)
def test_a_lost_envelope_is_noted_and_the_next_interchange_is_whole(lost: bytes, notes: list[object]) -> None:
    start = ADA.index(b"~" + lost) + 1
    without = ADA[:start] + ADA[ADA.index(b"~", start) + 1 :]
    found, deviations = transactions(without + BORIS)
    assert noted(deviations) == notes
    assert [number for _, number, _ in found] == ["0001", "0001"]
    assert found[1][2]
    assert found[0][2] is (lost != b"SE*")


def test_an_interchange_cut_off_by_another_loses_only_its_own_last_segment() -> None:
    cut = ADA.index(b"L000004") + 3
    found, deviations = transactions(ADA[:cut] + BORIS)
    assert found == [("835", "0001", False), ("835", "0001", True)]
    assert [(note.code, note.found) for note in deviations] == [
        ("unterminated", "REF*6R*L00"),
        ("missing-trailer", ""),
        ("missing-trailer", ""),
        ("missing-trailer", ""),
    ]


def test_a_lost_st_leaves_its_segments_unread_but_kept() -> None:
    found, deviations = transactions(ADA.replace(b"~ST*835*0001~", b"~"))
    assert found == []
    kept = [note.found for note in deviations if note.code == "outside-transaction"]
    assert (kept[0][:10], len(kept)) == ("BPR*I*1920", ADA.count(b"~") - 6)


def test_text_between_interchanges_is_kept_byte_for_byte() -> None:
    _, deviations = transactions(ADA + b"\nThe end.\n" + BORIS)
    assert [(note.code, note.found, note.offset) for note in deviations] == [("junk", "\nThe end.\n", len(ADA))]


def test_a_file_from_another_sender_for_another_receiver_is_read_and_noted() -> None:
    found, deviations = transactions(ADA, sender_id="MEDICARE", receiver_id="LAKESIDE")
    assert found == [("835", "0001", True)]
    assert [(note.code, note.element, note.found, note.expected) for note in deviations] == [
        ("other-sender", 6, "CLEARING", "MEDICARE"),
        ("other-receiver", 8, "HARBOR01", "LAKESIDE"),
    ]
    assert transactions(ADA, sender_id="CLEARING", receiver_id="HARBOR01")[1] == []


def test_a_file_that_is_no_interchange_is_kept_whole() -> None:
    for text in (b"", b"%PDF-1.7 nothing", b"\x00" * 500, b"ISA*", b"ISA"):
        found, deviations = transactions(text)
        assert found == []
        assert deviations[-1].code == "no-interchange"
        assert sum(len(note.found.replace("\\x00", "0")) for note in deviations) == len(text)


def test_a_segment_without_end_does_not_fill_the_memory() -> None:
    text = ADA[: ADA.index(b"~CLP") + 1] + b"NM1*" + b"A" * 900_000
    _, deviations = transactions(text)
    assert {note.code for note in deviations} >= {"overlong-segment"}
    assert max(len(note.found) for note in deviations) < 300_000


@pytest.mark.parametrize("junk", [b"ISA*", b"ISA*00*", b"~ISA*\n", b"IEA*", b"isa*~", b"~", b"\n"])
def test_a_file_full_of_beginnings_is_kept_in_pieces(junk: bytes) -> None:
    opened = ADA[: ADA.index(b"~ST") + 1]
    for text in (junk * 40_000, opened + junk * 40_000):
        longest = 0
        for note in transactions(text)[1]:
            longest = max(longest, len(note.found))
        assert longest < 300_000


# --- places ---------------------------------------------------------------------------------------------------------


def test_a_deviation_says_segment_and_byte_whatever_stands_between_segments() -> None:
    for source in (ADA, ADA.replace(b"~", b"~\r\n"), b"junk" + ADA, ADA.replace(b"~", b"~\n  ")):
        broken = source.replace(b"CAS*PR*2*96", b"CAS*PR*2*9O", 1)
        (note,) = (note for note in values_of(broken)[1] if note.code == "not-a-number")
        assert broken[note.offset :].startswith(b"CAS*PR*2*9O")
        assert broken[: note.offset].count(b"~") + 1 == note.position
        assert note.transaction == "0001"


def test_each_deviation_speaks_in_words_and_tells_nothing_of_the_patient() -> None:
    broken = ADA.replace(b"*ARCHER*", b"*ARCHER\x01*")
    (note,) = values_of(broken)[1]
    assert str(note) == "segment 17 NM103: The segment holds a control character; it was replaced."


def test_every_code_that_harms_an_amount_has_a_meaning() -> None:
    assert set(MEANINGS) > HARMS_AMOUNTS


# --- pieces ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_pieces_in_which_a_file_comes_do_not_matter(path: Path) -> None:
    source = path.read_bytes()
    whole = values_of(source)

    def pieces(size: int) -> Iterator[bytes]:
        return (source[start : start + size] for start in range(0, len(source), size))

    for size in (1, 7, 100, 1000):
        assert values_of(pieces(size)) == whole


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_door_notes_what_whole_values_note(path: Path) -> None:
    source = path.read_bytes()
    through = [note for note in read_through(source) if note.code != "other-guide"]
    assert through == values_of(source)[1]
