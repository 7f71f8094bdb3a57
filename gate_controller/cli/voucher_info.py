"""`gate-controller voucher info`: what a voucher is, in E-GUMA's words. Nothing is charged."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gate_controller.cli.in_force import load
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption

if TYPE_CHECKING:
    from gate_controller.admission.words.codes import Code
    from gate_controller.cli.eguma_answers import EgumaReport, Enquirer

# ruff: noqa: PLC0415 - the HTTP client is brought in after the faults that need none


def info(
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="The code on the voucher, with or without dashes; or a ShortCode.")
    ],
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
    print_: Annotated[bool, typer.Option("--print", help="Print it on the receipt printer too.")] = False,
) -> int:
    """
    Ask what a voucher is: its name, description, validity and balance.

    For a ShortCode the balance is asked first, which tells the code of its voucher. With --print the paper says name,
    validity, balance, original value and whether it cannot be redeemed, the code masked; without paper the command ends
    with 1.

    Ends with 0 if E-GUMA knows it, 1 if it says no, and 3 if it gave no answer in the time of a verdict.

    Examples:
      gate-controller voucher info L4FU-5LQT-KJR3
      gate-controller voucher info --json L4FU5LQTKJR3
      gate-controller voucher info L4FU-5LQT-KJR3 --print
    """
    settings = load(config, overrides).settings
    from gate_controller.admission.words.codes import Code
    from gate_controller.cli.asking import ask
    from gate_controller.cli.eguma_answers import read_voucher_code, tell
    from gate_controller.eguma.api import balance_of

    what = "the 12 letters and digits on the voucher, or a ShortCode of two digits"
    read = read_voucher_code(code, what, short_codes=True)

    printed: dict[str, Any] = {}

    async def enquiry(enquirer: "Enquirer") -> "EgumaReport":
        report = await _told_of(enquirer, read)
        if print_ and report.refusal is None:
            balance = await enquirer.answer(balance_of(Code(report.fields["voucher_code"])))
            printed.update(
                report.fields,
                redeemable=balance.is_redeemable,
                message=balance.message,
                balance_cents=balance.balance_in_cents,
                total_cents=balance.total_amount_in_cents,
                currency=balance.currency or settings.admission.currency.value,
            )
        return report

    def print_it() -> None:
        if printed:
            ask(config, overrides, "print_balance", voucher=printed)

    return tell(settings, enquiry, as_json=as_json, besides=print_it)


async def _told_of(enquirer: "Enquirer", code: "Code") -> "EgumaReport":
    from gate_controller.admission.words.codes import VoucherCode, is_short_code
    from gate_controller.cli.eguma_answers import EgumaReport
    from gate_controller.eguma.api import balance_of
    from gate_controller.eguma.desk_api import info_of

    voucher_code = VoucherCode(code)
    if is_short_code(code):
        balance = await enquirer.answer(balance_of(code))
        if not balance.code or str(balance.code) == code:
            return EgumaReport({"code": code}, {"voucher_code": "", "message": balance.message}, balance.message)
        voucher_code = balance.code
    answer = await enquirer.answer(info_of(voucher_code))
    until = answer.valid_until
    redeemed = {True: "yes", False: "no", None: "not told"}[answer.is_redeemed]
    lines = {
        "code": voucher_code,
        "name": answer.name,
        "description": answer.description,
        "valid until": "not told" if until is None else until.strftime("%d.%m.%Y %H:%M"),
        "redeemed": redeemed,
        "balance": enquirer.amount(answer.balance_in_cents),
    }
    fields = {
        "voucher_code": voucher_code,
        "name": answer.name,
        "description": answer.description,
        "valid_until": None if until is None else until.isoformat(timespec="seconds"),
        "redeemed": answer.is_redeemed,
        "balance_cents": answer.balance_in_cents,
    }
    return EgumaReport(lines, fields)
