"""
The venue as a service: puts its parts together, and keeps each at work whatever becomes of broker, store and page.

A broker that is gone is one line of the log and tried again; a store that is gone holds nothing up but what is kept,
and the gates have that. Nothing here ends the venue but a signal.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from gate_controller.settings.provisioning.venue_keys import key_id
from gate_controller.shell.broker import BrokerGone
from gate_controller.systemd.notify import notify, watchdog_seconds
from gate_controller.venue.catching_up import CatchingUp
from gate_controller.venue.event_store import EventStore, StoreGone
from gate_controller.venue.house_broker import HouseBroker
from gate_controller.venue.house_hearing import HouseHearing
from gate_controller.venue.house_intake import HouseIntake
from gate_controller.venue.house_orders import HouseOrders
from gate_controller.venue.pruning import Pruning
from gate_controller.venue.venue_house import VenueHouse
from gate_controller.venue.venue_key import own_key
from gate_controller.venue.venue_settings import VenueSettings
from gate_controller.venue.wished import HomeAssistantWishes

_log = logging.getLogger(__name__)

KEEP_SECONDS: Final = 0.15
"""Between two transactions: an event is on the page a moment after it has come."""
LOOK_SECONDS: Final = 1.0
SAVE_SECONDS: Final = 600.0
PRUNE_SECONDS: Final = 86_400.0
_FIRST_PRUNING_SECONDS: Final = 600.0
PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Before each new try to reach a broker that is gone, the last one from then on."""
AGAIN_SECONDS: Final = 5.0
STEADY_SECONDS: Final = 60.0
"""A connection that lasts no longer was none: the next one is tried later."""
_FEW: Final = 3
WISHES: Final = ("venue/wish/+/+",)
"""Where Home Assistant wishes, behind what all topics begin with."""

Part = Callable[[VenueHouse], Awaitable[None]]
"""Something that is served for as long as the venue lives: its page, say."""


class VenueService:
    """All parts of a venue."""

    def __init__(self, settings: VenueSettings, prepare: Callable[[], Awaitable[None]] | None = None) -> None:
        """
        `prepare` makes the broker ready for the venue before it is reached, and may raise `BrokerGone`.

        Raises `VenueKeyError`.
        """
        self._settings = settings
        self._prepare = prepare
        self.key = own_key(settings.state_dir)
        self.store = EventStore.of(settings)
        self.hearing = HouseHearing(
            self.store, zone=settings.house.zone, heartbeat_seconds=settings.mqtt.heartbeat_seconds
        )
        self.orders = HouseOrders(self.hearing, self.key, self._ask)
        key = settings.mqtt.voucher_key
        self.house = VenueHouse(
            self.hearing,
            self.orders,
            most_inside=settings.house.most_inside,
            voucher_key=key.get_secret_value() if key is not None else "",
        )
        self.catching_up = CatchingUp(self.hearing, self._ask, monotonic=time.monotonic)
        self.intake = HouseIntake(self.hearing, self.catching_up, self.orders, monotonic=time.monotonic)
        self.hearing.follow_kept(self.catching_up.kept)
        self._wishes = WISHES if settings.house.home_assistant else ()
        if self._wishes:
            self.intake.wish = HomeAssistantWishes(self.orders, wall=self.hearing.wall).take
        self._name = f"gate-venue-{key_id(self.key.public_key().public_bytes_raw()).hex()[:8]}"
        self._broker: HouseBroker | None = None
        self._begun = asyncio.Event()

    async def run(self, *parts: Part, on_ready: Callable[[], None] = lambda: None) -> None:
        """Run until cancelled."""
        works: list[asyncio.Future[None]] = []
        try:
            on_ready()
            notify("READY=1", "STATUS=follows the gates of the house")
            works = [asyncio.ensure_future(work) for work in (self._tend(), self._listen(), self._feed_the_dog())]
            works += [asyncio.ensure_future(part(self.house)) for part in parts]
            await asyncio.gather(*works)
        finally:
            notify("STOPPING=1")
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            try:
                if self._begun.is_set():
                    await self.hearing.keep()
                    await self.hearing.save()
            except StoreGone as error:
                _log.warning("store=gone why=%r", str(error))
            await asyncio.to_thread(self.store.close)

    async def _begin(self) -> None:
        """Recall what the store knows, as soon as it can be reached."""
        while True:
            try:
                await self.hearing.begin()
                await self.orders.begin()
            except StoreGone as error:
                self.hearing.note_store(str(error))
                notify(f"STATUS=waits for its store: {error}")
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                _log.info("store=reached where=%r gates=%d", self.store.name, len(self.hearing.roll))
                self.hearing.note_store("")
                return

    async def _tend(self) -> None:
        """Write what comes, and look at the clock."""
        await self._begin()
        self._begun.set()
        looked = saved = time.monotonic()
        pruning: Pruning | None = None
        pruned = saved - PRUNE_SECONDS + _FIRST_PRUNING_SECONDS
        pause = KEEP_SECONDS
        while True:
            await asyncio.sleep(pause)
            try:
                began = time.monotonic()
                is_more = await self.hearing.keep_some()
                now = time.monotonic()
                # What is caught up leaves the loop a third of the time, for what happens, the page and its people.
                pause = min(KEEP_SECONDS, (now - began) / 2) if is_more else KEEP_SECONDS
                if now - looked >= LOOK_SECONDS:
                    looked = now
                    await self.hearing.look()
                    self.catching_up.look()
                if now - saved >= SAVE_SECONDS:
                    saved = now
                    await self.hearing.save()
                if now - pruned >= PRUNE_SECONDS:
                    pruned = now
                    pruning = Pruning(self.hearing.wall() - 86_400 * self._settings.store.keep_days)
                if pruning is not None and not await self.store.write(pruning.step):
                    pruning = None
            except StoreGone as error:
                self.hearing.note_store(str(error))
                await asyncio.sleep(AGAIN_SECONDS)
            except Exception:  # noqa: BLE001 - whatever it is, it is no reason to end the venue
                _log.exception("venue=failed at=tending")
                await asyncio.sleep(AGAIN_SECONDS)

    async def _feed_the_dog(self) -> None:
        """Tell systemd that the loop goes round; a store that takes its time is no reason to start anew."""
        if (every := watchdog_seconds()) is None:
            return
        while True:
            notify("WATCHDOG=1")
            await asyncio.sleep(every / 3)

    async def _listen(self) -> None:
        await self._begun.wait()  # what gates are revoked is in the store
        settings, house = self._settings.mqtt, self.house
        tries, known = 0, ""
        while True:
            begun = time.monotonic()
            try:
                if self._prepare is not None:
                    await self._prepare()
                async with HouseBroker.reached(
                    settings, self.intake.take, name=self._name, more=self._wishes
                ) as broker:
                    self._broker = broker
                    house.note_broker("")
                    _log.info("broker=reached host=%s", settings.host)
                    self.catching_up.want_all()
                    await broker.stay(partial(self._note_refused, broker))
                why = "it has ended the connection"
            except BrokerGone as error:
                why = str(error)
            except Exception as error:  # noqa: BLE001 - as above
                _log.exception("broker=failed")
                why = f"a fault of the program ({type(error).__name__})"
            self._broker = None
            # Two by one name take each other's place: not without end, and somebody has to know.
            if time.monotonic() - begun > STEADY_SECONDS:
                tries, known = 0, ""
            elif house.is_broker_reached() == "" and tries >= _FEW:
                why = f"{why} again and again: does another venue run with this one's key?"
            house.note_broker(f"the broker {settings.host} is not reached: {why}: see mqtt.host")
            if why != known:  # each reason once: it may last for days
                _log.warning("broker=gone host=%s why=%r", settings.host, why)
                known = why
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            tries += 1
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - not all programs at once

    def _note_refused(self, broker: HouseBroker) -> None:
        if (refuses := broker.refuses) and refuses != self.house.what_broker_refuses():
            _log.warning("broker=refuses host=%s why=%r", self._settings.mqtt.host, refuses)
        self.house.note_broker("", refuses)

    def _ask(self, gate_id: str, leaf: str, payload: bytes, correlation: bytes) -> bool:
        return self._broker is not None and self._broker.ask(gate_id, leaf, payload, correlation)
