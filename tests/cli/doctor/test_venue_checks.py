"""What the doctor says of a venue's broker and keys: a real Mosquitto, real files."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_controller.cli.doctor import venue_checks
from gate_controller.cli.doctor.patient import Patient
from gate_controller.settings.provisioning.venue_keys import key_id, key_line, shown_id
from tests.cli.doctor.machines import STATUS, lines, patient
from tests.rig import mosquitto
from tests.rig.dynamic_broker import dynamic_broker
from tests.rig.mosquitto import PASSWORD, RealBroker, broker
from tests.rig.page import free_port
from tests.rig.waiting import until

KEY = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
NAMED = "/etc/gate-controller/order.keys"


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[RealBroker]:
    async with broker(tmp_path, "east", "venue") as made:
        yield made


def gate(root: Path, port: int, **more: str) -> Patient:
    settings = {
        "GATE_ID": "east",
        "GATE_MQTT__HOST": "127.0.0.1",
        "GATE_MQTT__PORT": str(port),
        "GATE_MQTT__TLS": "false",
        "GATE_MQTT__USER": "east",
        "GATE_MQTT__PASSWORD": PASSWORD,
        "GATE_MQTT__ORDER_KEYS_FILE": NAMED,
    }
    return patient(root, settings={**settings, **more})


async def of_broker(someone: Patient) -> tuple[str, str, str]:
    [line] = await asyncio.to_thread(lambda: lines(venue_checks.broker(someone)))
    return line


def of_keys(root: Path, text: str | None) -> tuple[str, str, str]:
    someone = patient(root, {NAMED: text}, settings={"GATE_MQTT__ORDER_KEYS_FILE": NAMED})
    [line] = lines(venue_checks.order_keys(someone))
    return line


async def test_a_gate_without_a_venue_has_neither(tmp_path: Path) -> None:
    assert (await of_broker(patient(tmp_path)))[0] == "not here"
    [(verdict, _, _)] = lines(venue_checks.order_keys(patient(tmp_path)))
    assert verdict == "not here"


async def test_a_broker_that_lets_the_gate_in_is_ok_and_is_told_nothing_that_stays(
    tmp_path: Path, real: RealBroker
) -> None:
    async with real.follower("venue") as venue:
        verdict, seen, _ = await of_broker(gate(tmp_path / "root", real.port))
        assert (verdict, "orders" in seen) == ("ok", True)
        await until(lambda: [payload for _, payload, _ in venue.said] == [b""] * 2)
    async with real.follower("venue") as later:
        await asyncio.sleep(0.3)
        assert later.said == []


async def test_a_broker_whose_rules_withhold_orders_in_silence_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = mosquitto.ACL.read_text().replace("pattern read gate-controller/%u/order\n", "")
    (tmp_path / "old.acl").write_text(rules)
    monkeypatch.setattr(mosquitto, "ACL", tmp_path / "old.acl")
    async with broker(tmp_path, "east") as real:
        verdict, seen, remedy = await of_broker(gate(tmp_path / "root", real.port))
        assert (verdict, "mosquitto.acl" in remedy) == ("warn", True)
        assert "keeps from this gate what is sent to gate-controller/east/order" in seen
        assert "request" not in seen
        alone = gate(tmp_path / "root", real.port, GATE_MQTT__ORDER_KEYS_FILE="none")
        assert (await of_broker(alone))[0] == "ok"


async def test_a_broker_that_is_gone_or_knows_another_password_is_told_without_it(
    tmp_path: Path, real: RealBroker
) -> None:
    verdict, seen, remedy = await of_broker(gate(tmp_path / "root", real.port, GATE_MQTT__PASSWORD="wr0ng-pass"))
    assert (verdict, "mqtt.password" in remedy) == ("warn", True)
    assert "wr0ng-pass" not in seen
    verdict, seen, _ = await of_broker(gate(tmp_path / "root", free_port()))
    assert (verdict, "refused" in seen) == ("warn", True)


async def test_a_broker_that_refuses_what_the_gate_follows_is_told_with_the_topics(tmp_path: Path) -> None:
    async with dynamic_broker(tmp_path) as real:
        await real.let_follow("east", "gate-controller/east/request")
        verdict, seen, remedy = await of_broker(gate(tmp_path / "root", real.port))
    assert (verdict, "mosquitto.acl" in remedy) == ("warn", True)
    assert "does not let this gate follow gate-controller/east/order" in seen
    assert "request" not in seen


async def test_a_running_gate_is_asked_and_the_broker_left_alone(tmp_path: Path) -> None:
    someone = gate(tmp_path, free_port())
    someone.ask = lambda _: dict(STATUS)
    assert (await of_broker(someone))[0] == "ok"
    ailment = {"what": "broker", "why": "the broker 127.0.0.1 is not reached: Connection refused: see mqtt.host"}
    someone = gate(tmp_path, free_port())
    someone.ask = lambda _: {**STATUS, "missing": [ailment]}
    verdict, seen, remedy = await of_broker(someone)
    assert (verdict, remedy) == ("warn", "see mqtt.host")
    assert "Connection refused" in seen


async def test_a_gate_that_may_not_be_asked_is_not_thrown_out_of_its_broker(tmp_path: Path, real: RealBroker) -> None:
    someone = gate(tmp_path / "root", real.port)

    def may_not(_: str) -> Any:
        raise PermissionError

    someone.ask = may_not
    assert (await of_broker(someone))[0] == "not here"


def test_the_keys_that_count_are_told_by_their_names(tmp_path: Path) -> None:
    text = f"# the house\n{key_line(KEY, 'venue of the museum')}\nrevoked {shown_id(key_id(OTHER))}\n"
    verdict, seen, _ = of_keys(tmp_path, text)
    assert verdict == "ok"
    assert f"{shown_id(key_id(KEY))} venue of the museum" in seen
    assert f"revoked: {shown_id(key_id(OTHER))}" in seen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("", "names no key"),
        ("revoked 1d8f-ab5b-521d-ffe9\n", "names no key; revoked: 1d8f-ab5b-521d-ffe9"),
        ("ed25519 none-of-ours\n", "line 1"),
    ],
)
def test_a_file_by_which_no_order_counts_is_told(tmp_path: Path, text: str | None, said: str) -> None:
    verdict, seen, remedy = of_keys(tmp_path, text)
    assert verdict == "warn"
    assert said in seen
    assert remedy


def test_a_file_that_others_may_write_to_is_told_with_what_to_do(tmp_path: Path) -> None:
    of_keys(tmp_path, key_line(KEY, "venue"))
    (tmp_path / NAMED[1:]).chmod(0o666)
    verdict, seen, remedy = of_keys(tmp_path, key_line(KEY, "venue"))
    assert verdict == "warn"
    assert "can be written by others" in seen
    assert f"chmod 644 {NAMED}" in remedy


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_is_not_roots_or_that_the_gates_user_cannot_read_is_told(tmp_path: Path) -> None:
    of_keys(tmp_path, key_line(KEY, "venue"))
    file, state_dir = tmp_path / NAMED[1:], tmp_path / "var/lib/gate-controller"
    os.chown(file, 4711, 4711)
    verdict, seen, remedy = of_keys(tmp_path, key_line(KEY, "venue"))
    assert (verdict, "belongs to another user" in seen) == ("warn", True)
    assert f"chown root {NAMED}" in remedy
    os.chown(file, 0, 0)
    file.chmod(0o600)
    state_dir.mkdir(parents=True)
    os.chown(state_dir, 4711, 4711)
    verdict, seen, _ = of_keys(tmp_path, key_line(KEY, "venue"))
    assert (verdict, "gate's user" in seen) == ("warn", True)
