"""
What Home Assistant is told of a gate, so that it makes its device and entities by itself: one document, retained.

By its rules for MQTT discovery of a device: `dev` and `o` are there, each component has its `p` and `unique_id`, and
all read the gate's own topics. Nothing of it moves the gate: orders have to be signed, which Home Assistant cannot.
Where the house wants its buttons all the same, they speak to the venue, which signs what it lets Home Assistant wish
(`wishes.py`).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gate_controller import __version__
from gate_controller.admission.words.money import Currency
from gate_controller.shell.status import GateState
from gate_controller.shell.wishes import BUTTONS, LOCK, PRESSED, UNLOCK

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")


def object_id(gate_id: str) -> str:
    """Return what the gate is called in topics and ids of Home Assistant, which take fewer letters than the gate's."""
    return f"gate_{_NOT_IN_AN_ID.sub('_', gate_id)}"


_NOT_ALWAYS_THERE = MappingProxyType({"inside": "sensor", **dict.fromkeys(BUTTONS, "button"), "lock": "lock"})
"""What a gate has by its settings alone, and its platform."""


def with_removed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document that takes away what a gate does not have by its settings: it names no more than a platform."""
    gone = {name: {"p": platform} for name, platform in _NOT_ALWAYS_THERE.items() if name not in document["cmps"]}
    return {**document, "cmps": {**document["cmps"], **gone}}


def discovery(
    gate_id: str, name: str, root: str, currency: Currency, *, counts_people: bool, wishes: str = ""
) -> dict[str, Any]:
    """
    Return the document of a gate whose topics begin with `root`; `counts_people`: it knows how many are inside;
    `wishes`: where the topics begin that the venue takes Home Assistant's wishes by; empty: it has no buttons.
    """
    own = object_id(gate_id)

    def entity(what: str, platform: str, title: str, **more: Any) -> dict[str, Any]:
        return {
            "p": platform,
            "unique_id": f"{own}_{what}",
            "default_entity_id": f"{platform}.{own}_{what}".lower(),
            "name": title,
            **more,
        }

    status = {"state_topic": f"{root}/status"}
    components = {
        "state": entity(
            "state",
            "sensor",
            "State",
            device_class="enum",
            options=[state.value for state in GateState],
            value_template="{{ value_json.state }}",
            json_attributes_topic=f"{root}/status",
            **status,
        ),
        "needs": entity(
            "needs",
            "binary_sensor",
            "Needs somebody",
            device_class="problem",
            value_template="{{ 'ON' if value_json.needs else 'OFF' }}",
            **status,
        ),
        "open_items": entity(
            "open_items",
            "sensor",
            "Open items",
            state_class="measurement",
            value_template="{{ value_json.money.open_items }}",
            **status,
        ),
        "open_amount": entity(
            "open_amount",
            "sensor",
            "Amount of open items",
            device_class="monetary",
            unit_of_measurement=currency.value,
            value_template="{{ value_json.money.open_cents / 100 }}",
            entity_category="diagnostic",
            **status,
        ),
        "eguma": entity(
            "eguma",
            "binary_sensor",
            "E-GUMA",
            device_class="connectivity",
            value_template="{{ 'OFF' if value_json.eguma.trouble else 'ON' }}",
            entity_category="diagnostic",
            **status,
        ),
        "visit": entity(
            "visit",
            "event",
            "Visit",
            state_topic=f"{root}/visit",
            event_types=["admitted", "refused"],
        ),
    }
    if counts_people:
        components["inside"] = entity(
            "inside",
            "sensor",
            "People inside",
            state_class="measurement",
            value_template="{{ value_json.inside }}",
            **status,
        )
    if wishes:
        for wish, title in BUTTONS.items():
            topic = f"{wishes}/{wish}"
            components[wish] = entity(wish, "button", title, command_topic=topic, payload_press=PRESSED)
        components["lock"] = entity(
            "lock",
            "lock",
            "Lock",
            command_topic=f"{wishes}/lock",
            payload_lock=LOCK,
            payload_unlock=UNLOCK,
            value_template="{{ 'LOCKED' if value_json.state == 'locked' else 'UNLOCKED' }}",
            **status,
        )
    return {
        "dev": {"ids": [own], "name": name, "mf": "gate-controller", "mdl": "Admission gate", "sw": __version__},
        "o": {"name": "gate-controller", "sw": __version__},
        "cmps": components,
        "availability_topic": f"{root}/online",
        "payload_available": "online",
        "payload_not_available": "offline",
        "qos": 1,
    }
