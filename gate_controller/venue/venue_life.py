"""A venue from its start to a signal: its service, and its page with all that is served there."""

import asyncio
import contextlib
import faulthandler
import logging
import signal
from collections.abc import Callable
from functools import partial

from gate_controller.journal import own_files
from gate_controller.shell.broker import BrokerGone
from gate_controller.systemd import log
from gate_controller.texts import Language
from gate_controller.venue.enrolment_making import enrolment_of, prepare_broker
from gate_controller.venue.event_store import FILE_NAME, EventStore, StoreGone, StoreInUse
from gate_controller.venue.house_broker import HouseBroker
from gate_controller.venue.page.venue_server import serve_venue
from gate_controller.venue.venue_house import VenueHouse
from gate_controller.venue.venue_key import KEY_FILE, VenueKeyError, order_key_line, own_key
from gate_controller.venue.venue_loading import venue_secrets_of
from gate_controller.venue.venue_service import WISHES, VenueService
from gate_controller.venue.venue_settings import VenueSettings

_log = logging.getLogger(__name__)


async def run_venue(settings: VenueSettings, say: Callable[[str], None] = print) -> int:
    """Run a venue until SIGTERM or SIGINT; returns the exit code. Raises `VenueKeyError`."""
    faulthandler.enable()
    log.set_up(settings.log.level, *venue_secrets_of(settings))
    service = VenueService(settings, partial(prepare_broker, settings))
    running = asyncio.ensure_future(
        service.run(partial(_page, settings, service), on_ready=lambda: say(f"{settings.house.name}: ready"))
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running
    _log.info("venue=ended")
    return 0


async def _page(settings: VenueSettings, service: VenueService, house: VenueHouse) -> None:
    keys = partial(order_key_line, service.key, settings.house.name)
    await serve_venue(
        house,
        settings.web,
        name=settings.house.name,
        languages=[Language(code) for code in settings.house.languages],
        state_dir=settings.state_dir,
        zone=settings.house.zone,
        enrolment=enrolment_of(settings, service.store, house, keys),
    )


async def check_venue(settings: VenueSettings) -> list[tuple[str, str]]:
    """Try what a venue stands on, changing nothing but making its store ready: what, and why not (empty: it works)."""
    found = [("store", ""), ("broker", ""), ("key", "")]
    store = EventStore.of(settings)
    try:
        await asyncio.to_thread(store.reach)
    except StoreInUse:
        pass  # by the venue that runs: it is there
    except StoreGone as error:
        found[0] = ("store", f"{error}: see store.url")
    finally:
        store.close()
    where = f"{settings.mqtt.host} port {settings.mqtt.port}"
    try:
        await prepare_broker(settings)
        wishes = WISHES if settings.house.home_assistant else ()
        async with HouseBroker.reached(
            settings.mqtt, lambda _heard: None, name="gate-venue-check", more=wishes
        ) as broker:
            if refuses := await broker.proved():
                found[1] = ("broker", f"{where}: {refuses}")
    except BrokerGone as error:
        found[1] = ("broker", f"{where}: {error}: see mqtt.host")
    try:
        own_key(settings.state_dir)
    except VenueKeyError as error:
        found[2] = ("key", str(error))
    # What root's look has made belongs to the venue all the same.
    for name in (KEY_FILE, FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
        with contextlib.suppress(OSError):
            own_files.mend(settings.state_dir / name)
    return found
