"""
What staff have done at E-GUMA, from a command line: through the gate that runs, or on the journal that it left.

Rules: done is 0; a no is 1, with its words on stderr; bad input is 2; and 3 where it is not known yet whether E-GUMA
has carried it out: the gate goes on looking, and the incident code says later what became of it.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from gate_controller.admission.words.money import Cents, Currency
from gate_controller.cli.asking import ask, login_of
from gate_controller.cli.exits import CommandError, ExitCode, UnansweredCommand, complain, on_one_line
from gate_controller.cli.json_output import in_json
from gate_controller.cli.options import ByOption, ConfigOption, JsonOption, SetOption

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

_VOUCHER = Annotated[str, typer.Argument(metavar="CODE", help="The code on the voucher, with or without dashes.")]
_AMOUNT = Annotated[int, typer.Option("--amount-cents", metavar="N", help="The amount, in whole cents.")]
_REASON = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the books.")]
_NO_REASON = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the books.", show_default=False)]

_NOT_KNOWN_YET = (
    "whether E-GUMA has carried it out is not known yet: the gate looks it up: do not "
    "order it again before `gate-controller journal show {incident}` says what became of it"
)
_LOOK_SECONDS, _LOOK_AGAIN_SECONDS = 15.0, 0.5

_EXITS = {"done": ExitCode.OK, "refused": ExitCode.NO, "unknown": ExitCode.EGUMA}


def charge(
    code: _VOUCHER,
    amount_cents: _AMOUNT,
    payment_id: Annotated[
        str, typer.Option(metavar="ID", help="Names the payment, for E-GUMA's books.", show_default=False)
    ] = "",
    reason: _NO_REASON = "",
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Top a voucher up: put an amount on it that has been paid.

    It is sent once; where the answer is lost, the balance tells. Ends with 0 if done, 1 if not, and 3 if that is not
    known yet: then it may not be ordered again before its incident code says what became of it.

    Example:
      gate-controller voucher charge L4FU-5LQT-KJR3 --amount-cents 5000 --by Anna
    """
    request = {
        "code": _read(code, short_codes=True),
        "amount_cents": _positive(amount_cents),
        "payment_id": payment_id,
        "reason": reason,
    }
    return carried_out(config, overrides, "top_up", by, request, as_json=as_json)


def void(
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="The incident code of the admission.")],
    reason: _REASON,
    amount_cents: Annotated[
        int | None,
        typer.Option(
            "--amount-cents", metavar="N", help="A part of it, in whole cents; otherwise all.", show_default=False
        ),
    ] = None,
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Give a charge of this gate back to its voucher, the whole of it or a part.

    The whole is repeated until E-GUMA accepts. A part is sent once; where the answer is lost, the balance tells. Never
    more is given back than was charged.

    Examples:
      gate-controller voucher void KRVG1 --reason "ride was closed" --by Anna
      gate-controller voucher void KRVG1 --amount-cents 1000 --reason "child's price" --by Anna
    """
    request: dict[str, Any] = {"incident": _read_incident(incident), "reason": reason}
    if amount_cents is not None:
        request["amount_cents"] = _positive(amount_cents)
    return carried_out(config, overrides, "void", by, request, as_json=as_json)


def sell(
    code: _VOUCHER,
    amount_cents: Annotated[
        int | None,
        typer.Option("--amount-cents", metavar="N", help="The amount, where the seller says it.", show_default=False),
    ] = None,
    reason: _NO_REASON = "",
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Sell a depot voucher: from here on it is worth what has been paid for it.

    E-GUMA says the amount, or leaves it to the seller. It is sent once; where the answer is lost, E-GUMA is asked what
    can be done with the voucher now.

    Example:
      gate-controller depot sell DPF4-KX7T-Q2MR --by Anna
    """
    request: dict[str, Any] = {"code": _read(code), "reason": reason}
    if amount_cents is not None:
        request["amount_cents"] = _positive(amount_cents)
    return carried_out(config, overrides, "sell", by, request, as_json=as_json)


def take_back(
    code: _VOUCHER,
    reason: _REASON,
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Take a depot voucher back that was sold: it is worth nothing any more.

    Example:
      gate-controller depot void DPF4-KX7T-Q2MR --reason "customer changed her mind" --by Anna
    """
    return carried_out(config, overrides, "take_back", by, {"code": _read(code), "reason": reason}, as_json=as_json)


def carried_out(
    config: Path | None,
    overrides: list[str] | None,
    do: str,
    by: str,
    request: dict[str, Any],
    *,
    as_json: bool,
    fields: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    line: Callable[[dict[str, Any]], str] | None = None,
) -> int:
    """Give an order and say what became of it; `fields` are those of its JSON, `line` is said when it is done."""
    order = uuid4().hex
    try:
        told = ask(config, overrides, do, needs_key=True, by=login_of(by), full=True, id=order, **request)
    except UnansweredCommand as error:
        raise _unanswered(error, _incident_of(config, overrides, order)) from None
    except KeyboardInterrupt:  # it may have been sent: whoever lost patience would order it again
        interrupted = UnansweredCommand(ExitCode.NO, "interrupted")
        raise _unanswered(interrupted, _incident_of(config, overrides, order)) from None
    if as_json:
        print(in_json((fields or _fields)(told)))
    if told["outcome"] == "done":
        if not as_json:
            print((line or _line)(told))
    else:
        complain(_why_not(told))
    return _EXITS[told["outcome"]]


def _incident_of(config: Path | None, overrides: list[str] | None, order: str) -> str:
    """Return the incident code of an order whose gate did not answer, as the journal has it; empty if it has none."""
    until = time.monotonic() + _LOOK_SECONDS
    while True:
        try:
            return str(ask(config, overrides, "incident_of_order", order=order)["incident"])
        except CommandError:
            # The gate may be ending still, or starting again: it has the journal, and does not answer.
            if time.monotonic() > until:
                return ""
            time.sleep(_LOOK_AGAIN_SECONDS)


def _unanswered(error: UnansweredCommand, incident: str) -> CommandError:
    if not incident:
        what = "whether it was carried out is not known: look into `gate-controller journal list`"
        return CommandError(ExitCode.EGUMA, *error.lines, what)
    what = f"incident {incident}: {_NOT_KNOWN_YET.format(incident=incident)}"
    return CommandError(ExitCode.EGUMA, *error.lines, what, fields={"incident": incident})


def _fields(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "incident": told["incident"],
        "voucher_code": told.get("voucher_code", ""),
        "amount_cents": told.get("amount_cents", 0),
        # A refund's answer is not kept: what the record has is from after the charge.
        "balance_cents": None if told.get("refunded") else told.get("balance_after_cents"),
        "currency": told.get("currency", ""),
        "message": told.get("text") or ("" if told["outcome"] == "done" else told.get("reason", "")),
        "outcome": told["outcome"],
    }


def _line(told: dict[str, Any]) -> str:
    from gate_controller.texts import Language, format_amount

    currency = Currency(told["currency"])

    def amount(cents: int) -> str:
        return format_amount(Cents(cents), currency, Language.EN).replace("\u00a0", " ")

    left = told.get("balance_after_cents")
    balance = f", balance {amount(left)}" if left is not None and not told.get("refunded") else ""
    return f"{told['incident']}: done, {amount(told['amount_cents'])}{balance}"


def _why_not(told: dict[str, Any]) -> str:
    incident = told["incident"]
    if told.get("standing") == "open":
        return f"incident {incident}: needs a person: {on_one_line(told['reason'])}"
    if told["outcome"] == "unknown":
        return f"incident {incident}: {_NOT_KNOWN_YET.format(incident=incident)}"
    said = on_one_line(told.get("text", ""))
    return f"incident {incident}: {told['reason']}" + (f" ({said})" if said else "")


def _read(code: str, *, short_codes: bool = False) -> str:
    from gate_controller.cli.eguma_answers import read_voucher_code

    return read_voucher_code(code, "the 12 letters and digits on the voucher", short_codes=short_codes)


def _read_incident(text: str) -> str:
    from gate_controller.admission.words.ids import ALPHABET, read_incident
    from gate_controller.journal.catalogue import whole_voucher

    code = read_incident(text)
    if whole_voucher(text) is None and (len(code) != 5 or set(code) - set(ALPHABET)):  # noqa: PLR2004 - as ids.py has it
        raise CommandError(
            ExitCode.SETTINGS, "this is no incident code: argument INCIDENT: give its five letters and digits"
        )
    return text.strip()


def _positive(amount_cents: int) -> int:
    if amount_cents <= 0:
        raise CommandError(ExitCode.SETTINGS, "--amount-cents: give whole cents, more than nothing")
    return amount_cents
