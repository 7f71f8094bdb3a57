"""From a command line to the desk of the gate that runs, or else to the journal that it left."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gate_controller.cli.exits import CommandError, ExitCode, UnansweredCommand, complain
from gate_controller.cli.in_force import load

if TYPE_CHECKING:
    from gate_controller.desk.control_socket import ControlError
    from gate_controller.settings import Settings

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

# What a reading command puts where the gate's own key and price are not given: people who look into the journal need
# not be able to read the key.
_STAND_INS = ("eguma.api_key=none-given", "admission.price_cents=1")


def ask(config: Path | None, overrides: list[str] | None, do: str, *, needs_key: bool = False, **request: Any) -> Any:
    """Return the desk's answer, whether a gate runs or not; raise `CommandError` with its words."""
    from gate_controller.desk.control_socket import ControlError, NotRunning

    try:
        settings = settings_without_key(config, overrides)
    except CommandError as mistakes:
        return _ask_in_spite_of(mistakes, config, overrides, do, request)
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
        raise _ended_by(error) from None


def ask_gate(config: Path | None, overrides: list[str] | None, do: str, *, remedy: str, **request: Any) -> Any:
    """
    Return the answer of the running gate that the settings name; raise `CommandError`.

    It goes by what it has read, whatever stands in the files now: mistakes there are warned of, and no obstacle.
    """
    try:
        state_dir = settings_without_key(config, overrides).state_dir
    except CommandError as mistakes:
        return _ask_in_spite_of(mistakes, config, overrides, do, request)
    return ask_running(state_dir, do, remedy=remedy, **request)


def place_of_gate(config: Path | None, overrides: list[str] | None) -> Path | None:
    """
    Return where a running gate has its state, whatever the other settings are like; None where nobody knows.

    What cannot be read might name another place. Where no file was named, it is the service's, or that of this folder:
    no other can be meant.
    """
    from gate_controller.settings import read_alone
    from gate_controller.settings.installed import state_dir_by_default

    said = read_alone(("state_dir",), config=config, overrides=overrides or (), environ=os.environ).values
    if "state_dir" in said:
        return Path(said["state_dir"])
    if config is not None or os.environ.get("GATE_CONFIG"):
        return None
    return Path(os.environ.get("STATE_DIRECTORY", "").partition(":")[0] or state_dir_by_default())


def state_dir_in_spite(mistakes: CommandError, config: Path | None, overrides: list[str] | None) -> Path:
    """Return where the state is though the settings have mistakes; raise them where they may hide it."""
    from gate_controller.settings.rescue import state_dir_of

    directory = state_dir_of(config, overrides or (), os.environ)
    if directory is None:
        told = "so nobody can tell where the state is: correct that, or name its folder with --set state_dir="
        raise CommandError(mistakes.code, *mistakes.lines, told) from None
    return directory


def _ask_in_spite_of(
    mistakes: CommandError, config: Path | None, overrides: list[str] | None, do: str, request: dict[str, Any]
) -> Any:
    """Ask the running gate, though the settings have mistakes; raise them where none runs."""
    from gate_controller.desk.control_socket import NotRunning

    state_dir = place_of_gate(config, overrides)
    try:
        if state_dir is None or not state_dir.is_dir():
            raise mistakes from None
        answer = ask_if_running(state_dir, do, **request)
    except NotRunning:
        told = f"no gate runs on {state_dir}: correct the settings, and start it"
        raise CommandError(mistakes.code, *mistakes.lines, told) from None
    except PermissionError:
        raise mistakes from None
    for line in mistakes.lines:
        complain(line, kind="warning")
    complain(f"the gate on {state_dir} goes by what it read before; it would not start again", kind="warning")
    return answer


def ask_running(state_dir: Path, do: str, *, remedy: str, **request: Any) -> Any:
    """Return the running gate's answer; raise `CommandError` with its words, or with the remedy where none runs."""
    from gate_controller.desk.control_socket import NotRunning

    try:
        return ask_if_running(state_dir, do, **request)
    except NotRunning:
        told = _told_by_systemd(state_dir) or f"no gate runs on {state_dir}: {remedy}"
        raise CommandError(ExitCode.NO, told) from None


def _told_by_systemd(state_dir: Path) -> str:
    """Return why the service's gate does not answer yet, though it was started; empty where there is no such reason."""
    from gate_controller.settings.installed import STATE_DIR, is_installed
    from gate_controller.systemd import unit

    if not is_installed() or str(state_dir) != STATE_DIR:
        return ""
    shown = unit.properties(["ActiveState", "NRestarts"])
    if shown.get("ActiveState") not in {"activating", "active"}:
        return ""
    if shown.get("NRestarts", "0") != "0":
        return f"the gate on {state_dir} ends and is started again: `journalctl -u gate-controller -n 50` tells why"
    return f"the gate on {state_dir} is being started: ask again in some seconds"


def ask_if_running(state_dir: Path, do: str, **request: Any) -> Any:
    """Return the running gate's answer; raise `CommandError` with its words, `NotRunning` where none runs."""
    from gate_controller.desk.control_socket import ControlError, NoAnswer
    from gate_controller.desk.control_socket import ask as ask_socket

    try:
        return ask_socket(state_dir, do, **request)
    except NoAnswer as error:
        raise UnansweredCommand(ExitCode.NO, str(error)) from None
    except ControlError as error:
        raise _ended_by(error) from None


def _ended_by(error: "ControlError") -> CommandError:
    from gate_controller.desk.control_socket import AskedWrongly

    return CommandError(ExitCode.SETTINGS if isinstance(error, AskedWrongly) else ExitCode.NO, str(error))


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
