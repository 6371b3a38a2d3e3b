"""Repeats a call that failed for the moment."""

from __future__ import annotations

from concurrent.futures import CancelledError
from typing import Callable, TypeVar

from grantkeep._errors import GrantkeepError
from grantkeep._invoke import is_transient
from grantkeep._runtime import Runtime, Signal

Result = TypeVar("Result")

_FIRST_WAIT_SECONDS = 0.5
_MAX_WAIT_SECONDS = 4.0


def retry(
    call: Callable[[], Result], *, retry_for: float, aborted: Signal, runtime: Runtime
) -> Result:
    """Repeats a call that failed for the moment until the next one would start after ``retry_for`` seconds.

    Waits as long as the error says, and a random time more, so that callers who failed together do not return
    together.
    """
    end = runtime.now().monotonic + retry_for
    backoff = _FIRST_WAIT_SECONDS
    while True:
        try:
            return call()
        except GrantkeepError as error:
            if not is_transient(error):
                raise
            wait = max(error.retry_after_seconds or 0, backoff / 2) + runtime.random() * backoff / 2
            if runtime.now().monotonic + wait > end:
                raise
        if aborted.wait(wait):
            raise CancelledError()
        backoff = min(backoff * 2, _MAX_WAIT_SECONDS)
