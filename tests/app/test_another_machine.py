"""A journal that came from another machine, and a key that is used elsewhere: the whole gate."""

import shutil
import time
from pathlib import Path

from gate_controller.admission.words.calls import Redemption
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.api import Api
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.gate import GOOD, PRICE, fault, open_items, running_gate
from tests.rig.pins import Pins
from tests.rig.simulator import KEY
from tests.rig.waiting import until

OTHER = "NTE4XC6QJM8R"


async def with_a_credit(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    """Let a gate end that holds a charge which nobody used."""
    async with running_gate(state_dir, pins, simulator, passage__pin=23, passage__seconds=0.3) as gate:
        gate.scan(GOOD)
        await gate.tells(["Intended", "Approved", "Redeemed", "ReleasedToSensor", "CreditOpened"])


async def test_a_copied_card_gives_nothing_back_and_opens_on_no_credit(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    await with_a_credit(state_dir, pins, simulator)
    async with running_gate(state_dir, pins, simulator, machine="another") as gate:
        [item] = open_items(state_dir)
        assert "another machine" in item.reason
        await gate.admit(GOOD)  # a new visitor, on a new charge
        first, second = (told.attempt for told in reversed(Reader(state_dir).page()))
        assert first[:4] != second[:4]
        assert gate.charged == 2 * PRICE
    async with running_gate(state_dir, pins, simulator, machine="another"):
        assert len(open_items(state_dir)) == 1  # it is this machine's by now


async def test_an_adopted_credit_opens_the_gate(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    await with_a_credit(state_dir, pins, simulator)
    async with running_gate(state_dir, pins, simulator, machine="another") as gate:
        assert await gate.asked("adopt", by="Anna") == 1
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
        assert gate.charged == PRICE


async def test_a_charge_that_the_journal_does_not_hold_is_told_and_the_gate_goes_on(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        await gate.admit(OTHER)
    elsewhere = Api(simulator.base_url, KEY)
    async with running_gate(state_dir, pins, simulator) as gate:
        redeemed = await elsewhere.redeem(VoucherCode(GOOD), Cents(1_000), "elsewhere1", time.monotonic() + 5.0)
        assert isinstance(redeemed, Redemption)
        await elsewhere.aclose()
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.REDEEM))
        gate.scan(OTHER)
        await until(lambda: any("used elsewhere" in ailment.why for ailment in gate.app.board.status().missing))
        assert gate.app.board.status().takes_scans


def put_back(backup: Path, state_dir: Path) -> None:
    """Put a backup in the place of a stopped gate's journal, as a person does who knows of one file."""
    shutil.copyfile(backup, state_dir / FILE_NAME)


async def test_a_backup_that_is_put_back_opens_on_no_credit_that_was_used_since(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    await with_a_credit(state_dir, pins, simulator)
    backup = tmp_path / "backup.sqlite3"
    Reader(state_dir).backup(backup)
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
    put_back(backup, state_dir)
    async with running_gate(state_dir, pins, simulator) as gate:
        [item] = open_items(state_dir)
        assert "an older copy" in item.reason
        await gate.admit(GOOD)  # a new visitor, on a new charge
        assert gate.charged == 2 * PRICE
