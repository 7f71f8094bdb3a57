"""
One connection to an MQTT 5 broker: from its being reached until it breaks; a new one is made for the next.

aiomqtt's own client does not come again after a break, and what was being published then may arrive or not: events have
numbers, and a status replaces the one before. What comes from the broker is bounded here: size, number, and where an
answer may go.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as UntypedProperties
from paho.mqtt.subscribeoptions import SubscribeOptions as UntypedOptions

from gate_controller.settings.mqtt_section import MqttSection

WITHIN_SECONDS: Final = 10.0
"""For the connection, and for each thing said: a broker that takes longer is gone."""
END_SECONDS: Final = 1.0
COMES_WITHIN_SECONDS: Final = 3.0
"""How long a trial message may take to come back."""
KEEPALIVE_SECONDS: Final = 30
"""How soon a broker knows that a gate is gone, at most one and a half times that."""
MOST_WAITING: Final = 20
"""Requests that wait for their answer; more are dropped, and whoever asked asks again."""
MOST_BYTES: Final = 16 * 1024
"""What the broker may send in one message: a request has some fifty bytes."""

_AT_LEAST_ONCE: Final = 1
_properties: Any = UntypedProperties
_options: Any = UntypedOptions
_log = logging.getLogger(f"{__name__}.library")
_log.setLevel(logging.CRITICAL)  # what matters is told as `BrokerGone`


class BrokerGone(Exception):
    """The broker is not reached, or no more; the message says why, and holds no password."""


class AskedFor(Enum):
    """What something that came from the broker is."""

    EVENTS = auto()
    """Somebody asks for those that he has missed."""
    ORDER = auto()
    """The venue orders something: nothing of it is believed yet."""
    GREETING = auto()
    """Home Assistant says that it has started."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that came from the broker."""

    what: AskedFor
    payload: bytes
    answer_to: str = ""
    """The topic that an answer goes to; empty: nowhere."""
    correlation: bytes = b""
    is_retained: bool = False
    """Whether the broker has kept it, or was told to."""


class Broker:
    """A broker that has been reached. Each method may raise `BrokerGone`."""

    def __init__(self, client: aiomqtt.Client, root: str) -> None:
        self._client = client
        self._root = root
        self.refused: tuple[str, ...] = ()
        """Topics that the broker says the gate may not follow, which Mosquitto with a file of rules never says."""

    @classmethod
    @contextlib.asynccontextmanager
    async def reached(
        cls, settings: MqttSection, root: str, gate_id: str, *, takes_orders: bool = False
    ) -> AsyncIterator["Broker"]:
        """Reach the broker as a gate whose topics begin with `root`; it is online until this ends."""
        with _explained():
            will = aiomqtt.Will(f"{root}/online", "offline", qos=_AT_LEAST_ONCE, retain=True)
            client = await _client(settings, gate_id, will)
            try:
                await client.__aenter__()
                broker = cls(client, root)
                broker.refused = await _follow(client, root, takes_orders=takes_orders)
                if settings.discovery:
                    await client.subscribe(f"{settings.discovery}/status")
                await broker.tell(f"{root}/online", b"online", retain=True)
                yield broker
            finally:
                # A gate that stops does not wait for a broker: one that is gone says it by itself, that is its will.
                with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                    async with asyncio.timeout(END_SECONDS):
                        await client.publish(f"{root}/online", b"offline", qos=_AT_LEAST_ONCE, retain=True)
                        await client.__aexit__(None, None, None)

    async def tell(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Tell everybody who follows a topic; returns when the broker has it. `retain`: for who comes later too."""
        with _explained():
            await self._client.publish(topic, payload, qos=_AT_LEAST_ONCE, retain=retain)

    async def answer(self, asked: Asked, payload: bytes) -> None:
        """Answer whoever asked."""
        said = _properties(PacketTypes.PUBLISH)
        if asked.correlation:
            said.CorrelationData = asked.correlation
        with _explained():
            await self._client.publish(asked.answer_to, payload, qos=_AT_LEAST_ONCE, properties=said)

    async def asked(self) -> AsyncIterator[Asked]:
        """Return what comes: orders, greetings, and requests whose answer goes below this gate's own topic."""
        kinds = {f"{self._root}/request": AskedFor.EVENTS, f"{self._root}/order": AskedFor.ORDER}
        with _explained():
            async for message in self._client.messages:
                payload, what = message.payload, kinds.get(message.topic.value)
                if what is None:
                    if payload == b"online":
                        yield Asked(AskedFor.GREETING, payload)
                    continue
                told: Any = message.properties
                answer_to = str(getattr(told, "ResponseTopic", ""))
                is_own = answer_to.startswith(f"{self._root}/answer/") and not set(answer_to) & set("+#")
                asked = Asked(
                    what,
                    payload,
                    answer_to if is_own else "",
                    bytes(getattr(told, "CorrelationData", b"")),
                    is_retained=message.retain,
                )
                if what is AskedFor.ORDER or (is_own and not message.retain):
                    yield asked


@dataclass(frozen=True, slots=True)
class TopicHearing:
    """What a broker lets a gate hear of its own topics."""

    refused: tuple[str, ...]
    """Those that it says the gate may not follow."""
    withheld: tuple[str, ...]
    """Those that it lets the gate follow, and where nothing comes, as by a file of rules of Mosquitto's."""


async def hearing_of(settings: MqttSection, root: str, gate_id: str, *, takes_orders: bool) -> TopicHearing:
    """
    Log in as a gate does, follow what it follows, send an empty message to each, and go.

    Whoever is logged in as this gate loses its connection; nothing is kept by the broker. Raises `BrokerGone`.
    """
    with _explained():
        async with await _client(settings, gate_id, None) as client:
            refused = await _follow(client, root, takes_orders=takes_orders)
            waited_for = _followed(root, takes_orders=takes_orders).keys() - set(refused)
            for topic in waited_for:
                await client.publish(topic, b"", qos=_AT_LEAST_ONCE)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(COMES_WITHIN_SECONDS):
                    while waited_for:
                        waited_for.discard((await anext(client.messages)).topic.value)
            return TopicHearing(refused, tuple(sorted(waited_for)))


async def _client(settings: MqttSection, gate_id: str, will: aiomqtt.Will | None) -> aiomqtt.Client:
    wanted = _properties(PacketTypes.CONNECT)
    wanted.MaximumPacketSize = MOST_BYTES
    return aiomqtt.Client(
        settings.host,
        settings.port,
        username=settings.user or None,
        password=settings.password.get_secret_value() if settings.password is not None else None,
        identifier=f"gate-{gate_id}",
        protocol=aiomqtt.ProtocolVersion.V5,
        will=will,
        clean_start=True,
        keepalive=KEEPALIVE_SECONDS,
        timeout=WITHIN_SECONDS,
        max_queued_incoming_messages=MOST_WAITING,
        max_queued_outgoing_messages=MOST_WAITING,
        tls_context=await asyncio.to_thread(trusting, settings) if settings.tls else None,
        properties=wanted,
        logger=_log,
    )


async def _follow(client: aiomqtt.Client, root: str, *, takes_orders: bool) -> tuple[str, ...]:
    """Follow what is asked and ordered of the gate; return the topics that the broker refuses."""
    refused = []
    for topic, options in _followed(root, takes_orders=takes_orders).items():
        told = await client.subscribe(topic, options=options)
        if any(getattr(code, "is_failure", False) for code in told):
            refused.append(topic)
    return tuple(refused)


def _followed(root: str, *, takes_orders: bool) -> dict[str, Any]:
    """Return the gate's own topics that it follows, and how."""
    wanted = {f"{root}/request": _options(qos=_AT_LEAST_ONCE)}
    if takes_orders:
        # As published: else the broker hides from those who are there that a message is to be kept.
        wanted[f"{root}/order"] = _options(qos=_AT_LEAST_ONCE, retainAsPublished=True)
    return wanted


@contextlib.contextmanager
def _explained() -> Any:
    """Have the library's errors explained, and make up for its waiting by `asyncio.wait_for`, which on 3.11 can lose a
    cancellation: who stops while the broker answers would tell the broker for ever.
    """
    try:
        yield
    except aiomqtt.MqttError as error:
        raise BrokerGone(_why(error)) from None
    except OSError as error:
        raise BrokerGone(error.strerror or str(error) or type(error).__name__) from None
    except ValueError as error:  # what cannot be said in MQTT, such as a topic of over 64 KiB
        raise BrokerGone(str(error)) from None
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _why(error: aiomqtt.MqttError) -> str:
    """Return the system's own word for a fault, where it has one."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, ssl.SSLError):
            return link.verify_message if isinstance(link, ssl.SSLCertVerificationError) else str(link.reason or link)
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
        link = link.__cause__ or link.__context__
    return str(error)


def trusting(settings: MqttSection) -> ssl.SSLContext:
    """Return what the broker's certificate is checked by. Raises `BrokerGone`."""
    try:
        made = ssl.create_default_context(cafile=settings.ca_file)
        if settings.certificate_file is not None:
            made.load_cert_chain(settings.certificate_file, settings.key_file)
    except OSError as error:  # ssl.SSLError is one
        name = error.filename or settings.certificate_file or settings.ca_file
        raise BrokerGone(f"{name}: {error.strerror or error}") from None
    return made
