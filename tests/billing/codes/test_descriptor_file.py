"""Files of licensed descriptors: tables and texts are read, every fault is told at once. All words are made up."""

import pytest

from billing.cms.faults import CodeFileRefused
from billing.codes.descriptor_file import DescriptorRow, read_descriptors

NOTICE = "Codes and descriptors are somebody's own, 2026. All rights are theirs.\n\n"


def faults_of(content: str | bytes) -> list[str]:
    with pytest.raises(CodeFileRefused) as refused:
        read_descriptors(content if isinstance(content, bytes) else content.encode(), "words.txt")
    return list(refused.value.faults)


def test_a_text_of_lines_that_begin_with_a_code_is_read_below_its_notice() -> None:
    content = f"{NOTICE}77301 Made-up words of a plan\r\n77385\tMade-up words of a delivery,  with  blanks\r\n\r\n"
    assert read_descriptors(content.encode(), "words.txt") == [
        DescriptorRow("77301", "Made-up words of a plan"),
        DescriptorRow("77385", "Made-up words of a delivery, with blanks"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        'CPT Code,Short Description,Long Descriptor\n77301,short,"Long words, with a comma"\n',
        "Concept\tCPT CODE\tlong descriptor\r\n1\t77301\tLong words, with a comma\r\n",
        'Somebody owns it\n\ncode,description\n77301,"Long words,\nwith a comma"\n77301,"Long words, with a comma"\n',
        '\ufeffcode,descriptor\n77301,"Long words, with a comma"\n',
    ],
)
def test_a_table_is_read_by_the_names_of_its_columns(content: str) -> None:
    assert read_descriptors(content.encode(), "words.csv") == [DescriptorRow("77301", "Long words, with a comma")]


def test_older_character_sets_are_read() -> None:
    assert read_descriptors("77301 Worte für den Plan\n".encode("cp1252"), "w.txt")[0].descriptor == (
        "Worte für den Plan"
    )


def test_every_fault_of_a_table_is_told_with_its_line() -> None:
    content = "code,descriptor\n7730,Words\n77301,\n77385,Words\n77385,Other words\n77386\n77387,a\x07b\n"
    assert faults_of(content) == [
        "words.txt line 6: has 1 cells, too few for a code and its descriptor. Mend or take out the row.",
        "words.txt line 2: the code is '7730'. A code has five digits or capital letters.",
        "words.txt line 3: 77301 has no descriptor. Fill it in, or take the row out.",
        "words.txt line 5: says otherwise of 77385 than line 4. Keep one of them.",
        "words.txt line 7: the descriptor of 77387 has 3 characters or control characters.",
    ]


def test_a_text_that_breaks_off_is_told() -> None:
    assert faults_of("77301 Words of a plan\nmore of it\n") == [
        "words.txt line 2: does not begin with a code of five characters. The file may be cut or mixed up."
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK\x03\x04rest", "is an archive, workbook or PDF"),
        (b"%PDF-1.7", "is an archive, workbook or PDF"),
        (b"", "no line begins with a code"),
        (b"nothing of ours\n", "no line begins with a code"),
        ("code,descriptor\n".encode("utf-16"), "is written in UTF-16"),
        (b"x" * 20_000_001, "at most 20,000,000 are read"),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, expected: str) -> None:
    assert expected in faults_of(content)[0]


def test_a_file_that_is_wrong_from_top_to_bottom_tells_the_first_faults_and_counts_the_rest() -> None:
    faults = faults_of("code,descriptor\n" + "x,y\n" * 500)
    assert (len(faults), faults[20]) == (21, "words.txt: and 480 more faults.")
