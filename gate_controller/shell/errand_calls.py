"""The calls to E-GUMA that staff have the gate make: each command is carried out, and its event comes back."""

from collections.abc import Callable
from typing import assert_never

from gate_controller.admission.words import desk_calls as calls
from gate_controller.admission.words.events import AttemptEvent, Instant
from gate_controller.eguma.api import Api
from gate_controller.eguma.desk_api import DeskApi

ErrandCall = (
    calls.TopUp | calls.CancelPart | calls.AskActivation | calls.Activate | calls.AskDeactivation | calls.Deactivate
)


async def carried_out(api: Api, command: ErrandCall, now: Callable[[], Instant]) -> tuple[str, AttemptEvent, object]:
    """Return the name of the endpoint, the event for the core, and how the call ended."""
    desk = DeskApi(api)
    attempt, code, deadline = command.attempt, command.voucher_code, command.deadline
    match command:
        case calls.TopUp():
            balance = await desk.top_up(code, command.amount, command.payment_id, deadline)
            return "charge", calls.ToppedUp(now(), attempt, balance), balance
        case calls.CancelPart():
            balance = await desk.cancel_part(code, command.token, command.amount, deadline)
            return "cancel", calls.PartCancelled(now(), attempt, balance), balance
        case calls.AskActivation():
            selling = await desk.activation(code, deadline)
            return "activate_status", calls.ActivationAnswered(now(), attempt, selling), selling
        case calls.Activate():
            amount = await desk.activate(code, command.amount, deadline)
            return "activate", calls.Activated(now(), attempt, amount), amount
        case calls.AskDeactivation():
            taking = await desk.deactivation(code, deadline)
            return "deactivate_status", calls.DeactivationAnswered(now(), attempt, taking), taking
        case calls.Deactivate():
            amount = await desk.deactivate(code, command.reason, deadline)
            return "deactivate", calls.Deactivated(now(), attempt, amount), amount
        case _:
            assert_never(command)
