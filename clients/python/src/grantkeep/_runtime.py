"""The clocks and threads that a client uses."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import Callable, Optional, Protocol


class Signal(Protocol):
    """An event that one thread waits for."""

    def set(self) -> None: ...

    def wait(self, timeout: Optional[float] = None) -> bool: ...


@dataclass(frozen=True)
class Moment:
    """A moment on both clocks. The wall clock jumps when it is set; the other stands still while a Lambda is frozen."""

    wall: float
    monotonic: float

    def is_within(self, seconds: float, since: Moment) -> bool:
        """Returns whether fewer seconds have passed since a moment, on both clocks."""
        wall = self.wall - since.wall
        # A wall clock that was set back says nothing about the time that passed.
        return 0 <= wall < seconds and self.monotonic - since.monotonic < seconds


class Runtime:
    """The clocks and threads of this process."""

    def now(self) -> Moment:
        return Moment(time.time(), time.monotonic())

    def signal(self) -> Signal:
        return threading.Event()

    def start(self, target: Callable[[], None]) -> None:
        """Runs a function in a thread that does not keep the process alive."""
        threading.Thread(target=target, daemon=True).start()

    def random(self) -> float:
        """Returns a number from 0 to below 1."""
        return random.random()
