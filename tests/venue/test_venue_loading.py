"""A venue's settings: as strict as a gate's, from every source, and no secret in any line."""

from pathlib import Path
from typing import Any

import pytest

from gate_controller.settings import SettingsError
from gate_controller.venue.venue_loading import load_venue
from gate_controller.venue.venue_reference import venue_table
from tests.docs.settings_table import VENUE_PAGE, written
from tests.rig.forked import gate_controller

SECRET = "correct-horse-battery"


def loaded(tmp_path: Path, text: str = "", overrides: tuple[str, ...] = (), **environ: str) -> Any:
    file = tmp_path / "venue.toml"
    file.write_text(text)
    return load_venue(config=file, overrides=overrides, environ=environ)


def mistakes(tmp_path: Path, text: str = "", *overrides: str, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text, overrides, **environ)
    return str(caught.value)


def test_arguments_go_over_the_environment_over_the_file_over_defaults(tmp_path: Path) -> None:
    text = '[house]\nname = "File"\nzone = "Europe/Zurich"\n[mqtt]\nport = 1\n'
    found = loaded(tmp_path, text, ("mqtt.port=3",), VENUE_MQTT__PORT="2", VENUE_HOUSE__NAME="Variable")
    settings = found.settings
    assert (settings.mqtt.port, settings.house.name, settings.house.zone) == (3, "Variable", "Europe/Zurich")
    assert found.origins["house.name"] == "environment VENUE_HOUSE__NAME"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[hous]\n", "hous is no setting: {file} line 1: did you mean house?"),
        ("[mqtt]\ndiscovery = 'x'\n", "mqtt.discovery is no setting: {file} line 2"),
        ("[mqtt]\nhost = 'b.museum.ch'\n", "mqtt.tls is off, and the broker is another machine: default"),
        ("[house]\nzone = 'Mars'\n", "house.zone is Mars, which this machine does not know: {file} line 2"),
        ("[store]\nurl = 'mysql://h/d'\n", "store.url is mysql://h/d, which is no store that is known: {file} line 2"),
        ("[store]\npassword = 'x1x2x3'\n", "store.password is set, and store.url names no PostgreSQL"),
        ("[store]\nkeep_days = 3\n", "store.keep_days is 3, which is less than 30"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(tmp_path: Path, text: str, line: str) -> None:
    assert line.format(file=tmp_path / "venue.toml") in mistakes(tmp_path, text)


def test_a_variable_that_is_none_is_a_mistake(tmp_path: Path) -> None:
    said = mistakes(tmp_path, VENUE_MQTT__HOTS="x")
    assert said == "VENUE_MQTT__HOTS is no setting: environment: did you mean VENUE_MQTT__HOST? Otherwise unset it"


def test_passwords_come_from_files_and_are_in_no_line(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n")
    text = f'[store]\nurl = "postgresql://venue@db/venue"\npassword_file = "{file}"\n'
    settings = loaded(tmp_path, text).settings
    assert settings.store.password.get_secret_value() == SECRET
    assert SECRET not in repr(settings)
    said = mistakes(tmp_path, f'[store]\nurl = "postgresql://venue:{SECRET}@db/venue"\n')
    assert "store.password_file" in said
    assert SECRET not in said
    assert "both given" in mistakes(tmp_path, f"{text}password = '{SECRET}'\n")


def test_the_page_has_all_settings_as_the_code_has_them() -> None:
    page = VENUE_PAGE.read_text()
    assert page == written(page, venue_table())


def test_a_mistake_ends_the_command_with_2_and_no_traceback(tmp_path: Path) -> None:
    done = gate_controller("venue", "check", "--config", str(tmp_path / "none.toml"), cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_says_what_is_not_reached(tmp_path: Path) -> None:
    done = gate_controller(
        "venue", "check", "--set", f"state_dir={tmp_path / 'state'}", "--set", "mqtt.port=1", cwd=tmp_path
    )
    assert done.returncode == 1
    assert done.stderr == "gate-controller: error: broker: 127.0.0.1 port 1: Connection refused: see mqtt.host\n"
    assert "store     ok" in done.stdout
