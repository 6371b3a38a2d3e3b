"""A call that several callers wait for."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from typing import Callable, Generic, List, Optional, TypeVar

from grantkeep._cancellation import Cancellation
from grantkeep._runtime import Runtime, Signal

Result = TypeVar("Result")


class SharedCall(Generic[Result]):
    """A call that several callers wait for. It is aborted when the last of them has cancelled."""

    def __init__(self, runtime: Runtime, call: Callable[[Signal], Result]) -> None:
        self._runtime = runtime
        self._call = call
        self._lock = threading.Lock()
        self._waiters: List[Signal] = []
        self._aborted = runtime.signal()
        self._waiting = 0
        self._is_done = False
        self._result: Optional[Result] = None
        self._error: Optional[BaseException] = None
        self.is_aborted = False

    def run(self) -> None:
        """Makes the call, and returns its result to all who wait."""
        result: Optional[Result] = None
        error: Optional[BaseException] = None
        try:
            result = self._call(self._aborted)
        except BaseException as raised:
            error = raised
        with self._lock:
            self._is_done, self._result, self._error = True, result, error
            waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.set()

    def wait(self, cancellation: Optional[Cancellation], *, runs: bool) -> Result:
        """Returns the result. The caller that ``runs`` the call makes it in its own thread, unless it may cancel."""
        waiter = self._runtime.signal()
        with self._lock:
            self._waiting += 1
            if not self._is_done:
                self._waiters.append(waiter)
            else:
                waiter.set()
        if runs and cancellation is None:
            self.run()
        elif runs:
            self._runtime.start(self.run)
        if cancellation is None:
            waiter.wait()
            return self._get()

        cancellation._add(waiter.set)
        waiter.wait()
        cancellation._remove(waiter.set)
        with self._lock:
            if self._is_done:
                return self._get()
            self._waiters.remove(waiter)
            self._waiting -= 1
            self.is_aborted = self._waiting == 0
        if self.is_aborted:
            self._aborted.set()
        raise CancelledError()

    def _get(self) -> Result:
        if self._error is not None:
            raise self._error
        # The call returned it, since it raised nothing.
        return self._result  # type: ignore[return-value]
