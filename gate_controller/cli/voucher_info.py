"""`gate-controller voucher info`: what a voucher is, in E-GUMA's words. Nothing is charged."""

from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.options import ConfigOption, JsonOption, SetOption, load

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
) -> int:
    """
    Ask what a voucher is: its name, description, validity and balance.

    For a ShortCode the balance is asked first, which tells the code of its voucher.

    Ends with 0 if E-GUMA knows it, 1 if it says no, and 3 if it gave no answer in the time of a verdict.

    Examples:
      gate-controller voucher info L4FU-5LQT-KJR3
      gate-controller voucher info --json L4FU5LQTKJR3
    """
    settings = load(config, overrides).settings
    from gate_controller.cli.eguma_answers import read_voucher_code, tell

    what = "the 12 letters and digits on the voucher, or a ShortCode of two digits"
    read = read_voucher_code(code, what, short_codes=True)

    async def enquiry(enquirer: "Enquirer") -> "EgumaReport":
        return await _told_of(enquirer, read)

    return tell(settings, enquiry, as_json=as_json)


async def _told_of(enquirer: "Enquirer", code: "Code") -> "EgumaReport":
    from gate_controller.admission.words.codes import VoucherCode, is_short_code
    from gate_controller.cli.eguma_answers import EgumaReport
    from gate_controller.eguma.asks import balance_of
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
