"""One question to E-GUMA from a command line: its answer, or the end of the command."""

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.eguma.api import Api
from gate_controller.eguma.asks import Ask

if TYPE_CHECKING:
    from gate_controller.settings import Settings

_T = TypeVar("_T")


def enquire(settings: "Settings", ask: Ask[_T], seconds: float) -> _T:
    """Return E-GUMA's answer, waiting at most so long; raise `CommandError` where there is none."""
    outcome = asyncio.run(_outcome(settings, ask, seconds))
    if isinstance(outcome, CallFailed):
        why = f"E-GUMA refused ({outcome.text})" if outcome.fault is CallFault.REFUSED else outcome.text
        raise CommandError(ExitCode.EGUMA, f"no {ask.name} from {settings.eguma.base_url}: {why}")
    return outcome


async def _outcome(settings: "Settings", ask: Ask[_T], seconds: float) -> _T | CallFailed:
    api = Api(settings.eguma.base_url, settings.eguma.api_key.get_secret_value())
    try:
        return await api.ask(ask, time.monotonic() + seconds)
    finally:
        await api.aclose()
