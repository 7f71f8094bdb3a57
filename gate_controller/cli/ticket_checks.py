"""`gate-controller ticket checkin` and `checkout`: by the rules of `errand_commands.py`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gate_controller.cli.errand_commands import carried_out
from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.options import ByOption, ConfigOption, JsonOption, SetOption

if TYPE_CHECKING:
    from pathlib import Path

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

_NUMBER = Annotated[
    str, typer.Argument(metavar="NUMBER", help="The 19 digits on the ticket, with or without blanks and dashes.")
]
_REASON = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the books.", show_default=False)]


def checkin(
    number: _NUMBER,
    reason: _REASON = "",
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Check a ticket in at E-GUMA. The gate opens for nobody by it.

    It is sent once; where the answer is lost, E-GUMA is asked how the ticket stands. Ends with 0 if done, 1 if not, and
    3 if that is not known yet.

    Example:
      gate-controller ticket checkin 1000000000000000001 --by Anna
    """
    return _checked(config, overrides, "check_in", by, number, reason, as_json=as_json)


def checkout(
    number: _NUMBER,
    reason: _REASON = "",
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Check a ticket out at E-GUMA. The gate opens for nobody by it.

    Example:
      gate-controller ticket checkout 1000000000000000001 --by Anna
    """
    return _checked(config, overrides, "check_out", by, number, reason, as_json=as_json)


def _checked(
    config: "Path | None", overrides: list[str] | None, do: str, by: str, number: str, reason: str, *, as_json: bool
) -> int:
    from gate_controller.admission.errand.looks import TICKET_IN_ALREADY, TICKET_NOT_IN
    from gate_controller.admission.words.codes import TICKET_DIGITS
    from gate_controller.admission.words.ticket_calls import ticket_number_in

    if (read := ticket_number_in(number)) is None:
        digits = f"give the {TICKET_DIGITS} digits on the ticket"
        raise CommandError(ExitCode.SETTINGS, f"this is no ticket number: argument NUMBER: {digits}")

    def fields(told: dict[str, Any]) -> dict[str, Any]:
        is_done = told["outcome"] == "done"
        # A no says how the ticket stands only where that is why.
        stands = {TICKET_IN_ALREADY: True, TICKET_NOT_IN: False}.get(str(told.get("reason")))
        return {
            "incident": told["incident"],
            "ticket_number": read,
            "checked_in": do == "check_in" if is_done else stands,
            "message": told.get("text") or ("" if is_done else told.get("reason", "")),
            "outcome": told["outcome"],
        }

    def line(told: dict[str, Any]) -> str:
        return f"{told['incident']}: checked {'in' if do == 'check_in' else 'out'}"

    request = {"number": read, "reason": reason}
    return carried_out(config, overrides, do, by, request, as_json=as_json, fields=fields, line=line)
