"""A limit to how many of the desk's questions E-GUMA is asked at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gate_controller.desk.control_socket import ControlError

MOST_AT_ONCE: Final = 3
"""Questions that are asked at the same time: look-ups and refunds go by the same connection."""


class AtOnce:
    """What all questions share that go by the connection that no visitor waits for."""

    def __init__(self) -> None:
        self._asked = 0

    @contextmanager
    def one(self, about: str) -> Iterator[None]:
        """Ask one more question, `about` something. Raises `ControlError` where there are too many."""
        if self._asked >= MOST_AT_ONCE:
            raise ControlError(f"{about}: others are asking E-GUMA just now: try again in a moment")
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1
