"""Where settings come from, which source goes over which, and what each says to names it does not know."""

from pathlib import Path
from typing import Any

import pytest

from gate_controller.settings import SettingsError, load_settings
from tests.rig.settings import LEAST, SECRET, loaded, mistakes

PIN_BY_SOURCE = {"argument": 5, "environment": 6, "credential": 12, "file": 13, "default": 17}


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    directory = tmp_path / "credentials"
    directory.mkdir()
    return directory


def toml(directory: Path, text: str, name: str = "gate.toml") -> Path:
    path = directory / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("sources", "winner"),
    [
        ({"argument", "environment", "credential", "file"}, "argument"),
        ({"environment", "credential", "file"}, "environment"),
        ({"credential", "file"}, "credential"),
        ({"file"}, "file"),
        (set(), "default"),
    ],
)
def test_the_higher_source_wins_and_is_named_as_the_origin(
    sources: set[str], winner: str, tmp_path: Path, credentials: Path
) -> None:
    overrides = [f"relay.pin={PIN_BY_SOURCE['argument']}"] if "argument" in sources else []
    environ = dict(LEAST)
    if "environment" in sources:
        environ["GATE_RELAY__PIN"] = str(PIN_BY_SOURCE["environment"])
    if "credential" in sources:
        (credentials / "relay.pin").write_text(str(PIN_BY_SOURCE["credential"]))
        environ["CREDENTIALS_DIRECTORY"] = str(credentials)
    if "file" in sources:
        environ["GATE_CONFIG"] = str(toml(tmp_path, f"[relay]\npin = {PIN_BY_SOURCE['file']}\n"))
    origins = {
        "argument": "argument",
        "environment": "environment GATE_RELAY__PIN",
        "credential": "credential relay.pin",
        "file": str(tmp_path / "gate.toml"),
        "default": "default",
    }

    result = load_settings(config=None, overrides=overrides, environ=environ)

    assert (result.settings.relay.pin, result.origins["relay.pin"]) == (PIN_BY_SOURCE[winner], origins[winner])


def test_sources_complete_each_other_within_a_section(tmp_path: Path) -> None:
    path = toml(tmp_path, "[relay]\npin = 5\nactive_high = false\n")

    relay = loaded("relay.pulse_seconds=1", config=path, GATE_RELAY__PIN="6").settings.relay

    assert (relay.pin, relay.active_high, relay.pulse_seconds) == (6, False, 1.0)


def test_of_an_argument_given_twice_the_later_counts() -> None:
    assert loaded("relay.pin=5", "relay.pin=6").settings.relay.pin == 6


def test_a_value_may_hold_an_equals_sign() -> None:
    assert loaded("scanner.port=/dev/a=b").settings.scanner.port == "/dev/a=b"


def test_the_file_takes_the_types_of_toml(tmp_path: Path) -> None:
    path = toml(
        tmp_path,
        """
        id = "east"
        [admission]
        price_cents = 1200
        [relay]
        active_high = false
        pulse_seconds = 1
        [lamps]
        red_pin = "none"
        [display]
        languages = ["fr", "de"]
        """,
    )

    settings = loaded(config=path, GATE_ADMISSION__PRICE_CENTS="-").settings

    assert (settings.id, settings.admission.price_cents, settings.relay.active_high) == ("east", 1200, False)
    assert (settings.relay.pulse_seconds, settings.lamps.red_pin) == (1.0, None)
    assert settings.display.languages == ("fr", "de")


@pytest.mark.parametrize("value", ["25.0", "true", "2024-01-01", "[2500]"])
def test_the_file_is_told_of_a_wrong_type(value: str, tmp_path: Path) -> None:
    path = toml(tmp_path, f"[admission]\nprice_cents = {value}\n")

    [line] = mistakes(config=path, GATE_ADMISSION__PRICE_CENTS="-")

    assert "which is no whole number" in line
    assert str(path) in line


def test_the_argument_names_the_file_before_the_environment_does(tmp_path: Path) -> None:
    ours = toml(tmp_path, "[relay]\npin = 5\n", "ours.toml")
    other = toml(tmp_path, "[relay]\npin = 6\n", "other.toml")

    assert loaded(config=ours, GATE_CONFIG=str(other)).origins["relay.pin"] == str(ours)


def test_a_file_in_the_working_directory_is_found(tmp_path: Path) -> None:
    toml(tmp_path, "[relay]\npin = 5\n")

    assert loaded().origins["relay.pin"] == "gate.toml"


def test_the_usual_places_may_be_empty() -> None:
    assert loaded().settings.relay.pin == PIN_BY_SOURCE["default"]


@pytest.mark.parametrize("by_argument", [True, False])
def test_a_named_file_that_is_missing_is_the_only_mistake(by_argument: bool, tmp_path: Path) -> None:
    path = tmp_path / "missing.toml"
    named = "-" if by_argument else str(path)

    [line] = mistakes(config=path if by_argument else None, GATE_EGUMA__API_KEY="-", GATE_CONFIG=named)

    assert line.startswith(f"the settings file cannot be read (No such file or directory): {path}: ")
    assert ("--config" if by_argument else "GATE_CONFIG") in line


def test_a_directory_is_no_settings_file(tmp_path: Path) -> None:
    [line] = mistakes(config=tmp_path)

    assert "Is a directory" in line


def test_broken_toml_is_reported_with_its_line_and_without_guesses_about_what_is_missing(tmp_path: Path) -> None:
    path = toml(tmp_path, "[admission]\nprice_cents = 2500\n\n[relay]\npin = seventeen\n")

    [line] = mistakes(config=path, GATE_ADMISSION__PRICE_CENTS="-")

    assert line.startswith("the settings file is no TOML (invalid value): ")
    assert f"{path} line 5, column" in line


def test_a_file_that_is_not_utf_8_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_bytes(b'[relay]\npin = 5\nid = "Z\xfcrich"\n')

    [line] = mistakes(config=path)

    assert line == f"the settings file is not UTF-8: {path} line 3: save it as UTF-8"


@pytest.mark.parametrize(
    ("text", "start", "hint"),
    [
        ("[relay]\npni = 5\n", "relay.pni is no setting: ", "did you mean relay.pin?"),
        ("[realy]\npin = 5\n", "realy is no setting: ", "did you mean relay?"),
        ("relay = 5\n", "relay is a section, not a setting: ", "write [relay]"),
        ("[id]\nname = 5\n", "id is a setting, not a section: ", "write id ="),
        ("[relay.pin]\nbcm = 5\n", "relay.pin is a setting, not a section: ", "write relay.pin ="),
        ("zebra = 5\n", "zebra is no setting: ", "config --reference"),
    ],
)
def test_a_name_in_the_file_that_is_none_is_a_mistake(text: str, start: str, hint: str, tmp_path: Path) -> None:
    [line] = mistakes(config=toml(tmp_path, text))

    assert line.startswith(start)
    assert hint in line


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("GATE_RELAY__PNI", "did you mean GATE_RELAY__PIN?"),
        ("GATE_RELAY_PIN", "did you mean GATE_RELAY__PIN?"),
        ("gate_relay__pin", "did you mean GATE_RELAY__PIN?"),
        ("GATE_CONFG", "did you mean GATE_CONFIG?"),
        ("GATE_XYZZY", "unset it"),
    ],
)
def test_an_unknown_variable_with_the_prefix_is_a_mistake(name: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(config=None, overrides=(), environ={**LEAST, name: SECRET})

    [line] = caught.value.mistakes
    assert SECRET not in line

    assert line.startswith(f"{name} is no setting: environment: ")
    assert hint in line


def test_variables_of_other_programs_are_none_of_our_business() -> None:
    assert loaded(GATEWAY="1", PATH="/bin", GATE="x", GPIOZERO_PIN_FACTORY="mock") == loaded()


@pytest.mark.parametrize(
    ("override", "hint"),
    [
        (f"eguma.api_kye={SECRET}", "did you mean eguma.api_key?"),
        ("GATE_RELAY__PIN=5", "leave it out"),
        ("relay.pin", "--set relay.pin has no value"),
        (SECRET, "a word that is no NAME=VALUE"),
        (f"eguma.api_key:{SECRET}", "a word that is no NAME=VALUE"),
    ],
)
def test_an_argument_that_is_no_setting_is_a_mistake_that_does_not_repeat_it(override: str, hint: str) -> None:
    [line] = mistakes(override)

    assert hint in line


@pytest.mark.parametrize("name", ["eguma.api_key", "gate_eguma__api_key", "GATE_EGUMA__API_KEY"])
def test_the_key_can_be_a_credential(name: str, credentials: Path) -> None:
    (credentials / name).write_text(f"{SECRET}\n")

    result = loaded(GATE_EGUMA__API_KEY="-", CREDENTIALS_DIRECTORY=str(credentials))

    assert result.settings.eguma.api_key.get_secret_value() == SECRET
    assert result.origins["eguma.api_key"] == f"credential {name}"


def test_a_misspelt_credential_is_a_mistake_and_a_foreign_one_is_not(credentials: Path) -> None:
    (credentials / "eguma.api_kye").write_text(SECRET)
    (credentials / "mqtt-password").write_text("of another program")

    [line] = mistakes(CREDENTIALS_DIRECTORY=str(credentials))

    assert line.startswith("eguma.api_kye is no setting: credentials: did you mean eguma.api_key?")


def test_a_credential_that_is_no_text_is_the_only_mistake(credentials: Path) -> None:
    (credentials / "eguma.api_key").write_bytes(b"\xff\xfe")

    assert mistakes(GATE_EGUMA__API_KEY="-", CREDENTIALS_DIRECTORY=str(credentials)) == (
        "eguma.api_key is no text: credential eguma.api_key: write it anew, as plain text",
    )


def test_a_directory_of_credentials_that_was_taken_away_holds_none(tmp_path: Path) -> None:
    assert loaded(CREDENTIALS_DIRECTORY=str(tmp_path / "gone")) == loaded()


def test_a_directory_of_credentials_that_is_none_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    [line] = mistakes(CREDENTIALS_DIRECTORY=str(tmp_path / "file"))

    assert line.startswith("the directory of credentials cannot be read (Not a directory): ")


def test_a_credential_that_a_higher_source_replaces_need_not_be_readable(credentials: Path) -> None:
    (credentials / "eguma.api_key").write_bytes(b"\xff\xfe")

    assert loaded(CREDENTIALS_DIRECTORY=str(credentials)).origins["eguma.api_key"] == "environment GATE_EGUMA__API_KEY"


def test_the_key_can_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"\xef\xbb\xbf" + f"{SECRET}\r\n".encode())  # as Windows writes it
    path.chmod(0o640)

    result = loaded(GATE_EGUMA__API_KEY="-", GATE_EGUMA__API_KEY_FILE=str(path))

    assert result.settings.eguma.api_key.get_secret_value() == SECRET
    assert result.origins["eguma.api_key"] == f"file {path}"
    assert result.warnings == ()


def test_a_key_file_that_everybody_can_read_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(SECRET)
    path.chmod(0o644)

    assert loaded(GATE_EGUMA__API_KEY="-", GATE_EGUMA__API_KEY_FILE=str(path)).warnings == (
        f"the file with the key can be read by every user: {path}: chmod o-r {path}",
    )


def test_a_settings_file_with_the_key_that_everybody_can_read_is_a_warning(tmp_path: Path) -> None:
    path = toml(tmp_path, f'[eguma]\napi_key = "{SECRET}"\n')
    path.chmod(0o644)

    [line] = loaded(config=path, GATE_EGUMA__API_KEY="-").warnings

    assert line.startswith("the file with the key can be read by every user: ")


def test_a_key_file_that_is_missing_is_the_only_mistake(tmp_path: Path) -> None:
    path = tmp_path / "gone"

    assert mistakes(GATE_EGUMA__API_KEY="-", GATE_EGUMA__API_KEY_FILE=str(path)) == (
        f"eguma.api_key cannot be read (No such file or directory): file {path}: name a file the gate's user can read",
    )


def test_a_key_given_for_the_name_of_its_file_is_not_shown() -> None:
    [line] = mistakes(GATE_EGUMA__API_KEY="-", GATE_EGUMA__API_KEY_FILE=SECRET)

    assert "environment GATE_EGUMA__API_KEY_FILE" in line


def test_a_key_and_a_key_file_are_one_too_many(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(SECRET)

    assert mistakes(GATE_EGUMA__API_KEY_FILE=str(path)) == (
        (
            "eguma.api_key and eguma.api_key_file are both given: environment GATE_EGUMA__API_KEY and "
            "environment GATE_EGUMA__API_KEY_FILE: keep one of the two"
        ),
    )


def test_a_key_among_the_arguments_goes_over_a_key_file_named_elsewhere(tmp_path: Path) -> None:
    path = toml(tmp_path, '[eguma]\napi_key_file = "/gone/key"\n')

    result = loaded("eguma.api_key=another", config=path, GATE_EGUMA__API_KEY="-")

    assert result.settings.eguma.api_key.get_secret_value() == "another"


def test_a_key_and_a_key_file_among_the_arguments_are_one_too_many() -> None:
    [line] = mistakes("eguma.api_key=another", "eguma.api_key_file=/gone/key", GATE_EGUMA__API_KEY="-")

    assert "are both given: argument and argument: " in line


def test_a_credential_goes_over_a_key_file_named_in_the_settings_file(tmp_path: Path, credentials: Path) -> None:
    # The service has the key as a credential, and its user may not read the file.
    path = toml(tmp_path, '[eguma]\napi_key_file = "/gone/key"\n')
    (credentials / "eguma.api_key").write_text("another\n")

    result = loaded(config=path, GATE_EGUMA__API_KEY="-", CREDENTIALS_DIRECTORY=str(credentials))

    assert result.settings.eguma.api_key.get_secret_value() == "another"
    assert result.origins["eguma.api_key"] == "credential eguma.api_key"


def test_the_key_stands_beside_the_settings_file_where_nothing_else_gives_it(tmp_path: Path) -> None:
    path = toml(tmp_path, "")
    beside = tmp_path / "eguma.api_key"
    beside.write_text(f"{SECRET}\n")
    beside.chmod(0o600)

    result = loaded(config=path, GATE_EGUMA__API_KEY="-")

    assert result.settings.eguma.api_key.get_secret_value() == SECRET
    assert result.origins["eguma.api_key"] == f"file {beside}"
    assert result.warnings == ()
    beside.chmod(0o644)
    [warning] = loaded(config=path, GATE_EGUMA__API_KEY="-").warnings
    assert warning == f"the file with the key can be read by every user: {beside}: chmod o-r {beside}"
    assert loaded(config=path, GATE_EGUMA__API_KEY="another").warnings == ()


def test_an_empty_credential_stands_in_for_a_key_that_is_not_there(tmp_path: Path, credentials: Path) -> None:
    (credentials / "eguma.api_key").write_text("\n")

    [line] = mistakes(config=toml(tmp_path, ""), GATE_EGUMA__API_KEY="-", CREDENTIALS_DIRECTORY=str(credentials))

    assert line.startswith("eguma.api_key is not set: no source gives it and it has no default: write it into ")
    assert f"{tmp_path}/eguma.api_key" in line


def test_a_key_that_only_root_may_read_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = toml(tmp_path, "")
    beside = tmp_path / "eguma.api_key"
    beside.write_text(SECRET)
    opened = Path.open

    def refused(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self == beside:
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refused)

    [line] = mistakes(config=path, GATE_EGUMA__API_KEY="-")
    assert line.startswith(f"eguma.api_key cannot be read (Permission denied): file {beside}: use sudo: it is root's")


def test_a_key_among_the_arguments_is_a_warning() -> None:
    [line] = loaded(f"eguma.api_key={SECRET}").warnings

    assert line.startswith("eguma.api_key can be seen by everybody on this machine: argument: ")
