"""
Who is inside, over a restart and a midnight: what the journal holds of the day is counted once the date is known, and a
new day begins with nobody.
"""

import asyncio
import contextlib
import time
from datetime import date, datetime

from gate_controller.admission.gate.occupancy import COUNTED
from gate_controller.admission.words.events import DayBegan, DayRecalled
from gate_controller.journal.failures import JournalError
from gate_controller.journal.writer import Journal
from gate_controller.shell.runner import Runner

LOOK_SECONDS = 10.0
"""How often is looked whether a day has begun."""
CLOCK_SECONDS = 0.5
PATIENCE_SECONDS = 60.0
"""After so long without E-GUMA's time the machine's own has to do."""


async def keep_count(runner: Runner, journal: Journal) -> None:
    """Recall the day, then begin each new one; for the length of the gate's life."""
    newest = await _newest(journal)
    begun = time.monotonic()
    while not runner.now().is_sure and time.monotonic() < begun + PATIENCE_SECONDS:  # noqa: ASYNC110 - a clock, no event
        await asyncio.sleep(CLOCK_SECONDS)
    today = _day_of(runner)
    since = datetime(today.year, today.month, today.day).astimezone().timestamp()
    with contextlib.suppress(JournalError):  # the gate is out of service for it, and says so
        facts = await journal.read(lambda store: store.told_since(since, newest, COUNTED))
        runner.post(DayRecalled(runner.now(), facts))
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if (day := _day_of(runner)) != today:
            today = day
            runner.post(DayBegan(runner.now()))


async def _newest(journal: Journal) -> int:
    with contextlib.suppress(JournalError):
        return await journal.read(lambda store: store.newest)
    return 0


def _day_of(runner: Runner) -> date:
    return datetime.fromtimestamp(runner.now().wall).astimezone().date()
