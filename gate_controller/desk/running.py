"""Everything that can be asked and ordered of a gate that runs, by the names of the requests."""

from collections.abc import Callable, Mapping
from typing import Any

from gate_controller.admission.words.events import Instant
from gate_controller.desk.at_once import AtOnce
from gate_controller.desk.control_socket import Answerer
from gate_controller.desk.price_orders import PriceOrders
from gate_controller.desk.settings_orders import SettingsOrders
from gate_controller.desk.staff import Desk
from gate_controller.desk.technicians import Trials
from gate_controller.desk.ticket_questions import TicketQuestions
from gate_controller.desk.voucher_questions import VoucherQuestions
from gate_controller.desk.wanted_receipts import Receipts
from gate_controller.eguma.api import Api
from gate_controller.settings import Settings
from gate_controller.shell.printing import Printing
from gate_controller.shell.reloading import Reloading


def answerers_of(
    settings: Settings,
    desk: Desk,
    trials: Trials,
    reloading: Reloading,
    *,
    printing: Printing,
    api: Api,
    now: Callable[[], Instant],
    note: Callable[[str, str | None], None],
) -> Mapping[str, Answerer]:
    """Return what answers each request; `note` tells the status what ails, of what came with a request."""
    orders = desk.answerers()
    asked: dict[str, Any] = {
        "attempts": orders["page"],
        "seconds": settings.admission.verdict_seconds,
        "currency": settings.admission.currency,
        "at_once": AtOnce(),
    }
    questions, of_tickets = VoucherQuestions(api, **asked), TicketQuestions(api, **asked)
    return {
        **orders,
        **trials.answerers(),
        **Receipts(printing, desk.given, ask_voucher=questions.answer).answerers(),
        **SettingsOrders(reloading, desk.given, note=note).answerers(),
        **PriceOrders(settings.state_dir, reloading, desk.given, now=now).answerers(),
        "voucher": questions.answer,
        "ticket": of_tickets.answer,
    }
