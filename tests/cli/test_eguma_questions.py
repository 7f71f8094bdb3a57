"""`voucher info`, `depot status` and `ticket info` ask E-GUMA over a real socket and say what it knows."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate_controller.cli.exits import ExitCode
from tests.rig.command import STYLE
from tests.rig.forked import gate_controller
from tests.rig.simulator import KEY, SimulatorControl, SimulatorProcess

TICKET = "1000000000000000001"
KNOWN = {"voucher info": "L4FU5LQTKJR3", "depot status": "DPF4KX7TQ2MR", "ticket info": TICKET}


@pytest.fixture(scope="module")
def process() -> Iterator[SimulatorControl]:
    with SimulatorProcess() as running:
        yield running


@pytest.fixture
def simulator(process: SimulatorControl) -> SimulatorControl:
    process.reset()
    return process


def ask(
    simulator: SimulatorControl, cwd: Path, command: str, *arguments: str, key: str = KEY
) -> subprocess.CompletedProcess[str]:
    variables = {"GATE_EGUMA__BASE_URL": simulator.base_url, "GATE_EGUMA__API_KEY": key}
    return gate_controller(*command.split(), *arguments, cwd=cwd, **variables)


def lines(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {line[:16].strip(): line[16:] for line in done.stdout.splitlines()}


def test_what_a_voucher_is_is_told_in_lines(simulator: SimulatorControl, tmp_path: Path) -> None:
    done = ask(simulator, tmp_path, "voucher info", "pkg8-bt4r-wq2j")

    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert lines(done) == {
        "code": "PKG8BT4RWQ2J",
        "name": "Day at the spa",
        "description": "Admission, towel and a drink",
        "valid until": "31.12.2099 23:59",
        "redeemed": "no",
        "balance": "CHF 0.00",
    }


def test_the_info_of_a_short_code_is_that_of_its_voucher(simulator: SimulatorControl, tmp_path: Path) -> None:
    done = ask(simulator, tmp_path, "voucher info", "--json", "42")

    assert json.loads(done.stdout) == {
        "voucher_code": "SHC7GK3NVP9D",
        "name": "Gift voucher",
        "description": "",
        "valid_until": "2099-12-31T23:59:59",
        "redeemed": False,
        "balance_cents": 20000,
        "outcome": "done",
    }
    assert [each["path"].rpartition("/")[2] for each in simulator.requests()] == ["balance.json", "info.json"]


def test_a_short_code_that_is_nobodys_is_refused(simulator: SimulatorControl, tmp_path: Path) -> None:
    done = ask(simulator, tmp_path, "voucher info", "--json", "77")

    assert done.returncode == ExitCode.NO
    assert json.loads(done.stdout)["outcome"] == "refused"
    assert "Der Gutschein wurde nicht gefunden." in done.stderr


@pytest.mark.parametrize(
    ("code", "sold", "free", "taken_back", "amount"),
    [
        ("DPF4KX7TQ2MR", True, False, False, 5000),
        ("DPA8WB3LHN5V", True, True, False, None),
        ("DPS6QJ9RFT2K", False, False, True, 5000),
    ],
)
def test_a_depot_voucher_that_can_be_sold_or_taken_back_is_told(
    simulator: SimulatorControl,
    tmp_path: Path,
    code: str,
    amount: int | None,
    *,
    sold: bool,
    free: bool,
    taken_back: bool,
) -> None:
    done = ask(simulator, tmp_path, "depot status", "--json", code)

    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert json.loads(done.stdout) == {
        "voucher_code": code,
        "can_be_activated": sold,
        "free_amount": free,
        "can_be_deactivated": taken_back,
        "amount_cents": amount,
        "message": "",
        "outcome": "done",
    }
    assert simulator.ledger()["activations"] == []


@pytest.mark.parametrize(("code", "amount"), [("DPF4KX7TQ2MR", "CHF 50.00"), ("DPA8WB3LHN5V", "the seller says it")])
def test_who_says_the_amount_of_a_depot_voucher_is_told(
    simulator: SimulatorControl, tmp_path: Path, code: str, amount: str
) -> None:
    told = lines(ask(simulator, tmp_path, "depot status", code))
    assert told == {
        "code": code,
        "can be sold": "yes",
        "taken back": "no: The voucher has not been activated.",
        "amount": amount,
    }


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("DPR3MV8XCD7H", "The voucher can not be deactivated, as it has been redeemed or charged."),
        ("DPN5TG2WKB9Q", "Der Gutschein wurde nicht gefunden."),
    ],
)
def test_a_depot_voucher_with_which_nothing_can_be_done_is_exit_code_1_and_says_why(
    simulator: SimulatorControl, tmp_path: Path, code: str, why: str
) -> None:
    done = ask(simulator, tmp_path, "depot status", "--json", code)

    assert (done.returncode, done.stderr) == (ExitCode.NO, f"{STYLE}error: E-GUMA refused ({why})\n")
    assert json.loads(done.stdout)["outcome"] == "refused"


def test_a_ticket_is_told_and_not_checked_in(simulator: SimulatorControl, tmp_path: Path) -> None:
    done = ask(simulator, tmp_path, "ticket info", "1000 0000-0000 0000 001")

    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert lines(done) == {
        "number": TICKET,
        "checked in": "no",
        "price": "CHF 25.00",
        "event": "7c2f90aa-museum",
    }
    assert simulator.ledger()["check_ins"] == []


def test_a_ticket_that_is_checked_in_tells_since_when(simulator: SimulatorControl, tmp_path: Path) -> None:
    done = ask(simulator, tmp_path, "ticket info", "--json", "1000000000000000002")

    assert json.loads(done.stdout) == {
        "ticket_number": "1000000000000000002",
        "checked_in": True,
        "checked_in_at": "2025-05-21T10:00:00",
        "price_cents": 2500,
        "event": "7c2f90aa-museum",
        "outcome": "done",
    }


@pytest.mark.parametrize(("command", "code"), [("voucher info", "NFD2KR6WPX4M"), ("ticket info", "1" * 19)])
@pytest.mark.parametrize("as_json", [True, False])
def test_what_e_guma_does_not_know_is_exit_code_1_with_its_words(
    simulator: SimulatorControl, tmp_path: Path, command: str, code: str, *, as_json: bool
) -> None:
    done = ask(simulator, tmp_path, command, *(["--json"] if as_json else []), code)

    [line] = done.stderr.splitlines()
    assert done.returncode == ExitCode.NO
    assert "wurde nicht gefunden." in line
    assert (json.loads(done.stdout)["outcome"] == "refused") if as_json else (done.stdout == "")


@pytest.mark.parametrize(
    ("command", "bad"),
    [
        ("voucher info", "'; DROP TABLE"),
        ("depot status", "'; DROP TABLE"),
        ("depot status", "42"),
        ("ticket info", "L4FU5LQTKJR3"),
        ("ticket info", "DROP" + TICKET),
        ("ticket info", TICKET[:-1]),
    ],
)
def test_what_is_no_code_or_number_is_not_asked_and_not_repeated(
    simulator: SimulatorControl, tmp_path: Path, command: str, bad: str
) -> None:
    done = ask(simulator, tmp_path, command, bad)

    [line] = done.stderr.splitlines()
    assert done.returncode == ExitCode.SETTINGS
    assert line.startswith(f"{STYLE}error: this is no ")
    assert "DROP" not in line
    assert simulator.requests() == []


@pytest.mark.parametrize("command", KNOWN)
def test_a_key_that_is_not_accepted_is_exit_code_3_and_nothing_is_known(
    simulator: SimulatorControl, tmp_path: Path, command: str
) -> None:
    done = ask(simulator, tmp_path, command, "--json", KNOWN[command], key="wrong-key-0123456789")

    [line] = done.stderr.splitlines()
    assert done.returncode == ExitCode.EGUMA
    assert json.loads(done.stdout)["outcome"] == "unknown"
    assert "does not accept the API key" in line
    assert "wrong-key" not in line + done.stdout


@pytest.mark.parametrize("command", KNOWN)
def test_an_e_guma_that_is_not_reached_is_exit_code_3(command: str, tmp_path: Path) -> None:
    # Port 9 (discard) is nobody's on a machine that runs tests, and privileged, so none of our servers gets it.
    nowhere = {"GATE_EGUMA__BASE_URL": "http://127.0.0.1:9", "GATE_ADMISSION__VERDICT_SECONDS": "0.5"}
    done = gate_controller(*command.split(), KNOWN[command], cwd=tmp_path, **nowhere)

    [line] = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (ExitCode.EGUMA, "")
    assert "from http://127.0.0.1:9: E-GUMA was not reached" in line


@pytest.mark.parametrize("command", KNOWN)
def test_a_question_that_meets_a_fault_is_asked_again(
    simulator: SimulatorControl, tmp_path: Path, command: str
) -> None:
    simulator.fault("reset")
    assert ask(simulator, tmp_path, command, KNOWN[command]).returncode == ExitCode.OK
