"""`gate-controller receipt`: receipts of attempts, printed when somebody asks."""

import base64
from pathlib import Path
from typing import Annotated

import typer

from gate_controller.cli.asking import ask
from gate_controller.cli.attempts import local
from gate_controller.cli.exits import CommandError, ExitCode, on_one_line
from gate_controller.cli.exporting import FullOption
from gate_controller.cli.json_output import print_json
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

AttemptArgument = Annotated[
    str, typer.Argument(metavar="INCIDENT", help="The code on the visitor's display; or a whole voucher code.")
]


def print_(
    incident: AttemptArgument, config: ConfigOption = None, overrides: SetOption = None, as_json: JsonOption = False
) -> int:
    """
    Print the receipt of an attempt. One that may be on paper already is marked as a copy.

    Ends with 0 when the printer has said that it printed all, else with 1 and why not; with 2 for what is no code.

    Example:
      gate-controller receipt print KRVG1
    """
    answer = ask(config, overrides, "receipt_print", incident=_code(incident))
    if as_json:
        print_json({**answer, "outcome": "done"})
    else:
        print(f"{answer['incident']} is printed{', as a copy' if answer['is_copy'] else ''}")
    return ExitCode.OK


def list_(config: ConfigOption = None, overrides: SetOption = None, as_json: JsonOption = False) -> int:
    """
    List the receipts that should have been printed and were not, or not for certain.

    Example:
      gate-controller receipt list
    """
    entries = ask(config, overrides, "receipt_list")
    if as_json:
        print_json({"receipts": entries, "outcome": "done"})
        return ExitCode.OK
    for entry in entries:
        print(f"{entry['incident']:<10}{local(entry['at']):<21}{entry['state']:<17}{on_one_line(entry['why'])}")
    if not entries:
        print("every receipt is printed")
    return ExitCode.OK


def show(
    incident: AttemptArgument,
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
    full: FullOption = False,
    png: Annotated[
        Path | None, typer.Option("--png", metavar="FILE", help="Draw it into this file.", show_default=False)
    ] = None,
) -> int:
    """
    Show the receipt of an attempt as it would be printed now, but for its voucher's code, which paper has whole.

    With --png it is drawn as the printer would, which needs pip install 'gate-controller[receipts]'.

    Examples:
      gate-controller receipt show KRVG1
      gate-controller receipt show KRVG1 --full --png receipt.png
    """
    answer = ask(config, overrides, "receipt_show", incident=_code(incident), full=full)
    commands, columns = base64.b64decode(answer.pop("commands")), answer.pop("columns")
    if png is not None:
        _draw(commands, columns, png)
    if as_json:
        print_json({**answer, **({"png": str(png)} if png is not None else {}), "outcome": "done"})
    elif png is not None:
        print(f"{png} ({png.stat().st_size} bytes)")
    else:
        for row in answer["text"].splitlines():
            print("".join(each if each.isprintable() or each == "\N{NO-BREAK SPACE}" else " " for each in row))
    return ExitCode.OK


def _draw(commands: bytes, columns: int, file: Path) -> None:
    from gate_controller.devices.errors import DeviceError
    from gate_controller.devices.printer.receipt_picture import draw_receipt

    try:
        draw_receipt(commands, columns).save(file, format="PNG")
    except DeviceError as error:
        raise CommandError(ExitCode.NO, str(error)) from None
    except OSError as error:
        raise CommandError(ExitCode.NO, f"picture {file}: cannot be written ({error.strerror})") from None


def _code(text: str) -> str:
    from gate_controller.admission.words.ids import is_incident
    from gate_controller.journal.catalogue import whole_voucher

    if is_incident(text) or whole_voucher(text) is not None:
        return text
    what = "INCIDENT is no incident code and no voucher code"
    raise CommandError(ExitCode.SETTINGS, f"{what}: give the five characters of the visitor's display, such as KRVG1")


receipt = typer.Typer(
    name="receipt",
    help="Print and list receipts of attempts. Works beside a running gate.",
    rich_markup_mode=None,
    add_completion=False,
)
receipt.command("print", help=manual(print_))(print_)
receipt.command("list", help=manual(list_))(list_)
receipt.command(help=manual(show))(show)
