"""From a command line to the desk of the gate that runs, or else to the journal that it left."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gate_controller.cli.exits import CommandError, ExitCode, UnansweredCommand
from gate_controller.cli.in_force import load

if TYPE_CHECKING:
    from gate_controller.settings import Settings

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

# What a reading command puts where the gate's own key and price are not given: people who look into the journal need
# not be able to read the key.
_STAND_INS = ("eguma.api_key=none-given", "admission.price_cents=1")


def ask(config: Path | None, overrides: list[str] | None, do: str, *, needs_key: bool = False, **request: Any) -> Any:
    """Return the desk's answer, whether a gate runs or not; raise `CommandError` with its words."""
    from gate_controller.desk.control_socket import ControlError, NotRunning

    settings = settings_without_key(config, overrides)
    try:
        if settings.state_dir.is_dir():
            return ask_if_running(settings.state_dir, do, **request)
    except NotRunning:
        pass
    except PermissionError as error:
        raise CommandError(ExitCode.NO, f"{error.filename}: may not be looked into by this user: use sudo") from None
    if needs_key:
        settings = load(config, overrides).settings
    try:
        return _ask_stopped(settings, do, request)
    except ControlError as error:
        raise CommandError(ExitCode.NO, str(error)) from None


def ask_running(state_dir: Path, do: str, *, remedy: str, **request: Any) -> Any:
    """Return the running gate's answer; raise `CommandError` with its words, or with the remedy where none runs."""
    from gate_controller.desk.control_socket import NotRunning

    try:
        return ask_if_running(state_dir, do, **request)
    except NotRunning:
        raise CommandError(ExitCode.NO, f"no gate runs on {state_dir}: {remedy}") from None


def ask_if_running(state_dir: Path, do: str, **request: Any) -> Any:
    """Return the running gate's answer; raise `CommandError` with its words, `NotRunning` where none runs."""
    from gate_controller.desk.control_socket import ControlError, NoAnswer
    from gate_controller.desk.control_socket import ask as ask_socket

    try:
        return ask_socket(state_dir, do, **request)
    except NoAnswer as error:
        raise UnansweredCommand(ExitCode.NO, str(error)) from None
    except ControlError as error:
        raise CommandError(ExitCode.NO, str(error)) from None


def login_of(by: str) -> str:
    """Return who is there: as said, else as logged in, before `sudo` too."""
    import getpass

    return by.strip() or os.environ.get("SUDO_USER", "").strip() or getpass.getuser()


def name_of(by: str) -> str:
    """Return who lets in or settles, for the books. Raises `CommandError` where that is nobody's name."""
    name = login_of(by)
    if name == "root":
        raise CommandError(
            ExitCode.SETTINGS, "root is nobody's name, and the books need one: say who you are with --by"
        )
    return name


def settings_without_key(config: Path | None, overrides: list[str] | None) -> "Settings":
    """Return the settings for a command that needs no key and no price; or raise `CommandError` with all mistakes."""
    from gate_controller.settings import SettingsError, load_settings

    given = tuple(overrides or ())
    try:
        return load_settings(config=config, overrides=(*_STAND_INS, *given), environ=os.environ).settings
    except SettingsError as error:
        raise CommandError(ExitCode.SETTINGS, *error.mistakes) from None


def _ask_stopped(settings: "Settings", do: str, request: dict[str, Any]) -> Any:
    import asyncio

    from gate_controller.app import answer_stopped

    return asyncio.run(answer_stopped(settings, do, request))
