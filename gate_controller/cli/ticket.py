"""`gate-controller ticket`: what E-GUMA says of a ticket."""

from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.in_force import load
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption
from gate_controller.cli.ticket_checks import checkin, checkout

if TYPE_CHECKING:
    from gate_controller.admission.words.codes import TicketNumber
    from gate_controller.cli.eguma_answers import EgumaReport, Enquirer

# ruff: noqa: PLC0415 - the HTTP client is brought in after the faults that need none


def info(
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="The 19 digits on the ticket, with or without blanks and dashes.")
    ],
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Ask whether a ticket is checked in, since when, and what it cost.

    Times are E-GUMA's local ones. Nobody is checked in by asking.

    Ends with 0 if E-GUMA knows the ticket, 1 if it says no, and 3 if it gave no answer in the time of a verdict.

    Examples:
      gate-controller ticket info 1000000000000000001
      gate-controller ticket info --json "1000 0000 0000 0000 001"
    """
    settings = load(config, overrides).settings
    from gate_controller.admission.words.codes import TICKET_DIGITS
    from gate_controller.admission.words.ticket_calls import ticket_number_in
    from gate_controller.cli.eguma_answers import tell

    read = ticket_number_in(number)
    if read is None:
        digits = f"give the {TICKET_DIGITS} digits on the ticket"
        raise CommandError(ExitCode.SETTINGS, f"this is no ticket number: argument NUMBER: {digits}")

    async def enquiry(enquirer: "Enquirer") -> "EgumaReport":
        return await _told_of(enquirer, read)

    return tell(settings, enquiry, as_json=as_json)


async def _told_of(enquirer: "Enquirer", number: "TicketNumber") -> "EgumaReport":
    from gate_controller.cli.eguma_answers import EgumaReport
    from gate_controller.eguma.ticket_api import ticket_of

    answer = await enquirer.answer(ticket_of(number))
    since = answer.checked_in_at if answer.is_checked_in else None
    when = "" if since is None else f", since {since:%d.%m.%Y %H:%M}"
    lines = {
        "number": number,
        "checked in": f"yes{when}" if answer.is_checked_in else "no",
        "price": enquirer.amount(answer.price_in_cents),
        "event": answer.event,
    }
    fields = {
        "ticket_number": number,
        "checked_in": answer.is_checked_in,
        "checked_in_at": None if since is None else since.isoformat(timespec="seconds"),
        "price_cents": answer.price_in_cents,
        "event": answer.event,
    }
    return EgumaReport(lines, fields)


ticket = typer.Typer(
    name="ticket",
    help="Ask E-GUMA about a ticket, or check it in or out.",
    rich_markup_mode=None,
    add_completion=False,
)
ticket.command(help=manual(info))(info)
ticket.command(help=manual(checkin))(checkin)
ticket.command(help=manual(checkout))(checkout)
