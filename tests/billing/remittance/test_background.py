"""What is given to the background is taken whole and in order; a fault on either side ends both."""

import threading

import pytest

from billing.remittance.background import Background


def test_parts_are_taken_whole_in_order_and_beside_the_one_who_gives() -> None:
    taken: list[tuple[int, str]] = []

    def take(part: int) -> None:
        taken.append((part, threading.current_thread().name))

    with Background(take) as background:
        for part in range(3000):
            background.give(part)
    assert [part for part, _ in taken] == list(range(3000))
    assert {name for _, name in taken} == {"background"}


def test_only_a_few_parts_wait_for_a_slow_taker() -> None:
    given = 0
    furthest = 0

    def take(part: int) -> None:
        nonlocal furthest
        furthest = max(furthest, given - part)

    with Background(take) as background:
        for part in range(500):
            given = part
            background.give(part)
    assert furthest < 12


def test_a_fault_of_the_taker_reaches_the_one_who_gives_and_who_is_not_kept_waiting() -> None:
    taken: list[int] = []

    def full(part: int) -> None:
        taken.append(part)
        raise OSError("no space left")

    def give_much() -> None:
        with Background(full) as background:
            for part in range(100):
                background.give(part)

    with pytest.raises(OSError, match="no space left"):
        give_much()
    assert taken == [0]


def test_a_fault_after_the_last_part_is_told_at_the_end() -> None:
    def refuse(part: str) -> None:
        raise ValueError(f"{part} is wrong")

    def give_one() -> None:
        with Background(refuse) as background:
            background.give("a row")

    with pytest.raises(ValueError, match="a row is wrong"):
        give_one()


def test_after_a_fault_of_the_one_who_gives_nothing_more_is_taken() -> None:
    taken: list[int] = []
    is_taking, may_go_on = threading.Event(), threading.Event()

    def take(part: int) -> None:
        taken.append(part)
        is_taking.set()
        may_go_on.wait(timeout=10)

    def give_and_fail() -> None:
        with Background(take) as background:
            background.give(1)
            background.give(2)
            is_taking.wait(timeout=10)
            threading.Timer(0.05, may_go_on.set).start()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_and_fail()
    assert taken == [1]
