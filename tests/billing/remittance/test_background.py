"""What is written in the background arrives whole and in order; a fault on either side ends both."""

from collections.abc import Iterable

import pytest

from billing.remittance.background import BackgroundWriter, GivenUp


def test_what_is_written_arrives_whole_and_in_order() -> None:
    taken: list[bytes] = []
    wanted = [b"%d|" % number * 1000 for number in range(3000)]
    with BackgroundWriter(taken.extend) as writer:
        for piece in wanted:
            writer.write(piece)
    assert b"".join(taken) == b"".join(wanted)
    assert max(map(len, taken)) < 2**20


def test_a_fault_of_the_taker_reaches_the_writer_who_is_not_kept_waiting() -> None:
    def full(parts: Iterable[bytes]) -> None:
        next(iter(parts))
        raise OSError("no space left")

    def write_much() -> None:
        with BackgroundWriter(full) as writer:
            for _ in range(100):
                writer.write(bytes(2**18))

    with pytest.raises(OSError, match="no space left"):
        write_much()


def test_a_fault_after_the_last_writing_is_told_at_the_end() -> None:
    def refuse(parts: Iterable[bytes]) -> None:
        list(parts)
        raise ValueError("one row is wrong")

    def write_little() -> None:
        with BackgroundWriter(refuse) as writer:
            writer.write(b"a row")

    with pytest.raises(ValueError, match="one row is wrong"):
        write_little()


def test_a_fault_of_the_writer_is_told_to_the_taker() -> None:
    ended: list[str] = []

    def take(parts: Iterable[bytes]) -> None:
        try:
            for _ in parts:
                pass
        except GivenUp:
            ended.append("given up")
            raise
        ended.append("taken")

    def write_and_fail() -> None:
        with BackgroundWriter(take) as writer:
            writer.write(bytes(2**18))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert ended == ["given up"]
