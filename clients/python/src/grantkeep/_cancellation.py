"""Lets a caller stop waiting."""

from __future__ import annotations

import threading
from typing import Callable, List


class Cancellation:
    """Ends the wait of the callers that it was given to, with ``concurrent.futures.CancelledError``.

    A lookup that others wait for goes on.

    >>> cancellation = Cancellation()
    >>> threading.Timer(2, cancellation.cancel).start()
    >>> token = grantkeep.token("github", organization_id=583231, cancellation=cancellation)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._callbacks: List[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled

    def cancel(self) -> None:
        with self._lock:
            self._is_cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def _add(self, callback: Callable[[], None]) -> None:
        """Calls a function when this is cancelled, or at once if it is."""
        with self._lock:
            if not self._is_cancelled:
                self._callbacks.append(callback)
                return
        callback()

    def _remove(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
