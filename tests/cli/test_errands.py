"""What staff have done at E-GUMA from a command line, beside a running gate and on a stopped one's journal."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gate_controller.desk import errand_orders
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.command import environment
from tests.rig.forked import forked
from tests.rig.gate import GOOD, PRICE, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.simulator import KEY

DEPOT, USED_UP = "DPF4KX7TQ2MR", "USD7PV3XK9RA"


async def command(directory: Path, *words: str, base_url: str, by: str = "Anna") -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with the loop of the gate going on; without `by` it asks for nobody."""
    environ = {
        "GATE_EGUMA__API_KEY": KEY,
        "GATE_ADMISSION__PRICE_CENTS": str(PRICE),
        "GATE_EGUMA__BASE_URL": base_url,
        "PATH": "/usr/bin:/bin",
    }
    line = [*words, "--set", f"state_dir={directory}", *(("--by", by) if by else ())]
    return await asyncio.to_thread(forked, line, environ)


def left_on(simulator: Simulator, code: str) -> int:
    """Return a voucher's balance by E-GUMA's books."""
    account = simulator.ledger.account(code)
    assert account is not None
    return account.voucher.balance_in_cents


def told(answer: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(answer.stdout)
    return said


async def test_a_voucher_is_topped_up_through_the_running_gate(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        url = simulator.base_url
        before = left_on(simulator, GOOD)
        line = ("voucher", "charge", GOOD, "--amount-cents", "1500")

        answer = await command(state_dir, *line, base_url=url)
        again = await command(state_dir, *line, "--payment-id", "slip-7", "--json", base_url=url)

        assert (answer.returncode, answer.stderr) == (0, "")
        assert ": done, CHF 15.00, balance CHF" in answer.stdout
        assert left_on(simulator, GOOD) == before + 3_000
        assert again.returncode == 0
        assert told(again)["outcome"] == "done"
        assert told(again)["balance_cents"] == before + 3_000
        assert told(again)["amount_cents"] == 1_500
        assert (await gate.admit()).message.balance == before + 3_000 - PRICE


async def test_a_top_up_works_on_a_stopped_gates_journal_too(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.stop()
        before = left_on(simulator, GOOD)
        line = ("voucher", "charge", GOOD, "--amount-cents", "1500", "--json")
        answer = await command(state_dir, *line, base_url=simulator.base_url)
        assert (answer.returncode, told(answer)["outcome"]) == (0, "done"), answer.stderr
        assert left_on(simulator, GOOD) == before + 1_500


async def test_a_lost_top_up_is_not_repeated_and_says_what_became_of_it(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator):
        before = left_on(simulator, GOOD)
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CHARGE, effect=True))
        line = ("voucher", "charge", GOOD, "--amount-cents", "1500", "--json")
        answer = await command(state_dir, *line, base_url=simulator.base_url)
        assert (answer.returncode, told(answer)["outcome"]) == (0, "done"), answer.stderr
        assert left_on(simulator, GOOD) == before + 1_500


async def test_a_top_up_whose_fate_is_unknown_ends_with_3_and_its_incident_code(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errand_orders, "ERRAND_SECONDS", 3.0)  # its fate stays unknown for however long that is
    async with running_gate(state_dir, pins, simulator):
        before = left_on(simulator, GOOD)
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CHARGE, effect=False))
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, skip=1, times=None))
        line = ("voucher", "charge", GOOD, "--amount-cents", "1500", "--json")
        answer = await command(state_dir, *line, base_url=simulator.base_url)
        assert (answer.returncode, told(answer)["outcome"]) == (3, "unknown")
        assert told(answer)["incident"] in answer.stderr
        assert left_on(simulator, GOOD) == before


async def test_a_charge_is_given_back_in_parts_and_never_more_than_it_was(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        before = left_on(simulator, GOOD)
        incident = (await gate.admit()).message.incident

        async def void(*words: str) -> subprocess.CompletedProcess[str]:
            line = ("voucher", "void", incident, "--reason", "a child", "--json", *words)
            return await command(state_dir, *line, base_url=simulator.base_url)

        part = await void("--amount-cents", "1000")
        assert (part.returncode, told(part)["outcome"], told(part)["amount_cents"]) == (0, "done", 1_000), part.stderr
        assert left_on(simulator, GOOD) == before - PRICE + 1_000
        too_much = await void("--amount-cents", str(PRICE))
        assert (too_much.returncode, told(too_much)["outcome"]) == (1, "refused")
        assert "left to give back" in too_much.stderr
        rest = await void()
        assert (rest.returncode, told(rest)["outcome"], told(rest)["amount_cents"]) == (0, "done", PRICE - 1_000)
        assert left_on(simulator, GOOD) == before
        again = await void()
        assert again.returncode == 1
        assert "given back already" in again.stderr


async def test_a_depot_voucher_is_sold_once_and_taken_back(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator):
        url = simulator.base_url
        sold = await command(state_dir, "depot", "sell", DEPOT, "--json", base_url=url)
        assert (sold.returncode, told(sold)["outcome"]) == (0, "done"), sold.stderr
        assert left_on(simulator, DEPOT) == told(sold)["amount_cents"]
        again = await command(state_dir, "depot", "sell", DEPOT, "--json", base_url=url)
        assert (again.returncode, told(again)["outcome"]) == (1, "refused")
        assert told(again)["message"] in again.stderr
        back = await command(state_dir, "depot", "void", DEPOT, "--reason", "changed her mind", "--json", base_url=url)
        assert (back.returncode, told(back)["outcome"]) == (0, "done"), back.stderr


@pytest.mark.parametrize("fault_kind", [FaultKind.RESET, FaultKind.HTML, FaultKind.BROKEN_JSON])
async def test_a_lost_answer_to_a_sale_sells_once(
    state_dir: Path, pins: Pins, simulator: Simulator, fault_kind: FaultKind
) -> None:
    async with running_gate(state_dir, pins, simulator):
        simulator.faults.add(fault(fault_kind, Endpoint.ACTIVATE, effect=True))
        sold = await command(state_dir, "depot", "sell", DEPOT, "--json", base_url=simulator.base_url)
        assert (sold.returncode, told(sold)["outcome"]) == (0, "done"), sold.stderr


@pytest.mark.parametrize(
    "line",
    [
        ("voucher", "charge", "not a code", "--amount-cents", "100"),
        ("voucher", "charge", GOOD, "--amount-cents", "0"),
        ("voucher", "charge", GOOD, "--amount-cents", "-5"),
        ("voucher", "charge", GOOD, "--amount-cents", "1.5"),
        ("voucher", "charge", GOOD),
        ("voucher", "void", "?!", "--reason", "x"),
        ("voucher", "void", "KRVG1"),
        ("depot", "sell", "12"),
        ("depot", "void", DEPOT),
    ],
    ids=" ".join,
)
async def test_bad_input_ends_with_2_and_touches_nothing(
    state_dir: Path, simulator: Simulator, line: tuple[str, ...]
) -> None:
    answer = await command(state_dir, *line, base_url=simulator.base_url)
    assert answer.returncode == 2
    assert answer.stderr
    assert "Traceback" not in answer.stderr
    assert not list(simulator.ledger.top_ups())


async def test_the_journal_tells_what_was_done(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator):
        url = simulator.base_url
        line = ("voucher", "charge", USED_UP, "--amount-cents", "1500", "--reason", "a present", "--json")
        incident = told(await command(state_dir, *line, base_url=url))["incident"]
        show = ("journal", "show", incident, "--set", f"state_dir={state_dir}")
        shown = await asyncio.to_thread(forked, show, environment())
        assert "Anna ordered a top-up of CHF 15.00 for voucher …K9RA: a present." in shown.stdout.replace("\u00a0", " ")
