"""From a barcode to an open gate: real sockets, a real pty, real SQLite files, gpiozero's mock pins."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gate_controller.admission.facts import Intended, Redeemed, Released
from gate_controller.admission.messages import Fault as GateFault
from gate_controller.admission.messages import MessageKind, MoneyFate
from gate_controller.eguma.simulator import Simulator
from gate_controller.eguma.simulator.faults import Endpoint, Fault, FaultKind
from gate_controller.journal.reader import Reader
from tests.rig.waiting import until
from tests.rig.whole_gate import PRICE, Gate, running_gate

GOOD = "L4FU5LQTKJR3"


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    async with running_gate(tmp_path) as one:
        yield one


async def test_a_good_voucher_is_charged_once_and_opens_the_gate_once(gate: Gate) -> None:
    message, text = await gate.verdict(GOOD)
    await gate.lane_is_free()

    assert message.kind is MessageKind.ADMITTED
    assert text.money == "CHF\u00a025.00 charged, CHF\u00a0475.00 left."
    assert gate.charged == PRICE
    (pulse,) = gate.releases
    assert 0.1 <= pulse < 0.2
    assert [type(fact) for fact in gate.facts(message.incident)] == [Intended, Redeemed, Released]


async def test_the_lamps_tell_checking_then_admitted_then_nothing(gate: Gate) -> None:
    await gate.verdict(GOOD)
    await gate.shows(MessageKind.IDLE)

    lamps = gate.settings.lamps
    assert lamps.yellow_pin is not None
    assert lamps.green_pin is not None
    (yellow,) = (edge for edge in gate.pins.edges(lamps.yellow_pin) if edge.high)
    (green,) = (edge for edge in gate.pins.edges(lamps.green_pin) if edge.high)
    assert yellow.at < green.at
    assert not any(gate.pins.is_high(pin) for pin in (lamps.yellow_pin, lamps.green_pin, lamps.red_pin or 0))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (GOOD, MessageKind.ADMITTED),
        ("LWB4HK7T2MNQ", MessageKind.BALANCE_TOO_LOW),
        ("USD7PV3XK9RA", MessageKind.NOT_REDEEMABLE),
        ("NPD2QX8LFT5W", MessageKind.NOT_REDEEMABLE),
        ("PRF9WJ4CYH6K", MessageKind.NOT_REDEEMABLE),
        ("DLT3ZR7MBG5X", MessageKind.NOT_REDEEMABLE),
        ("EXP6NT2VKD8Q", MessageKind.ADMITTED),
        ("MSN5YF9HLX3C", MessageKind.BALANCE_TOO_LOW),
        ("PKG8BT4RWQ2J", MessageKind.BALANCE_TOO_LOW),
        ("42", MessageKind.ADMITTED),
        ("43", MessageKind.ADMITTED),
        ("NTE4XC6QJM8R", MessageKind.ADMITTED),
        ("UNC9LH2WTF7B", MessageKind.ADMITTED),
        ("EUR3MV8KZQ6T", MessageKind.WRONG_CURRENCY),
        ("NFD2KR6WPX4M", MessageKind.NOT_REDEEMABLE),
    ],
)
async def test_every_sample_voucher_gets_its_verdict(gate: Gate, code: str, kind: MessageKind) -> None:
    message, text = await gate.verdict(code)

    assert message.kind is kind
    assert text.money
    assert gate.charged == (PRICE if kind is MessageKind.ADMITTED else 0)


async def test_egumas_own_words_are_shown_as_they_are(gate: Gate) -> None:
    _, text = await gate.verdict("NPD2QX8LFT5W")

    assert text.detail == "The voucher can not be redeemed, as it has not been paid."


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x00" * 8,
        b"\xff" * 12,
        "Grüezi mitenand ä€".encode(),
        b"'; DROP TABLE vouchers;--",
        b"../../etc/passwd",
        b"https://example.org/v/L4FU5LQTKJR3",
        b"X" * 5000,
    ],
)
async def test_bad_input_is_no_voucher_costs_no_request_and_the_next_scan_works(gate: Gate, frame: bytes) -> None:
    message, text = await gate.verdict(frame)

    assert message.kind is MessageKind.NOT_A_VOUCHER
    assert text.money == "Not charged."
    assert gate.requests == []
    assert (await gate.verdict(GOOD))[0].kind is MessageKind.ADMITTED


async def test_5000_bytes_without_an_end_are_refused_before_they_end(gate: Gate) -> None:
    message, _ = await gate.verdict(b"X" * 5000, end=b"")

    assert message.kind is MessageKind.NOT_A_VOUCHER


async def test_a_scan_may_end_in_silence(gate: Gate) -> None:
    message, _ = await gate.verdict(GOOD, end=b"")

    assert message.kind is MessageKind.ADMITTED


async def test_one_frame_in_ten_reads_is_one_scan(gate: Gate) -> None:
    for byte in f"{GOOD}\r".encode():
        gate.scanner.type(bytes([byte]))
        await asyncio.sleep(0)
    await until(lambda: bool(gate.verdicts))

    assert [message.kind for message, _ in gate.verdicts] == [MessageKind.ADMITTED]


async def test_two_frames_in_one_read_are_two_scans_and_the_second_waits_for_the_lane(gate: Gate) -> None:
    gate.scanner.type(f"{GOOD}\rLWB4HK7T2MNQ\r".encode())
    await until(lambda: len(gate.verdicts) == 2)

    assert [message.kind for message, _ in gate.verdicts] == [MessageKind.ADMITTED, MessageKind.BALANCE_TOO_LOW]
    assert MessageKind.ONE_MOMENT in gate.kinds


async def test_the_same_code_during_its_own_check_is_charged_once(gate: Gate) -> None:
    gate.scanner.type(f"{GOOD}\r{GOOD}\r{GOOD}\r".encode())
    await until(lambda: bool(gate.verdicts))
    await gate.lane_is_free()

    assert gate.charged == PRICE


async def test_just_after_an_admission_the_same_code_is_told_so(tmp_path: Path) -> None:
    async with running_gate(tmp_path, admission__repeat_seconds="5") as gate:
        await gate.verdict(GOOD)
        message, text = await gate.verdict(GOOD)

        assert message.kind is MessageKind.ALREADY_ADMITTED
        assert text.money == "Not charged again."
        assert gate.charged == PRICE


async def test_several_people_may_enter_on_one_voucher(gate: Gate) -> None:
    for _ in range(3):
        assert (await gate.verdict(GOOD))[0].kind is MessageKind.ADMITTED
        await gate.lane_is_free()

    assert gate.charged == 3 * PRICE
    assert len(gate.releases) == 3


FAULTS = {
    "hang": Fault(FaultKind.HANG, Endpoint.REDEEM),
    "hang after the effect": Fault(FaultKind.HANG, Endpoint.REDEEM, effect=True),
    "reset": Fault(FaultKind.RESET, Endpoint.REDEEM),
    "reset after the effect": Fault(FaultKind.RESET, Endpoint.REDEEM, effect=True),
    "late effect": Fault(FaultKind.LATE, Endpoint.REDEEM, delay_seconds=2.0),
    "500": Fault(FaultKind.STATUS, Endpoint.REDEEM, status=500),
    "500 after the effect": Fault(FaultKind.STATUS, Endpoint.REDEEM, status=500, effect=True),
    "502 after the effect": Fault(FaultKind.STATUS, Endpoint.REDEEM, status=502, effect=True),
    "503": Fault(FaultKind.STATUS, Endpoint.REDEEM, status=503),
    "408 after the effect": Fault(FaultKind.STATUS, Endpoint.REDEEM, status=408, effect=True),
    "HTML": Fault(FaultKind.HTML, Endpoint.REDEEM),
    "broken JSON": Fault(FaultKind.BROKEN_JSON, Endpoint.REDEEM),
    "an empty answer": Fault(FaultKind.EMPTY, Endpoint.REDEEM),
    "a dripping answer": Fault(FaultKind.DRIP, Endpoint.REDEEM, interval_seconds=0.3),
    "a truncated answer": Fault(FaultKind.TRUNCATED, Endpoint.REDEEM),
    "another voucher's code": Fault(FaultKind.WRONG_CODE, Endpoint.REDEEM),
    "no token": Fault(FaultKind.MISSING_TOKEN, Endpoint.REDEEM),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_redemption_with_a_lost_answer_is_looked_up_and_never_charged_twice(
    tmp_path: Path, fault: Fault
) -> None:
    user = "0a7a3c1e-0000-4000-8000-000000000001"
    async with running_gate(tmp_path, eguma__user_id=user, admission__settle_seconds="3") as gate:
        gate.simulator.faults.add(fault)
        message, text = await gate.verdict(GOOD, seconds=3)
        assert text.money
        await until(lambda: gate.records[0].standing == "closed" or gate.records[0].stands == "credit", seconds=15)

        await gate.lane_is_free()
        stands, charges = gate.records[0].stands, gate.charged // PRICE
        redeems = [path for path in gate.requests if path.endswith("redeem.json")]
        assert len(redeems) == 1
        assert (stands, charges, len(gate.releases)) in {("admitted", 1, 1), ("not charged", 0, 0), ("credit", 1, 0)}
        assert (message.kind is MessageKind.ADMITTED) is (stands == "admitted")


@pytest.mark.parametrize("status", [400, 404, 429])
async def test_a_refused_redemption_charges_nothing_and_says_so(gate: Gate, status: int) -> None:
    gate.simulator.faults.add(Fault(FaultKind.STATUS, Endpoint.REDEEM, status=status, body="Not today."))

    message, text = await gate.verdict(GOOD)

    assert message.kind is MessageKind.REFUSED_BY_EGUMA
    assert (text.detail, text.money) == ("Not today.", "Not charged.")
    assert (gate.charged, gate.releases) == (0, [])


async def test_a_balance_that_fails_now_and_then_is_asked_again(gate: Gate) -> None:
    gate.simulator.faults.add(Fault(FaultKind.STATUS, Endpoint.BALANCE, status=503))
    gate.simulator.faults.add(Fault(FaultKind.RESET, Endpoint.BALANCE))

    assert (await gate.verdict(GOOD))[0].kind is MessageKind.ADMITTED


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.RESET, FaultKind.HTML, FaultKind.DRIP])
async def test_a_verdict_comes_in_time_whatever_the_server_does(gate: Gate, kind: FaultKind) -> None:
    gate.simulator.faults.add(Fault(kind, Endpoint.ANY, times=None))

    message, text = await gate.verdict(GOOD, seconds=gate.settings.admission.verdict_seconds + 0.2)

    assert message.kind is MessageKind.UNREACHABLE
    assert text.money == "Not charged."


async def test_without_a_server_nobody_is_charged_and_everybody_is_told(tmp_path: Path) -> None:
    simulator = Simulator()
    await simulator.start()
    async with running_gate(tmp_path, simulator=simulator) as gate:
        await simulator.stop()

        assert (await gate.verdict(GOOD))[0].kind is MessageKind.UNREACHABLE


async def test_a_key_that_is_not_accepted_puts_the_gate_out_of_service(tmp_path: Path) -> None:
    async with running_gate(tmp_path, eguma__api_key="wrong-key-of-nobody", wait=False) as gate:
        await until(lambda: set(gate.app.gate.faults) == {GateFault.KEY})
        message, _ = await gate.verdict(GOOD)

        assert message.kind is MessageKind.REFUSED_OUT_OF_SERVICE
        assert message.fault is GateFault.KEY
        assert gate.releases == []


async def test_a_scan_after_unplugging_is_not_taken_and_one_after_plugging_in_is(gate: Gate) -> None:
    gate.scanner.unplug()
    await gate.shows(MessageKind.OUT_OF_SERVICE)
    assert gate.shown[-1][0].fault is GateFault.SCANNER

    gate.scanner.replug()
    await gate.shows(MessageKind.IDLE)

    assert (await gate.verdict(GOOD))[0].kind is MessageKind.ADMITTED


async def test_a_relay_that_fails_after_the_charge_leaves_a_credit_that_opens_the_mended_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate_controller.app.RELAY_RETRY_SECONDS", 0.2)
    async with running_gate(tmp_path) as gate:
        gate.pins.break_pin(gate.settings.relay.pin)
        message, text = await gate.verdict(GOOD)
        assert message.kind is MessageKind.PAID_BUT_SHUT
        assert "Good for one admission" in text.money
        gate.pins.mend(gate.settings.relay.pin)
        await gate.shows(MessageKind.IDLE)

        again, _ = await gate.verdict(GOOD)

        assert again.kind is MessageKind.ADMITTED_ON_CREDIT
        assert gate.charged == PRICE


async def test_a_charge_found_late_opens_the_gate_on_the_next_scan(tmp_path: Path) -> None:
    async with running_gate(tmp_path) as gate:
        faults = gate.simulator.faults
        faults.add(Fault(FaultKind.HANG, Endpoint.REDEEM, effect=True))
        faults.add(Fault(FaultKind.STATUS, Endpoint.REDEMPTIONS, status=403, times=None))
        faults.add(Fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, skip=1, times=None))
        message, _ = await gate.verdict(GOOD)
        assert message.kind is MessageKind.BEING_CHECKED
        faults.clear()

        await until(lambda: gate.records[0].stands == "credit", seconds=15)
        again, text = await gate.verdict(GOOD)

        assert again.kind is MessageKind.ADMITTED_ON_CREDIT
        assert text.money == "Not charged again."
        assert gate.charged == PRICE


async def test_nobody_passes_and_the_credit_lapses_into_a_refund(tmp_path: Path) -> None:
    async with running_gate(
        tmp_path, passage__pin="23", passage__seconds="0.3", admission__credit_minutes="0.005"
    ) as gate:
        await gate.verdict(GOOD)
        await gate.shows(MessageKind.NOBODY_PASSED)
        await until(lambda: gate.records[0].stands == "refunded")

        assert gate.charged == 0


async def test_passage_closes_the_attempt_and_a_second_person_is_recorded(tmp_path: Path) -> None:
    async with running_gate(tmp_path, passage__pin="23", passage__seconds="5") as gate:
        message, _ = await gate.verdict(GOOD)
        sensor = gate.pins.pin(23)
        sensor.drive_low()
        await until(lambda: gate.records[0].stands == "admitted")
        sensor.drive_high()
        await asyncio.sleep(0.1)  # the sensor's own quiet time
        sensor.drive_low()
        await until(lambda: gate.records[0].stands == "stray passage")

        assert gate.records[1].incident == message.incident
        assert gate.charged == PRICE


async def test_a_gate_that_cannot_write_its_journal_takes_no_money_and_says_why(tmp_path: Path) -> None:
    async with running_gate(tmp_path) as gate:
        store = gate.app._journal._store
        assert store is not None
        store._db.execute("PRAGMA query_only = ON")

        message, _ = await gate.verdict(GOOD)

        assert message.kind is MessageKind.REFUSED_OUT_OF_SERVICE
        assert message.fault is GateFault.JOURNAL
        assert "redeem.json" not in "".join(gate.requests)
        assert "journal" in gate.app.gate.faults[GateFault.JOURNAL]


async def test_a_redemption_that_cannot_be_written_is_cancelled_at_once(tmp_path: Path) -> None:
    async with running_gate(tmp_path) as gate:
        gate.simulator.faults.add(Fault(FaultKind.DELAY, Endpoint.REDEEM, delay_seconds=0.3))
        await gate.scan(GOOD)
        await until(lambda: gate.charged == PRICE)
        store = gate.app._journal._store
        assert store is not None
        store._db.execute("PRAGMA query_only = ON")
        await until(lambda: bool(gate.verdicts))

        message, text = gate.verdicts[0]
        assert message.kind is MessageKind.CHARGE_CANCELLED
        assert text.money == "CHF\u00a025.00 charged and given back."
        assert (gate.charged, gate.releases) == (0, [])


async def test_a_journal_that_is_in_use_is_named_and_the_gate_waits_for_it(tmp_path: Path) -> None:
    async with running_gate(tmp_path), running_gate(tmp_path, wait=False) as second:
        await until(lambda: GateFault.JOURNAL in second.app.gate.faults)

        assert "another gate-controller is using this journal" in second.app.gate.faults[GateFault.JOURNAL]


async def test_everything_is_at_rest_after_the_end(tmp_path: Path) -> None:
    async with running_gate(tmp_path, relay__pulse_seconds="5") as gate:
        await gate.verdict(GOOD)
        gate.app.stop()
        gate.app.stop()
        lamps = gate.settings.lamps
        pins = [gate.settings.relay.pin, lamps.green_pin or 0, lamps.red_pin or 0, lamps.yellow_pin or 0]
        await until(lambda: not any(gate.pins.is_high(pin) for pin in pins if pin))

    assert gate.exit_code == 0


async def test_a_stop_in_the_middle_of_a_check_serves_the_visitor_first(tmp_path: Path) -> None:
    async with running_gate(tmp_path) as gate:
        gate.simulator.faults.add(Fault(FaultKind.DELAY, Endpoint.BALANCE, delay_seconds=0.3))
        await gate.scan(GOOD)
        await gate.shows(MessageKind.CHECKING)
        gate.app.stop()
        await until(lambda: len(gate.releases) == 1)

        assert gate.verdicts[-1][0].kind is MessageKind.ADMITTED
        assert 0.1 <= gate.releases[0] < 0.2


async def test_an_error_nobody_foresaw_ends_the_gate_with_the_relay_at_rest(tmp_path: Path) -> None:
    async with running_gate(tmp_path, relay__pulse_seconds="5") as gate:
        await gate.verdict(GOOD)
        gate.app._runner.post("not an event")  # type: ignore[arg-type]  # that is the error
        await until(lambda: not gate.pins.is_high(gate.settings.relay.pin))

    assert gate.exit_code == 70


async def test_every_verdict_says_what_happened_to_the_money(gate: Gate) -> None:
    for code in (GOOD, "LWB4HK7T2MNQ", "hello"):
        await gate.verdict(code)
        await gate.lane_is_free()

    assert all(text.money for message, text in gate.shown if message.fate is not MoneyFate.NOTHING_YET)
    assert Reader(gate.settings.state_dir).verify() == []
