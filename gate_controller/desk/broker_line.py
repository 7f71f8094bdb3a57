"""
A gate's line to its broker: what it tells there, and the venue's orders that come from there, carried out by the desk.

What speaks to a broker is brought in only where there is one.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from gate_controller.admission.words.events import Instant
from gate_controller.desk.control_socket import Answerer
from gate_controller.journal.writer import Journal
from gate_controller.settings import Settings
from gate_controller.shell.event_reading import EventReading
from gate_controller.shell.status import StatusBoard

# ruff: noqa: PLC0415 - for gates that have a broker


async def keep_broker_told(
    settings: Callable[[], Settings],
    *,
    board: StatusBoard,
    journal: Journal,
    answerers: Mapping[str, Answerer],
    recorded: Callable[[], Awaitable[Mapping[str, str] | None]],
    now: Callable[[], Instant],
    note: Callable[[str, str | None], None],
) -> None:
    """
    Tell the broker how the gate is and what happens, as long as the gate runs; end at once where it has none.

    `settings` returns those in force now; `recorded` what orders came to by the journal, as for `GivenOrders`.
    """
    at_first = settings()
    if not at_first.mqtt.host:
        return
    from gate_controller.shell.telemetry import Speaker, Telemetry
    from gate_controller.shell.voucher_hash import voucher_hash

    key = at_first.mqtt.voucher_key
    hashed = None if key is None else partial(voucher_hash, key.get_secret_value())
    events = EventReading(journal, at_first.state_dir, hashed)
    intake = None
    if at_first.mqtt.order_keys_file is not None:
        from gate_controller.desk.venue_orders import intake_of

        intake = intake_of(at_first, answerers, recorded=recorded, now=now, note=note)
    told = Speaker(at_first.id, board, events, settings, intake)
    await Telemetry(at_first.mqtt, told, note=note).keep()
