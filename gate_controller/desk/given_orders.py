"""
Orders that have been given: the same one again changes nothing, and gets the same answer.

A button pressed twice on a slow network, a request repeated by a proxy: each order carries a name of its giver's
choice. What opened the gate, changed how it is, or failed to, is in the journal by that name, so that a restart between
the two forgets nothing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from gate_controller.desk.control_socket import AskedWrongly, ControlError, GivenEarlier, JournalAway, PutOff

MOST_REMEMBERED: Final = 500
"""Orders that are remembered: more than a day has, and little memory."""

LONGEST_NAME: Final = 64

PUT_OFF_LASTS_SECONDS: Final = 5.0
"""How long the same order is still put off: a page that asks every second what became of it is to be told so."""

MONEY_MOVING: Final = frozenset({"admit", "top_up", "sell", "take_back", "void", "check_in", "check_out"})
"""Orders that nothing but the journal keeps from taking effect a second time after a restart."""

Carries = Callable[[dict[str, Any]], Awaitable[Any]]


class GivenOrders:
    """Carries each order out once."""

    def __init__(self, recorded: Callable[[], Awaitable[Mapping[str, str] | None]]) -> None:
        """`recorded` returns what orders came to by the journal, each by its name; None where it cannot be read."""
        self._recorded = recorded
        self._earlier: Mapping[str, str] | None = None
        self._given: OrderedDict[str, tuple[str, dict[str, Any], asyncio.Future[Any]]] = OrderedDict()

    def once(self, do: str, carry_out: Carries) -> Carries:
        """Return `carry_out` so that it does an order with an `id` once; one without is done each time."""

        async def given(request: dict[str, Any]) -> Any:
            name = request.get("id")
            if name is None:
                return await carry_out(request)
            if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
                raise AskedWrongly(f"id: take a text of 1 to {LONGEST_NAME} letters, another for each order")
            return await self._once(do, name, request, carry_out)

        return given

    async def _once(self, do: str, name: str, request: dict[str, Any], carry_out: Carries) -> Any:
        if name not in self._given and self._earlier is None:
            self._earlier = await self._recorded()
            if self._earlier is None and do in MONEY_MOVING:
                raise JournalAway("the journal cannot be read: nobody can tell now whether this was done already")
        if name not in self._given:
            if (earlier := (self._earlier or {}).get(name)) is not None:
                raise GivenEarlier(f"id {name}: {earlier}")
            work = asyncio.ensure_future(carry_out(request))
            self._given[name] = (do, dict(request), work)
            work.add_done_callback(lambda done: self._ended(name, done))
            self._forget_oldest()
        what, before, answer = self._given[name]
        if (what, before) != (do, request):
            raise ControlError(f"id {name}: was given to another order ({what}): take a new one for each")
        return await asyncio.shield(answer)  # its giver may go away: the order goes on

    def _ended(self, name: str, work: asyncio.Future[Any]) -> None:
        # Whoever asked may have gone: what it ended in has been seen. What could not begin may be ordered again.
        error = None if work.cancelled() else work.exception()
        if isinstance(error, PutOff):
            # Not at once: whoever has gone on to ask would begin it anew without knowing, and so without end.
            asyncio.get_running_loop().call_later(PUT_OFF_LASTS_SECONDS, self._given.pop, name, None)
        elif isinstance(error, JournalAway):
            self._given.pop(name, None)

    def _forget_oldest(self) -> None:
        over = len(self._given) - MOST_REMEMBERED
        ended = [name for name, (_, _, work) in self._given.items() if work.done()]
        for name in ended[: max(0, over)]:
            del self._given[name]
            self._earlier = None  # what it did is in the journal by now, as from before the start
