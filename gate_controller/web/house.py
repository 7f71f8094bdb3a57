"""What pages, API and metrics know of the gate: its status, its changes, its desk, its display."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from gate_controller.admission.words.facts import Fact
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.messages import Message
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import Policy
from gate_controller.admission.words.tariff import Tariff
from gate_controller.desk.control_socket import ControlError
from gate_controller.settings import Settings
from gate_controller.settings.desk_section import DeskSection
from gate_controller.shell.counts import Counts
from gate_controller.shell.status import GateStatus
from gate_controller.texts import Language, Text, Texts
from gate_controller.web.playground import Playground

Answerer = Callable[[dict[str, Any]], Awaitable[Any]]


@slotted
class House:
    """A gate as its pages see it; other settings may change it. Everything here happens in the event loop."""

    name: str
    """What people call the gate: its display's name for it, else its id."""
    state_dir: Path
    texts: Texts
    status: Callable[[], GateStatus]
    follow: Callable[[Callable[[], None]], Callable[[], None]]
    """Have something called after each change; returns what ends it."""
    desk: Mapping[str, Answerer]
    """What can be asked and ordered, by the name of each request: the same as over the control socket."""
    message: Callable[[], Message | None]
    """What the visitor is being told."""
    price: Cents
    """What an admission usually costs."""
    draw_display: Callable[[], Any] = lambda: None
    """Returns what the display shows, as an image or as rows of letters; None where it shows nothing. Blocks."""
    follow_facts: Callable[[Callable[[Sequence[Fact]], None]], Callable[[], None]] = lambda _told: lambda: None
    """Have something called with the facts that come to disk; returns what ends it."""
    counts: Counts = field(default_factory=Counts)
    """What the gate has done since its start."""
    log_lines: Callable[[], Iterable[str]] = tuple
    """Returns the last lines of the log."""
    playground: Playground | None = None
    """What only a demo has: its way to scan, to move contacts and to let things fail."""
    tariff: Tariff = field(default_factory=Tariff)
    """What it costs by the house's rules."""
    second_price: Cents | None = None
    """What staff may have the next scan charged; None: there is none."""
    desk_rules: DeskSection = field(default_factory=DeskSection)
    """Who may have E-GUMA do what, and up to which amount."""

    def go_by(self, policy: Policy, settings: Settings) -> None:
        """Be as other settings have it, from here on."""
        self.name = settings.display.gate_name or settings.id
        self.price, self.tariff, self.second_price = policy.price, policy.tariff, policy.second_price
        self.desk_rules = settings.desk

    async def ask(self, do: str, **request: Any) -> Any:
        """Return the desk's answer. Raises `ControlError` with its words."""
        if (answerer := self.desk.get(do)) is None:
            raise ControlError(f"{do}: this gate has nothing of the kind")
        return await answerer(request)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages of the house, its default first."""
        return self.texts.languages

    @property
    def is_played(self) -> bool:
        """Whether this is a demo."""
        return self.playground is not None

    @property
    def templates(self) -> tuple[Path, ...]:
        """The folders of its templates."""
        return (Path(__file__).parent / "templates",)

    @property
    def how_to_begin(self) -> str:
        """What whoever comes elsewhere is told while there are no users."""
        return "nobody may use this page yet: add somebody: gate-controller user add NAME --role technician"

    def words(self, message: Message, language: Language) -> Text:
        """Return a message as visitors read it."""
        return self.texts.render(message, language)
