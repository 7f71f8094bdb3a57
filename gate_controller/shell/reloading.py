"""
Settings that are read again while the gate runs: on SIGHUP, from the command line, from the page.

Rules: a mistake in any source changes nothing, is told, and the gate goes on with what it has; what is made at the
start stays until the next one; all else changes at once, between two visitors, when the core says so.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.events import Instant, Order
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import OrderId
from gate_controller.admission.words.revision import RevisionOrdered
from gate_controller.settings import LoadedSettings, Settings, SettingsError
from gate_controller.settings.change import Change, changed, changes
from gate_controller.settings.combinations import combination_mistakes
from gate_controller.settings.mistakes import Given
from gate_controller.settings.values import WhenItCounts
from gate_controller.shell.policies import policy_of

_log = logging.getLogger(__name__)

AILMENT: Final = "settings"
"""What the status calls settings that cannot be read again."""

APPLIED_WITHIN_SECONDS: Final = 12.0
"""How long whoever asked waits for the visitor in the lane; what is read counts after him all the same."""


class NotReloaded(Exception):
    """The settings have mistakes, and nothing was changed; `mistakes` holds a line for each."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@frozen
class Reloaded:
    """What came of reading the settings again."""

    source: str
    """The settings file; empty where there is none."""
    changed: tuple[Change, ...]
    """What counts now, or as soon as nobody is being served."""
    after_restart: tuple[Change, ...]
    """What will count after a restart."""
    is_waiting: bool
    """Whether somebody is still being served by the old ones."""


class Reloading:
    """Reads the settings again, and lets what can change while the gate runs change."""

    def __init__(
        self,
        settings: Settings,
        origins: Mapping[str, str],
        load: Callable[[], LoadedSettings] | None,
        *,
        now: Callable[[], Instant],
        order: Callable[[Order], Answer],
        apply: Callable[[Settings], None],
        note: Callable[[str, str | None], None],
    ) -> None:
        """
        `origins` says where they came from. `load` reads them, and blocks; None: there is nothing to read again.
        `order` hands an order to the gate, `apply` makes what is no decision of the core's go by other settings, `note`
        tells the status what is wrong, of which the log has its line already.
        """
        self.settings = settings
        """Those by which the gate goes."""
        self.origins = dict(origins)
        """Where each value came from, where that is known."""
        self._load = load
        self._now = now
        self._order = order
        self._apply = apply
        self._note = note
        self._turn = asyncio.Lock()
        self._next: Settings | None = None
        self._ordered: OrderId | None = None
        self._applied = asyncio.Event()

    def revised(self, order: OrderId) -> None:
        """The core goes by the settings of an order: so does all else."""
        if order == self._ordered and self._next is not None:
            self.settings, self._next = self._next, None
            self._apply(self.settings)
            self._applied.set()

    async def reload(self, by: str, order: OrderId) -> Reloaded:
        """Read the settings again. Raises `NotReloaded`."""
        if self._load is None:
            raise NotReloaded("settings: this gate was given its settings by a program: start it anew with others")
        async with self._turn:
            try:
                loaded = await asyncio.to_thread(self._load)
            except SettingsError as error:
                self._refuse(error.mistakes)
                raise NotReloaded(*error.mistakes) from None
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no reason to end the gate
                mistake = f"settings: cannot be read again ({type(error).__name__}): report this fault"
                self._refuse([mistake])
                raise NotReloaded(mistake) from None
            self._note(AILMENT, None)
            return await self._go_by(loaded, by, order)

    async def change(
        self, by: str, order: OrderId, make: Callable[[Settings], Settings], origins: Mapping[str, str], source: str
    ) -> Reloaded:
        """Go by the settings in force with a change that `make` makes; no file is read. Raises `NotReloaded`."""
        async with self._turn:
            before = self._next or self.settings
            loaded = LoadedSettings(make(before), {**self.origins, **origins}, (), source)
            return await self._go_by(loaded, by, order)

    def _refuse(self, mistakes: Sequence[str]) -> None:
        _log.warning("settings=refused why=%r", " / ".join(mistakes))
        more = f", and {len(mistakes) - 1} more" if len(mistakes) > 1 else ""
        remedy = "the gate goes on with those it has: correct them (`gate-controller config check`), and reload"
        self._note(AILMENT, f"they have mistakes: {mistakes[0]}{more}: {remedy}")

    async def _go_by(self, loaded: LoadedSettings, by: str, order: OrderId) -> Reloaded:
        before = self._next or self.settings
        all_changes = changes(before, loaded.settings)
        at_once = tuple(one for one in all_changes if one.counts is WhenItCounts.WHILE_RUNNING)
        new = changed(before, loaded.settings, [one.name for one in at_once])
        later = tuple(one for one in all_changes if one.counts is WhenItCounts.AFTER_RESTART)
        given = {name: Given("", origin) for name, origin in loaded.origins.items()}
        if later and (wrong := next(iter(combination_mistakes(new, given)), None)) is not None:
            # Each set is right, and half of one with half of the other is not.
            at_once, later, new = (), all_changes, before
            _log.warning("settings=put_off why=%r", f"they hang on others that need a restart: {wrong}")
        if at_once:
            self._applied.clear()
            self._next, self._ordered = new, order
            revision = RevisionOrdered(self._now(), order, by, policy_of(new), loaded.file)
            if objection := self._order(revision).objection:
                self._next = None
                _log.warning("settings=refused why=%r", objection)
                raise NotReloaded(f"gate: {objection}")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(APPLIED_WITHIN_SECONDS):
                    await self._applied.wait()
        self.origins |= {one.name: loaded.origins[one.name] for one in at_once}
        names = ",".join(one.name for one in at_once) or "none"
        left = ",".join(one.name for one in later) or "none"
        _log.info("settings=reloaded by=%r changed=%s after_restart=%s", by, names, left)
        return Reloaded(loaded.file, at_once, later, is_waiting=self._next is not None)
