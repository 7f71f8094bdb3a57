"""Orders as they travel: what a venue signs is read back, and nothing else is taken for an order."""

import base64
import hashlib
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_controller.settings.provisioning.venue_keys import Trust, key_id
from gate_controller.shell.order_answers import Fate, OrderAnswer, read_answer
from gate_controller.shell.signed_orders import (
    MOST_ORDER_BYTES,
    OrderNotTaken,
    OrderRefusal,
    VenueOrder,
    read_order,
    signed_order,
)

NOW = 1_800_000_000.0
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
TRUST = Trust({key_id(PUBLIC): PUBLIC})
ORDER = VenueOrder("o-1", "east", "release", "Anna", NOW, NOW + 30, "the strap is torn")


def test_what_a_venue_signs_is_read_and_believed_by_its_gate_alone() -> None:
    for order in (ORDER, replace(ORDER, do="lock", fields={"until": NOW + 600.5}), replace(ORDER, by="Zoë 🎫")):
        came = read_order(signed_order(order, KEY))
        came.check_signature(TRUST)
        came.check_gate("east")
        came.check_time(NOW + 1, is_sure=True)
        assert came.order == order
        with pytest.raises(OrderNotTaken, match="it is for gate east, and this is west"):
            came.check_gate("west")


def test_a_program_that_is_written_after_the_page_is_understood() -> None:
    """By the words of telemetry.md alone, and its example: nothing here is of the gate."""
    page = (Path(__file__).parents[2] / "docs" / "telemetry.md").read_text(encoding="utf-8")
    example = re.search(r"```json\n(\{\"order\": .*?\})\n```", page, re.DOTALL)
    assert example is not None
    text = json.loads(example[1])["order"]
    signature = KEY.sign(b"gate-controller order 1" + b"\0" + text.encode())
    name = hashlib.sha256(PUBLIC).hexdigest()[:16]
    payload = json.dumps({"order": text, "key": name, "signature": base64.b64encode(signature).decode()}, indent=1)
    came = read_order(payload.encode())
    came.check_signature(TRUST)
    came.check_time(1_800_000_010, is_sure=True)
    assert (came.order.do, came.order.by, came.order.gate) == ("release", "Anna", "east")


def test_another_key_a_revoked_one_and_another_text_are_not_believed() -> None:
    came = read_order(signed_order(ORDER, KEY))
    for trust, why in (
        (Trust({}), OrderRefusal.UNTRUSTED),
        (Trust({}, frozenset(TRUST.keys)), OrderRefusal.REVOKED),
    ):
        with pytest.raises(OrderNotTaken) as refused:
            came.check_signature(trust)
        assert refused.value.why is why
    other = Ed25519PrivateKey.generate()
    for forged in (
        replace(came, text=came.text.replace("30", "99")),
        replace(came, signature=other.sign(came.text.encode())),
        replace(came, signature=KEY.sign(came.text.encode())),  # of something that is no order
    ):
        with pytest.raises(OrderNotTaken) as refused:
            forged.check_signature(TRUST)
        assert refused.value.why is OrderRefusal.FORGED


@pytest.mark.parametrize(
    ("issued", "expires", "is_sure", "why"),
    [
        (NOW, NOW + 300, True, None),
        (NOW + 60, NOW + 90, True, None),
        (NOW - 299, NOW + 1, True, None),
        (NOW, NOW + 300, False, OrderRefusal.UNSURE_CLOCK),
        (NOW - 30, NOW, True, OrderRefusal.EXPIRED),
        (NOW, NOW + 301, True, OrderRefusal.LIVES_TOO_LONG),
        (NOW, NOW, True, OrderRefusal.LIVES_TOO_LONG),
        (NOW, NOW - 5, True, OrderRefusal.LIVES_TOO_LONG),
        (NOW + 61, NOW + 90, True, OrderRefusal.NOT_YET),
    ],
)
def test_an_order_is_of_its_moment(issued: float, expires: float, is_sure: bool, why: OrderRefusal | None) -> None:
    came = read_order(signed_order(replace(ORDER, issued=issued, expires=expires), KEY))
    if why is None:
        came.check_time(NOW, is_sure=is_sure)
        return
    with pytest.raises(OrderNotTaken) as refused:
        came.check_time(NOW, is_sure=is_sure)
    assert refused.value.why is why


def _payload(**changed: Any) -> bytes:
    return json.dumps({**json.loads(signed_order(ORDER, KEY)), **changed}).encode()


def _text(**changed: Any) -> bytes:
    return _payload(order=json.dumps({**json.loads(ORDER.text()), **changed}))


NONSENSE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 4000,
    b'{"a":' * 600,
    b"1" * 4000,
    _payload(more=1),
    _payload(key="zz"),
    _payload(key="00 11 22 33 44 55 66 77"),
    _payload(signature="?"),
    _payload(signature=base64.b64encode(b"short").decode()),
    _payload(order="\ud800"),
    _payload(order="[1]"),
    _payload(order=7),
    _payload(order=ORDER.text()[:-1] + ',"do":"lock"}'),
    _text(do="open_sesame"),
    _text(do=["release"]),
    _text(until=NOW),
    _text(id=""),
    _text(id="x" * 65),
    _text(id="a\nb"),
    _text(by=" "),
    _text(reason="r" * 301),
    _text(issued="now"),
    _text(issued=True),
    _text(issued=math.nan),
    _text(expires=math.inf),
    _text(expires=-1),
    _text(expires=10**400),
]


def test_what_is_no_order_is_said_to_be_none() -> None:
    for payload in NONSENSE:
        with pytest.raises(OrderNotTaken) as refused:
            read_order(payload)
        assert refused.value.why is OrderRefusal.UNREADABLE, payload[:60]
    with pytest.raises(OrderNotTaken) as refused:
        read_order(b" " * (MOST_ORDER_BYTES + 1))
    assert refused.value.why is OrderRefusal.TOO_LONG


def test_a_venue_signs_nothing_that_no_gate_would_take() -> None:
    for order in (
        replace(ORDER, do="lock"),
        replace(ORDER, id=""),
        replace(ORDER, expires=math.inf),
        replace(ORDER, do="out_of_service", fields={"text": "x" * 5000}),
    ):
        with pytest.raises(ValueError, match=r"until|id|JSON|text"):
            signed_order(order, KEY)


def test_an_answer_is_read_as_it_was_said_and_nonsense_is_refused() -> None:
    answer = OrderAnswer("east", "o-1", Fate.DONE, "released", "opened", NOW)
    assert read_answer(answer.packed()) == answer
    told = json.loads(answer.packed())
    for changed in (
        {"outcome": "perhaps"},
        {"at": "now"},
        {"at": 10**400},
        {"relay": "melted"},
        {"gate": ""},
        {"id": None},
    ):
        with pytest.raises(ValueError, match=r".+"):
            read_answer(json.dumps({**told, **changed}).encode())
