"""What technicians ask and order about the settings of a running gate: which it goes by, and to read them again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.given_orders import GivenOrders
from gate_controller.desk.wants import order_of, who_and_why
from gate_controller.settings import value_of
from gate_controller.settings.change import Change
from gate_controller.settings.models import FIELDS
from gate_controller.settings.reference import as_text
from gate_controller.shell.reloading import NotReloaded, Reloaded, Reloading


class SettingsOrders:
    """Answers about the settings of a running gate."""

    def __init__(self, reloading: Reloading, given: GivenOrders, *, note: Callable[[str, str | None], None]) -> None:
        """`given` remembers what was ordered, by its giver's name for it; `note` tells the status what ails."""
        self._note = note
        self._reloading = reloading
        self._given = given

    def answerers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Return what can be asked, by the name of each request."""
        return {
            "settings": self._settings,
            "reload": self._given.once("reload", self._reload),
            "backup_told": self._backup_told,
        }

    async def _backup_told(self, request: dict[str, Any]) -> None:
        """Take what came of a backup: `why` it was not made, or nothing."""
        why = " ".join(str(request.get("why") or "").split())
        self._note("backup", why or None)

    async def _settings(self, _request: dict[str, Any]) -> dict[str, dict[str, str]]:
        """Return what the gate goes by: each setting as it could be typed, of a secret only that it is set."""
        settings, origins = self._reloading.settings, self._reloading.origins
        return {name: {"value": as_text(value_of(settings, name)), "origin": origins.get(name, "")} for name in FIELDS}

    async def _reload(self, request: dict[str, Any]) -> dict[str, Any] | str:
        """
        Read the settings again; return what changed, what a restart will change, and the mistakes, if any. With
        `is_told` that is a sentence, and mistakes refuse it.
        """
        by, _ = who_and_why(request, needs_reason=False)
        try:
            done = await self._reloading.reload(by, order_of(request))
        except NotReloaded as error:
            if request.get("is_told"):
                raise ControlError(" / ".join(error.mistakes)) from None
            return {"mistakes": list(error.mistakes)}
        if request.get("is_told"):
            return _sentence(done)
        return {
            "mistakes": [],
            "file": done.source,
            "changed": [_told(one) for one in done.changed],
            "after_restart": [_told(one) for one in done.after_restart],
            "is_waiting": done.is_waiting,
        }


def _sentence(done: Reloaded) -> str:
    now, later = (", ".join(one.name for one in found) for found in (done.changed, done.after_restart))
    match bool(now), bool(later):
        case True, True:
            return f"settings: changed: {now}; after a restart of the gate: {later}"
        case True, False:
            return f"settings: changed: {now}"
        case False, True:
            return f"settings: after a restart of the gate: {later}"
    return "settings: nothing has changed"


def _told(change: Change) -> dict[str, str]:
    return {"name": change.name, "before": change.before, "now": change.now}
