"""`gate-controller journal`: what happened at the gate, and the money that needs a person."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gate_controller.cli.asking import ask, name_of
from gate_controller.cli.exits import CommandError, ExitCode, complain, on_one_line
from gate_controller.cli.json_output import print_json
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ByOption, ConfigOption, JsonOption, SetOption
from gate_controller.cli.reconciling import reconcile

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

IncidentArgument = Annotated[str, typer.Argument(metavar="INCIDENT", help="The code on the visitor's display.")]
FullOption = Annotated[bool, typer.Option("--full", help="Show voucher codes and tokens whole: they are money.")]


def list_(
    config: ConfigOption = None,
    overrides: SetOption = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many, newest first.")] = 20,
    as_json: JsonOption = False,
    full: FullOption = False,
) -> int:
    """
    List the newest attempts.

    Examples:
      gate-controller journal list
      gate-controller journal list --limit 100 --json
    """
    records = list(_pages(config, overrides, full=full, limit=limit))
    _print_records(records, as_json=as_json, empty="no attempts yet")
    return ExitCode.OK


def show(
    incident: IncidentArgument,
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
    full: FullOption = False,
) -> int:
    """
    Tell one attempt, fact by fact.

    Example:
      gate-controller journal show KRVG1
    """
    attempt = ask(config, overrides, "show", incident=incident, full=full)
    if as_json:
        print_json(attempt)
        return ExitCode.OK
    facts = attempt.pop("facts")
    for name, value in attempt.items():
        if value:
            print(f"{name:<22}{on_one_line(_said(value))}")
    print()
    for fact in facts:
        at, kind = fact.pop("at"), fact.pop("fact")
        rest = " ".join(f"{name}={on_one_line(_said(value))}" for name, value in fact.items())
        print(f"{at}  {kind:<17}{rest}")
    return ExitCode.OK


def open_(
    config: ConfigOption = None, overrides: SetOption = None, as_json: JsonOption = False, full: FullOption = False
) -> int:
    """
    List the open items: money whose fate needs a person.

    With --json, a list of objects with incident, voucher_code, amount_cents, reason, since and more.

    Examples:
      gate-controller journal open
      gate-controller journal open --json --full
    """
    _print_records(ask(config, overrides, "open", full=full), as_json=as_json, empty="no open items")
    return ExitCode.OK


def settle(
    incident: IncidentArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is settled, for the books.")],
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Take an open item off the list, once a person has seen to the money.

    Example:
      gate-controller journal settle KRVG1 --reason "25.00 given back in cash" --by Anna
    """
    attempt = ask(config, overrides, "settle", incident=incident, reason=reason, by=name_of(by))
    print(f"{attempt['incident']} is {attempt['stands']}")
    return ExitCode.OK if attempt["stands"] == "settled" else ExitCode.NO


def refund(
    incident: IncidentArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is given back, for the books.")],
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Give an attempt's charge back to its voucher, through E-GUMA.

    It is repeated until E-GUMA accepts; what E-GUMA refuses becomes an open item. This command waits some seconds
    for the outcome; a running gate goes on trying by itself. Where the visitor was admitted on that charge it says so,
    and asks once more in a terminal.

    Example:
      gate-controller journal refund KRVG1 --reason "ride was closed" --by Anna
    """
    name = name_of(by)
    charged = ask(config, overrides, "show", incident=incident)
    if charged["admitted"] and not charged["refunded"]:
        complain(f"incident {charged['incident']}: its visitor was admitted at {charged['since']}", kind="warning")
        if sys.stdin.isatty() and not typer.confirm("Give it back all the same?"):
            return ExitCode.NO
    attempt = ask(config, overrides, "refund", needs_key=True, incident=incident, by=name, reason=reason)
    print(f"{attempt['incident']} is {attempt['stands']}" + (f": {attempt['reason']}" if attempt["reason"] else ""))
    return ExitCode.OK if attempt["refunded"] else ExitCode.NO


def adopt(by: ByOption = "", config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Say that a journal which came from another machine is this gate's.

    What was unfinished in it is left to a person, for the first machine may go on with it: a copied card, another
    gate's. Once that machine is out of service for good, this gate goes on with its credits, refunds and look-ups.
    A backup that was put back is treated in the same way: look its open items up first, for this gate has gone on.

    Example:
      gate-controller journal adopt --by Anna
    """
    attempts = ask(config, overrides, "adopt", by=name_of(by))
    if attempts:
        print(f"adopted: the gate goes on with {attempts} attempt{'' if attempts == 1 else 's'}")
    else:
        print("nothing to adopt: the journal holds nothing that another machine left unfinished")
    return ExitCode.OK


def export(
    config: ConfigOption = None,
    overrides: SetOption = None,
    from_: Annotated[str, typer.Option("--from", metavar="DATE", help="First day, UTC, such as 2026-11-01.")] = "",
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day, UTC, counted in.")] = "",
    form: Annotated[str, typer.Option("--format", metavar="FORM", help="csv or jsonl (JSON lines).")] = "csv",
    full: FullOption = False,
) -> int:
    """
    Write attempts to standard output, newest first, one per line.

    Examples:
      gate-controller journal export --from 2026-11-01 --to 2026-11-30 > november.csv
      gate-controller journal export --format jsonl --full
    """
    if form not in {"csv", "jsonl"}:
        raise CommandError(ExitCode.SETTINGS, f"{form!r} is no format: option --format: take csv or jsonl")
    since = _day(from_, "--from") if from_ else None
    until = _day(to, "--to") + 86_400 if to else None
    if since is not None and until is not None and since >= until:
        raise CommandError(ExitCode.SETTINGS, f"{from_} is after {to}: options --from and --to: change them round")
    _write(_pages(config, overrides, full=full, since=since, until=until), form)
    return ExitCode.OK


def verify(config: ConfigOption = None, overrides: SetOption = None, as_json: JsonOption = False) -> int:
    """
    Prove that the journal is whole: the file, and every attempt's facts.

    Ends with 0 if it is, and with 1 and a line per fault if not.
    """
    wrong = ask(config, overrides, "verify")
    if as_json:
        print_json(wrong)
    elif not wrong:
        print("the journal is whole")
    for line in () if as_json else wrong:
        complain(line)
    return ExitCode.NO if wrong else ExitCode.OK


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to be made; it must not be there yet.")],
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Make a consistent copy of the journal, while the gate runs or not.

    To put it back, stop the gate and let it take the place of journal.sqlite3. The gate has gone on since, so what was
    unfinished in it is left to a person then: see `journal adopt`.

    Example:
      gate-controller journal backup /media/stick/gate-1.sqlite3
    """
    import shutil

    if target.exists():
        raise CommandError(ExitCode.NO, f"backup {target}: is already there: name another file")
    made = Path(ask(config, overrides, "backup"))
    try:
        shutil.move(made, target)
    except OSError as error:
        raise CommandError(
            ExitCode.NO, f"backup {target}: cannot be written ({error.strerror}): the copy is at {made}"
        ) from None
    print(f"{target} ({target.stat().st_size} bytes)")
    return ExitCode.OK


def _pages(config: Path | None, overrides: list[str] | None, *, limit: int = 0, **request: Any) -> Iterator[Any]:
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


def _print_records(records: list[dict[str, Any]], *, as_json: bool, empty: str) -> None:
    if as_json:
        print_json(records)
        return
    if not records:
        print(empty)
        return
    print(f"{'incident':<10}{'since (UTC)':<22}{'voucher':<15}{'amount':>10}  stands")
    for record in records:
        amount = f"{record['amount_cents'] / 100:.2f}" if record["amount_cents"] else "-"
        stands = record["stands"] + (f": {on_one_line(record['reason'])}" if record["reason"] else "")
        print(f"{record['incident']:<10}{record['since']:<22}{record['voucher_code'] or '-':<15}{amount:>10}  {stands}")


def _write(records: Iterator[dict[str, Any]], form: str) -> None:
    import csv

    from gate_controller.journal.records import FIELDS

    if form == "jsonl":
        for record in records:
            print_json(record, on_one_line=True)
        return
    # The header also where there is nothing below it: whoever reads the file expects its columns.
    writer = csv.DictWriter(sys.stdout, fieldnames=FIELDS, extrasaction="ignore")
    writer.writeheader()
    for record in records:
        writer.writerow({name: _harmless(value) for name, value in record.items()})


def _harmless(value: Any) -> Any:
    # E-GUMA's words may begin like a formula; a spreadsheet would run it.
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _day(text: str, option: str) -> float:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise CommandError(ExitCode.SETTINGS, f"{text!r} is no date: option {option}: write 2026-11-30") from None


def _said(value: Any) -> str:
    return str(value) if not isinstance(value, bool) else ("yes" if value else "no")


journal = typer.Typer(
    name="journal",
    help="Look into the gate's journal, and see to money that needs a person. Works beside a running gate.",
    rich_markup_mode=None,
    add_completion=False,
)
journal.command("list", help=manual(list_))(list_)
journal.command(help=manual(show))(show)
journal.command("open", help=manual(open_))(open_)
journal.command(help=manual(settle))(settle)
journal.command(help=manual(refund))(refund)
journal.command(help=manual(adopt))(adopt)
journal.command(help=manual(export))(export)
journal.command(help=manual(verify))(verify)
journal.command(help=manual(backup))(backup)
journal.command(help=manual(reconcile))(reconcile)
