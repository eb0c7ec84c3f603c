"""Lines of code files: whatever their ends, their character set, and however the bytes arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.cms.faults import CodeFileRefused
from billing.cms.text import LONGEST_LINE, read_lines


def _texts(*chunks: bytes) -> list[str]:
    return [line.text for line in read_lines(chunks, "file.txt")]


def test_each_line_end_ends_a_line_and_a_file_may_mix_them() -> None:
    assert _texts(b"one\r\ntwo\nthree\rfour") == ["one", "two", "three", "four"]


def test_a_line_end_split_between_two_chunks_is_one() -> None:
    assert _texts(b"one\r", b"\ntwo\r", b"three") == ["one", "two", "three"]


def test_only_a_last_line_that_simply_stops_is_not_ended() -> None:
    assert [line.is_ended for line in read_lines([b"one\ntwo"], "file.txt")] == [True, False]
    assert [line.is_ended for line in read_lines([b"one\r"], "file.txt")] == [True]


def test_byte_order_mark_is_no_part_of_the_first_cell() -> None:
    assert _texts(b"\xef\xbb\xbfHCPCS\n") == ["HCPCS"]


def test_windows_and_latin_1_characters_are_read_where_a_line_is_no_utf8() -> None:
    assert _texts(b"CMS\x92 file\n", "Sjögren\n".encode(), b"Sj\xf6gren\n", b"\x81\n") == [
        "CMS\u2019 file", "Sjögren", "Sjögren", "\x81",
    ]  # fmt: skip


def test_utf16_is_refused_with_what_to_do() -> None:
    with pytest.raises(CodeFileRefused, match=r"UTF-16\. Save it as CSV"):
        _texts("HCPCS".encode("utf-16"))


def test_zero_byte_is_refused_with_its_line() -> None:
    with pytest.raises(CodeFileRefused, match="line 2: found a zero byte"):
        _texts(b"one\ntw\0o\n")


def test_bytes_without_line_ends_are_refused_before_they_fill_the_memory() -> None:
    with pytest.raises(CodeFileRefused, match="a line is longer than 1,000,000 bytes"):
        _texts(*[b"x" * 100_000] * (LONGEST_LINE // 100_000 + 1))


@given(st.lists(st.binary(max_size=20).map(lambda text: text.replace(b"\0", b"")), max_size=8))
def test_lines_do_not_depend_on_how_the_bytes_arrive(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    if whole.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    assert list(read_lines(chunks, "file")) == list(read_lines([whole], "file"))
