"""
The venue's one connection to the broker, for all gates by wildcard: from its being reached until it breaks.

It stands on paho itself and not on aiomqtt, which takes twice the processor for each message, and here come thousands
in a second. What comes is bounded by the broker (no longer than `MOST_PAGE_BYTES`), and is told at QoS 0 where more of
it comes than an acknowledgement is worth: whoever misses events asks for them.

A broker whose rules keep something from the venue is reached all the same, and what it refuses is told: by its answer
to a subscription, and by a word to itself that the venue says now and then, for Mosquitto with an `acl_file` grants
every subscription and then delivers nothing. What was refused is asked for again as often.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as UntypedProperties
from paho.mqtt.subscribeoptions import SubscribeOptions

from gate_controller.settings.mqtt_section import MqttSection
from gate_controller.shell.broker import BrokerGone, trusting
from gate_controller.venue.told import MOST_PAGE_BYTES

CONNECTED_WITHIN_SECONDS: Final = 10.0
ALIVE_SECONDS: Final = 15
"""How soon a connection that is dead is known to be: at most twice that, and by the broker after one and a half."""
PROVED_WITHIN_SECONDS: Final = 10.0
"""For the venue's word to itself to come back."""
PROVED_EACH_SECONDS: Final = 300.0
"""Rules may change, and the connection last."""
_LOOK_SECONDS: Final = 1.0
_AT_ONCE: Final = 100
"""Messages that are read before anything else is done in the loop."""
_OF_ALL: Final = ("events", "status", "online", "about")
_PROOF: Final = "venue/request"
"""Where the venue speaks to itself: what lets it ask gates for events lets it speak there."""
_UNSPECIFIED: Final = 128
_SESSION_TAKEN: Final = 142
_ENDED: Final = "it has ended the connection"
_TAKEN: Final = "another venue with this venue's key has come: stop one of them"
_properties: Any = UntypedProperties
_log = logging.getLogger(f"{__name__}.library")
_log.setLevel(logging.CRITICAL)  # what matters is told as `BrokerGone`


@dataclass(frozen=True, slots=True)
class HeardMessage:
    """One message about a gate."""

    gate_id: str
    """What its topic says: the broker lets each gate speak only as itself."""
    leaf: str
    """The rest of its topic; of an answer to this venue, `answer`."""
    payload: bytes
    is_kept: bool
    """Whether the broker had kept it."""
    correlation: bytes = b""


class HouseBroker:
    """A broker that has been reached."""

    def __init__(
        self, settings: MqttSection, hear: Callable[[HeardMessage], None], name: str, more: Sequence[str] = ()
    ) -> None:
        self._settings = settings
        self._hear = hear
        self._more = more
        self._root = f"{settings.topic}/"
        self._account = settings.user or "anonymous"
        self._name = f"venue-{secrets.token_hex(4)}"
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[str] = self._loop.create_future()
        self._granted: asyncio.Future[None] = self._loop.create_future()
        self._heard = 0
        self._handle = -1
        self._asked: dict[int | None, Sequence[str]] = {}
        """Topics of subscriptions that are not answered yet, by what the library calls these."""
        self._not_heard: tuple[str, ...] = ()
        """What the broker lets nobody of this account subscribe to."""
        self._proof, self._proof_id = b"", -1
        self._asked_at: float | None = None
        """When the venue said its last word to itself that is still out."""
        self._proved_at = self._loop.time() - PROVED_EACH_SECONDS
        self._unproved = ""
        self._proved = asyncio.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=paho.MQTTv5, reconnect_on_failure=False)
        self._client.connect_timeout = CONNECTED_WITHIN_SECONDS
        self._client.enable_logger(_log)
        self._client.on_connect = self._answered
        self._client.on_message = self._take
        self._client.on_subscribe = self._subscribed
        self._client.on_publish = self._published
        self._client.on_disconnect = self._disconnected
        self._client.on_socket_register_write = self._has_more
        self._client.on_socket_unregister_write = self._has_no_more
        self._client.on_socket_close = lambda *_: self._leave()

    @classmethod
    @contextlib.asynccontextmanager
    async def reached(
        cls,
        settings: MqttSection,
        hear: Callable[[HeardMessage], None],
        *,
        name: str = "gate-venue",
        more: Sequence[str] = (),
    ) -> AsyncIterator["HouseBroker"]:
        """
        Reach the broker, and have `hear` called in the loop with what comes, and with that of topics besides (`more`,
        without what all begin with). Two of one `name` are never there: the later takes the earlier's place. Raises
        `BrokerGone`.
        """
        made = cls(settings, hear, name, more)
        try:
            await made._connect()
            yield made
        finally:
            made._client.disconnect()
            made._leave()

    async def stay(self, look: Callable[[], None] = lambda: None) -> None:
        """Keep the connection until it breaks; `look` is called each second or so. Raises `BrokerGone`."""
        while not self._lost.done():
            self._prove()
            look()
            await asyncio.wait((self._lost,), timeout=_LOOK_SECONDS)
            self._client.loop_misc()
        raise BrokerGone(self._lost.result())

    @property
    def refuses(self) -> str:
        """What the broker's rules keep from the venue, by topics, and what to do; empty: nothing that is known of."""
        if self._not_heard:
            topics = ", ".join(self._not_heard)
            return f"it may not subscribe to {topics}: let the account {self._account} read {self._root}# at the broker"
        return self._unproved

    async def proved(self) -> str:
        """Return `refuses` once it is known: within some seconds."""
        while not self._proved.is_set() and not self._lost.done():
            self._prove()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._proved.wait()
        return self.refuses

    def ask(self, gate_id: str, leaf: str, payload: bytes, correlation: bytes) -> bool:
        """Say something to a gate that it answers, never kept by the broker; return whether the broker gets it."""
        said = _properties(PacketTypes.PUBLISH)
        said.ResponseTopic = f"{self._root}{gate_id}/answer/{self._name}"
        said.CorrelationData = correlation
        topic = f"{self._root}{gate_id}/{leaf}"
        try:
            return self._client.publish(topic, payload, qos=1, properties=said).rc == MQTTErrorCode.MQTT_ERR_SUCCESS
        except ValueError:  # a topic or a queue that is too long
            return False

    async def _connect(self) -> None:
        client, settings = self._client, self._settings
        if settings.user:
            password = settings.password.get_secret_value() if settings.password is not None else None
            client.username_pw_set(settings.user, password)
        if settings.tls:
            client.tls_set_context(await asyncio.to_thread(trusting, settings))
        wanted = _properties(PacketTypes.CONNECT)
        wanted.MaximumPacketSize = MOST_PAGE_BYTES + 1024
        try:
            await asyncio.to_thread(
                client.connect, settings.host, settings.port, ALIVE_SECONDS, clean_start=True, properties=wanted
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or str(error)
            raise BrokerGone(why or type(error).__name__) from None
        sock: Any = client.socket()
        if sock is None:
            raise BrokerGone(_ENDED)
        self._handle = sock.fileno()
        self._loop.add_reader(self._handle, self._read)
        if client.want_write():
            self._write()
        done, _ = await asyncio.wait(
            (self._granted, self._lost), timeout=CONNECTED_WITHIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if self._lost in done:
            raise BrokerGone(self._lost.result())
        if not done:
            raise BrokerGone("it does not answer")

    def _answered(self, _client: object, _data: object, _flags: object, reason: Any, _said: object) -> None:
        if reason.is_failure:
            self._end(str(reason))
            return
        leaves = *(f"+/{leaf}" for leaf in _OF_ALL), *self._more, _PROOF, f"+/answer/{self._name}"
        self._subscribe([f"{self._root}{leaf}" for leaf in leaves])

    def _subscribe(self, topics: Sequence[str]) -> None:
        answers = f"{self._root}+/answer/{self._name}"
        wanted = [(topic, SubscribeOptions(qos=1 if topic == answers else 0)) for topic in topics]
        self._asked[self._client.subscribe(wanted)[1]] = topics

    def _subscribed(self, _client: object, _data: object, number: int, reasons: Any, _said: object) -> None:
        topics = self._asked.pop(number, ())
        self._not_heard = tuple(topic for topic, reason in zip(topics, reasons, strict=False) if reason.is_failure)
        if not self._granted.done():
            self._granted.set_result(None)

    def _prove(self) -> None:
        """Have the venue speak to itself, when it is time, and look whether that came back."""
        now = self._loop.time()
        if self._asked_at is not None and now - self._asked_at >= PROVED_WITHIN_SECONDS:
            self._end_proof(
                f"what it says to itself at {self._root}{_PROOF} does not come back: "
                f"let the account {self._account} write {self._root}+/request and read {self._root}# at the broker"
            )
        if self._asked_at is None and now - self._proved_at >= PROVED_EACH_SECONDS:
            if self._not_heard:
                self._subscribe(self._not_heard)
            self._proof, self._asked_at = secrets.token_bytes(8), now
            self._proof_id = self._client.publish(f"{self._root}{_PROOF}", self._proof, qos=1).mid

    def _published(self, _client: object, _data: object, number: int, reason: Any, _said: object) -> None:
        if self._asked_at is not None and number == self._proof_id and reason is not None and reason.is_failure:
            self._end_proof(
                f"it may not write {self._root}{_PROOF} ({reason}): "
                f"let the account {self._account} write {self._root}+/request and {self._root}+/order at the broker"
            )

    def _end_proof(self, unproved: str) -> None:
        self._asked_at, self._proved_at, self._unproved = None, self._loop.time(), unproved
        self._proved.set()

    def _take(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self._heard += 1
        if message.topic == f"{self._root}{_PROOF}":
            if message.payload == self._proof:
                self._end_proof("")
            return
        gate_id, _, leaf = message.topic[len(self._root) :].partition("/")
        correlation = b""
        if leaf.startswith("answer/"):
            leaf, correlation = "answer", bytes(getattr(message.properties, "CorrelationData", b""))
        self._hear(HeardMessage(gate_id, leaf, bytes(message.payload), message.retain, correlation))

    def _read(self) -> None:
        for _ in range(_AT_ONCE):
            before = self._heard
            if self._client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS or self._heard == before:
                break
        sock: Any = self._client.socket()
        if sock is not None and hasattr(sock, "pending") and sock.pending():  # TLS has read more than was asked for
            self._loop.call_soon(self._read)

    def _write(self) -> None:
        self._client.loop_write()

    def _end(self, why: str) -> None:
        # While it connects, paho calls from another thread.
        self._loop.call_soon_threadsafe(self._lose, why)

    def _lose(self, why: str) -> None:
        if not self._lost.done():
            self._lost.set_result(why)

    def _disconnected(self, _client: object, _data: object, _flags: object, reason: object, _said: object) -> None:
        code = getattr(reason, "value", _UNSPECIFIED)
        # Mosquitto ends a connection without a word up to version 2.0.11, whatever the reason is.
        self._end(_ENDED if code == _UNSPECIFIED else _TAKEN if code == _SESSION_TAKEN else f"{reason}".lower())

    def _has_more(self, *_: object) -> None:
        # While it connects, paho calls this from another thread, and what it has to say is written right after.
        if self._handle >= 0:
            self._loop.add_writer(self._handle, self._write)

    def _has_no_more(self, *_: object) -> None:
        if self._handle >= 0:
            self._loop.remove_writer(self._handle)

    def _leave(self) -> None:
        handle, self._handle = self._handle, -1
        if handle >= 0:
            self._loop.remove_reader(handle)
            self._loop.remove_writer(handle)
            self._loop.call_soon(self._end, _ENDED)  # why, is told right after
