"""Who follows the house is told what changed of it: together, a few times a second at most, whatever comes."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

TOGETHER_SECONDS: Final = 0.1


class ChangedGates:
    """Gates that changed, on their way to those who follow."""

    def __init__(self) -> None:
        self._followers: dict[int, Callable[[frozenset[str]], None]] = {}
        self._named = 0
        self._changed: set[str] = set()
        self._telling: asyncio.TimerHandle | None = None

    def follow(self, told: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Have `told` called in the loop; returns what ends it."""
        self._named += 1
        name = self._named
        self._followers[name] = told
        return lambda: self._followers.pop(name, None) and None

    def add(self, gate_ids: Iterable[str]) -> None:
        """Note gates that changed; in the loop."""
        self._changed.update(gate_ids)
        if self._changed:
            self._tell_soon()

    def touch(self) -> None:
        """Note that something of the house is another that is no gate's, such as its broker; in the loop."""
        self._tell_soon()

    def _tell_soon(self) -> None:
        if self._telling is None and self._followers:
            self._telling = asyncio.get_running_loop().call_later(TOGETHER_SECONDS, self._tell)

    def _tell(self) -> None:
        self._telling = None
        changed, self._changed = frozenset(self._changed), set()
        for told in tuple(self._followers.values()):
            told(changed)
