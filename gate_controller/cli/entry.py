"""
The command line: its commands.

Rules: each command is a thin file of its own, brings its libraries in when it runs, and returns its exit code.
What a failure becomes is said in `ending`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from gate_controller.cli.backing_up import backup
from gate_controller.cli.config import settings_group
from gate_controller.cli.depot_voucher import depot
from gate_controller.cli.doctor import doctor
from gate_controller.cli.ending import NAME, ended
from gate_controller.cli.exits import MEANING, CommandError, ExitCode
from gate_controller.cli.join import join
from gate_controller.cli.journal import journal
from gate_controller.cli.manual import manual
from gate_controller.cli.provision import provision
from gate_controller.cli.receipt_printing import receipt
from gate_controller.cli.receiver_trial import notify
from gate_controller.cli.relay_safe import relay
from gate_controller.cli.restoring_gate import restore
from gate_controller.cli.run import run
from gate_controller.cli.running_gate import gate
from gate_controller.cli.setup import setup
from gate_controller.cli.simulator import simulator
from gate_controller.cli.ticket import ticket
from gate_controller.cli.token import token
from gate_controller.cli.trial import trial
from gate_controller.cli.upgrade import oversee_upgrade, rollback, upgrade
from gate_controller.cli.user import user
from gate_controller.cli.venue_commands import venue_group
from gate_controller.cli.version import version
from gate_controller.cli.voucher import voucher

_MANUAL = f"""
An admission gate that takes E-GUMA gift vouchers: scanner in, turnstile out.

Reads a voucher's code from a serial scanner, asks E-GUMA for its balance, redeems the fixed price, and opens the
gate with a relay. Every step is in a journal on disk, so that no cent is lost between.

SETTINGS

Every setting has a name like relay.pin. It can be given as an argument (--set relay.pin=5), in the environment
(GATE_RELAY__PIN=5), as a systemd credential, and in a TOML file (pin = 5 under [relay]); the earlier in this list
goes over the later. Two are required: admission.price_cents and the key, which
stands in a file eguma.api_key beside the settings file, for root alone.
"config" shows what is in force, "config --reference" all there is, "config check FILE" looks a file over, "config set"
writes one setting, and "config reload" has the running gate read them again.

A NEW GATE

"setup" asks for all that a gate needs, tries each device, and writes the settings. "doctor" says what is wrong with a
gate, and what to do. "join" makes it one of a venue's gates, by a one-time code.

"test" tries one device after the other while no gate runs: "test scanner" shows what is scanned, "test relay" opens
the gate once, "test all" goes through everything that is fitted and ends with a report.

EXIT CODES

{chr(10).join(f"{code:>5}  {meaning}" for code, meaning in MEANING.items())}

Errors are on stderr, one line per fault: what: where: what to do.

COMPLETION

"--install-completion" lets your shell complete half-typed commands and options (bash, zsh, fish), from its next start
on; "--show-completion" prints what that would install.

EXAMPLES

  gate-controller demo
  gate-controller config --config /etc/gate-controller/gate.toml
  gate-controller run --set relay.pin=5
  gate-controller test all --report commissioning.txt
  gate-controller voucher balance L4FU-5LQT-KJR3
  gate-controller depot status DPF4-KX7T-Q2MR
  gate-controller ticket info 1000000000000000001
  gate-controller simulator --port 8765
"""

_ONE_OBJECT = frozenset({"voucher", "depot", "ticket", "receipt"})
"""Groups whose commands print one JSON object with an `outcome`, whatever becomes of them; so does `journal close`."""

app = typer.Typer(name=NAME, help=manual(_MANUAL), rich_markup_mode=None)


def _demo(
    scan: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", show_default=False, help="Scan this code, and end. Can be repeated."),
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="LANGUAGE", show_default=False, help="de, fr, it or en (the default).")
    ] = "",
    display: Annotated[
        str,
        typer.Option(
            metavar="SIZE",
            show_default=False,
            help="320x240 (the default), 240x240 or 160x128: colour; 128x64, 128x32: OLED; 20x4, 16x2: letters; none.",
        ),
    ] = "",
    draw: Annotated[
        str,
        typer.Option(
            metavar="WAY",
            show_default=False,
            help="How the display is drawn: kitty, iterm2, sixel, blocks, blocks256, text, or auto (the default).",
        ),
    ] = "",
    image_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default=False, help="Keep the display's picture in this file, as a PNG."),
    ] = None,
    bell: Annotated[bool, typer.Option("--bell", help="Ring the terminal's bell when the buzzer sounds.")] = False,
    gates: Annotated[
        int,
        typer.Option(
            metavar="N", show_default=False, help="Show a house of so many gates (1 to 12), on its venue's page."
        ),
    ] = 0,
) -> int:
    """
    Show a gate at work on this screen, with nothing connected.

    Simulator, scanner, pins and journal are all of this process, and gone when it ends. In a terminal it shows
    the gate live, takes codes, and serves the staff's page on this machine, where the gate can be played with
    too: at port 8080, or at a free one where that is taken. With --scan, or without a terminal, it scans, prints
    what happened, and ends.
    The display's picture is drawn by the terminal's graphics (kitty, iTerm2, sixel), else by coloured blocks.

    With --gates it shows a house: several gates, each a process, visitors that come by themselves, a real
    Mosquitto between (which has to be installed), and the page of their venue, where staff see and act on all.
    It stays until it is stopped, without a terminal too.

    Examples:
      gate-controller demo
      gate-controller demo --display 20x4 --language fr
      gate-controller demo --scan L4FU5LQTKJR3 --scan LWB4HK7T2MNQ
      gate-controller demo --gates 4
    """
    from gate_controller.cli.demo import demo  # noqa: PLC0415 - the whole gate is brought in by it

    return demo(
        scan or [], language=language, display=display, draw=draw, image_file=image_file, bell=bell, gates=gates
    )


def _show_version(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the program an unexpected error came from.")
    ] = False,
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help='The same as "version".')
    ] = False,
) -> None:
    context.obj["debug"] = debug
    if context.invoked_subcommand is None:  # whoever says nothing does not know yet what there is to say
        print(context.get_help())


app.command(help=manual(run))(run)
app.command(help=manual(setup))(setup)
app.command(help=manual(doctor))(doctor)
app.command("demo", help=manual(_demo))(_demo)
app.command(help=manual(simulator))(simulator)
app.add_typer(settings_group)
app.command(help=manual(join))(join)
app.command(help=manual(backup))(backup)
app.command(help=manual(restore))(restore)
app.add_typer(voucher)
app.add_typer(depot)
app.add_typer(ticket)
app.add_typer(gate)
app.add_typer(journal)
app.add_typer(receipt)
app.add_typer(relay)
app.add_typer(trial)
app.add_typer(notify)
app.add_typer(user)
app.add_typer(token)
app.add_typer(provision)
app.add_typer(venue_group)
app.command(help=manual(upgrade))(upgrade)
app.command(help=manual(rollback))(rollback)
app.command("oversee-upgrade", help=manual(oversee_upgrade), hidden=True)(oversee_upgrade)
app.command()(version)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line (the process's own, if none is given) and return the exit code."""
    state = {"debug": False}

    def carry_out() -> int:
        try:
            outcome = get_command(app).main(
                args=None if arguments is None else list(arguments), prog_name=NAME, standalone_mode=False, obj=state
            )
        except typer.TyperException as error:
            raise CommandError(ExitCode.SETTINGS, _usage(error)) from None
        except typer.Abort:
            raise KeyboardInterrupt from None
        return int(outcome or 0)

    given = sys.argv[1:] if arguments is None else list(arguments)
    return ended(carry_out, shows_more=lambda: state["debug"], in_json=_is_read_by_a_program(given))


def _is_read_by_a_program(given: Sequence[str]) -> bool:
    """Whether a command is to print one JSON object, by its words: a mistake in them ends it before it runs."""
    group, *rest = [word for word in given if not word.startswith("-")][:2] or [""]
    return "--json" in given and (group in _ONE_OBJECT or [group, *rest] == ["journal", "close"])


def _usage(error: typer.TyperException) -> str:
    # typer has choices read by pydantic, which puts its own name for an error before the words.
    what = error.format_message().rstrip(".").replace(": Value error, ", ": ")
    if "unexpected extra argument" in what:
        # It is not repeated: `--set eguma.api_key KEY` would show the key.
        what = "there is an argument too many"
    if "no such command" in what.lower():  # nor is this: `config --set eguma.api_key KEY` takes the key for one
        _, meant, suggestion = what.partition("Did you mean")
        what = f"no such command{'. ' if meant else ''}{meant}{suggestion}"
    context = getattr(error, "ctx", None)
    command = context.command_path if context else NAME
    return f"{what[:1].lower()}{what[1:]}: command line: see `{command} --help`"
