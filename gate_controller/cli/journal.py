"""`gate-controller journal`: what happened at the gate, and the money that needs a person."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gate_controller.cli.asking import ask, name_of
from gate_controller.cli.attempts import local, print_facts, print_items, print_list, print_story
from gate_controller.cli.closing import close
from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.exporting import FullOption, day_of, export, pages
from gate_controller.cli.json_output import print_json
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ByOption, ConfigOption, JsonOption, SetOption
from gate_controller.cli.reconciling import reconcile

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

IncidentArgument = Annotated[
    str, typer.Argument(metavar="INCIDENT", help="The code on the visitor's display; or a whole voucher code.")
]


def list_(
    config: ConfigOption = None,
    overrides: SetOption = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many, newest first.")] = 20,
    voucher: Annotated[str, typer.Option(metavar="CODE", help="Of one voucher: its code, or the last four.")] = "",
    day: Annotated[str, typer.Option(metavar="DATE", help="Of one day, such as 2026-11-30.")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="With this in the reason, such as balance too low.")] = "",
    only_open: Annotated[bool, typer.Option("--open", help="That need a person.")] = False,
    as_json: JsonOption = False,
    full: FullOption = False,
) -> int:
    """
    List the newest attempts. Times and days are this machine's; in JSON times are UTC.

    Examples:
      gate-controller journal list
      gate-controller journal list --voucher L4FU-5LQT-KJR3
      gate-controller journal list --day 2026-11-30 --reason "balance too low"
      gate-controller journal list --limit 100 --json
    """
    if day:
        day_of(day, "--day")
    wanted = {"voucher": voucher, "day": day, "reason": reason, "open": only_open}
    records = list(pages(config, overrides, full=full, limit=limit, language=_language(as_json), **wanted))
    if as_json:
        print_json(records)
    elif records:
        print_list(records)
    else:
        print("no such attempts" if any(wanted.values()) else "no attempts yet")
    return ExitCode.OK


def show(
    incident: IncidentArgument,
    config: ConfigOption = None,
    overrides: SetOption = None,
    facts: Annotated[bool, typer.Option("--facts", help="The facts as they are in the journal.")] = False,
    as_json: JsonOption = False,
    full: FullOption = False,
) -> int:
    """
    Tell what happened to one attempt, and what can be done about it now.

    A voucher's code names its newest attempt. Times are this machine's; in JSON they are UTC.

    Examples:
      gate-controller journal show KRVG1
      gate-controller journal show L4FU-5LQT-KJR3 --facts
    """
    words = _language(as_json or facts)
    attempt = ask(config, overrides, "show", incident=incident, full=full, language=words)
    if as_json:
        print_json(attempt)
    elif facts:
        print_facts(attempt)
    else:
        print_story(attempt)
    return ExitCode.OK


def open_(
    config: ConfigOption = None, overrides: SetOption = None, as_json: JsonOption = False, full: FullOption = False
) -> int:
    """
    List the open items: money whose fate needs a person, and what can be done about each.

    With --json, a list of objects with incident, voucher_code, amount_cents, reason, since, can and more.

    Examples:
      gate-controller journal open
      gate-controller journal open --json --full
    """
    items = ask(config, overrides, "open", full=full, language=_language(as_json))
    if as_json:
        print_json(items)
    elif items:
        print_items(items)
    else:
        print("no open items")
    return ExitCode.OK


def _language(is_for_programs: bool) -> str:
    return "" if is_for_programs else "en"


def let_in(
    incident: IncidentArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the books.")],
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Let the visitor of an open item in on what he was charged: opens the running gate once, and settles the item.

    Example:
      gate-controller journal let-in KRVG1 --reason "waits at the gate" --by Anna
    """
    attempt = ask(config, overrides, "let_in", incident=incident, reason=reason, by=name_of(by))
    print(f"{attempt['incident']} is {attempt['stands']}")
    return ExitCode.OK if attempt["stands"] == "settled" else ExitCode.NO


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
        complain(
            f"incident {charged['incident']}: its visitor was admitted at {local(charged['since'])}", kind="warning"
        )
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


journal = typer.Typer(
    name="journal",
    help="Look into the gate's journal, and see to money that needs a person. Works beside a running gate.",
    rich_markup_mode=None,
    add_completion=False,
)
journal.command("list", help=manual(list_))(list_)
journal.command(help=manual(show))(show)
journal.command("open", help=manual(open_))(open_)
journal.command("let-in", help=manual(let_in))(let_in)
journal.command(help=manual(settle))(settle)
journal.command(help=manual(refund))(refund)
journal.command(help=manual(adopt))(adopt)
journal.command(help=manual(export))(export)
journal.command(help=manual(verify))(verify)
journal.command(help=manual(backup))(backup)
journal.command(help=manual(reconcile))(reconcile)
journal.command(help=manual(close))(close)
