"""What a gate tells of itself: settings that gates of a group share, and vouchers by a name that tells no code."""

import os
from pathlib import Path

from gate_controller.settings import Settings, load_settings
from gate_controller.shell.gate_about import is_shared, settings_fingerprint
from gate_controller.shell.voucher_hash import voucher_hash

NOW = "2026-11-26 18:30"
USUAL = ("eguma.api_key=k3y-of-the-gate", "admission.price_cents=2500")


def _settings(*given: str) -> Settings:
    return load_settings(config=Path(os.devnull), overrides=(*USUAL, *given), environ={}).settings


def test_gates_that_are_set_alike_have_one_fingerprint_whatever_makes_each_its_own() -> None:
    one = settings_fingerprint(_settings("id=east"), NOW)
    for given in ("id=west", "relay.pin=5", "display.gate_name=West", "eguma.api_key=another-key", "web.port=0"):
        assert settings_fingerprint(_settings("id=east", given), NOW) == one, given
    for given in ("admission.price_cents=2600", "relay.pulse_seconds=2", "occupancy.limit=90", "log.level=debug"):
        assert settings_fingerprint(_settings("id=east", given), NOW) != one, given


def test_a_price_that_came_by_its_date_is_no_other_than_one_that_always_was() -> None:
    always = settings_fingerprint(_settings("admission.price_cents=3000"), NOW)
    earlier, later, future = (
        settings_fingerprint(_settings(f'price_changes=[{{"from":"{date}","price_cents":3000}}]'), NOW)
        for date in ("2026-01-01", "2026-11-26 18:30", "2026-11-26 18:31")
    )
    assert earlier == later == always != future


def test_no_secret_and_no_wiring_is_in_a_fingerprint() -> None:
    for name in ("eguma.api_key", "mqtt.password", "mqtt.voucher_key", "id", "relay.pin", "feedback.open_pin"):
        assert not is_shared(name)
    assert is_shared("admission.price_cents")


def test_a_voucher_has_one_name_however_it_is_typed_and_another_under_another_key() -> None:
    key = "k" * 32
    names = {voucher_hash(key, code) for code in ("L4FU5LQTKJR3", "l4fu-5lqt-kjr3", " L4FU 5LQT KJR3 ")}
    assert len(names) == 1
    assert len(names.pop()) == 16
    assert (
        voucher_hash("x" * 32, "L4FU5LQTKJR3") != voucher_hash(key, "L4FU5LQTKJR3") != voucher_hash(key, "L4FU5LQTKJR4")
    )
