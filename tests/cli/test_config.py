"""`config` shows what is in force and where it came from, and never the key."""

import json
from pathlib import Path

import pytest

from gate_controller.cli.exits import ExitCode
from gate_controller.settings.models import FIELDS
from gate_controller.settings.reference import reference_table
from tests.rig.command import STYLE
from tests.rig.forked import gate_controller
from tests.rig.settings import SECRET


def test_the_table_names_every_setting_with_its_value_and_origin(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text("[scanner]\nbaud = 115200\n")

    done = gate_controller("config", "--set", "lamps.yellow_pin=none", cwd=tmp_path)

    rows = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    told = {name: " ".join(rest.split()) for name, rest in rows}
    assert done.returncode == ExitCode.OK
    assert set(told) == {"setting", *FIELDS}
    assert told["scanner.baud"] == "115200 gate.toml"
    assert told["lamps.yellow_pin"] == "none argument"
    assert told["admission.price_cents"] == "2500 environment GATE_ADMISSION__PRICE_CENTS"
    assert told["eguma.api_key"] == "set, hidden environment GATE_EGUMA__API_KEY"
    assert told["relay.active_high"] == "true default"
    assert told["display.languages"] == "de,fr,it,en default"


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_key_is_not_shown_even_where_it_was_pasted_twice(options: tuple[str, ...], tmp_path: Path) -> None:
    done = gate_controller("config", *options, "--set", f"id=x.{SECRET}", cwd=tmp_path)

    assert done.returncode == ExitCode.OK
    assert SECRET not in done.stdout + done.stderr
    assert "set, hidden" in done.stdout


def test_json_is_one_object_with_value_and_origin(tmp_path: Path) -> None:
    done = gate_controller("config", "--json", "--set", "relay.pin=5", cwd=tmp_path)

    told = json.loads(done.stdout)
    assert set(told) == set(FIELDS)
    assert told["relay.pin"] == {"value": "5", "origin": "argument"}


def test_warnings_are_lines_on_stderr_and_no_failure(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("a-key")
    key.chmod(0o644)
    done = gate_controller("config", cwd=tmp_path, GATE_EGUMA__API_KEY="-", GATE_EGUMA__API_KEY_FILE=str(key))

    assert done.returncode == ExitCode.OK
    [warning] = done.stderr.splitlines()
    assert warning.startswith(f"{STYLE}warning: ")
    assert str(key) in warning


def test_the_reference_needs_no_settings(tmp_path: Path) -> None:
    done = gate_controller("config", "--reference", cwd=tmp_path, GATE_EGUMA__API_KEY="-", GATE_XYZZY="1")

    assert (done.returncode, done.stdout) == (ExitCode.OK, reference_table())


def test_a_settings_file_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text("[relay]\npin = 5\n")

    done = gate_controller("config", "--json", "--config", str(path), cwd=tmp_path)

    assert json.loads(done.stdout)["relay.pin"] == {"value": "5", "origin": str(path)}
