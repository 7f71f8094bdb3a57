"""
The page for as long as the gate lives: begun after the gate, mended when it fails, and never in the gate's way.

Nothing of the web's libraries is brought in before that: on a small Pi they take seconds, in a thread, while scans are
being served.
"""

import asyncio
import contextlib
import importlib
import logging
import sys
from collections.abc import Callable
from typing import Any, Final

from gate_controller.settings.sections import WebSection
from gate_controller.web.house import House

_log = logging.getLogger(__name__)

BEGINS_WITHIN_SECONDS: Final = 5.0
"""A gate that does not take scans by then serves its page all the same: it tells why."""

CALM_SECONDS: Final = 0.5
"""What the gate has for itself once it is ready: whoever starts it, and the first visitor, come first."""

RETRY_SECONDS: Final = 30.0

SWITCH_SECONDS: Final = 0.0005
"""
How soon a thread that reads the journal for a page lets the loop go on. Python's own 5 ms are what a scan has in all:
it waits as long each time that an answer comes while such a thread is at work.
"""

PAGE: Final = "page"
"""What the status calls it among the devices that a gate does without."""


async def keep(
    house: House,
    settings: WebSection,
    note: Callable[[str, str | None], None],
    *,
    calm_seconds: float = CALM_SECONDS,
) -> None:
    """
    Serve the page until cancelled, some seconds after the gate is ready; `note` is told what ails it, or with None that
    it works.
    """
    if settings.port == 0:
        return
    await _begun(house)
    await asyncio.sleep(calm_seconds)
    sys.setswitchinterval(SWITCH_SECONDS)
    while True:
        why = await _serve(house, settings, note)
        note(PAGE, why)
        await asyncio.sleep(RETRY_SECONDS)


async def _begun(house: House) -> None:
    """Wait until the gate takes scans, but not for ever."""
    takes_scans = asyncio.Event()
    unfollow = house.follow(lambda: takes_scans.set() if house.status().takes_scans else None)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(BEGINS_WITHIN_SECONDS):
            await takes_scans.wait()
    unfollow()


async def _serve(house: House, settings: WebSection, note: Callable[[str, str | None], None]) -> str:
    """Serve until it fails; return why it did."""
    try:
        server: Any = await asyncio.to_thread(importlib.import_module, "gate_controller.web.web_server")
    except ImportError as error:
        missing = f"{error.name or error} is not installed"
        return f"the staff's page is not served: {missing}: pip install 'gate-controller[web]', or set web.port to 0"
    where = f"{settings.host} port {settings.port}"
    try:
        opened = server.listening(settings.host, settings.port)
    except OSError as error:
        return f"the staff's page is not served: {where}: {error.strerror or error}: set web.host or web.port"
    try:
        certificate = await asyncio.to_thread(server.certificate_for, settings, house.state_dir)
        fingerprint = certificate.fingerprint() if certificate is not None else "none"
    except server.CertificateError as error:
        opened.close()
        return f"the staff's page is not served: {error}"
    note(PAGE, None)
    _log.debug("page=served host=%s port=%d fingerprint=%s", *opened.getsockname()[:2], fingerprint)
    try:
        await server.serve(house, opened, settings, certificate)
    except server.CertificateError as error:
        return f"the staff's page is not served: {error}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no reason to end the gate
        _log.exception("page=failed")
        return f"the staff's page has failed ({type(error).__name__}): it is tried again"
    return "the staff's page has ended: it is tried again"
