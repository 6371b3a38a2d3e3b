"""A clock that stands still while anybody works, and then jumps to the next moment at which something happens."""

from __future__ import annotations

import heapq
import itertools
import threading
from typing import Callable, List, Optional, Tuple

from grantkeep._runtime import Moment, Runtime

# 2026-01-01T00:00:00Z
EPOCH = 1_767_225_600.0


class VirtualSignal:
    """An event that one thread waits for. Its waiter counts as working from the moment that it is woken."""

    def __init__(self, runtime: VirtualRuntime) -> None:
        self._runtime = runtime
        self._woken = threading.Event()
        self._is_set = False
        self._is_waiting = False

    def set(self) -> None:
        with self._runtime.lock:
            self._is_set = True
            self._wake()

    def wait(self, timeout: Optional[float] = None) -> bool:
        with self._runtime.lock:
            if self._is_set:
                return True
            self._is_waiting = True
            self._woken.clear()
            if timeout is not None:
                self._runtime.add_timer(timeout, self._wake_locked)
            self._runtime.rest()
        self._woken.wait()
        return self._is_set

    def _wake_locked(self) -> None:
        with self._runtime.lock:
            self._wake()

    def _wake(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            self._runtime.working += 1
            self._woken.set()


class VirtualRuntime(Runtime):
    """The clocks and threads of a test. A thread that waits for a response of the server counts as working."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.working = 0
        self._all_rest = threading.Condition(self.lock)
        self._seconds = 0.0
        self._wall_offset = 0.0
        self._timers: List[Tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def now(self) -> Moment:
        with self.lock:
            return Moment(EPOCH + self._seconds + self._wall_offset, self._seconds)

    def signal(self) -> VirtualSignal:
        return VirtualSignal(self)

    def start(self, target: Callable[[], None]) -> None:
        def run() -> None:
            try:
                target()
            finally:
                with self.lock:
                    self.rest()

        with self.lock:
            self.working += 1
        threading.Thread(target=run, daemon=True).start()

    def sleep(self, seconds: float) -> None:
        """Lets time pass for the calling thread."""
        self.signal().wait(seconds)

    def jump(self, seconds: float) -> None:
        """Sets the wall clock forward, or back."""
        with self.lock:
            self._wall_offset += seconds

    def add_timer(self, seconds: float, action: Callable[[], None]) -> None:
        with self.lock:
            at = self._seconds + seconds
            heapq.heappush(self._timers, (at, next(self._order), action))

    def rest(self) -> None:
        """Ends the work of the calling thread."""
        with self.lock:
            self.working -= 1
            if self.working == 0:
                self._all_rest.notify_all()

    def run(
        self, seconds: Optional[float] = None, *, until: Callable[[], bool] = lambda: False
    ) -> None:
        """Lets time pass for some seconds, or until something is true, or until nothing is left to happen."""
        end = None if seconds is None else self._seconds + seconds
        while True:
            with self.lock:
                while self.working > 0:
                    if not self._all_rest.wait(30):
                        raise AssertionError("A thread does not end.")
                if until():
                    return
                if not self._timers or (end is not None and self._timers[0][0] > end):
                    break
                at, _, action = heapq.heappop(self._timers)
                self._seconds = max(self._seconds, at)
            action()
        with self.lock:
            if end is not None:
                self._seconds = end
