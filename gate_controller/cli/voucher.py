"""`gate-controller voucher`: what E-GUMA knows about a voucher. Nothing here charges."""

from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.eguma_answers import read_voucher_code
from gate_controller.cli.errand_commands import charge, void
from gate_controller.cli.exits import ExitCode, on_one_line
from gate_controller.cli.in_force import load
from gate_controller.cli.json_output import in_json
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption
from gate_controller.cli.voucher_info import info

if TYPE_CHECKING:
    from gate_controller.admission.words.codes import Code
    from gate_controller.admission.words.money import Currency
    from gate_controller.eguma.answers import BalanceAnswer
    from gate_controller.settings import Settings


def balance(
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="The code on the voucher, with or without dashes; or a ShortCode.")
    ],
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Ask what is left on a voucher.

    Asks E-GUMA whether the voucher can be redeemed, and prints its balance, total amount and message. A ShortCode
    is answered with the code of its voucher.

    Ends with 0 if it can be redeemed, 1 if not, and 3 if E-GUMA refused, or gave no answer in
    the time of a verdict (admission.verdict_seconds: 5, unless set to less).

    Examples:
      gate-controller voucher balance L4FU-5LQT-KJR3
      gate-controller voucher balance --json L4FU5LQTKJR3
    """
    settings = load(config, overrides).settings
    what = "the 12 letters and digits on the voucher, or a ShortCode of two digits"
    read = read_voucher_code(code, what, short_codes=True)
    answer = _ask(settings, read)
    print(_as_json(answer, settings) if as_json else _as_lines(answer, settings, read))
    return ExitCode.OK if answer.is_redeemable else ExitCode.NO


def _ask(settings: "Settings", code: "Code") -> "BalanceAnswer":
    # ruff: noqa: PLC0415 - the HTTP client is brought in after the faults that need none
    from gate_controller.cli.enquiry import enquire
    from gate_controller.eguma.api import balance_of

    # As long as a visitor at the gate would wait.
    return enquire(settings, balance_of(code), settings.admission.verdict_seconds)


def _currency(answer: "BalanceAnswer", settings: "Settings") -> "Currency":
    from gate_controller.admission.words.money import Currency

    # Older editions of the API do not say; an account has one currency.
    return Currency(answer.currency) if answer.currency in set(Currency) else settings.admission.currency


def _as_json(answer: "BalanceAnswer", settings: "Settings") -> str:
    return in_json(
        {
            "voucher_code": answer.code or "",
            "redeemable": answer.is_redeemable,
            "balance_cents": answer.balance_in_cents or 0,
            "total_cents": answer.total_amount_in_cents,
            "currency": answer.currency or settings.admission.currency,
            "product_id": answer.product_id,
            "message": answer.message,
            "outcome": "done" if answer.is_redeemable else "refused",
        }
    )


def _as_lines(answer: "BalanceAnswer", settings: "Settings", asked: "Code") -> str:
    from gate_controller.admission.words.money import Cents
    from gate_controller.texts.amounts import format_amount
    from gate_controller.texts.languages import Language

    def amount(cents: int | None) -> str:
        if cents is None:
            return "not told"
        return format_amount(Cents(cents), _currency(answer, settings), Language.EN).replace("\u00a0", " ")

    rows = {
        "code": answer.code or asked,
        "redeemable": "yes" if answer.is_redeemable else "no",
        "balance": amount(answer.balance_in_cents or 0),
        "total": amount(answer.total_amount_in_cents),
        "product": on_one_line(answer.product_id) or "not told",
        # E-GUMA's words are anything: on a terminal, without what could control it.
        "message": on_one_line(answer.message) or "none",
    }
    return "\n".join(f"{name:<12}{value}" for name, value in rows.items())


voucher = typer.Typer(
    name="voucher",
    help="Ask E-GUMA about a voucher, top one up, or give a charge back to one.",
    rich_markup_mode=None,
    add_completion=False,
)
voucher.command(help=manual(balance))(balance)
voucher.command(help=manual(info))(info)
voucher.command(help=manual(charge))(charge)
voucher.command(help=manual(void))(void)
