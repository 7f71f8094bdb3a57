"""A venue's address, as it is typed or scanned, and the request to it in the words of the command line."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gate_controller.cli.exits import CommandError, ExitCode, on_one_line
from gate_controller.shell.house_request import HouseAway, HouseRefuses, ask_house
from gate_controller.shell.joining import JoinCode, JoinRequest


@dataclass(frozen=True, slots=True)
class VenueAddress:
    """Where a venue is asked."""

    origin: str
    """Such as https://venue.museum.ch:8090."""
    code: str
    """What stood behind `#`, as in the picture on the venue's page; empty: nothing."""


def read_address(text: str) -> VenueAddress:
    """Read an address as it was typed or scanned. Raises `CommandError`."""
    shown = on_one_line(text).partition("#")[0][:100]
    remedy = "copy it from the venue's page, such as https://venue.museum.ch:8090"
    try:
        parts = urlsplit(text.strip() if "://" in text else f"https://{text.strip()}")
        port = parts.port
    except ValueError:
        raise CommandError(ExitCode.SETTINGS, f"{shown} is no address of a venue: {remedy}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise CommandError(ExitCode.SETTINGS, f"{shown} is no address of a venue: {remedy}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return VenueAddress(f"{parts.scheme}://{host}{f':{port}' if port else ''}", parts.fragment)


def ask_venue(address: VenueAddress, code: JoinCode, key: bytes, request: JoinRequest) -> dict[str, Any]:
    """Return what the venue tells a gate that has the code. Raises `CommandError`."""
    try:
        return asyncio.run(ask_house(address.origin, code, key, request))
    except (HouseAway, HouseRefuses) as error:
        raise CommandError(ExitCode.NO, str(error)) from None
