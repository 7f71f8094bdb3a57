"""
Orders of the venue's, carried out by the desk as everybody else's are, and what each has come to.

Nothing is called done on hope: what opens the gate is done once the relay has moved, what staff settle once that is on
disk; and where neither can be told, the fate is said to be unknown.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gate_controller.admission.words.events import Instant
from gate_controller.desk.control_socket import ControlError, GivenEarlier, NoAnswer, NotDone
from gate_controller.desk.price_orders import price_is_kept
from gate_controller.journal.reader import DID_NOT_OPEN
from gate_controller.settings import Settings
from gate_controller.shell.order_answers import Fate
from gate_controller.shell.order_intake import CameTo, OrderIntake
from gate_controller.shell.order_memory import OrderMemory
from gate_controller.shell.order_trust import OrderTrust
from gate_controller.shell.signed_orders import VenueOrder

MOVES_THE_RELAY: Final = frozenset({"release", "hold_open", "let_in"})
ABOUT_AN_ATTEMPT: Final = frozenset({"settle", "let_in", "refund"})

_Answerers = Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]


class VenueOrders:
    """Carries orders of the venue's out."""

    def __init__(
        self,
        answerers: _Answerers,
        *,
        recorded: Callable[[], Awaitable[Mapping[str, str] | None]],
        state_dir: Path,
    ) -> None:
        """`answerers` are the desk's; `recorded` returns what orders came to by the journal, as for `GivenOrders`."""
        self._answerers = answerers
        self._recorded = recorded
        self._state_dir = state_dir

    async def carry_out(self, order: VenueOrder) -> CameTo:
        """Do what an order says."""
        request = {
            "id": order.id,
            "by": f"{order.by} (venue)",
            "reason": order.reason,
            "expires": order.expires,
            **order.fields,
        }
        try:
            said = await self._answerers[order.do](request)
        except NotDone as error:
            return CameTo(Fate.FAILED, str(error), "failed" if order.do in MOVES_THE_RELAY else "")
        except (GivenEarlier, NoAnswer) as error:
            return CameTo(Fate.UNKNOWN, str(error))
        except ControlError as error:
            return CameTo(Fate.REFUSED, str(error))
        relay = "opened" if order.do in MOVES_THE_RELAY else ""
        if order.do in ABOUT_AN_ATTEMPT:
            return _of_attempt(order, said, relay)
        return CameTo(Fate.DONE, str(said), relay)

    async def recall(self, order: VenueOrder) -> CameTo:
        """Look up what became of an order that a run before this has begun, and has not answered."""
        try:
            found = await (self._recall_price(order) if order.do == "set_price" else self._recall(order))
        except ControlError as error:
            found = CameTo(Fate.UNKNOWN, str(error))
        return replace(found, text=f"the gate ended while it carried this out: {found.text}")

    async def _recall_price(self, order: VenueOrder) -> CameTo:
        if await price_is_kept(self._state_dir, order.id):
            return CameTo(Fate.DONE, "the price is kept, and counts")
        return CameTo(Fate.REFUSED, "the price was not kept")

    async def _recall(self, order: VenueOrder) -> CameTo:
        recorded = await self._recorded()
        known = (recorded or {}).get(order.id, "")
        if known.startswith(DID_NOT_OPEN):
            return CameTo(Fate.FAILED, f"it {known}", "failed")
        if known and order.do not in MOVES_THE_RELAY:
            return CameTo(Fate.DONE, f"it {known}")
        if order.do in ABOUT_AN_ATTEMPT:
            shown = await self._answerers["show"]({"incident": order.fields["incident"]})
            return CameTo(Fate.UNKNOWN, f"incident {shown['incident']} stands as {shown['stands']} now")
        # What opens the gate is recorded when it is ordered: whether the relay has moved, a death leaves open.
        return CameTo(Fate.UNKNOWN, f"its journal says that it {known}" if known else "its journal does not hold it")


def intake_of(
    settings: Settings,
    answerers: _Answerers,
    *,
    recorded: Callable[[], Awaitable[Mapping[str, str] | None]],
    now: Callable[[], Instant],
    note: Callable[[str, str | None], None],
) -> OrderIntake | None:
    """Return who takes the orders to a gate; None where root has named nobody's key."""
    if settings.mqtt.order_keys_file is None:
        return None
    orders = VenueOrders(answerers, recorded=recorded, state_dir=settings.state_dir)
    return OrderIntake(
        settings.id,
        OrderTrust(settings.mqtt.order_keys_file),
        OrderMemory(settings.state_dir),
        now=now,
        carry_out=orders.carry_out,
        recall=orders.recall,
        note=note,
    )


def _of_attempt(order: VenueOrder, record: Mapping[str, Any], relay: str) -> CameTo:
    incident, stands, standing = (record[name] for name in ("incident", "stands", "standing"))
    text = f"incident {incident}: {stands}"
    if order.do == "refund":
        if record["refunded"]:
            return CameTo(Fate.DONE, text)
        if standing == "open":
            return CameTo(Fate.FAILED, f"{text}: it could not be given back")
        return CameTo(Fate.UNKNOWN, f"{text}: the gate goes on with it")
    if standing == "closed":
        return CameTo(Fate.DONE, text, relay)
    return CameTo(Fate.UNKNOWN, f"{text}: the gate goes on with it", relay)
