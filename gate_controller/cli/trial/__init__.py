"""
`gate-controller test`: each device of a gate tried by hand, for the technician who stands beside it.

It is called `trial` here, for what is called test is collected by pytest. `bench` tries the devices of a stopped gate,
`through` those of a running one, `watching` shows what comes in, `guided` asks a person about all of them.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.asking import login_of, name_of, settings_without_key
from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, SetOption

if TYPE_CHECKING:
    from gate_controller.settings import Settings

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

ThroughOption = Annotated[
    bool,
    typer.Option("--through-gate", help="Let the running gate do it. Refused while a visitor is being served."),
]
EachOption = Annotated[
    float, typer.Option("--each", metavar="SECONDS", min=0.1, max=20, help="How long each one is shown.")
]
SecondsOption = Annotated[
    float | None,
    typer.Option("--seconds", metavar="N", min=0.1, show_default=False, help="End after so long, without Ctrl-C."),
]


def scanner(
    config: ConfigOption = None,
    overrides: SetOption = None,
    seconds: SecondsOption = None,
    full: Annotated[bool, typer.Option("--full", help="Show voucher codes whole: they are money.")] = False,
    through_gate: Annotated[bool, typer.Option("--through-gate", hidden=True)] = False,
) -> int:
    """
    Show what the scanner sends, byte by byte, and what the gate would make of it, until Ctrl-C.

    Nothing is charged and nothing moves. Ends with 0 if something was scanned, else with 1. A running gate has the
    scanner for itself: stop it first.

    Examples:
      gate-controller test scanner
      gate-controller test scanner --seconds 60 --set scanner.port=/dev/ttyACM0
    """
    from gate_controller.cli.trial import bench, watching

    if through_gate:
        raise CommandError(
            ExitCode.SETTINGS,
            "the running gate has the scanner for itself: option --through-gate: stop the gate and leave it out, or "
            "scan a voucher at the gate",
        )
    settings = settings_without_key(config, overrides)
    with bench.stopped_gate(settings):
        scans = bench.run(watching.scanner(settings, full=full, seconds=seconds))
    return ExitCode.OK if scans else ExitCode.NO


def relay(
    config: ConfigOption = None,
    overrides: SetOption = None,
    way_out: Annotated[bool, typer.Option("--exit", help="The relay of the way out (drive.exit_pin).")] = False,
    through_gate: ThroughOption = False,
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="With --through-gate: who it is.", show_default=False)
    ] = "",
) -> int:
    """
    Release the gate once, as for a visitor, and shut it again. THE GATE MOVES: keep people out of it.

    What moves and for how long is what drive.kind says. Through a running gate the release is recorded, as one by
    staff.

    Examples:
      gate-controller test relay
      gate-controller test relay --exit
      gate-controller test relay --through-gate --by Anna
    """
    settings = settings_without_key(config, overrides)
    if through_gate:
        from gate_controller.cli.trial import through

        if way_out:
            raise CommandError(
                ExitCode.SETTINGS,
                "the running gate opens the way out only for its exit button: option --exit: press that, or stop the "
                "gate and leave --through-gate out",
            )
        through.relay(settings, by=name_of(by))
        return ExitCode.OK
    from gate_controller.cli.trial import bench

    if way_out:
        _need(settings, "exit relay")
    with bench.stopped_gate(settings):
        bench.run(bench.relay(settings, way_out=way_out))
    return ExitCode.OK


def lamps(
    config: ConfigOption = None,
    overrides: SetOption = None,
    each: EachOption = 4.0,
    through_gate: ThroughOption = False,
) -> int:
    """
    Show every signal of the lamps in turn, each named here with its rhythm.

    Examples:
      gate-controller test lamps
      gate-controller test lamps --each 10 --through-gate
    """
    settings = _need(settings_without_key(config, overrides), "lamps")
    if through_gate:
        from gate_controller.cli.trial import through

        through.lamps(settings, each)
        return ExitCode.OK
    from gate_controller.cli.trial import bench

    with bench.stopped_gate(settings):
        bench.run(bench.lamps(settings, each))
    return ExitCode.OK


def buzzer(config: ConfigOption = None, overrides: SetOption = None, through_gate: ThroughOption = False) -> int:
    """
    Play every sound of the buzzer in turn, each named here with its beeps. In quiet hours there is nothing to hear.

    Examples:
      gate-controller test buzzer
      gate-controller test buzzer --set buzzer.quiet=
    """
    settings = _need(settings_without_key(config, overrides), "buzzer")
    if through_gate:
        from gate_controller.cli.trial import through

        through.buzzer(settings)
        return ExitCode.OK
    from gate_controller.cli.trial import bench

    with bench.stopped_gate(settings):
        bench.run(bench.buzzer(settings))
    return ExitCode.OK


def display(
    config: ConfigOption = None,
    overrides: SetOption = None,
    each: EachOption = 5.0,
    through_gate: ThroughOption = False,
) -> int:
    """
    Show pictures on the display: one in each language of the house, a visitor admitted, one refused, an idle gate.

    The refused one has a long text of E-GUMA's, which goes on over several pages; it is shown three times as long.

    Examples:
      gate-controller test display
      gate-controller test display --set display.driver=image --set display.image_file=/tmp/gate.png
    """
    settings = _need(settings_without_key(config, overrides), "display")
    if through_gate:
        from gate_controller.cli.trial import through

        through.display(settings, each)
        return ExitCode.OK
    from gate_controller.cli.trial import bench

    with bench.stopped_gate(settings):
        bench.run(bench.display(settings, each))
    return ExitCode.OK


def inputs(
    config: ConfigOption = None,
    overrides: SetOption = None,
    seconds: SecondsOption = None,
    through_gate: ThroughOption = False,
) -> int:
    """
    Show every contact and the passage sensor as they are, then each change with its time, until Ctrl-C.

    A running gate acts on its contacts: with --through-gate, a fire contact opens it and an exit button lets out. What
    lasts for less than 0.2 s may then be missed, and the passage sensor is not shown.

    Examples:
      gate-controller test inputs
      gate-controller test inputs --seconds 30 --through-gate
    """
    settings = _need(settings_without_key(config, overrides), "inputs")
    from gate_controller.cli.trial import bench, watching

    if through_gate:
        from gate_controller.cli.trial import through

        bench.run(through.inputs(settings, seconds=seconds))
        return ExitCode.OK
    with bench.stopped_gate(settings):
        has_all = bench.run(watching.inputs(settings, seconds=seconds))
    return ExitCode.OK if has_all else ExitCode.NO


def all_(
    config: ConfigOption = None,
    overrides: SetOption = None,
    each: EachOption = 4.0,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", show_default=False, help="Write the report there too: a new file."),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="Who tests, for the report.", show_default=False)
    ] = "",
) -> int:
    """
    Go through all devices that are fitted, and ask about each whether it did what it should. THE GATE MOVES.

    For a person at a terminal beside a stopped gate. Ends with a report, and with 0 only if all is well.

    Example:
      gate-controller test all --report commissioning.txt --by Anna
    """
    settings = settings_without_key(config, overrides)
    from gate_controller.cli.trial import bench, guided

    guided.refuse_without_terminal()
    if report is not None:
        guided.refuse_report(report)
    with bench.stopped_gate(settings):
        tested = bench.run(guided.go_through(settings, each, by=login_of(by)))
    print(f"\n{tested.text}", end="")
    if report is not None:
        guided.write(report, tested.text)
    return ExitCode.OK if tested.is_well else ExitCode.NO


def _need(settings: "Settings", device: str) -> "Settings":
    """Return the settings, or raise `CommandError` where they have no such device."""
    from gate_controller.shell.fittings import absent

    if (why := absent(settings).get(device)) is not None:
        raise CommandError(ExitCode.NO, f"no {device}: {why}: set it if there is one")
    return settings


trial = typer.Typer(
    name="test",
    help="Try scanner, relay, lamps, buzzer, display and inputs, one by one or all of them.",
    rich_markup_mode=None,
    add_completion=False,
)
trial.command(help=manual(scanner))(scanner)
trial.command(help=manual(relay))(relay)
trial.command(help=manual(lamps))(lamps)
trial.command(help=manual(buzzer))(buzzer)
trial.command(help=manual(display))(display)
trial.command(help=manual(inputs))(inputs)
trial.command("all", help=manual(all_))(all_)
