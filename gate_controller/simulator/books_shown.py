"""The books as the control API shows them: plain values, each sum added up anew from what it is a sum of."""

from dataclasses import asdict, fields
from typing import Any

from gate_controller.simulator.ledger import Account, LedgerRedemption
from gate_controller.simulator.merchant import Merchant
from gate_controller.simulator.vouchers import Condition, dashed, plain


def books(merchant: Merchant, code: str | None) -> dict[str, object]:
    """Return all books, or what they hold of one voucher or ticket."""
    wanted = {None if code is None else plain(code)}
    ledger, depot, tickets = merchant.ledger, merchant.depot, merchant.tickets

    def is_wanted(its: str) -> bool:
        return None in wanted or its in wanted

    accounts = [account for account in ledger.accounts() if is_wanted(account.voucher.code)]
    redemptions = [each for each in ledger.redemptions() if is_wanted(each.voucher_code)]
    top_ups = [each for each in ledger.top_ups() if is_wanted(each.voucher_code)]
    # Added up from the single entries, so that it bears witness beside the running sums.
    net = dict.fromkeys((account.voucher.code for account in accounts), 0)
    topped_up = dict(net)
    for redemption in redemptions:
        net[redemption.voucher_code] += redemption.left
    for top_up in top_ups:
        topped_up[top_up.voucher_code] += top_up.amount
    codes = {account.voucher.code: account for account in accounts}
    return {
        "vouchers": {its: _account_json(codes[its], net[its], topped_up[its]) for its in codes},
        "redemptions": [_redemption_json(redemption) for redemption in redemptions],
        "net_redeemed_in_cents": sum(net.values()),
        "top_ups": [_entry_json(each) for each in top_ups],
        "depot_vouchers": {
            each.voucher.code: {
                **fields_json(each.voucher),
                "sold_for": each.sold_for,
                "was_taken_back": each.was_taken_back,
            }
            for each in depot.entries()
            if is_wanted(each.voucher.code)
        },
        "activations": [_entry_json(each) for each in depot.activations() if is_wanted(each.voucher_code)],
        "tickets": {
            each.ticket.ticket_number: {
                **fields_json(each.ticket),
                "checked_in": each.checked_in,
                "checked_in_at": each.checked_in_at,
            }
            for each in tickets.entries()
            if is_wanted(each.ticket.ticket_number)
        },
        "check_ins": [_entry_json(each) for each in tickets.check_ins() if is_wanted(each.ticket_number)],
    }


def fields_json(item: Any) -> dict[str, object]:
    """Return the fields of a dataclass as plain values."""
    return {field.name: _plain_json(getattr(item, field.name)) for field in fields(item)}


def _plain_json(value: object) -> object:
    return value.name.lower() if isinstance(value, Condition) else value


def _entry_json(entry: Any) -> dict[str, object]:
    values = asdict(entry)
    if "amount" in values:
        values["amount_in_cents"] = values.pop("amount")
    return values


def _account_json(account: Account, net: int, topped_up: int) -> dict[str, object]:
    return {
        **fields_json(account.voucher),
        "printed_code": dashed(account.voucher.code),
        "opened_with_in_cents": account.opened_with,
        "topped_up_in_cents": topped_up,
        "net_redeemed_in_cents": net,
    }


def _redemption_json(redemption: LedgerRedemption) -> dict[str, object]:
    return {
        "redeem_token": redemption.token,
        "voucher_code": redemption.voucher_code,
        "amount_in_cents": redemption.amount,
        "cancelled_in_cents": redemption.cancelled,
        "user": asdict(redemption.user),
        "reference_number": redemption.reference_number,
        "redeemed_at": redemption.redeemed_at,
        "made_at": redemption.made_at,
    }
