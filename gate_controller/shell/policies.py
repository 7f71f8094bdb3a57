"""What the core is told once, read off the settings: prices and times, and what they are for each kind of gate."""

from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outage_rules import OutageConduct, OutageRules
from gate_controller.admission.words.policy import Policy
from gate_controller.admission.words.tariff import Tariff
from gate_controller.devices.drive import GAP_SECONDS, DriveKind
from gate_controller.devices.machine import boot
from gate_controller.settings import Settings
from gate_controller.settings.change import price_list
from gate_controller.shell.machine_zone import MachineZone

# A pulse ends in a thread of its own, which a busy machine may wake some milliseconds late.
PULSE_MARGIN_SECONDS = 0.03


def _boot() -> str:
    try:
        return boot()
    except OSError:
        return ""  # then an intent never tells that Redeem was not sent, and a look-up has to


def policy_of(settings: Settings) -> Policy:
    """Return what the core needs of the settings."""
    admission, drive, cards = settings.admission, settings.drive, settings.service_cards
    hold_seconds, passage_seconds = admission.hold_seconds, settings.passage.seconds
    pulse_seconds = settings.relay.pulse_seconds + PULSE_MARGIN_SECONDS
    if drive.kind != DriveKind.PULSE:
        # Such a gate is open until it is shut, and the lane is taken as long: the relay's own end comes no earlier.
        hold_seconds, passage_seconds, pulse_seconds = drive.open_seconds, min(passage_seconds, drive.open_seconds), 0.0
    return Policy(
        gate_id=settings.id,
        boot=_boot(),
        price=Cents(admission.price_cents),
        second_price=None if admission.second_price_cents is None else Cents(admission.second_price_cents),
        balance_card=cards.balance.get_secret_value().upper() if cards.balance is not None else "",
        price_card=cards.price.get_secret_value().upper() if cards.price is not None else "",
        currency=admission.currency,
        verdict_seconds=admission.verdict_seconds,
        credit_seconds=admission.credit_minutes * 60,
        repeat_seconds=admission.repeat_seconds,
        settle_seconds=admission.settle_seconds,
        hold_seconds=hold_seconds,
        pulse_seconds=pulse_seconds,
        gap_seconds=GAP_SECONDS,
        passage_seconds=passage_seconds if settings.passage.pin is not None else None,
        ignore_seconds=settings.passage.ignore_seconds,
        stuck_seconds=settings.passage.stuck_seconds,
        exit_has_own_relay=drive.exit_pin is not None,
        stays_open_seconds=0.0 if drive.kind == DriveKind.PULSE else drive.open_seconds,
        closing_seconds=drive.close_seconds if drive.kind in {DriveKind.HOLD, DriveKind.MOTOR} else 0.0,
        fire_resumes=settings.fire_contact.resume == "contact",
        key_opens=settings.service_key.does == "open",
        takes_several=admission.several_vouchers,
        show_seconds=settings.display.verdict_seconds,
        takes_tickets=settings.tickets.taken,
        is_way_out=settings.lane.direction == "out",
        reentry_seconds=settings.tickets.reentry_minutes * 60,
        undoes_entries=settings.tickets.undo,
        most_inside=settings.occupancy.limit,
        tariff=Tariff(settings.prices.rules, MachineZone(), settings.price_changes.changes),
        price_list=tuple(price_list(settings).items()),
        refuses_expired=admission.expired == "refuse",
        outage=OutageRules(
            OutageConduct(settings.outage.policy),
            settings.outage.most_persons,
            Cents(settings.outage.most_cents),
        ),
    )
