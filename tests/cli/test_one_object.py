"""What the fourteen commands of vouchers, tickets, receipts and closings print for programs: one object, always."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.cli.test_errands import command, left_on
from tests.cli.test_errands import told as told_by
from tests.rig.command import PROGRAM, STYLE, environment
from tests.rig.fake_printer import network_printer
from tests.rig.forked import gate_controller
from tests.rig.gate import GOOD, fault, running_gate
from tests.rig.gate_process import gate_process
from tests.rig.pins import Pins
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until

NUMBER = "1000000000000000001"

BAD_INPUT = [
    "voucher balance L4FU",
    "voucher balance",
    "voucher info https://example.org",
    "voucher void KRVG --reason why",
    "voucher void KRVG1",
    "voucher void KRVG1 --amount-cents 12.50 --reason why",
    "voucher charge L4FU5LQTKJR3 --amount-cents 0",
    "voucher charge L4FU5LQTKJR3 --amount-cents 1000000000",
    "voucher charge L4FU5LQTKJR3 --amount-cents 500 --payment-id \x07",
    "depot status 42",
    "depot sell L4FU5LQTKJR3 --amount-cents -1",
    "depot void L4FU5LQTKJR3 --reason \t",
    "depot void L4FU5LQTKJR3",
    "ticket info 100000000000000001",
    "ticket checkin 10000000000000000001",
    "ticket checkout",
    "receipt print KRVG",
    "receipt show KRVG",
    "journal close --date 2026-02-30",
    "journal close",
]


@pytest.mark.parametrize("line", BAD_INPUT)
async def test_bad_input_is_an_object_and_code_2_beside_a_running_gate(
    line: str, state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        answer = await command(state_dir, *line.split(" "), "--json", base_url=simulator.base_url, by="")
        assert answer.returncode == 2, answer.stderr
        told = told_by(answer)
        assert told["outcome"] == "refused"
        assert f"{STYLE}error: {told['message']}\n" == answer.stderr
        assert gate.records == []


@pytest.mark.parametrize(
    "line",
    [
        "receipt show 0000Z",
        "receipt print 0000Z",
        "journal close --date 2999-01-01",
        "voucher void 0000Z --reason why",
    ],
)
def test_a_no_of_the_gate_is_an_object_and_code_1(line: str, tmp_path: Path) -> None:
    answer = gate_controller(*line.split(), "--json", cwd=tmp_path, GATE_STATE_DIR=str(tmp_path))
    assert answer.returncode == 1
    told: dict[str, Any] = json.loads(answer.stdout)
    assert told["outcome"] == "refused"
    assert told["message"] in answer.stderr


async def test_a_voucher_that_cannot_be_redeemed_is_printed_as_such(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    with network_printer() as (printer, port):
        way: dict[str, Any] = {"printer__driver": "network", "printer__host": "127.0.0.1", "printer__tcp_port": port}
        async with running_gate(state_dir, pins, simulator, **way, printer__languages="en"):
            line = ("voucher", "info", "NPD2QX8LFT5W", "--print")
            answer = await command(state_dir, *line, base_url=simulator.base_url, by="")
    assert answer.returncode == 0, answer.stderr
    [paper] = (" ".join(each.split()) for each in printer.receipts)
    assert "Cannot be redeemed The voucher can not be redeemed, as it has not been paid. Balance" in paper


async def test_what_could_not_be_printed_is_in_the_one_object(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    with network_printer() as (printer, port):
        printer.has_paper = False
        way: dict[str, Any] = {"printer__driver": "network", "printer__host": "127.0.0.1", "printer__tcp_port": port}
        async with running_gate(state_dir, pins, simulator, **way):
            line = ("voucher", "info", GOOD, "--print", "--json")
            answer = await command(state_dir, *line, base_url=simulator.base_url, by="")
    told = told_by(answer)
    assert (answer.returncode, told["outcome"], told["voucher_code"]) == (1, "refused", GOOD)
    assert "out of paper" in told["message"]
    assert "out of paper" in answer.stderr


async def test_a_balance_that_is_not_told_is_an_object_too(tmp_path: Path, simulator: Simulator) -> None:
    simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=400, body="Nein."))
    refused = await command(tmp_path, "voucher", "balance", GOOD, "--json", base_url=simulator.base_url, by="")
    unknown = await command(tmp_path, "voucher", "balance", GOOD, "--json", base_url="http://127.0.0.1:9", by="")
    assert [(each.returncode, told_by(each)["outcome"]) for each in (refused, unknown)] == [
        (3, "refused"),
        (3, "unknown"),
    ]


async def test_an_order_that_is_interrupted_leaves_its_incident_code(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.HANG, Endpoint.CHARGE, effect=True))
        line = ("voucher", "charge", GOOD, "--amount-cents", "500", "--json", "--by", "Anna")
        ordering = await asyncio.create_subprocess_exec(
            *(PROGRAM, *line, "--set", f"state_dir={state_dir}"),
            env=environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await until(lambda: any("charge.json" in each.path for each in simulator.requests))
        ordering.send_signal(signal.SIGINT)
        told, why = await ordering.communicate()
        said = json.loads(told)
        assert (ordering.returncode, said["outcome"]) == (3, "unknown"), why
        assert said["incident"] == gate.records[0].incident
        assert f"journal show {said['incident']}".encode() in why


async def test_a_gate_that_dies_over_an_order_leaves_its_incident_code(state_dir: Path, simulator: Simulator) -> None:
    before = left_on(simulator, GOOD)
    simulator.faults.add(fault(FaultKind.HANG, Endpoint.CHARGE, effect=True))
    with PtyScanner() as scanner, gate_process(state_dir, simulator, scanner) as gate:
        await gate.ready()

        async def killed() -> None:
            await until(lambda: any("charge.json" in each.path for each in simulator.requests))
            gate.send(signal.SIGKILL)

        line = ("voucher", "charge", GOOD, "--amount-cents", "500", "--json")
        answer, _ = await asyncio.gather(command(state_dir, *line, base_url=simulator.base_url), killed())
    told = told_by(answer)
    assert (answer.returncode, told["outcome"], left_on(simulator, GOOD)) == (3, "unknown", before + 500)
    assert "incident" in told, answer.stderr
    again = gate_controller("journal", "show", told["incident"], "--json", cwd=state_dir, GATE_STATE_DIR=str(state_dir))
    assert json.loads(again.stdout)["errand"] == "top-up"
    assert f"journal show {told['incident']}" in answer.stderr


@pytest.mark.parametrize(
    "typed", ["l4fu 5lqt kjr3", "L4FU\N{EN DASH}5LQT\N{NON-BREAKING HYPHEN}KJR3", "L4F-U5L-QTK-JR3"]
)
async def test_a_code_is_read_as_people_type_it(typed: str, tmp_path: Path, simulator: Simulator) -> None:
    for group in ("balance", "info"):
        answer = await command(tmp_path, "voucher", group, typed, "--json", base_url=simulator.base_url, by="")
        assert (answer.returncode, told_by(answer)["voucher_code"]) == (0, GOOD), answer.stderr


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        (("checkin", "1000000000000000002"), True),
        (("checkout", NUMBER), False),
        (("checkin", "1000000000000000003"), None),
        (("checkout", "1000000000000000009"), None),
    ],
)
async def test_a_ticket_that_is_refused_is_told_as_it_stands(
    words: tuple[str, str], stands: bool | None, state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, tickets__taken=True):
        answer = await command(state_dir, "ticket", *words, "--json", base_url=simulator.base_url)
        assert (answer.returncode, told_by(answer)["checked_in"]) == (1, stands), answer.stderr
