"""What the site of a house is about, and how its pages get at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request

from gate_controller.desk.control_socket import ControlError, JournalAway
from gate_controller.texts import Language
from gate_controller.venue.enrolment import Enrolment, NotEnrolled
from gate_controller.venue.event_store import StoreGone
from gate_controller.venue.house_closing import NotClosed
from gate_controller.venue.house_view import HouseView
from gate_controller.venue.tiles import GateTile, Presence
from gate_controller.web.templating import TEMPLATES

HERE: Final = Path(__file__).parent
OWN_STATIC: Final = HERE / "static"
_FOLDERS: Final = (HERE / "templates", *TEMPLATES)


@dataclass(slots=True)
class ShownHouse:
    """The gates of a house, as its site sees them. Everything here happens in the event loop."""

    view: HouseView
    name: str
    """What people call the house."""
    state_dir: Path
    """Where its users, its audit list and its own certificate are."""
    languages: Sequence[Language]
    is_played: bool = False
    """Whether it is a demo."""
    enrolment: Enrolment | None = None
    """What takes gates in; None: no gate joins by a code here."""

    @property
    def templates(self) -> tuple[Path, ...]:
        """The folders of its templates: its own first, then those of a gate's page."""
        return _FOLDERS

    @property
    def how_to_begin(self) -> str:
        """What whoever comes elsewhere is told while there are no users."""
        return "nobody may use this page yet: add somebody: gate-controller venue user add NAME --role technician"

    def shown(self) -> Sequence[GateTile]:
        """Return the gates of the house, without those that may speak no more."""
        return [tile for tile in self.view.tiles() if tile.presence is not Presence.REVOKED]

    def gates_of(self, group: str) -> Sequence[str]:
        """Return the ids of a group's gates."""
        return [tile.gate_id for tile in self.shown() if tile.group == group]

    async def closed(self, day: str, by: str) -> Mapping[str, Any]:
        """Close a day that is over, and return its closing. Raises `ControlError` with why it is not."""
        try:
            return await self.view.close_day(day, by)
        except (NotClosed, ValueError) as error:
            raise ControlError(str(error)) from None
        except StoreGone as error:
            raise JournalAway(f"the store of the house cannot be written just now ({type(error).__name__})") from None

    async def revoke(self, gate_id: str, by: str) -> None:
        """Let a gate speak no more, here and at the broker. Raises `ControlError` with what is not done."""
        try:
            if self.enrolment is not None:
                await self.enrolment.revoke(gate_id, by)
            else:
                await self.view.revoke(gate_id, by)
        except NotEnrolled as error:
            raise ControlError(str(error)) from None


def shown_house_of(request: Request) -> ShownHouse:
    """Return the house that this site is about."""
    house: ShownHouse = request.app.state.house
    return house
