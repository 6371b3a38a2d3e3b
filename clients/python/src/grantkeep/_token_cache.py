"""Keeps tokens in memory, and makes one call for all who look the same one up."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Callable, Dict, Optional

from grantkeep._cancellation import Cancellation
from grantkeep._runtime import Moment, Runtime, Signal
from grantkeep._shared_call import SharedCall
from grantkeep._token import Token

# A token that is about to expire may be refused when it arrives at the platform.
_EXPIRY_MARGIN_SECONDS = 60

# A call takes at most 35 seconds. One that has been running for longer was frozen with its Lambda.
_MAX_CALL_SECONDS = 40

# A token takes about a kilobyte.
_MAX_KEYS = 1_000


@dataclass(frozen=True)
class Requirements:
    """The requirements of a caller for the token that it gets."""

    max_age: float
    min_ttl: float
    #: A token that the platform refused.
    rejected: Optional[str]
    cancellation: Optional[Cancellation]


@dataclass(frozen=True)
class LookedUp:
    """A token, and when the lookup that returned it was started."""

    token: Token
    started_at: Moment


@dataclass
class _Running:
    call: SharedCall[LookedUp]
    started_at: Moment
    min_ttl: float
    rejected: Optional[str]


@dataclass
class _Entry:
    kept: Optional[LookedUp] = None
    running: Optional[_Running] = None
    #: The token that was reported last: it is not kept again.
    rejected: Optional[str] = None


class TokenCache:
    """The tokens of one client."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self._entries: Dict[str, _Entry] = {}

    def get(
        self,
        key: str,
        requirements: Requirements,
        look_up: Callable[[Signal], LookedUp],
    ) -> Token:
        """Returns a token from memory, or from one call for all who look the same one up."""
        cancellation, rejected = requirements.cancellation, requirements.rejected
        if cancellation is not None and cancellation.is_cancelled:
            raise CancelledError()
        with self._lock:
            entry = self._entries.get(key) or self._add(key)
            moment = self._runtime.now()
            kept, running = entry.kept, entry.running
            if kept is not None and _is_usable(kept, requirements, moment):
                return kept.token
            if rejected is not None:
                entry.rejected = rejected
                self._drop(rejected)
            runs = running is None or not _can_share(running, requirements, moment)
            if running is None or runs:
                running = self._start(entry, requirements, look_up, moment)
        return running.call.wait(cancellation, runs=runs).token

    def _start(
        self,
        entry: _Entry,
        requirements: Requirements,
        look_up: Callable[[Signal], LookedUp],
        moment: Moment,
    ) -> _Running:
        def call(aborted: Signal) -> LookedUp:
            try:
                found = look_up(aborted)
                if shared.is_aborted:
                    raise CancelledError()
            except BaseException:
                self._end(entry, running, None)
                raise
            self._end(entry, running, found)
            return found

        shared = SharedCall(self._runtime, call)
        running = _Running(shared, moment, requirements.min_ttl, requirements.rejected)
        entry.running = running
        return running

    def _end(self, entry: _Entry, running: _Running, found: Optional[LookedUp]) -> None:
        with self._lock:
            if entry.running is running:
                entry.running = None
            if found is None or found.token.access_token == entry.rejected:
                return
            kept = entry.kept
            if kept is None or found.started_at.monotonic >= kept.started_at.monotonic:
                entry.kept = found

    def _drop(self, rejected: str) -> None:
        """Drops a rejected token under all keys: an installation has several."""
        for entry in self._entries.values():
            if entry.kept is not None and entry.kept.token.access_token == rejected:
                entry.kept = None
                entry.rejected = rejected

    def _add(self, key: str) -> _Entry:
        """Adds an entry. Removes the oldest one that nobody waits for, if there are too many."""
        if len(self._entries) >= _MAX_KEYS:
            idle = (key for key, entry in self._entries.items() if entry.running is None)
            oldest = next(idle, None)
            if oldest is not None:
                del self._entries[oldest]
        return self._entries.setdefault(key, _Entry())


def _is_usable(found: LookedUp, requirements: Requirements, moment: Moment) -> bool:
    token = found.token
    if token.access_token == requirements.rejected:
        return False
    if not moment.is_within(requirements.max_age, found.started_at):
        return False
    margin = max(requirements.min_ttl, _EXPIRY_MARGIN_SECONDS)
    return token.expires_at is None or token.expires_at.timestamp() - moment.wall >= margin


def _can_share(running: _Running, requirements: Requirements, moment: Moment) -> bool:
    return (
        not running.call.is_aborted
        and moment.is_within(_MAX_CALL_SECONDS, running.started_at)
        and running.min_ttl >= requirements.min_ttl
        and requirements.rejected in (None, running.rejected)
    )
