"""Settings that are read again while a gate runs: by what asks for it, between two visitors, or not at all."""

import asyncio
import json
import os
import signal
from functools import partial
from pathlib import Path

import pytest

from gate_controller.admission.words.facts import PricesChanged
from gate_controller.admission.words.messages import MessageKind
from gate_controller.cli.entry import main
from gate_controller.cli.exits import ExitCode
from gate_controller.simulator import Simulator
from tests.rig.forked import gate_controller
from tests.rig.gate import GateInProcess, facts_in, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

PRICE = "[admission]\nprice_cents = {}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gate.toml"
    path.write_text(PRICE.format(2_500))
    return path


def changes(state_dir: Path) -> list[str]:
    return [fact.reason for [fact, *_] in facts_in(state_dir) if isinstance(fact, PricesChanged)]


async def reload(gate: GateInProcess) -> dict[str, list[dict[str, str]]]:
    answer: dict[str, list[dict[str, str]]] = await gate.asked("reload", by="Anna")
    return answer


async def test_another_price_is_charged_shown_and_in_the_journal_with_its_file_and_who_asked(
    state_dir: Path, pins: Pins, simulator: Simulator, file: Path
) -> None:
    async with running_gate(state_dir, pins, simulator, file=file) as gate:
        file.write_text(PRICE.format(2_700))
        answer = await reload(gate)
        [change] = answer["changed"]
        assert change == {"name": "admission.price_cents", "before": "2500", "now": "2700"}
        assert not answer["after_restart"]
        assert not answer["is_waiting"]
        assert gate.shown[-1].message.price == 2_700
        admitted = await gate.admit()
        assert "CHF 27.00 charged" in admitted.words
        assert gate.charged == 2_700
        assert changes(state_dir) == [f"price 25.00 -> 27.00 ({file})"]
        [told] = await gate.asked("page", limit=5, language="en", reason="27.00")
        assert told["summary"] == f"Prices changed: price 25.00 -> 27.00 ({file}) (Anna)"
        assert (await gate.asked("settings"))["admission.price_cents"]["value"] == "2700"
    async with running_gate(state_dir, pins, simulator, file=file):
        assert len(changes(state_dir)) == 1


async def test_a_price_that_was_changed_while_the_gate_was_down_is_in_the_journal_too(
    state_dir: Path, pins: Pins, simulator: Simulator, file: Path
) -> None:
    async with running_gate(state_dir, pins, simulator, file=file):
        assert changes(state_dir) == []
    file.write_text(PRICE.format(2_000))
    async with running_gate(state_dir, pins, simulator, file=file):
        assert changes(state_dir) == ["price 25.00 -> 20.00 (found at the start)"]


async def test_a_mistake_changes_nothing_and_is_told_until_it_is_mended(
    state_dir: Path, pins: Pins, simulator: Simulator, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> list[str]:
        return [line for line in caplog.messages if "settings" in line]

    caplog.set_level("INFO")
    async with running_gate(state_dir, pins, simulator, file=file) as gate:
        file.write_text(PRICE.format("'much'") + "[relay]\npin = 99\n")
        answer = await reload(gate)
        [refused] = told()
        assert "admission.price_cents is much" in refused
        assert "relay.pin is 99" in refused
        assert len(answer["mistakes"]) == 2
        assert f"{file} line 2" in str(answer["mistakes"][0])
        [ailment] = (await gate.asked("status"))["missing"]
        assert ailment["what"] == "settings"
        assert "admission.price_cents is much" in ailment["why"]
        await gate.admit()
        assert gate.charged == 2_500
        file.write_text(PRICE.format(2_500))
        assert (await reload(gate))["mistakes"] == []
        assert (await gate.asked("status"))["missing"] == []
        assert len(told()) == 2


async def test_the_units_reload_finds_the_gate_though_systemd_hands_it_no_credentials(
    state_dir: Path, pins: Pins, simulator: Simulator, file: Path
) -> None:
    # systemd 252 gives ExecReload= neither the credentials nor their directory, and names it in the environment.
    unit = {"STATE_DIRECTORY": str(state_dir), "CREDENTIALS_DIRECTORY": "/run/credentials/gone", "GATE_CONFIG": "-"}
    command = partial(gate_controller, "config", "reload", "--by", "systemctl reload", cwd=file.parent, **unit)
    async with running_gate(state_dir, pins, simulator, file=file) as gate:
        file.write_text(PRICE.format(2_700))
        done = await asyncio.to_thread(command)
        assert (done.returncode, done.stderr) == (0, "")
        assert gate.app.gate.policy.price == 2_700
        file.write_text("[admission]\nprice_cents = 27,00\n")
        done = await asyncio.to_thread(command)
        assert done.returncode == ExitCode.SETTINGS
        assert f"{file} line 2" in done.stderr
        assert done.stderr.count("\n") == 1
        assert gate.app.gate.policy.price == 2_700


async def test_what_needs_a_restart_is_named_and_left_as_it_is(
    state_dir: Path, pins: Pins, simulator: Simulator, file: Path
) -> None:
    async with running_gate(state_dir, pins, simulator, file=file) as gate:
        file.write_text(PRICE.format(2_700) + "[relay]\npin = 5\n")
        answer = await reload(gate)
        assert [one["name"] for one in answer["changed"]] == ["admission.price_cents"]
        assert [one["name"] for one in answer["after_restart"]] == ["relay.pin"]
        await gate.admit()
        assert (len(gate.pulses), gate.charged) == (1, 2_700)


async def test_what_hangs_on_a_setting_that_needs_a_restart_waits_for_it_too(
    state_dir: Path, pins: Pins, simulator: Simulator, file: Path
) -> None:
    button = "second_price_cents = 1200\n[price_button]\npin = 6\n"
    file.write_text(PRICE.format(2_500) + button)
    async with running_gate(state_dir, pins, simulator, file=file) as gate:
        file.write_text(PRICE.format(2_500))
        answer = await reload(gate)
        assert answer["changed"] == []
        assert {one["name"] for one in answer["after_restart"]} == {
            "admission.second_price_cents",
            "price_button.pin",
        }
        assert gate.app.gate.policy.second_price == 1_200


async def test_whoever_is_in_the_lane_pays_as_he_began_also_on_sighups_by_the_dozen(
    state_dir: Path, pins: Pins, simulator: Simulator, file: Path
) -> None:
    async with running_gate(state_dir, pins, simulator, file=file, admission__hold_seconds=0.5) as gate:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, gate.app.reload)
        gate.scan("L4FU5LQTKJR3")
        await until(lambda: gate.app.gate.lane is not None)
        for price in range(2_600, 2_611):
            file.write_text(PRICE.format(price))
            os.kill(os.getpid(), signal.SIGHUP)
        await gate.shows(MessageKind.ADMITTED)
        assert gate.charged == 2_500
        await until(lambda: gate.app.gate.policy.price == 2_610)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)


async def test_languages_lamps_and_limits_change_while_it_runs(
    state_dir: Path, pins: Pins, simulator: Simulator, file: Path
) -> None:
    file.write_text(PRICE.format(2_500) + "[display]\nlanguages = ['en']\n")
    async with running_gate(state_dir, pins, simulator, file=file) as gate:
        lamps, desk, log = "[lamps]\nmode = 'traffic'\n", "[desk]\nmost_cents = 100\n", "[log]\nlevel = 'warning'\n"
        file.write_text(PRICE.format(2_500) + "[display]\nlanguages = ['fr']\n" + lamps + desk + log)
        changed = [one["name"] for one in (await reload(gate))["changed"]]
        assert changed == ["lamps.mode", "display.languages", "desk.most_cents", "log.level"]
        assert changes(state_dir) == []
        admitted = await gate.admit()
        assert "débités" in admitted.words or "débit" in admitted.words.lower()


async def test_a_file_is_laid_beside_the_gate_that_runs_before_it_is_reloaded(
    state_dir: Path, pins: Pins, simulator: Simulator, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running_gate(state_dir, pins, simulator, file=file):
        other = file.with_name("new.toml")
        other.write_text(f"state_dir = '{state_dir}'\n" + PRICE.format(2_700) + "[relay]\npin = 5\n")
        assert await asyncio.to_thread(main, ["config", "check", str(other), "--json"]) == ExitCode.OK
        told = {one["name"]: one for one in json.loads(capsys.readouterr().out)["changes"]}
        assert told["admission.price_cents"]["counts"] == "while running"
        assert told["relay.pin"] == {"name": "relay.pin", "before": "17", "now": "5", "counts": "after a restart"}
        assert "relay.pulse_seconds" not in told  # which an argument of the gate goes over
        file.write_text(PRICE.format(2_700))
        line = ["config", "reload", "--by", "Anna", "--set", f"state_dir={state_dir}"]
        assert await asyncio.to_thread(main, line) == ExitCode.OK
        assert capsys.readouterr().out == "changed:\n  admission.price_cents  2500 -> 2700\n"
        file.write_text("[admission]\nprice_cents = 0\n")
        assert await asyncio.to_thread(main, line) == ExitCode.SETTINGS
        assert f"{file} line 2: " in capsys.readouterr().err
