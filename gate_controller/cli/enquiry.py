"""One question to E-GUMA from a command line: its answer, or the end of the command."""

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.eguma.api import Api, Ask

if TYPE_CHECKING:
    from gate_controller.settings import Settings

_T = TypeVar("_T")


def enquire(settings: "Settings", ask: Ask[_T], seconds: float) -> _T:
    """Return E-GUMA's answer, waiting at most so long; raise `CommandError` where there is none."""
    outcome = asyncio.run(_outcome(settings, ask, seconds))
    if isinstance(outcome, CallFailed):
        is_refused = outcome.fault is CallFault.REFUSED
        why = f"E-GUMA refused ({outcome.text})" if is_refused else outcome.text
        # The code is as it always was, for scripts; what it means stands in the object.
        fields = {"outcome": "refused" if is_refused else "unknown"}
        raise CommandError(ExitCode.EGUMA, f"no {ask.name} from {settings.eguma.base_url}: {why}", fields=fields)
    return outcome


async def _outcome(settings: "Settings", ask: Ask[_T], seconds: float) -> _T | CallFailed:
    api = Api(settings.eguma.base_url, settings.eguma.api_key.get_secret_value())
    try:
        return await api.ask(ask, time.monotonic() + seconds)
    finally:
        await api.aclose()
