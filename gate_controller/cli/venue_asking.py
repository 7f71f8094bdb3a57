"""
A gate's request to a venue, by HTTP. Where nothing is known of its fate the same is sent again, and answered as before.

The venue's certificate is not looked at: what counts is that the answer is encrypted with the code.
"""

import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from gate_controller.cli.exits import CommandError, ExitCode, on_one_line
from gate_controller.shell.joining import MOST_BYTES, PATH, JoinCode, JoinRequest, JoinUnreadable, open_answer

SECONDS: Final = 10.0
_PAUSES: Final = (1.0, 3.0)
"""Before the same is asked once more."""
_LONGEST_WORDS: Final = 300


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
    body, why = request.packed(key), ""
    with httpx.Client(verify=False, timeout=SECONDS, trust_env=False) as client:  # noqa: S501 - see above
        for pause in (*_PAUSES, None):
            try:
                return _told(address, client, body, key, request)
            except httpx.TransportError as error:
                why = _why(error)
            if pause is not None:
                time.sleep(pause)
    raise CommandError(
        ExitCode.NO,
        f"the venue is not reached ({why}): {address.origin}: look at address and network; the code {code.name}-… can "
        "be used until its hour is over",
    )


def _told(address: VenueAddress, client: httpx.Client, body: bytes, key: bytes, request: JoinRequest) -> dict[str, Any]:
    content = b""
    url = f"{address.origin}{PATH}"
    with client.stream("POST", url, content=body, headers={"content-type": "application/json"}) as answer:
        for chunk in answer.iter_bytes():
            content += chunk
            if len(content) > MOST_BYTES:
                raise CommandError(ExitCode.NO, f"the answer is longer than any of a venue's: {url}: look at it")
    if answer.status_code != httpx.codes.OK:
        raise CommandError(ExitCode.NO, f"{_words(answer.status_code, content)}: {address.origin}")
    try:
        told = open_answer(key, request, content)
    except JoinUnreadable as error:
        raise CommandError(
            ExitCode.NO, f"{error}: {address.origin}: this is not the venue that made the code, or somebody between"
        ) from None
    if refused := told.get("refused"):
        raise CommandError(ExitCode.NO, f"the venue refuses: {on_one_line(str(refused))}")
    return told


def _words(status: int, content: bytes) -> str:
    import json  # noqa: PLC0415 - for a refusal alone

    try:
        said = json.loads(content)
        words = on_one_line(str(said["error"] if isinstance(said, dict) else ""))[:_LONGEST_WORDS]
    except (ValueError, KeyError, RecursionError):
        words = ""
    return f"the venue refuses ({words})" if words else f"no venue answers there (HTTP {status})"


def _why(error: httpx.TransportError) -> str:
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
        link = link.__cause__ or link.__context__
    return "it takes too long" if isinstance(error, httpx.TimeoutException) else on_one_line(str(error))
