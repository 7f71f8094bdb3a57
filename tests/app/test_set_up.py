"""A gate that is set up by codes before its scanner: the real process from nothing to its first visitor; who may."""

import asyncio
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.settings.provisioning import intake
from gate_controller.settings.provisioning.content import Content, Network, PageUser
from gate_controller.settings.provisioning.provisioned_state import PROVISIONED_FILE, read_provisioned
from gate_controller.settings.provisioning.venue_keys import key_line
from gate_controller.shell import provisioner
from gate_controller.shell.provisioner import PENDING_FILE
from gate_controller.simulator import FaultKind, Simulator
from tests.rig.gate import GOOD, PRICE, charged, fault, running_gate
from tests.rig.gate_process import GateProcess, gate_process
from tests.rig.pins import Pins
from tests.rig.scanner import PtyScanner
from tests.rig.simulator import KEY
from tests.rig.venue import PASSPHRASE, Codes, Venue, codes
from tests.rig.waiting import until

VENUE = Venue()
SERVICE_KEY = 5
LACKS = ("eguma.api_key", "admission.price_cents")
HASH = "$argon2id$v=19$m=19456,t=2,p=1$zuvSNiFtr0AAic47IjHMTw$BXsVRHZrZnbMHEIxCiZw4KJNBOXKulXPGnZyAgaK984"
SETTINGS = {"id": "east", "admission.price_cents": PRICE, "eguma.api_key": KEY}
WHOLE = Content(SETTINGS, (Network("Museum", "wifi-passphrase", country="CH"),), (PageUser("Anna", "staff", HASH),))


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    path = tmp_path / "provisioning.keys"
    path.write_text(f"{key_line(VENUE.public, 'Museum')}\n")
    path.chmod(0o644)
    return path


def made(content: Content = WHOLE, *, address: str = "", serial: int = 7, venue: Venue = VENUE) -> Codes:
    now = int(time.time())
    letter = venue.letter(issued=now, expires=now + 3600, address=address, serial=serial)
    return codes(venue.sealed(content, letter))


async def scan_all(scanner: PtyScanner, gate: GateProcess, of: Codes) -> None:
    for part in of.parts:
        scanner.type(part.text().encode() + b"\r")
    scanner.type(of.passphrase.text().encode() + b"\r")
    await gate.logs("provisioning=proposed")
    await asyncio.sleep(intake.READING_SECONDS)  # what a person takes to read it: sooner is no confirmation
    scanner.type(of.confirmation.text().encode() + b"\r")


async def test_a_gate_with_nothing_but_a_venues_key_is_set_up_by_its_scanner_and_serves(
    state_dir: Path, plugged: PtyScanner, simulator: Simulator, keys_file: Path
) -> None:
    nothing: dict[str, Any] = {
        "id": None, "eguma__api_key": None, "admission__price_cents": None, "provisioning__keys_file": keys_file,
    }  # fmt: skip
    of = made()
    with gate_process(state_dir, simulator, plugged, **nothing) as gate:
        await until(lambda: "waits to be set up" in gate.said)
        plugged.type(GOOD.encode() + b"\r")
        await gate.logs("verdict=refused reason=out_of_service fault=unprovisioned")
        await scan_all(plugged, gate, of)
        assert await gate.ended() == 0
        log = gate.log
    assert "provisioning=taken serial=7" in log
    for secret in (KEY, "wifi-passphrase", HASH, PASSPHRASE.decode(), GOOD):
        assert secret not in log
    assert [record.path for record in simulator.requests] == []
    assert (state_dir / PROVISIONED_FILE).stat().st_mode & 0o777 == 0o600
    assert (state_dir / PENDING_FILE).stat().st_mode & 0o777 == 0o600
    assert "wifi-passphrase" not in (state_dir / PROVISIONED_FILE).read_text()

    with gate_process(state_dir, simulator, plugged, **nothing) as gate:
        await gate.ready()
        assert "ready gate=east" in gate.said
        plugged.type(GOOD.encode() + b"\r")
        await until(lambda: charged(simulator) == PRICE)
        await until(lambda: bool(gate.story()) and gate.story()[0][-1] == "Released")
        await asyncio.sleep(0.3)  # as between two readings: what comes at once is the rest of the first
        # Set up, and without a service key: the same codes are refused, and nothing changes.
        plugged.type(of.parts[0].text().encode() + b"\r")
        await gate.logs("provisioning=refused why='the gate takes none just now' what='the gate is set up")
        gate.send(signal.SIGTERM)
        assert await gate.ended() == 0


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (made(venue=Venue()), "no key that this gate trusts has signed it"),
        (made(address="west"), "it is for another gate"),
        (made(Content({"admission.second_price_cents": 900})), "admission.second_price_cents is set by argument"),
        (made(Content({"display.gate_name": "Nord", "admission.currency": "EUR"})), ""),
    ],
)
async def test_a_gate_that_waits_takes_no_codes_that_are_not_for_it(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    keys_file: Path,
    of: Codes,
    why: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    settings: dict[str, Any] = {"provisioning__keys_file": keys_file, "admission__second_price_cents": 800}
    async with running_gate(state_dir, pins, simulator, lacks=LACKS, **settings) as gate:
        gate.scan(GOOD)
        assert (await gate.verdict()).message.fault is Fault.UNPROVISIONED
        for frame in (*of.parts, of.passphrase):
            gate.type(frame.text().encode() + b"\r")
        await until(lambda: (why or "provisioning=proposed") in caplog.text)
        assert set(gate.app.gate.faults) == {Fault.UNPROVISIONED}
        assert gate.ready_lines[0].startswith("waits to be set up")
    assert not (state_dir / PROVISIONED_FILE).exists()
    assert not simulator.requests


async def test_a_gate_that_is_set_up_takes_codes_only_with_its_service_key_turned_and_nobody_served(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    keys_file: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "READING_SECONDS", 0.2)
    monkeypatch.setattr(provisioner, "_READ_SECONDS", 0.2)
    caplog.set_level("INFO")
    of = made(Content({"display.gate_name": "Nord"}), address="gate-under-test")
    settings: dict[str, Any] = {"provisioning__keys_file": keys_file, "service_key__pin": SERVICE_KEY}
    async with running_gate(state_dir, pins, simulator, **settings) as gate:
        gate.scan(of.parts[0].text())
        assert (await gate.verdict()).kind is MessageKind.NOT_A_VOUCHER
        await until(lambda: "the gate is set up: turn its service key first" in caplog.text)
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.5))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        pins.connect(SERVICE_KEY)
        await until(lambda: Fault.SERVICE in gate.app.gate.faults)
        gate.type(of.parts[0].text().encode() + b"\r")
        await until(lambda: "what='a visitor is being served'" in caplog.text)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED
        await gate.lane_is_free()
        for frame in (*of.parts, of.passphrase):
            gate.type(frame.text().encode() + b"\r")
        await until(lambda: "provisioning=proposed" in caplog.text)
        await asyncio.sleep(intake.READING_SECONDS)
        assert not (state_dir / PROVISIONED_FILE).exists()
        gate.type(of.confirmation.text().encode() + b"\r")
        await until(gate.run.done)
        assert gate.charged == PRICE
        assert gate.books_agree()
    assert read_provisioned(state_dir).settings == {"display.gate_name": "Nord"}
    assert read_provisioned(state_dir).serial == 7


async def test_a_file_of_keys_that_others_can_write_counts_for_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator, keys_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys_file.chmod(0o666)
    of = made()
    async with running_gate(state_dir, pins, simulator, lacks=LACKS, provisioning__keys_file=keys_file) as gate:
        for part in of.parts:
            gate.type(part.text().encode() + b"\r")
        await until(lambda: "can be written by others than its owner" in caplog.text)
