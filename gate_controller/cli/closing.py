"""`gate-controller journal close`: the day's closing, on the screen, as JSON and as CSV."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from gate_controller.admission.words.money import Cents, Currency
from gate_controller.cli.asking import ask, login_of
from gate_controller.cli.attempts import local
from gate_controller.cli.exits import CommandError, ExitCode, on_one_line
from gate_controller.cli.exporting import day_of
from gate_controller.cli.json_output import print_json
from gate_controller.cli.options import ByOption, ConfigOption, JsonOption, SetOption
from gate_controller.cli.reconciling import zone_of

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

_SUMS = {
    "charged_cents": "charged",
    "refunded_cents": "- refunded",
    "voided_cents": "- voided in part",
    "revenue_cents": "= revenue",
}


def close(
    day: Annotated[str, typer.Option("--date", metavar="DATE", help="The day, such as 2026-11-26.")],
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write it as CSV too, one entry a line.", show_default=False),
    ] = None,
    print_: Annotated[bool, typer.Option("--print", help="Print it on the receipt printer too.")] = False,
    zone: Annotated[str, typer.Option(metavar="ZONE", help="The zone of E-GUMA's local times.")] = "Europe/Zurich",
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Close a day that is over: count it, lay it beside E-GUMA's list, and write that down for good.

    A day is closed once; asked again, what was closed is printed. Days are this machine's, and are closed in their
    order; one on which nothing was needs no closing. What is done later to a closed day's charges (a refund, a doubt
    that is settled) books to the day on which it is done. Where E-GUMA does not give its list the closing says so, and
    is complete without it.

    Examples:
      gate-controller journal close --date 2026-11-26 --by Anna
      gate-controller journal close --date 2026-11-26 --csv 2026-11-26.csv
      gate-controller journal close --date 2026-11-26 --print
    """
    day_of(day, "--date")
    zone_of(zone)
    if csv_file is not None and csv_file.exists():
        raise CommandError(ExitCode.NO, f"option --csv: {csv_file} is already there: name another file")
    told = ask(config, overrides, "close_day", needs_key=True, date=day, by=login_of(by), zone=zone)
    if not as_json:
        for line in _lines(told):
            print(line)
    try:
        if csv_file is not None:
            _write(csv_file, told)
        if print_:  # at last: a printer without paper takes nothing of the rest away
            ask(config, overrides, "print_closing", date=told["date"])
    except CommandError as error:
        raise CommandError(error.code, *error.lines, fields=told) from None  # the day is closed all the same
    if as_json:
        print_json({**told, "outcome": "done"})
    return ExitCode.OK


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    day = date.fromisoformat(told["date"])
    how = "closed" if told["is_new"] else "was closed"
    yield f"{day:%A} {day}: {how} by {told['closed_by']}, {local(told['closed_at'])}"

    def row(what: str, times: int | str, cents: int | None) -> str:
        money = "" if cents is None else f"{_amount(cents, told['currency']):>16}"
        return f"  {on_one_line(what):<32}{times:>7}{money}".rstrip()

    for entry in told["entries"]:
        what = _words(entry["entry"]) + (f": {_words(entry['reason'])}" if entry["reason"] else "")
        is_money = entry["entry"] not in {"refused", "opened_by_staff", "admitted_on_ticket", "let_out_on_ticket"}
        yield row(what, entry["times"], entry["amount_cents"] if is_money else None)
    yield ""
    for name, what in _SUMS.items():
        yield row(what, "", told[name])
    yield ""
    if told["late"]:
        yield f"{told['late']} records in it are dated before that day: they came to disk after theirs had been closed"
    if told["lacks_charges"]:
        yield (
            "charges of that day may be missing here: the journal was lost in part, a backup was put back, or the day "
            "had been archived (journal.keep_days) before it was closed"
        )
    yield from _beside_list(told["eguma"], told["currency"])


def _beside_list(eguma: Mapping[str, Any], currency: str) -> Iterator[str]:
    if not eguma["is_compared"]:
        yield f"not compared with E-GUMA's list: {on_one_line(eguma['why'])}"
        return
    whose = f"user {eguma['user']}" if eguma["user"] else "all users"
    yield f"E-GUMA's list: {eguma['listed']} redemptions, {_amount(eguma['listed_cents'], currency)}; {whose}"
    if eguma["unreadable"]:
        yield f"  {eguma['unreadable']} of its entries cannot be read"
    if not eguma["user"]:
        yield "  the gate's own user is not known: entries unknown to the journal are not shown (set eguma.user_id)"
    for one in eguma["named"]:
        name = one["incident"] or f"user {eguma['user']}"
        money = _amount(one["amount_cents"], currency)
        yield f"  {local(one['at'])}  {one['voucher_code']}  {money}  {name}: {one['what']}"
    more = eguma["differences"] - len(eguma["named"])
    if more:
        yield f"  and {more} more: see `gate-controller journal reconcile`"
    if not eguma["differences"]:
        yield "  no difference"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _amount(cents: int, currency: str) -> str:
    from gate_controller.texts import Language, format_amount

    return format_amount(Cents(cents), Currency(currency), Language.EN).replace("\u00a0", " ")


def _write(file: Path, told: Mapping[str, Any]) -> None:
    from gate_controller.desk.closing_table import closing_csv

    try:
        with file.open("x", encoding="utf-8", newline="") as out:
            out.write(closing_csv(told))
    except OSError as error:
        raise CommandError(
            ExitCode.NO, f"option --csv: {file} cannot be written ({error.strerror}): the day is closed: ask again"
        ) from None
