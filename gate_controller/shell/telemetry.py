"""
The gate's status and events by MQTT, for a venue, a dashboard or Home Assistant: for as long as the gate lives.

A broker is no store: events have the journal's numbers, and whoever misses some asks for them again, here too. Nothing
is written to disk for it, and nothing of it stands in the gate's way: what is told is read off the journal a moment
after the visit. A broker that is gone, slow or hostile costs a line of the log.
"""

import asyncio
import contextlib
import logging
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from gate_controller.admission.words.facts import Fact
from gate_controller.journal.failures import JournalError
from gate_controller.journal.numbered import NumberedEvents
from gate_controller.settings import Settings
from gate_controller.settings.mqtt_section import MqttSection
from gate_controller.shell.event_reading import EventReading
from gate_controller.shell.gate_about import about
from gate_controller.shell.home_assistant import discovery, object_id, with_removed
from gate_controller.shell.mqtt_words import AT_A_TIME, matters, packed, visit_of, wanted_of
from gate_controller.shell.order_intake import OrderIntake
from gate_controller.shell.status import StatusBoard

if TYPE_CHECKING:
    from gate_controller.shell.broker import Asked, Broker

# ruff: noqa: PLC0415 - MQTT's library is for gates that have a broker, once they take scans

_log = logging.getLogger(__name__)

CALM_SECONDS: Final = 0.2
"""After a change until it is told: the visitor comes first, and what follows from his scan is told together."""
LEAST_SECONDS: Final = 0.5
"""Between two statuses: a fault that comes and goes is told no oftener."""
CALMLY_SECONDS: Final = 5.0
"""Until a status is told in which nothing but the coming and going of visitors has changed: their events tell of it."""
BEGINS_AFTER_SECONDS: Final = 3.0
"""What a gate has for itself once it runs."""
MOST_ORDERS_AT_ONCE: Final = 20
"""Orders that wait for their answer."""
_AGAIN_SECONDS: Final = 5.0
PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Before each new try to reach a broker that is gone, the last one from then on; each a bit more or less, for a house's
gates lose their broker together."""


STABLE_SECONDS: Final = 60.0
"""A connection that has lasted so long is one."""
FICKLE: Final = 3
"""So many in a row that have not: the broker, or another gate of this id, ends them."""
DEAF: Final = "the broker does not let this gate follow {topics}: give it the rules of docs/monitoring/mosquitto.acl"
"""Where it refuses the topics by which the venue orders, and asks for events."""

BROKER: Final = "broker"
"""What the status calls it among the devices that a gate does without."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who tells of himself, and what of."""

    gate_id: str
    board: StatusBoard
    events: EventReading
    settings: Callable[[], Settings]
    """Those that the gate goes by."""
    orders: OrderIntake | None = None
    """Who takes orders from afar; None: nobody does."""


class Telemetry:
    """Tells a broker of one gate."""

    def __init__(
        self,
        settings: MqttSection,
        told: Speaker,
        *,
        note: Callable[[str, str | None], None] = lambda _what, _why: None,
    ) -> None:
        """`note` is told what ails the connection, or with None that it stands."""
        self._settings = settings
        self._told = told
        self._note = note
        self._root = f"{settings.topic}/{told.gate_id}"
        self._written, self._changed = asyncio.Event(), asyncio.Event()
        self._about, self._about_of, self._about_at = b"", told.settings(), 0.0
        """What the broker has been told of the gate itself, by which settings, and when that was looked at."""
        self._answering: set[asyncio.Task[None]] = set()
        self._is_noted = False
        """Whether the status says that the broker is not reached."""
        self._last = -1
        """The number of the last event that the broker has; below nothing: none since the start."""

    async def keep(self) -> None:
        """Tell until cancelled."""
        unfollow = self._told.board.follow(self._changed.set), self._told.board.follow_facts(self._take)
        try:
            await asyncio.sleep(BEGINS_AFTER_SECONDS)
            while True:
                try:
                    await self._stay_connected()
                except Exception as error:  # noqa: BLE001 - whatever it is, it is no reason to end the gate
                    _log.exception("broker=failed why=%s", type(error).__name__)
                    self._note(BROKER, f"nothing is told to the broker ({type(error).__name__}): it is tried again")
                await asyncio.sleep(PAUSES[-1])
        finally:
            for end in unfollow:
                end()
            if self._told.orders is not None:
                await self._told.orders.end()

    def _take(self, _facts: Sequence[Fact]) -> None:
        self._written.set()

    async def _stay_connected(self) -> None:
        try:
            from gate_controller.shell.broker import Broker, BrokerGone
        except ImportError as error:
            what = f"the broker is told nothing: {error.name or error} is not installed"
            self._note(BROKER, f"{what}: pip install 'gate-controller[mqtt]', or leave mqtt.host out")
            return
        tries, said, fickle = 0, set[str](), 0
        loop = asyncio.get_running_loop()
        while True:
            why, reached_at, telling = "it has ended the connection", None, None
            try:
                async with Broker.reached(
                    self._settings, self._root, self._told.gate_id, takes_orders=self._told.orders is not None
                ) as broker:
                    # One that ends each connection at once is told of once it keeps one, or the log is all about it.
                    reached_at, waits = loop.time(), STABLE_SECONDS if fickle >= FICKLE else 0.0
                    telling = loop.call_later(waits, self._is_reached, broker)
                    await self._tell_all(broker)
            except BrokerGone as error:
                why = str(error)
            finally:
                if telling is not None:
                    telling.cancel()
            if reached_at is not None:
                fickle = 0 if loop.time() - reached_at >= STABLE_SECONDS else fickle + 1
                if fickle < FICKLE:
                    tries, said = 0, set()
                else:
                    why = f"it ends each connection soon: is another gate called {self._told.gate_id}?"
            if why not in said:  # each reason once: it may last for days
                _log.warning("broker=gone host=%s why=%r", self._settings.host, why)
            if why not in said or not self._is_noted:
                self._is_noted = True
                self._note(BROKER, f"the broker {self._settings.host} is not reached: {why}: see mqtt.host")
            said.add(why)
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            tries += 1
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - only so that not all come at once

    def _is_reached(self, broker: "Broker") -> None:
        _log.info("broker=reached host=%s", self._settings.host)
        self._is_noted = False
        self._note(BROKER, DEAF.format(topics=" and ".join(broker.refused)) if broker.refused else None)

    async def _tell_all(self, broker: "Broker") -> None:
        """Tell what there is until the connection ends. Raises `BrokerGone`."""
        self._about = b""
        await self._introduce(broker)
        works = [
            asyncio.ensure_future(work)
            for work in (self._tell_status(broker), self._tell_events(broker), self._answer(broker))
        ]
        try:
            done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in done:
                work.result()
        finally:
            for work in (*works, *self._answering):
                work.cancel()
            await asyncio.gather(*works, *self._answering, return_exceptions=True)

    async def _introduce(self, broker: "Broker") -> None:
        told, prefix, settings = self._told, self._settings.discovery, self._told.settings()
        if prefix:
            document = discovery(
                told.gate_id,
                settings.display.gate_name or told.gate_id,
                self._root,
                told.board.status().currency,
                counts_people=bool(settings.occupancy.limit),
                wishes=f"{self._settings.topic}/venue/wish/{told.gate_id}" if self._settings.wishes else "",
            )
            topic = f"{prefix}/device/{object_id(told.gate_id)}/config"
            # What was there in an earlier run, and is not now, Home Assistant keeps until it is told that it is gone.
            await broker.tell(topic, packed(with_removed(document)), retain=True)
            await broker.tell(topic, packed(document), retain=True)

    async def _tell_about(self, broker: "Broker") -> None:
        """Tell what the gate is, where that is not what was told last; looked at with each heartbeat."""
        told, settings, now = self._told, self._told.settings(), asyncio.get_running_loop().time()
        if self._about and settings is self._about_of and now < self._about_at + self._settings.heartbeat_seconds:
            return
        keys = await told.orders.key_ids() if told.orders is not None else []
        try:
            journal = (await told.events.after(0, 1)).journal
        except JournalError:
            return  # told with the next status
        wall = told.board.status().at
        document = await asyncio.to_thread(about, settings, journal=journal, order_keys=keys, wall=wall)
        if (told_now := packed(document)) != self._about:
            await broker.tell(f"{self._root}/about", told_now, retain=True)
            self._about = told_now
        self._about_of, self._about_at = settings, now

    async def _tell_status(self, broker: "Broker") -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._changed.clear()
            status = self._told.board.status()
            await broker.tell(f"{self._root}/status", await asyncio.to_thread(packed, status.as_dict()), retain=True)
            await self._tell_about(broker)
            told_at = loop.time()
            await asyncio.sleep(LEAST_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.heartbeat_seconds):
                    await self._changed.wait()
                while matters(self._told.board.status()) == matters(status):
                    self._changed.clear()
                    async with asyncio.timeout(told_at + CALMLY_SECONDS - loop.time()):
                        await self._changed.wait()
            await asyncio.sleep(CALM_SECONDS)

    async def _tell_events(self, broker: "Broker") -> None:
        while True:
            self._written.clear()
            told = await self._events_after(max(self._last, 0), AT_A_TIME if self._last >= 0 else 1)
            if self._last < 0:  # what was before is for whoever asks for it
                self._last = told.newest
                continue
            if told.events:
                # What a visit came to goes in one piece: a thousand gates tell of some four facts a visit.
                await broker.tell(f"{self._root}/events", packed({"gate": self._told.gate_id, **asdict(told)}))
                self._last = told.events[-1]["number"]
                await self._tell_visits(broker, told)
            else:
                await self._written.wait()
                await asyncio.sleep(CALM_SECONDS)

    async def _tell_visits(self, broker: "Broker", told: NumberedEvents) -> None:
        """Tell Home Assistant, which takes one visit at a time, and nobody where it is not told of the gate."""
        for event in told.events if self._settings.discovery else ():
            if (kind := visit_of(event)) is not None:
                visit = {"event_type": kind, "incident": event["incident"], "reason": event.get("reason", "")}
                await broker.tell(f"{self._root}/visit", packed(visit))

    async def _answer(self, broker: "Broker") -> None:
        from gate_controller.shell.broker import AskedFor

        async for asked in broker.asked():
            if asked.what is AskedFor.GREETING:  # Home Assistant has started anew
                await self._introduce(broker)
                self._changed.set()
            elif asked.what is AskedFor.ORDER:
                if len(self._answering) < MOST_ORDERS_AT_ONCE:  # else whoever gave it hears nothing, and gives it again
                    self._answering.add(task := asyncio.create_task(self._obey(broker, asked)))
                    task.add_done_callback(self._answering.discard)
            elif (wanted := wanted_of(asked.payload)) is not None:
                told = {"gate": self._told.gate_id, **asdict(await self._events_after(*wanted))}
                await broker.answer(asked, await asyncio.to_thread(packed, told))

    async def _obey(self, broker: "Broker", order: "Asked") -> None:
        from gate_controller.shell.broker import BrokerGone

        orders = self._told.orders
        if orders is None:
            return
        known = orders.trust.changes
        answer = await orders.take(order.payload, is_retained=order.is_retained)
        if orders.trust.changes != known:  # whom the gate obeys is told anew
            self._about_at = -math.inf
            self._changed.set()
        if answer is not None and order.answer_to:
            with contextlib.suppress(BrokerGone):  # it is remembered: whoever gave it asks again
                await broker.answer(order, answer.packed())

    async def _events_after(self, number: int, most: int) -> NumberedEvents:
        """Return the events after a number, as soon as the journal can be read."""
        while True:
            with contextlib.suppress(JournalError):
                return await self._told.events.after(number, most)
            await asyncio.sleep(_AGAIN_SECONDS)
