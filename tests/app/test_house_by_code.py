"""A gate that joins a house by set-up codes before its scanner: real codes, a real house, a real broker."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.settings.provisioning import intake
from gate_controller.settings.provisioning.content import Content, HouseToJoin
from gate_controller.settings.provisioning.provisioned_state import PROVISIONED_FILE, read_provisioned
from gate_controller.settings.provisioning.venue_keys import key_line
from gate_controller.shell import house_request, provisioner
from gate_controller.shell.broker import trusting
from gate_controller.shell.joining import new_code
from gate_controller.simulator import Simulator
from gate_controller.venue.dynamic_security import DynamicAccounts
from tests.rig.dynamic_broker import DynamicBroker
from tests.rig.enrolling import Joinable
from tests.rig.gate import GateInProcess, running_gate
from tests.rig.ordering import Orderer
from tests.rig.page import free_port
from tests.rig.pins import Pins
from tests.rig.receiving import Certificate, self_signed
from tests.rig.venue import Codes, Venue, codes
from tests.rig.waiting import until

MAKER, STRANGER = Venue(), Venue()
GATE = "gate-under-test"
SERVICE_KEY = 5
LACKS = ("eguma.api_key", "admission.price_cents")
SOON_SECONDS = 0.2
"""As long as anybody reads here, where it is not about whoever does not."""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(house_request, "_PAUSES", (0.01,))
    monkeypatch.setattr(intake, "READING_SECONDS", SOON_SECONDS)
    monkeypatch.setattr(provisioner, "_READ_SECONDS", SOON_SECONDS)
    caplog.set_level("INFO")


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    path = tmp_path / "provisioning.keys"
    path.write_text(f"{key_line(MAKER.public, 'Museum')}\n")
    path.chmod(0o644)
    return path


@pytest.fixture
def house() -> Iterator[Joinable]:
    made = Joinable()
    with made.served():
        yield made


@asynccontextmanager
async def waiting_gate(
    state_dir: Path, pins: Pins, simulator: Simulator, keys_file: Path, **settings: Any
) -> AsyncIterator[GateInProcess]:
    lacking = {"lacks": LACKS, "provisioning__keys_file": keys_file, **settings}
    async with running_gate(state_dir, pins, simulator, **lacking) as gate:
        yield gate


@asynccontextmanager
async def serving(house: Joinable, certificate: Certificate) -> AsyncIterator[None]:
    served = house.served(certificate)
    await asyncio.to_thread(served.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(served.__exit__, None, None, None)


async def made(house: Joinable, *, code: str = "", gate: str = GATE, url: str = "", **changed: Any) -> Codes:
    letters = (code or await asyncio.to_thread(house.code, gate)).replace("-", "")
    now = int(time.time())
    maker = changed.pop("maker", MAKER)
    content = Content(changed.pop("settings", {}), house=HouseToJoin(url or house.url, letters))
    return codes(maker.sealed(content, maker.letter(**{"issued": now, "expires": now + 3600, **changed})))


def scan(gate: GateInProcess, of: Codes) -> None:
    for frame in (*of.parts, of.passphrase):
        gate.type(frame.text().encode() + b"\r")


async def read_what_is_shown() -> None:
    await asyncio.sleep(intake.READING_SECONDS)


def confirm(gate: GateInProcess, of: Codes) -> None:
    gate.type(of.confirmation.text().encode() + b"\r")


async def test_a_gate_that_is_shown_the_codes_of_a_house_joins_it_and_obeys_whom_root_has_named(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    keys_file: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = DynamicBroker(folder, certificate=self_signed(folder))
    await broker.start()
    accounts = DynamicAccounts(broker.as_venue)
    await accounts.prepare()
    assert broker.certificate is not None
    offer = {"host": "localhost", "port": broker.port, "tls": True, "ca": broker.certificate.file.read_text()}
    house = Joinable(accounts=accounts, offer=offer)
    try:
        async with serving(house, self_signed(tmp_path, "house")):  # a certificate that nobody trusts
            of = await made(house)
            async with waiting_gate(state_dir, pins, simulator, keys_file) as gate:
                scan(gate, of)
                await until(lambda: "provisioning=proposed" in caplog.text)
                assert house.book.gates == {}  # nothing is joined before that is confirmed
                await read_what_is_shown()
                confirm(gate, of)
                await until(gate.run.done)
        assert house.book.gates.keys() == {GATE}
        taken = read_provisioned(state_dir).settings
        password = str(taken["mqtt.password"])
        assert password not in caplog.text
        assert of.parts[0].text() not in caplog.text
        assert (state_dir / PROVISIONED_FILE).stat().st_mode & 0o777 == 0o600
        as_venue = broker.as_venue
        assert as_venue.password is not None
        venue = aiomqtt.Client(
            as_venue.host,
            as_venue.port,
            username=as_venue.user,
            password=as_venue.password.get_secret_value(),
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_context=trusting(as_venue),
        )
        orderer = Orderer(GATE, tmp_path / "order.keys")
        named: dict[str, Any] = {"mqtt__order_keys_file": orderer.file}
        by_root: dict[str, Any]
        for by_root in ({}, named):
            caplog.clear()
            async with running_gate(state_dir, pins, simulator, **by_root) as gate, venue:
                await until(lambda: "broker=reached" in caplog.text)
                await until(lambda: gate.app.board.machine().is_clock_sure)
                await venue.publish(f"gate-controller/{GATE}/order", orderer.order(), qos=1)
                if by_root:
                    await until(lambda: len(gate.pulses) == 1)
                else:  # what the house told of its keys is nothing to a gate that joins by codes
                    await gate.admit()
                    assert len(gate.pulses) == 1
                told = await gate.asked("settings")
                assert told["mqtt.host"]["origin"].startswith("provisioned by code")
                assert not told["mqtt.order_keys_file"]["origin"].startswith("provisioned by code")
    finally:
        broker.kill()


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("stranger", "no key that this gate trusts has signed it"),
        ("expired set", "it has expired"),
        ("unknown code", "the code is not known here"),
        ("withdrawn code", "the code is not known here"),
        ("used code", "the code was used by other"),
        ("late code", "which is over: have another one made"),
        ("away", "the house that it names is not reached"),
        ("other gate", "the house calls it west, and it is gate-under-test"),
        ("settings", "mqtt.host is set by argument"),
        ("bad certificate", "the certificate of the house's broker is none"),
        ("odd certificate", "the venue's answer has no usable ca"),
        ("bad port", "what the house tells of mqtt.port cannot be used"),
        ("bad host", "what the house tells of mqtt.host cannot be used"),
        ("no broker", "the venue's answer has no host"),
    ],
)
async def test_what_is_expired_used_or_wrong_is_refused_before_anything_is_joined(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    keys_file: Path,
    house: Joinable,
    what: str,
    why: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings: dict[str, Any] = {}
    now = int(time.time())
    match what:
        case "stranger":
            of = await made(house, maker=STRANGER)
        case "expired set":
            of = await made(house, issued=now - 7200, expires=now - 3600)
        case "unknown code":
            of = await made(house, code=new_code().text)
        case "withdrawn code":
            of = await made(house)
            house.book.kept.clear()
        case "used code":
            of = await made(house)
            [code] = house.book.kept.values()
            house.book.kept[code.name] = type(code)(
                **{**{name: getattr(code, name) for name in code.__slots__}, "used_at": house.now, "used_by": "other"}
            )
        case "late code":
            of = await made(house)
            house.now += 3601
        case "away":
            of = await made(house, url=f"http://127.0.0.1:{free_port()}")
        case "other gate":
            of = await made(house, gate="west")
        case "settings":
            settings = {"mqtt__host": "127.0.0.1", "mqtt__tls": False}
            of = await made(house)
        case _:
            wrong: dict[str, tuple[str, Any]] = {"bad port": ("port", [8883]), "odd certificate": ("ca", {"a": 1})}
            wrong |= {"bad certificate": ("ca", "nonsense"), "bad host": ("host", "a b"), "no broker": ("host", "")}
            house.offer.update([wrong[what]])
            of = await made(house)
    async with waiting_gate(state_dir, pins, simulator, keys_file, **settings) as gate:
        scan(gate, of)
        await until(lambda: why in caplog.text)
        await read_what_is_shown()
        confirm(gate, of)
        await until(lambda: caplog.text.count("provisioning=refused") >= 2)
        assert not gate.run.done()
    assert "provisioning=proposed" not in caplog.text
    assert "http://" not in caplog.text
    assert house.book.gates == {}
    assert not (state_dir / PROVISIONED_FILE).exists()
    assert list(state_dir.glob("house-*")) == []


async def test_a_gate_that_is_set_up_asks_no_house_without_its_service_key(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    keys_file: Path,
    house: Joinable,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of = await made(house, address=GATE)
    asked: list[bytes] = []
    answer = house.enrolment.answer

    async def counted(body: bytes) -> bytes:
        asked.append(body)
        return await answer(body)

    monkeypatch.setattr(house.enrolment, "answer", counted)
    settings: dict[str, Any] = {"provisioning__keys_file": keys_file, "service_key__pin": SERVICE_KEY}
    async with running_gate(state_dir, pins, simulator, **settings) as gate:
        scan(gate, of)
        await until(lambda: "the gate is set up: turn its service key first" in caplog.text)
        await gate.scanner_pauses()
        assert asked == []
        pins.connect(SERVICE_KEY)
        await until(lambda: Fault.SERVICE in gate.app.gate.faults)
        scan(gate, of)
        await until(lambda: "provisioning=proposed" in caplog.text)
        assert len(asked) == 1
    assert house.book.gates == {}


async def test_the_picture_on_the_page_of_a_house_is_no_code_for_the_gates_scanner(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    keys_file: Path,
    house: Joinable,
    caplog: pytest.LogCaptureFixture,
) -> None:
    code = await asyncio.to_thread(house.code, GATE)
    async with waiting_gate(state_dir, pins, simulator, keys_file) as gate:
        gate.scan(f"{house.url}#{code}")
        assert (await gate.verdict()).kind is MessageKind.NOT_A_VOUCHER
    assert house.book.gates == {}
    assert code not in caplog.text
    assert code.replace("-", "") not in caplog.text


async def test_a_confirmation_that_comes_before_the_house_has_answered_confirms_nothing(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    keys_file: Path,
    house: Joinable,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of = await made(house)
    begun, goes_on = threading.Event(), asyncio.Event()
    asked = house.enrolment.answer
    loop = asyncio.get_running_loop()

    async def slowly(body: bytes) -> bytes:
        begun.set()
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(goes_on.wait(), loop))
        return await asked(body)

    monkeypatch.setattr(house.enrolment, "answer", slowly)
    monkeypatch.setattr(provisioner, "_REPEAT_SECONDS", SOON_SECONDS / 2)
    async with waiting_gate(state_dir, pins, simulator, keys_file) as gate:
        scan(gate, of)
        await until(begun.is_set)
        await read_what_is_shown()
        confirm(gate, of)
        await gate.scanner_pauses()
        await asyncio.sleep(0.5)
        monkeypatch.setattr(intake, "READING_SECONDS", 10.0)  # a busy machine scans in less
        goes_on.set()
        await until(lambda: "provisioning=proposed" in caplog.text)
        confirm(gate, of)
        await until(lambda: "read what the gate shows" in caplog.text)
        assert house.book.gates == {}
        monkeypatch.setattr(intake, "READING_SECONDS", SOON_SECONDS)
        await read_what_is_shown()
        confirm(gate, of)
        await until(gate.run.done)
    assert house.book.gates.keys() == {GATE}


async def test_a_house_that_refuses_when_it_comes_to_joining_leaves_the_gate_as_it_was(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    keys_file: Path,
    house: Joinable,
    caplog: pytest.LogCaptureFixture,
) -> None:
    of = await made(house)
    async with waiting_gate(state_dir, pins, simulator, keys_file) as gate:
        scan(gate, of)
        await until(lambda: "provisioning=proposed" in caplog.text)
        house.now += 3601  # the hour ends while somebody reads
        await read_what_is_shown()
        confirm(gate, of)
        await until(lambda: "which is over: have another one made" in caplog.text)
        assert not gate.run.done()
        assert not (state_dir / PROVISIONED_FILE).exists()
        # Another code of the house, another set: it takes that.
        house.now -= 3601
        again = await made(house, serial=8)
        scan(gate, again)
        await until(lambda: "provisioning=proposed serial=8" in caplog.text)
        await read_what_is_shown()
        confirm(gate, again)
        await until(gate.run.done)
    assert read_provisioned(state_dir).settings["mqtt.user"] == GATE


async def test_another_house_takes_the_place_of_the_first_and_leaves_none_of_its_files(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    keys_file: Path,
    house: Joinable,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    authority = self_signed(tmp_path).file.read_text()
    for serial, offer in ((7, {"voucher_key": "v" * 40, "ca": authority}), (8, {"ca": authority}), (9, {})):
        caplog.clear()
        house.offer |= {"voucher_key": "", "ca": "", **offer}
        of = await made(house, serial=serial)
        async with waiting_gate(state_dir, pins, simulator, keys_file) as gate:
            scan(gate, of)
            await until(lambda: "provisioning=proposed" in caplog.text)
            await read_what_is_shown()
            confirm(gate, of)
            await until(gate.run.done)
        taken = read_provisioned(state_dir).settings
        assert ("mqtt.voucher_key" in taken) == ("voucher_key" in offer)
        assert [path.name for path in state_dir.glob("house-*")] == ([f"house-{serial}.pem"] if "ca" in offer else [])
        assert ("mqtt.ca_file" in taken) == ("ca" in offer)
