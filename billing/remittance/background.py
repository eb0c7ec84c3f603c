"""Bytes that go out from a second thread while the first one makes more: waiting for another program costs nothing."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self

_PART = 1 << 18
_PARTS_AHEAD = 8
"""Of ``_PART`` bytes: memory stays flat where the other side is the slower one."""


class GivenUp(Exception):
    """Raised among the parts when whoever writes has failed: what was taken must not count."""


class BackgroundWriter:
    """Hands what is written, in parts, to ``take``, which runs in a thread of its own until the end of the block.

    What ``take`` raises comes out of the next ``write``, or of the end of the block.
    """

    def __init__(self, take: Callable[[Iterable[bytes]], None]) -> None:
        self._take = take
        self._gathered = bytearray()
        self._ahead: queue.Queue[bytes | None] = queue.Queue(_PARTS_AHEAD)
        self._is_given_up = self._is_over = False
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="background-writer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def write(self, data: bytes) -> None:
        """Write some more."""
        self._gathered += data
        if len(self._gathered) >= _PART:
            self._send()

    def _send(self) -> None:
        if self._fault is not None:
            raise self._fault
        self._ahead.put(bytes(self._gathered))
        self._gathered.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._gathered and self._fault is None:
            self._send()
        self._is_given_up = error is not None
        self._ahead.put(None)
        self._thread.join()
        if error is None and self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            self._take(self._parts())
        except BaseException as fault:  # Handed to the thread that writes.
            self._fault = fault
        for _unwanted in self._queued():  # Or the one that writes would wait for room for ever.
            pass

    def _parts(self) -> Iterator[bytes]:
        yield from self._queued()
        if self._is_given_up:
            raise GivenUp

    def _queued(self) -> Iterator[bytes]:
        while not self._is_over:
            part = self._ahead.get()
            if part is None:
                self._is_over = True
            else:
                yield part
