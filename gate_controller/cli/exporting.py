"""`gate-controller journal export`: the books for other programs, and how a command reads them page by page."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from gate_controller.cli.asking import ask
from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.json_output import print_json
from gate_controller.cli.options import ConfigOption, SetOption

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

FullOption = Annotated[bool, typer.Option("--full", help="Show voucher codes and tokens whole: they are money.")]


def export(
    config: ConfigOption = None,
    overrides: SetOption = None,
    from_: Annotated[
        str, typer.Option("--from", metavar="DATE", help="First day, this machine's, such as 2026-11-01.")
    ] = "",
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day, counted in.")] = "",
    form: Annotated[str, typer.Option("--format", metavar="FORM", help="csv or jsonl (JSON lines).")] = "csv",
    full: FullOption = False,
) -> int:
    """
    Write attempts to standard output, newest first, one per line. Days are this machine's; times in it are UTC.

    Examples:
      gate-controller journal export --from 2026-11-01 --to 2026-11-30 > november.csv
      gate-controller journal export --format jsonl --full
    """
    if form not in {"csv", "jsonl"}:
        raise CommandError(ExitCode.SETTINGS, f"{form!r} is no format: option --format: take csv or jsonl")
    since = day_of(from_, "--from")[0] if from_ else None
    until = day_of(to, "--to")[1] if to else None
    if since is not None and until is not None and since >= until:
        raise CommandError(ExitCode.SETTINGS, f"{from_} is after {to}: options --from and --to: change them round")
    _write(pages(config, overrides, full=full, since=since, until=until), form)
    return ExitCode.OK


def pages(config: Path | None, overrides: list[str] | None, *, limit: int = 0, **request: Any) -> Iterator[Any]:
    """Yield records page by page, so that years of them fit into memory; `limit` 0 means all."""
    before, left = None, limit
    while True:
        page = ask(config, overrides, "page", before=before, limit=left or None, **request)
        for record in page:
            before = record.pop("number")
            yield record
        left -= len(page)
        if not page or (limit and left <= 0):
            return


def _write(records: Iterator[dict[str, Any]], form: str) -> None:
    import csv

    from gate_controller.desk.closing_table import harmless
    from gate_controller.journal.records import FIELDS

    if form == "jsonl":
        for record in records:
            print_json(record, on_one_line=True)
        return
    # The header also where there is nothing below it: whoever reads the file expects its columns.
    writer = csv.DictWriter(sys.stdout, fieldnames=FIELDS, extrasaction="ignore")
    writer.writeheader()
    for record in records:
        writer.writerow({name: harmless(value) for name, value in record.items()})


def day_of(text: str, option: str) -> tuple[float, float]:
    """Return when a day of this machine begins and ends; raise `CommandError` with the option that named none."""
    from gate_controller.desk.control_socket import ControlError
    from gate_controller.desk.moments import span_of_day

    try:
        return span_of_day(text)
    except ControlError:
        raise CommandError(ExitCode.SETTINGS, f"{text!r} is no date: option {option}: write 2026-11-30") from None
