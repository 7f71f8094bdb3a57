"""`voucher balance` asks E-GUMA over a real socket and says what it knows."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate_controller.cli.exits import ExitCode
from tests.rig.command import STYLE
from tests.rig.forked import gate_controller
from tests.rig.simulator import KEY, SimulatorControl, SimulatorProcess


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorControl]:
    with SimulatorProcess() as running:
        yield running


def balance(
    simulator: SimulatorControl, cwd: Path, *arguments: str, key: str = KEY
) -> subprocess.CompletedProcess[str]:
    return gate_controller(
        "voucher", "balance", *arguments, cwd=cwd, GATE_EGUMA__BASE_URL=simulator.base_url, GATE_EGUMA__API_KEY=key
    )


def test_a_voucher_that_can_be_redeemed_is_told_in_lines(simulator: SimulatorControl, tmp_path: Path) -> None:
    done = balance(simulator, tmp_path, "l4fu-5lqt-kjr3")

    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert [line.split(maxsplit=1) for line in done.stdout.splitlines()] == [
        ["code", "L4FU5LQTKJR3"],
        ["redeemable", "yes"],
        ["balance", "CHF 500.00"],
        ["total", "CHF 500.00"],
        ["product", "5b0e7a4c-value-voucher"],
        ["message", "none"],
    ]


def test_a_voucher_that_cannot_be_redeemed_is_exit_code_1_with_the_reason(
    simulator: SimulatorControl, tmp_path: Path
) -> None:
    done = balance(simulator, tmp_path, "USD7PV3XK9RA")

    assert (done.returncode, done.stderr) == (ExitCode.NO, "")
    assert "message     The voucher has been redeemed." in done.stdout


def test_a_short_code_is_answered_with_the_code_of_its_voucher(simulator: SimulatorControl, tmp_path: Path) -> None:
    done = balance(simulator, tmp_path, "--json", "42")

    assert json.loads(done.stdout) == {
        "voucher_code": "SHC7GK3NVP9D",
        "redeemable": True,
        "balance_cents": 20000,
        "total_cents": 20000,
        "currency": "CHF",
        "product_id": "5b0e7a4c-value-voucher",
        "message": "",
        "outcome": "done",
    }


def test_the_vouchers_own_currency_is_shown(simulator: SimulatorControl, tmp_path: Path) -> None:
    assert "balance     €100.00" in balance(simulator, tmp_path, "EUR3MV8KZQ6T").stdout


def test_what_is_no_code_is_not_asked_and_not_repeated(simulator: SimulatorControl, tmp_path: Path) -> None:
    asked = len(simulator.requests())

    done = balance(simulator, tmp_path, "'; DROP TABLE")

    [line] = done.stderr.splitlines()
    assert done.returncode == ExitCode.SETTINGS
    assert line.startswith(f"{STYLE}error: this is no voucher code (")
    assert "DROP" not in line
    assert len(simulator.requests()) == asked


def test_a_key_that_is_not_accepted_is_one_line_and_exit_code_3(simulator: SimulatorControl, tmp_path: Path) -> None:
    done = balance(simulator, tmp_path, "L4FU5LQTKJR3", key="wrong-key-0123456789")

    [line] = done.stderr.splitlines()
    assert done.returncode == ExitCode.EGUMA
    assert line.startswith(f"{STYLE}error: no balance from {simulator.base_url}: E-GUMA does not accept the API key")
    assert "wrong-key" not in line


def test_an_api_that_is_not_there_is_one_line_and_exit_code_3(tmp_path: Path) -> None:
    # Port 9 (discard) is nobody's on a machine that runs tests, and privileged, so none of our servers gets it.
    done = gate_controller(
        "voucher",
        "balance",
        "L4FU5LQTKJR3",
        cwd=tmp_path,
        GATE_EGUMA__BASE_URL="http://127.0.0.1:9",
        GATE_ADMISSION__VERDICT_SECONDS="0.5",
    )

    [line] = done.stderr.splitlines()
    assert done.returncode == ExitCode.EGUMA
    assert line.startswith(f"{STYLE}error: no balance from http://127.0.0.1:9: E-GUMA was not reached")


def test_what_egumas_message_holds_cannot_control_the_terminal(simulator: SimulatorControl, tmp_path: Path) -> None:
    done = balance(simulator, tmp_path, "UNC9LH2WTF7B")

    assert done.returncode == ExitCode.OK
    assert "Größe: Ⅻ" in done.stdout
    assert all(line.isprintable() for line in done.stdout.splitlines())
