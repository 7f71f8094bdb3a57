"""What the doctor looks at: files of the machine below one folder, settings, running gate, each looked up once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from gate_controller.cli.doctor.settings_known import SettingsInForce
from gate_controller.eguma.route import Route
from gate_controller.settings import Settings

_T = TypeVar("_T")


@dataclass(frozen=True)
class Machine:
    """The files in which a machine tells how it is: those below `root`, which is / but in tests."""

    root: Path = Path("/")

    def at(self, path: str) -> Path:
        """Return where a path of the machine's lies."""
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str:
        """Return what a file says, without blanks around it; empty where it cannot be read."""
        try:
            return self.at(path).read_text(encoding="utf-8", errors="replace").strip("\0 \n\t")
        except OSError:
            return ""

    def number(self, path: str, base: int = 10) -> int | None:
        """Return the number that a file says; None where it says none."""
        try:
            return int(self.text(path), base)
        except ValueError:
            return None

    def found(self, pattern: str) -> list[str]:
        """Return the paths of the machine's that a pattern names, in order."""
        try:
            return [f"/{path.relative_to(self.root)}" for path in sorted(self.root.glob(pattern.lstrip("/")))]
        except OSError:
            return []

    @property
    def is_this(self) -> bool:
        """Whether it is the machine that the program runs on: then the kernel and systemd can be asked as well."""
        return self.root == Path("/")


@dataclass
class Patient:
    """A gate and its machine, as far as they can be looked at."""

    known: SettingsInForce
    machine: Machine = Machine()
    ask: Callable[[str], Any] = lambda _: None
    """Asks the running gate; returns None where none runs. May raise `CommandError`."""
    examine: Callable[[str, str], Route] = lambda _address, _key: Route()
    """Goes the way to E-GUMA."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._route_lock = threading.Lock()

    @property
    def settings(self) -> Settings:
        """The settings, with stand-ins for what is missing."""
        return self.known.settings

    @property
    def key(self) -> str:
        """This gate's key; empty where it is not known."""
        return self.settings.eguma.api_key.get_secret_value() if self.known.has_key else ""

    @property
    def state_dir(self) -> Path:
        """Where the gate's state is, on the machine."""
        directory = self.settings.state_dir
        return self.machine.at(str(directory)) if directory.is_absolute() else directory

    def status(self) -> dict[str, Any] | None:
        """Return how the running gate is; None where none runs."""
        status: dict[str, Any] | None = self._once(self._lock, "_status", lambda: self.ask("status"))
        return status

    def route(self) -> Route:
        """Return how far one gets to E-GUMA."""
        return self._once(self._route_lock, "_route", lambda: self.examine(self.settings.eguma.base_url, self.key))

    def _once(self, lock: threading.Lock, name: str, look: Callable[[], _T]) -> _T:
        with lock:
            if name not in self.__dict__:
                self.__dict__[name] = look()
            found: _T = self.__dict__[name]
            return found
