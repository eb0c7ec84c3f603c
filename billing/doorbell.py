"""Gathers what rings within a second, so that a burst of changes asks once: therapists at eight consoles, or an import.

A ring is never answered in the thread that rang: whoever signs a session does not wait for a broker either. What a
process still holds when it is killed is lost here, and found by the sweep within a minute.
"""

import atexit
import os
import threading
from collections.abc import Callable

GATHERED_S = 1.0
MOST_AT_ONCE = 100


class Doorbell:
    """Answers what rang, each id once, ``GATHERED_S`` after the first ring; at the end of the process at once."""

    def __init__(self, answer: Callable[[list[int]], None], gathered_s: float = GATHERED_S) -> None:
        self._answer, self._gathered_s = answer, gathered_s
        self._start_over()
        # A server's workers are forked, perhaps while another thread rings: a child begins with nothing gathered.
        os.register_at_fork(after_in_child=self._start_over)
        atexit.register(self.flush)

    def _start_over(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, None] = {}
        self._timer: threading.Timer | None = None

    def ring(self, number: int) -> None:
        """Note an id; the first of a second starts the clock."""
        with self._lock:
            self._waiting[number] = None
            if self._timer is None:
                self._timer = threading.Timer(self._gathered_s, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Answer what rang so far."""
        with self._lock:
            waiting, self._waiting = list(self._waiting), {}
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        for first in range(0, len(waiting), MOST_AT_ONCE):
            self._answer(waiting[first : first + MOST_AT_ONCE])
