"""Work that a second thread does in order while the first one makes more: waiting for another program costs nothing."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

_PARTS_AHEAD = 8
"""Memory stays flat where whoever takes them is the slower one."""

Part = TypeVar("Part")


class Background(Generic[Part]):
    """Hands parts to ``take``, one after the other, in a thread of its own until the end of the block.

    What ``take`` raises comes out of the next ``give``, or of the end of the block; nothing is taken after it. If the
    block itself fails, parts that are not taken yet are dropped.
    """

    def __init__(self, take: Callable[[Part], object]) -> None:
        self._take = take
        self._ahead: queue.Queue[Part | None] = queue.Queue(_PARTS_AHEAD)
        self._is_given_up = False
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def give(self, part: Part) -> None:
        """Hand a part over; wait if there are too many already."""
        if self._fault is not None:
            raise self._fault
        self._ahead.put(part)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_given_up = error is not None
        self._ahead.put(None)
        self._thread.join()
        if error is None and self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        while (part := self._ahead.get()) is not None:
            if self._fault is not None or self._is_given_up:
                continue  # Who gives must not wait for room for ever.
            try:
                self._take(part)
            except BaseException as fault:  # Handed to the thread that gives.
                self._fault = fault
