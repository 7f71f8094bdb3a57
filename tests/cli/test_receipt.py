"""`gate-controller receipt`: beside a running gate and on a stopped one's journal, with a printer on a real socket."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from gate_controller.simulator import Simulator
from tests.rig.command import STYLE
from tests.rig.fake_printer import network_printer
from tests.rig.forked import gate_controller
from tests.rig.gate import running_gate
from tests.rig.pins import Pins
from tests.rig.simulator import KEY


async def test_a_receipt_is_shown_printed_copied_kept_and_listed(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    with network_printer() as (printer, port):
        way: dict[str, Any] = {"printer__driver": "network", "printer__host": "127.0.0.1", "printer__tcp_port": port}
        async with running_gate(state_dir, pins, simulator, **way) as gate:
            await gate.admit()
            await gate.stand("admitted")
            incident = gate.records[0].incident

            shown = await gate.asked("receipt_show", incident=incident)
            assert "…KJR3" in shown["text"]
            assert "L4FU" not in shown["text"]
            assert "L4FU-5LQT-KJR3" in (await gate.asked("receipt_show", incident=incident, full=True))["text"]
            assert await gate.asked("receipt_list") == []

            done = await gate.asked("receipt_print", incident=incident)
            assert done == {"incident": incident, "is_copy": False, "outcome": "done"}

        def command(*words: str) -> "tuple[int, str, str]":
            given = {f"GATE_{name.upper()}": str(value) for name, value in way.items()}
            done = gate_controller("receipt", *words, cwd=state_dir, GATE_STATE_DIR=str(state_dir), **given)
            return done.returncode, done.stdout, done.stderr

        assert command("print", incident) == (0, f"{incident} is printed, as a copy\n", "")
        assert "Copy" not in printer.receipts[0]
        assert "Kopie" in printer.receipts[1]

        printer.has_paper = False
        code, _, why = command("print", incident)
        said = f"not printed: printer 127.0.0.1:{port} is out of paper: put a new roll in"
        assert (code, why) == (1, f"{STYLE}error: incident {incident}: {said}\n")
        assert json.loads(command("list", "--json")[1]) == {"receipts": [], "outcome": "done"}

        assert "L4FU" not in command("show", incident, "--json")[1]
        assert "L4FU-5LQT-KJR3" in command("show", incident, "--full")[1]
        assert command("show", "0000Z")[0] == 1  # no such attempt, but a code

        del way["printer__driver"]
        assert command("show", incident)[0] == 0
        assert command("print", incident)[2] == (
            f"{STYLE}error: no printer: printer.driver is none: set it in the settings\n"
        )

        drawn = state_dir / "receipt.png"
        assert command("show", incident, "--png", str(drawn))[1] == f"{drawn} ({drawn.stat().st_size} bytes)\n"
        assert [code.text for code in zxingcpp.read_barcodes(Image.open(drawn))] == [incident]
        nowhere = state_dir / "nowhere" / "receipt.png"
        why = f"picture {nowhere}: cannot be written (No such file or directory)"
        assert command("show", incident, "--png", str(nowhere)) == (1, "", f"{STYLE}error: {why}\n")


@pytest.mark.parametrize("command", ["run", "config"])
def test_files_that_no_receipt_can_be_made_of_are_mistakes_of_the_settings(tmp_path: Path, command: str) -> None:
    template, logo = tmp_path / "receipt.txt", tmp_path / "logo.png"
    template.write_text("{title}\n{titel}\n[blod]x\n")
    files = {"GATE_PRINTER__TEMPLATE_FILE": str(template), "GATE_PRINTER__LOGO_FILE": str(logo)}

    done = gate_controller(command, cwd=tmp_path, GATE_PRINTER__DRIVER="usb", **files)

    first, second, third = done.stderr.splitlines()
    assert done.returncode == 2
    assert first.startswith(f"{STYLE}error: printer.template_file {template}: line 2: {{titel}} is no field: choose")
    assert second.startswith(f"{STYLE}error: printer.template_file {template}: line 3: [blod] is no mark: choose")
    assert third == f"{STYLE}error: printer.logo_file {logo}: it cannot be read (No such file or directory)"


@pytest.mark.parametrize("what", ["KRVG", "KRVG1X", "KR-G1", "KRVGU", "L4FU-5LQT", "\x1b[2J", ""])
def test_what_is_no_code_ends_with_2(tmp_path: Path, what: str) -> None:
    for command in ("print", "show"):
        done = gate_controller("receipt", command, what, cwd=tmp_path, GATE_STATE_DIR=str(tmp_path))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"{STYLE}error: INCIDENT is no incident code and no voucher code: give ")


def test_where_no_gate_was_there_is_no_receipt(tmp_path: Path) -> None:
    done = gate_controller("receipt", "list", cwd=tmp_path, GATE_STATE_DIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")


async def test_a_balance_is_printed_on_request_beside_a_gate_and_on_a_stopped_ones_journal(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    with network_printer() as (printer, port):
        way: dict[str, Any] = {"printer__driver": "network", "printer__host": "127.0.0.1", "printer__tcp_port": port}
        way["printer__languages"] = "de"
        given = {f"GATE_{name.upper()}": str(value) for name, value in way.items()}
        given |= {"GATE_STATE_DIR": str(state_dir), "GATE_EGUMA__BASE_URL": simulator.base_url}

        async def info(*words: str) -> "tuple[int, str, str]":
            done = await asyncio.to_thread(
                gate_controller, "voucher", "info", *words, "--print", cwd=state_dir, GATE_EGUMA__API_KEY=KEY, **given
            )
            return done.returncode, done.stdout, done.stderr

        async with running_gate(state_dir, pins, simulator, **way):
            assert (await info("L4FU-5LQT-KJR3"))[0] == 0
        assert (await info("L4FU-5LQT-KJR3", "--json"))[0] == 0
        for paper in printer.receipts:
            said = ("Guthaben", "CHF 500.00", "Gift voucher", "31.12.2099", "Ursprünglicher Wert", "KJR3")
            assert [each for each in said if each not in paper.replace("\u00a0", " ")] == []
            assert "L4FU" not in paper
        assert len(printer.receipts) == 2
        printer.has_paper = False
        code, out, why = await info("L4FU-5LQT-KJR3")
        assert (code, "Gift voucher" in out, "out of paper" in why) == (1, True, True)
        assert (await info("NFD2KR6WPX4M"))[0] == 1
        assert len(printer.receipts) == 2
