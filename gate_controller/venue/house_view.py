"""What the venue's page and API ask: implemented over the store and the broker, and by nothing else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from gate_controller.venue.tiles import GateTile, HouseItem, HouseTotals, OrderOutcome


class HouseView(Protocol):
    """All gates of a house. What reads the store may fail."""

    def now(self) -> float:
        """Return the venue's clock."""

    def tiles(self) -> Sequence[GateTile]:
        """Return every gate, in the house's order. Reads no disk: it may be asked at any time."""

    def tile(self, gate_id: str) -> GateTile | None:
        """Return one gate."""

    def follow(self, told: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """
        Have `told` called in the loop with the ids of gates that changed, a few times a second at most.

        Returns what ends it.
        """

    def is_broker_reached(self) -> str:
        """Return an empty text while the broker is reached, else why it is not."""

    def what_broker_refuses(self) -> str:
        """Return what a broker that is reached keeps from the venue by its rules, and what to do; empty: nothing."""

    def is_store_reached(self) -> str:
        """Return an empty text while what gates tell is kept, else why it is not: nothing is lost meanwhile."""

    def store_gone_since(self) -> float | None:
        """Return since when the store is not reached, by `now`; None: it is."""

    async def totals(self, day: str) -> HouseTotals:
        """Return a day of the house."""

    async def open_items(self, *, limit: int, before: int | None = None) -> tuple[Sequence[HouseItem], int | None]:
        """Return open items of all gates, the newest received first, and what `before` begins the next page with."""

    def items_version(self) -> int:
        """Return a number that is another once open items are others; whoever follows is told then."""

    async def search(self, text: str, *, limit: int) -> Sequence[HouseItem]:
        """Return attempts by incident code or voucher code (whole, where gates hash them; else its last four)."""

    async def events(self, gate_id: str, *, limit: int, before: int | None = None) -> Sequence[Mapping[str, Any]]:
        """Return a gate's events, the newest first."""

    async def story(self, gate_id: str, incident: str) -> Sequence[Mapping[str, Any]]:
        """Return all events of one attempt, in order."""

    async def close_day(self, day: str, by: str) -> Mapping[str, Any]:
        """Close a day of the house, once, and return its closing as it stands for good."""

    async def closings(self, *, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return closed days, the newest first."""

    async def order(
        self, gates: Sequence[str], do: str, *, order_id: str, by: str, reason: str, fields: Mapping[str, Any]
    ) -> Sequence[OrderOutcome]:
        """Give an order to gates and return what became of it at each, within some seconds."""

    async def orders(self, *, limit: int, gate_id: str = "") -> Sequence[OrderOutcome]:
        """Return orders that were given, the newest first."""

    async def name_gate(self, gate_id: str, *, name: str, group: str) -> None:
        """Call a gate something else, or put it into another group."""

    async def revoke(self, gate_id: str, by: str) -> None:
        """Let a gate speak no more, and take its name off the wall; its events stay."""
