"""`gate-controller gate`: what staff ask of the gate that is running, and tell it to do."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gate_controller.cli.asking import name_of, settings_without_key
from gate_controller.cli.exits import CommandError, ExitCode, on_one_line
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, SetOption

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so, for the books.", show_default=False)]


def status(
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> int:
    """
    Tell whether the running gate takes scans, and what is wrong if not.

    Ends with 0 if it takes scans, else with 1.

    Example:
      gate-controller gate status
    """
    told = ask_running_gate(config, overrides, "status")
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print("takes scans" if told["takes_scans"] else "out of service")
        for fault, why in told["faults"].items():
            print(f"{fault:<12}{on_one_line(why)}")
        print(f"{'lane':<12}{told['lane']}")
        print(f"{'held open':<12}{'yes' if told['held_open'] else 'no'}")
        print(f"{'gate':<12}{told['gate'] or 'as it should be'}")
        print(f"{'contacts':<12}{', '.join(told['contacts']) or 'none active'}")
        print(f"{'missing':<12}{on_one_line(told['missing']) or 'nothing'}")
    return ExitCode.OK if told["takes_scans"] else ExitCode.NO


def release(
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the books.")],
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Open the running gate once, for one person and without a charge. It is recorded.

    Example:
      gate-controller gate release --reason "helper of a visitor" --by Anna
    """
    print(ask_running_gate(config, overrides, "release", by=name_of(by), reason=reason))
    return ExitCode.OK


def resume(by: ByOption = "", config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Say that a fire alarm is over, once its contact has closed again (fire_contact.resume = staff).

    Example:
      gate-controller gate resume --by Anna
    """
    print(ask_running_gate(config, overrides, "resume", by=name_of(by)))
    return ExitCode.OK


def ask_running_gate(config: Path | None, overrides: list[str] | None, do: str, **request: Any) -> Any:
    """Return the running gate's answer; raise `CommandError` with its words, or where none runs."""
    from gate_controller.desk.control_socket import ControlError, NotRunning, ask

    state_dir = settings_without_key(config, overrides).state_dir
    try:
        return ask(state_dir, do, **request)
    except NotRunning:
        raise CommandError(
            ExitCode.NO, f"no gate runs on {state_dir}: state_dir: start it, or name its settings with --config"
        ) from None
    except ControlError as error:
        raise CommandError(ExitCode.NO, str(error)) from None


gate = typer.Typer(
    name="gate",
    help="Ask the running gate how it stands, open it once, end an alarm.",
    rich_markup_mode=None,
    add_completion=False,
)
gate.command(help=manual(status))(status)
gate.command(help=manual(release))(release)
gate.command(help=manual(resume))(resume)
