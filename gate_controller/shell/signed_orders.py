"""
Orders of a venue to a gate, as they travel: signed by the venue's key (Ed25519), for one gate, for some minutes.

What is between venue and gate is believed nothing: a broker may hold an order back, double it, keep it or make one up.
So a gate goes by the signature, by its own clock, and by its memory of what it has been ordered;
all checks that need no memory are here, and what signs is beside what checks. Cryptography is brought in where it is
used: a gate without a venue needs none.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from gate_controller.settings.provisioning.venue_keys import Trust

# ruff: noqa: PLC0415 - cryptography is for gates that have a venue

MOST_ORDER_BYTES: Final = 4096
"""Of a signed order: the longest reason, the longest text and its signature have half of it."""
LONGEST_LIFE_SECONDS: Final = 300.0
"""Between `issued` and `expires`: what is carried out later than that was meant for another situation."""
MOST_AHEAD_SECONDS: Final = 60.0
"""By how much the venue's clock may be ahead of the gate's."""
LONGEST_ORDER_ID: Final = 64
LONGEST_PERSON: Final = 100
LONGEST_REASON: Final = 300

_DOMAIN = b"gate-controller order 1\0"
_SIGNATURE_BYTES = 64
_MOST_WHOLE = 2**31
_KEY_ID = "[0-9a-f]{16}"

FIELDS_OF: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "release": frozenset(),
        "hold_open": frozenset({"until"}),
        "lock": frozenset({"until"}),
        "out_of_service": frozenset({"text"}),
        "resume": frozenset(),
        "count_people": frozenset({"inside"}),
        "set_price": frozenset({"price_cents", "from"}),
        "settle": frozenset({"incident"}),
        "let_in": frozenset({"incident"}),
        "refund": frozenset({"incident"}),
    }
)
"""What can be ordered, and what an order of the kind says besides; nothing else may stand in it."""

OWN_FIELDS: Final = frozenset({"id", "gate", "do", "by", "reason", "issued", "expires"})


class OrderRefusal(StrEnum):
    """Why a gate does not take an order, in words for the log."""

    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    RETAINED = "retained"
    UNTRUSTED = "untrusted"
    REVOKED = "revoked"
    FORGED = "forged"
    OTHER_GATE = "other_gate"
    UNSURE_CLOCK = "unsure_clock"
    EXPIRED = "expired"
    LIVES_TOO_LONG = "lives_too_long"
    NOT_YET = "not_yet"
    FORGOTTEN = "forgotten"
    ID_TAKEN = "id_taken"
    TOO_MANY = "too_many"


class OrderNotTaken(Exception):
    """An order that a gate does not take; the message says why in a sentence, and holds nothing secret."""

    def __init__(self, why: OrderRefusal, text: str) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """What a person at the venue wants of one gate. Times are seconds since 1970, by the venue's clock."""

    id: str
    """Another for each order to each gate: the same one again changes nothing."""
    gate: str
    do: str
    """One of `FIELDS_OF`."""
    by: str
    issued: float
    expires: float
    reason: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """Return it as it is signed."""
        own = {
            "id": self.id,
            "gate": self.gate,
            "do": self.do,
            "by": self.by,
            "reason": self.reason,
            "issued": self.issued,
            "expires": self.expires,
        }
        return json.dumps({**own, **self.fields}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def signed_order(order: VenueOrder, signer: "Ed25519PrivateKey") -> bytes:
    """Return the payload that gives an order. Raises ValueError where no gate would take it, whoever signs it."""
    from gate_controller.settings.provisioning.venue_keys import key_id

    text = order.text()
    read_order_text(text)
    payload = {
        "order": text,
        "key": key_id(signer.public_key().public_bytes_raw()).hex(),
        "signature": base64.b64encode(signer.sign(_DOMAIN + text.encode())).decode(),
    }
    packed = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    if len(packed) > MOST_ORDER_BYTES:
        raise ValueError(f"an order has {len(packed)} bytes, {MOST_ORDER_BYTES} at most: shorten its reason or text")
    return packed


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """An order as it came: read, and not believed yet."""

    order: VenueOrder
    text: str
    key: bytes
    """The name of the key that it says it is signed with."""
    signature: bytes

    def check_signature(self, trust: "Trust") -> None:
        """Raise `OrderNotTaken` where no key that is trusted has signed it."""
        from gate_controller.settings.provisioning.rejections import Rejected, Rejection
        from gate_controller.settings.provisioning.venue_keys import is_signed, shown_id

        try:
            public = trust.key_of(self.key)
        except Rejected as error:
            name = shown_id(self.key)
            if error.why is Rejection.REVOKED:
                raise OrderNotTaken(OrderRefusal.REVOKED, f"the key {name} is revoked") from None
            raise OrderNotTaken(OrderRefusal.UNTRUSTED, f"this gate does not trust the key {name}") from None
        if not is_signed(public, _DOMAIN + self.text.encode(), self.signature):
            raise OrderNotTaken(OrderRefusal.FORGED, "its signature is not that of its key")

    def check_gate(self, gate_id: str) -> None:
        """Raise `OrderNotTaken` where it is for another gate."""
        if self.order.gate != gate_id:
            raise OrderNotTaken(OrderRefusal.OTHER_GATE, f"it is for gate {self.order.gate}, and this is {gate_id}")

    def check_time(self, now: float, *, is_sure: bool) -> None:
        """Raise `OrderNotTaken` where it is not of this moment, by a clock of which it is known whether it is right."""
        order = self.order
        if not is_sure:
            why = (
                "the gate's clock has not been confirmed since its start (E-GUMA's answers do that): wait, or go there"
            )
            raise OrderNotTaken(OrderRefusal.UNSURE_CLOCK, why)
        if not 0 < order.expires - order.issued <= LONGEST_LIFE_SECONDS:
            why = f"it would hold for {order.expires - order.issued:.0f} s, {LONGEST_LIFE_SECONDS:.0f} s at most"
            raise OrderNotTaken(OrderRefusal.LIVES_TOO_LONG, why)
        if now >= order.expires:
            why = f"it expired {now - order.expires:.0f} s ago by the gate's clock: give it anew"
            raise OrderNotTaken(OrderRefusal.EXPIRED, why)
        if order.issued > now + MOST_AHEAD_SECONDS:
            why = f"it was issued {order.issued - now:.0f} s ahead of the gate's clock: set the venue's clock"
            raise OrderNotTaken(OrderRefusal.NOT_YET, why)


def read_order(payload: bytes) -> SignedOrder:
    """Read what came. Raises `OrderNotTaken`: it is too long, or no order."""
    if len(payload) > MOST_ORDER_BYTES:
        raise OrderNotTaken(OrderRefusal.TOO_LONG, f"it has {len(payload)} bytes, {MOST_ORDER_BYTES} at most")
    try:
        return _read_payload(payload)
    except ValueError as error:
        raise OrderNotTaken(OrderRefusal.UNREADABLE, f"it cannot be read: {error}") from None


def _read_payload(payload: bytes) -> SignedOrder:
    said = read_strictly(payload)
    if said.keys() != {"order", "key", "signature"}:
        raise ValueError("an order has order, key and signature")
    text, key, signature = said["order"], text_in(said, "key"), text_in(said, "signature")
    if not re.fullmatch(_KEY_ID, key):
        raise ValueError("key: takes the name of a key, 16 digits from 0 to f")
    unpacked = base64.b64decode(signature, validate=True)
    if len(unpacked) != _SIGNATURE_BYTES:
        raise ValueError("signature: is no whole one")
    return SignedOrder(read_order_text(text), text, bytes.fromhex(key), unpacked)


def read_strictly(packed: bytes | str) -> dict[str, Any]:
    """Read a JSON object in which no name stands twice, and each number is one. Raises ValueError."""
    try:
        said = json.loads(packed, object_pairs_hook=_once_each, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except UnicodeDecodeError:
        raise ValueError("it is no text") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON ({error.msg})") from None
    if not isinstance(said, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - what came is wrong, not who calls
    return said


def read_order_text(text: object) -> VenueOrder:
    """Read what is signed. Raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("order is no text")  # noqa: TRY004
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("order holds half a character") from None
    said = read_strictly(text)
    do = text_in(said, "do")
    if do not in FIELDS_OF:
        raise ValueError(f"do: {do[:40]!r} is none of {', '.join(FIELDS_OF)}")
    for name in OWN_FIELDS | FIELDS_OF[do]:
        if name not in said:
            raise ValueError(f"{name}: is missing")
    if unknown := sorted(said.keys() - OWN_FIELDS - FIELDS_OF[do]):
        raise ValueError(f"{unknown[0][:40]!r}: {do} has no such field")
    return VenueOrder(
        id=text_in(said, "id", LONGEST_ORDER_ID),
        gate=text_in(said, "gate", LONGEST_ORDER_ID),
        do=do,
        by=text_in(said, "by", LONGEST_PERSON),
        reason=text_in(said, "reason", LONGEST_REASON, may_be_empty=True),
        issued=seconds_in(said, "issued"),
        expires=seconds_in(said, "expires"),
        fields={name: _FIELD[name](said, name) for name in sorted(FIELDS_OF[do])},
    )


def text_in(said: Mapping[str, Any], name: str, longest: int = MOST_ORDER_BYTES, *, may_be_empty: bool = False) -> str:
    """Return a text of one line. Raises ValueError."""
    text = said.get(name)
    if not isinstance(text, str) or len(text) > longest or not (text.strip() or may_be_empty):
        raise ValueError(f"{name}: takes a text of at most {longest} letters")
    if not text.isprintable():
        raise ValueError(f"{name}: holds characters that cannot be shown")
    return text


def seconds_in(said: Mapping[str, Any], name: str) -> float:
    """Return a moment, in seconds since 1970. Raises ValueError."""
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**33:
        raise ValueError(f"{name}: takes seconds since 1970")
    return float(value)


def _whole_in(said: Mapping[str, Any], name: str) -> int:
    if type(said[name]) is not int or not 0 <= said[name] < _MOST_WHOLE:
        raise ValueError(f"{name}: takes a whole number")
    return int(said[name])


def _seconds_or_none(said: Mapping[str, Any], name: str) -> float | None:
    return None if said[name] is None else seconds_in(said, name)


_FIELD: Final[Mapping[str, Callable[[Mapping[str, Any], str], Any]]] = MappingProxyType(
    {
        "until": seconds_in,
        "text": partial(text_in, may_be_empty=True),
        "inside": _whole_in,
        "price_cents": _whole_in,
        "from": _seconds_or_none,
        "incident": partial(text_in, longest=LONGEST_ORDER_ID),
    }
)
"""How each field is read."""


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two programs that take another one of two values each would read two orders in one.
    said = dict(pairs)
    if len(said) != len(pairs):
        raise ValueError("a name stands in it twice")
    return said


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")
