"""`gate-controller depot`: what E-GUMA says of a depot voucher; sell one, or take one back."""

from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.errand_commands import sell, take_back
from gate_controller.cli.in_force import load
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption

if TYPE_CHECKING:
    from gate_controller.admission.words.codes import VoucherCode
    from gate_controller.cli.eguma_answers import EgumaReport, Enquirer

# ruff: noqa: PLC0415 - the HTTP client is brought in after the faults that need none


def status(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code on the depot voucher, with or without dashes.")],
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Ask whether a depot voucher can be sold, and whether it can be taken back.

    Prints its amount too, and whether the seller says it. Nothing is sold by asking.

    Ends with 0 if it can be sold or taken back, 1 if neither (E-GUMA's words are on stderr), and 3 if E-GUMA gave
    no answer in the time of a verdict.

    Examples:
      gate-controller depot status DPF4-KX7T-Q2MR
      gate-controller depot status --json DPF4KX7TQ2MR
    """
    settings = load(config, overrides).settings
    from gate_controller.admission.words.codes import VoucherCode
    from gate_controller.cli.eguma_answers import read_voucher_code, tell

    read = VoucherCode(read_voucher_code(code, "the 12 letters and digits on it", short_codes=False))

    async def enquiry(enquirer: "Enquirer") -> "EgumaReport":
        return await _told_of(enquirer, read)

    return tell(settings, enquiry, as_json=as_json)


async def _told_of(enquirer: "Enquirer", code: "VoucherCode") -> "EgumaReport":
    from gate_controller.cli.eguma_answers import EgumaReport
    from gate_controller.eguma.desk_api import activation_of, deactivation_of

    selling = await enquirer.answer(activation_of(code))
    taking_back = await enquirer.answer(deactivation_of(code))
    is_free = bool(selling.free_amount)
    amount = taking_back.amount if taking_back.can_be_deactivated else selling.amount
    if selling.can_be_activated and is_free:
        amount = None
    is_of_use = selling.can_be_activated or taking_back.can_be_deactivated
    message = selling.message if selling.can_be_activated else taking_back.message
    why_not = message or selling.message
    lines = {
        "code": code,
        "can be sold": "yes" if selling.can_be_activated else f"no: {selling.message}".removesuffix(": "),
        "taken back": "yes" if taking_back.can_be_deactivated else f"no: {taking_back.message}".removesuffix(": "),
        "amount": "the seller says it" if selling.can_be_activated and is_free else enquirer.amount(amount),
    }
    fields = {
        "voucher_code": code,
        "can_be_activated": selling.can_be_activated,
        "free_amount": is_free,
        "can_be_deactivated": taking_back.can_be_deactivated,
        "amount_cents": amount,
        "message": message if is_of_use else why_not,
    }
    return EgumaReport(lines, fields, None if is_of_use else why_not)


depot = typer.Typer(
    name="depot",
    help="Ask E-GUMA about a depot voucher, sell one, or take one back.",
    rich_markup_mode=None,
    add_completion=False,
)
depot.command(help=manual(status))(status)
depot.command(help=manual(sell))(sell)
depot.command("void", help=manual(take_back))(take_back)
depot.callback()(lambda: None)
