"""Enrolment as a house's settings have it: which accounts there are, and what a gate that joins is told."""

import logging
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gate_controller.journal import own_files
from gate_controller.settings.addresses import is_loopback
from gate_controller.shell.broker import BrokerGone
from gate_controller.venue.broker_accounts import AccountsError, BrokerAccounts
from gate_controller.venue.dynamic_security import DynamicAccounts
from gate_controller.venue.enrolment import Enrolment, NotEnrolled
from gate_controller.venue.enrolment_book import StoredEnrolments
from gate_controller.venue.enrolment_section import AccountKind
from gate_controller.venue.event_store import EventStore
from gate_controller.venue.password_lines import PasswordFileAccounts
from gate_controller.venue.venue_house import VenueHouse
from gate_controller.venue.venue_settings import VenueSettings
from gate_controller.web.tokens import digest_of, new_token

_log = logging.getLogger(__name__)

WATCHER_FILE: Final = "prometheus.token"
PASSWORDS_FILE: Final = "broker-passwords"
"""In the venue's state directory, where nothing else says so."""


def enrolment_of(
    settings: VenueSettings, store: EventStore, house: VenueHouse, order_keys: Callable[[], str]
) -> Enrolment | None:
    """
    Return what takes gates in; None where no gate can join by a code.

    `order_keys` returns the venue's keys, in the lines of a gate's file.
    """
    accounts = accounts_of(settings)
    if accounts is None:
        return None

    def offered() -> Mapping[str, Any]:
        return offer_of(settings, order_keys())

    return Enrolment(StoredEnrolments(store, house), accounts, offered, house.now)


def accounts_of(settings: VenueSettings) -> BrokerAccounts | None:
    """Return where gates get their accounts."""
    match settings.enrolment.accounts:
        case AccountKind.DYNAMIC:
            return DynamicAccounts(settings.mqtt)
        case AccountKind.FILE:
            return PasswordFileAccounts(settings.enrolment.password_file or settings.state_dir / PASSWORDS_FILE)
        case AccountKind.NONE:
            return None


def scrape_token(state_dir: Path) -> str:
    """
    Return what the house's Prometheus asks all gates with, made now where there is none; empty where that fails.

    Gates know it by its hash, and let it look.
    """
    path = state_dir / WATCHER_FILE
    try:
        if not path.exists():
            own_files.replace(path, f"{new_token()}\n".encode())
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        _log.warning("enrolment=no_token_for_prometheus file=%s why=%r", path, str(error))
        return ""


async def prepare_broker(settings: VenueSettings) -> None:
    """Let the venue's own account hear its gates, where it makes accounts itself. Raises `BrokerGone`."""
    if (accounts := accounts_of(settings)) is None:
        return
    try:
        await accounts.prepare()
    except AccountsError as error:
        raise BrokerGone(str(error)) from None


def offer_of(settings: VenueSettings, order_keys: str) -> dict[str, Any]:
    """Return what every gate is told of house, broker and keys. Raises `NotEnrolled`."""
    enrolment, mqtt = settings.enrolment, settings.mqtt
    host = enrolment.host or (socket.getfqdn() if is_loopback(mqtt.host) else mqtt.host)
    ca = ""
    if enrolment.tls and enrolment.ca_file is not None:
        try:
            ca = enrolment.ca_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise NotEnrolled(
                f"the venue cannot read the broker's certificate ({why}): {enrolment.ca_file}: see enrolment.ca_file"
            ) from None
    token = scrape_token(settings.state_dir)
    return {
        "house": settings.house.name,
        "host": host,
        "port": enrolment.port,
        "tls": enrolment.tls,
        "topic": mqtt.topic,
        "ca": ca,
        "order_keys": f"{order_keys.strip()}\n",
        "watched_by": digest_of(token) if token else "",
        "voucher_key": mqtt.voucher_key.get_secret_value() if mqtt.voucher_key is not None else "",
    }
