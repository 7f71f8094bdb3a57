"""`gate-controller gate`: how the running gate stands, letting somebody in, ending an alarm; and where none runs."""

import asyncio
import json
import os
import platform
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from gate_controller import __version__
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.command import STYLE
from tests.rig.forked import forked, gate_controller
from tests.rig.gate import GOOD, PRICE, RELAY, fault, running_gate
from tests.rig.gate_process import gate_process
from tests.rig.pins import Pins
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until

FIRE, KEY, IS_BLOCKED = 13, 26, 21

LONG = 60
"""Seconds that no command takes, on a machine with other work neither."""

ERROR = f"{STYLE}error: "


async def gate_command(
    state_dir: Path, *words: str, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `gate-controller gate` in a process of its own, with the loop of the gate going on."""
    environment = {"PATH": "/usr/bin:/bin", "GATE_ADMISSION__PRICE_CENTS": str(PRICE), **variables}
    line = ["gate", *words, "--set", f"state_dir={state_dir}"]
    return await asyncio.to_thread(forked, line, environment, cwd=cwd)


async def gate_itself(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `gate-controller` in a folder, with nothing but the settings that are there."""
    bare = {"GATE_ADMISSION__PRICE_CENTS": "-", "GATE_EGUMA__API_KEY": "-"}
    return await asyncio.to_thread(lambda: gate_controller(*words, cwd=cwd, **{**bare, **variables}))


def lines_of(answer: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the lines of a status after the first, by their first word or two."""
    return {line[:12].strip(): line[12:] for line in answer.stdout.splitlines()[1:]}


async def journal_list(state_dir: Path) -> str:
    environment = {"PATH": "/usr/bin:/bin", "GATE_ADMISSION__PRICE_CENTS": str(PRICE)}
    answer = await asyncio.to_thread(forked, ["journal", "list", "--set", f"state_dir={state_dir}"], environment)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


STILL_STARTING = {Fault.STARTING, Fault.SCANNER}


# -- status


async def test_the_status_of_an_idle_gate(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        answer = await gate_command(state_dir, "status")
        assert (answer.returncode, answer.stderr) == (0, "")
        assert answer.stdout.splitlines()[0] == "takes scans"
        lines = lines_of(answer)
        assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d \(\d+ s\)", lines.pop("since"))
        assert re.fullmatch(r"answered \d+ s ago, in \d+ ms", lines.pop("E-GUMA"))
        assert lines.pop("scanner") == gate.scanner.port
        assert __version__ in lines.pop("build")
        # What the machine of the test tells of itself.
        assert re.fullmatch(r"\d+ % free", lines.pop("disk"))
        assert re.fullmatch(r"unknown|-?\d+ °C", lines.pop("processor"))
        assert lines.pop("supply") in {"unknown", "good", "sags", "sagged earlier"}
        lines.pop("machine", "")
        assert lines.pop("clock") == "confirmed by E-GUMA"
        assert lines == {
            "lane": "free",
            "held open": "no",
            "gate": "as it should be",
            "contacts": "none active",
            "missing": "nothing",
            "open items": "none",
            "in doubt": "none",
        }


async def test_a_settings_file_that_was_broken_since_the_start_is_told_and_the_running_gate_is_asked(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    folder = state_dir.parent
    (folder / "gate.toml").write_text("[admission]\nprice_cents = 27,00\n")
    # As the gate of this folder, of its unit, and by name: what cannot be read might say another place.
    assert state_dir == folder / "state"
    async with running_gate(state_dir, pins, simulator):
        for words, unit in (
            ([], {}),
            ([], {"STATE_DIRECTORY": str(state_dir)}),
            (["--set", f"state_dir={state_dir}"], {}),
        ):
            answer = await gate_itself("gate", "status", *words, cwd=folder, **unit)
            assert (answer.returncode, answer.stdout.splitlines()[0]) == (0, "takes scans"), answer.stderr
            first, second = answer.stderr.splitlines()
            assert "gate.toml line 2, column" in first
            assert "it would not start again" in second
        assert (await gate_itself("journal", "open", cwd=folder)).returncode == 0
        named = await gate_itself(
            "gate", "release", "--reason", "x", "--by", "Anna", "--config", "gate.toml", cwd=folder
        )
        assert (named.returncode, named.stdout) == (2, "")
    stopped = await gate_itself("gate", "status", cwd=folder)
    assert stopped.returncode == 2
    assert [line.startswith(ERROR) for line in stopped.stderr.splitlines()] == [True, True]
    assert "no gate runs on state: correct the settings, and start it" in stopped.stderr


async def test_the_status_tells_of_an_eguma_that_cannot_be_reached_and_of_money_that_needs_a_person(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    fast: dict[str, Any] = {"admission__credit_minutes": 0.002, "admission__verdict_seconds": 1}
    async with running_gate(state_dir, pins, simulator, passage__pin=5, passage__seconds=0.1, **fast) as gate:
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.CANCEL_REDEMPTION, status=400, times=None))
        gate.scan(GOOD)
        await gate.stand("open item")
        await simulator.stop()
        gate.scan(GOOD)
        await gate.shows(MessageKind.UNREACHABLE)
        answer = await gate_command(state_dir, "status")
        assert answer.returncode == 0
        lines = lines_of(answer)
        assert lines["open items"] == "1, CHF 25.00: look at them with `gate-controller journal open`"
        assert "nothing was sent: check the network" in lines["E-GUMA"]
        assert re.search(r"\(since 20\d\d.*; answered \d+ s ago, in \d+ ms\)$", lines["E-GUMA"])


async def test_the_status_of_a_gate_in_an_alarm_says_so_and_ends_with_1(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    pins.connect(FIRE)
    async with running_gate(
        state_dir, pins, simulator, fire_contact__pin=FIRE, service_key__pin=KEY, display__driver="ssd1306"
    ):
        pins.disconnect(FIRE)
        pins.connect(KEY)
        await until(lambda: pins.is_high(RELAY))
        answer = await gate_command(state_dir, "status")
        assert answer.returncode == 1
        assert answer.stdout.splitlines()[0] == "out of service"
        told = lines_of(answer)
        assert told["fire"].startswith("the fire contact is open: an alarm, or a broken wire (since 20")
        assert told["service"].startswith("the service key has closed it: turn it back (since 20")
        assert (told["held open"], told["contacts"]) == ("yes", "fire contact, service key")
        assert told["missing"].startswith("display ssd1306")


async def test_the_status_for_programs_is_json(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, admission__hold_seconds=LONG) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        lane = gate.app.gate.lane
        assert lane is not None
        status = json.loads((await gate_command(state_dir, "status", "--json")).stdout)
        assert status["at"] == pytest.approx(time.time(), abs=60)
        assert status["started_at"] <= status["since"] <= status["at"]
        assert status["eguma"]["answered_at"] == pytest.approx(status["at"], abs=60)
        assert {"disk_free", "celsius", "is_undervolted", "is_clock_sure", "ailments"} <= status["machine"].keys()
        assert status["lane"].pop("since") == pytest.approx(status["at"], abs=60)
        for checked in ("at", "started_at", "since", "eguma", "machine"):
            del status[checked]
        assert status == {
            "gate_id": "gate-under-test",
            "state": "takes scans",
            "takes_scans": True,
            "needs": [],
            "lane": {"state": "admitting", "incident": lane.incident, "voucher": "…KJR3"},
            "faults": [],
            "regime": None,
            "missing": [],
            "movement": "",
            "contacts": [],
            "devices": ["scanner", "relay", "lamps"],
            "scanner": gate.scanner.port,
            "money": {"open_items": 0, "open_cents": 0, "in_doubt": 0, "in_doubt_cents": 0},
            "currency": "CHF",
            "inside": 1,
            "most_inside": 0,
            "outage": None,
            "build": {"version": __version__, "python": platform.python_version()},
        }


# -- release


async def test_staff_let_somebody_in_without_a_charge_and_it_is_in_the_journal(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        answer = await gate_command(state_dir, "release", "--reason", "helper of a visitor", "--by", "Anna")
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, "released\n", "")
        await until(lambda: len(gate.pulses) == 1)
        await gate.stand("opened by staff")
        assert gate.charged == gate.requests("balance.json") == 0
        (line,) = (await journal_list(state_dir)).splitlines()[1:]
        assert "Opened by Anna: helper of a visitor" in line


async def test_a_release_needs_a_reason(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        without = await gate_command(state_dir, "release", "--by", "Anna")
        assert without.returncode == 2
        assert "--reason" in without.stderr
        empty = await gate_command(state_dir, "release", "--reason", " ", "--by", "Anna")
        assert empty.returncode == 2
        assert empty.stderr == f"{ERROR}reason: is missing: say why, for the books\n"
        assert gate.relay_edges == []
        assert gate.stands == []


async def test_a_release_is_refused_while_a_visitor_is_served(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__hold_seconds=LONG) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        answer = await gate_command(state_dir, "release", "--reason", "helper", "--by", "Anna")
        assert answer.returncode == 1
        assert answer.stderr == f"{ERROR}gate: somebody is being served: wait until the lane is free\n"
        assert len([edge for edge in gate.relay_edges if edge.high]) == 1


async def test_a_release_is_refused_where_the_gate_cannot_open_or_stands_open(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    pins.connect(FIRE)
    async with running_gate(
        state_dir, pins, simulator, fire_contact__pin=FIRE, feedback__blocked_pin=IS_BLOCKED
    ) as gate:
        pins.connect(IS_BLOCKED)
        await until(lambda: Fault.BLOCKED in gate.app.gate.faults)
        blocked = await gate_command(state_dir, "release", "--reason", "helper", "--by", "Anna")
        assert blocked.returncode == 1
        assert "it cannot open: the gate's own contact says that it cannot move" in blocked.stderr
        pins.disconnect(IS_BLOCKED)
        await gate.takes_scans()
        pins.disconnect(FIRE)
        await until(lambda: pins.is_high(RELAY))
        held = await gate_command(state_dir, "release", "--reason", "helper", "--by", "Anna")
        assert held.stderr == f"{ERROR}gate: it stands open already\n"


async def test_a_release_that_the_relay_does_not_obey_is_told(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        pins.break_pin(RELAY)
        answer = await gate_command(state_dir, "release", "--reason", "helper", "--by", "Anna")
        assert answer.returncode == 1
        assert answer.stderr.startswith(f"{ERROR}gate: it did not open: the relay cannot be turned on: relay on GPIO17")
        assert gate.app.gate.faults.keys() == {Fault.RELAY}
        pins.mend(RELAY)


async def test_a_gate_that_the_key_has_closed_opens_for_staff(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, service_key__pin=KEY) as gate:
        pins.connect(KEY)
        await until(lambda: Fault.SERVICE in gate.app.gate.faults)
        answer = await gate_command(state_dir, "release", "--reason", "cleaning", "--by", "Anna")
        assert answer.returncode == 0
        await until(lambda: len(gate.pulses) == 1)
        await gate.stand("closed by key", "opened by staff")


# -- resume


async def test_staff_end_an_alarm_once_its_contact_has_closed(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    pins.connect(FIRE)
    async with running_gate(state_dir, pins, simulator, fire_contact__pin=FIRE, fire_contact__resume="staff") as gate:
        none = await gate_command(state_dir, "resume", "--by", "Anna")
        assert (none.returncode, none.stderr) == (
            1,
            f"{ERROR}gate: there is no alarm, and nothing holds by order: nothing to resume from\n",
        )

        pins.disconnect(FIRE)
        await until(lambda: pins.is_high(RELAY))
        early = await gate_command(state_dir, "resume", "--by", "Anna")
        assert early.returncode == 1
        assert "the fire contact still reports an alarm: it has to close first" in early.stderr
        assert pins.is_high(RELAY)

        pins.connect(FIRE)
        await until(lambda: gate.app.gate.contacts.waits_for_staff)
        status = await gate_command(state_dir, "status")
        assert "gate-controller gate resume" in lines_of(status)["fire"]
        answer = await gate_command(state_dir, "resume", "--by", "Anna")
        assert (answer.returncode, answer.stdout) == (0, "resumed\n")
        await gate.takes_scans()
        assert not pins.is_high(RELAY)
        listed = (await journal_list(state_dir)).splitlines()[1:]
        assert ["Fire alarm over (Anna)" in line for line in listed] == [True, False]


# -- held open, locked, out of service


async def test_staff_hold_the_gate_open_until_a_moment(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        order = ("hold-open", "--until", "90min", "--reason", "open day", "--by", "Anna")
        assert (await gate_command(state_dir, *order)).stdout == "held open by staff\n"
        assert pins.is_high(RELAY)
        status = json.loads((await gate_command(state_dir, "status", "--json")).stdout)
        assert (status["state"], status["regime"]["by"]) == ("held open", "Anna")
        assert status["regime"]["until"] == pytest.approx(time.time() + 5_400, abs=60)
        assert (await gate_command(state_dir, "resume", "--by", "Bea")).stdout == "resumed\n"
        await until(lambda: not pins.is_high(RELAY))
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)


@pytest.mark.parametrize(
    "order",
    [
        ("lock", "--until", "23:59", "--reason", "night"),
        ("out-of-service", "--text", "Please use the west entrance", "--reason", "belt torn"),
    ],
    ids=lambda order: order[0],
)
async def test_staff_take_the_gate_out_of_service_across_a_restart(
    state_dir: Path, pins: Pins, simulator: Simulator, order: tuple[str, ...]
) -> None:
    async with running_gate(state_dir, pins, simulator):
        assert (await gate_command(state_dir, *order, "--by", "Anna")).returncode == 0
    async with running_gate(state_dir, pins, simulator, ready=False) as gate:
        await until(lambda: gate.app.board.scanner != "" and not gate.app.gate.faults.keys() & STILL_STARTING)
        assert (await gate_command(state_dir, "status")).returncode == 1
        gate.scan(GOOD)
        told = await gate.shows(MessageKind.REFUSED_OUT_OF_SERVICE)
        assert told.message.staff_text == (order[2] if order[1] == "--text" else "")
        assert (await gate_command(state_dir, "resume", "--by", "Anna")).returncode == 0
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)


@pytest.mark.parametrize(
    ("when", "code"),
    [("yesterday", 2), ("25:00", 2), ("2020-01-01", 1), ("9999-01-01", 1), ("", 2), ("12:3", 2), ("-5min", 2)],
)
async def test_a_moment_that_is_none_is_refused(
    state_dir: Path, pins: Pins, simulator: Simulator, when: str, code: int
) -> None:
    async with running_gate(state_dir, pins, simulator):
        answer = await gate_command(state_dir, "lock", f"--until={when}", "--reason", "night", "--by", "Anna")
        assert answer.returncode == code
        assert answer.stderr.startswith(f"{ERROR}until")
        assert answer.stderr.count("\n") == 1


async def test_an_order_of_root_needs_a_persons_name(tmp_path: Path) -> None:
    answer = await gate_command(tmp_path, "release", "--reason", "helper")
    assert answer.returncode == (2 if os.geteuid() == 0 else 1)
    assert ("say who you are with --by" in answer.stderr) is (os.geteuid() == 0)


# -- where no gate runs, and bad input


@pytest.mark.parametrize(
    "words",
    [("status",), ("release", "--reason", "helper", "--by", "Anna"), ("resume", "--by", "Anna")],
    ids=lambda words: words[0],
)
async def test_without_a_running_gate_each_command_says_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    for state_dir in (tmp_path, tmp_path / "nowhere"):
        answer = await gate_command(state_dir, *words)
        assert (answer.returncode, answer.stdout) == (1, "")
        assert answer.stderr == (
            f"{ERROR}no gate runs on {state_dir}: state_dir: start it, or name its settings with --config\n"
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("status", "now"), "there is an argument too many"),
        (("release", "--by", "Anna"), "--reason"),
        (("open",), "open"),
        (("status", "--config", "/nowhere/gate.toml"), "/nowhere/gate.toml"),
    ],
)
async def test_bad_input_is_refused_in_one_style(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    answer = await gate_command(tmp_path, *words)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert answer.stderr.startswith(ERROR)
    assert "Traceback" not in answer.stderr


async def test_a_gate_in_a_process_of_its_own_is_asked_and_ordered(
    state_dir: Path, simulator: Simulator, plugged: PtyScanner
) -> None:
    with gate_process(state_dir, simulator, plugged) as gate:
        await gate.ready()
        assert (await gate_command(state_dir, "status")).returncode == 0
        assert (await gate_command(state_dir, "release", "--reason", "helper", "--by", "Anna")).returncode == 0
        await until(lambda: gate.story() == [["Occurred"]])
        gate.send(signal.SIGTERM)
        assert await gate.ended() == 0
        assert (await gate_command(state_dir, "status")).returncode == 1
