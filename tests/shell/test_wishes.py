"""What Home Assistant may wish: buttons and a lock where the house wants them, and nothing that is no wish."""

import os
from pathlib import Path

import pytest

from gate_controller.admission.words.money import Currency
from gate_controller.settings import SettingsError, load_settings
from gate_controller.shell.home_assistant import discovery
from gate_controller.shell.signed_orders import FIELDS_OF
from gate_controller.shell.wishes import BUTTONS, LOCKED_SECONDS, read_wish

NOW = 1_800_000_000.0
ROOT = "gate-controller/east"


def _components(wishes: str) -> dict[str, dict[str, object]]:
    document = discovery("east", "East", ROOT, Currency.CHF, counts_people=False, wishes=wishes)
    return document["cmps"]  # type: ignore[no-any-return]


def test_without_being_wanted_nothing_speaks_to_anybody() -> None:
    assert not any("command_topic" in one for one in _components("").values())


def test_buttons_and_lock_speak_to_the_venue_and_never_to_the_gate() -> None:
    components = _components("gate-controller/venue/wish/east")
    speaking = {name: one for name, one in components.items() if "command_topic" in one}
    assert speaking.keys() == {*BUTTONS, "lock"}
    for name, one in speaking.items():
        assert one["command_topic"] == f"gate-controller/venue/wish/east/{name}"
        assert "retain" not in one  # Home Assistant's default: a command is kept by nobody
        assert one["p"] == ("lock" if name == "lock" else "button")
        pressed = [one[key] for key in ("payload_press", "payload_lock", "payload_unlock") if key in one]
        for payload in pressed:
            wish = read_wish(name, str(payload).encode(), NOW)
            assert wish is not None
            do, fields = wish
            assert FIELDS_OF[do] == fields.keys()
    unique = [one["unique_id"] for one in components.values()]
    assert len(unique) == len(set(unique))


def test_a_lock_ends_by_itself_and_nonsense_is_no_wish() -> None:
    assert read_wish("lock", b"LOCK", NOW) == ("lock", {"until": NOW + LOCKED_SECONDS})
    assert read_wish("lock", b"UNLOCK", NOW) == ("resume", {})
    for what, payload in (
        ("release", b""),
        ("release", b"press"),
        ("lock", b"PRESS"),
        ("set_price", b"PRESS"),
        ("", b""),
    ):
        assert read_wish(what, payload, NOW) is None


@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        (("mqtt.wishes=true",), "mqtt.wishes is on, and mqtt.order_keys_file is not set"),
        (
            ("mqtt.wishes=true", "mqtt.order_keys_file=/etc/keys", "mqtt.discovery=none"),
            "mqtt.wishes is on, and mqtt.discovery is none",
        ),
        (("mqtt.voucher_key=short",), "mqtt.voucher_key is no text of 32 to 1000 characters"),
    ],
)
def test_settings_that_would_give_nobody_a_button_are_mistakes(given: tuple[str, ...], mistake: str) -> None:
    usual = ("eguma.api_key=k3y-of-the-gate", "admission.price_cents=2500")
    with pytest.raises(SettingsError, match=mistake):
        load_settings(config=Path(os.devnull), overrides=(*usual, *given), environ={})
