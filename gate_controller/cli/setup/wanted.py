"""What setup knows so far: the settings in force, those that are wanted, and secrets apart from them."""

import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from gate_controller.cli.asking import settings_without_key
from gate_controller.settings import Settings, SettingsError, load_settings, read_alone, value_of
from gate_controller.settings.files import DEFAULT_FILES
from gate_controller.settings.mistakes import KEY, SECRETS
from gate_controller.settings.models import FIELDS, reader_of
from gate_controller.settings.reference import as_text


@dataclass(slots=True)
class WantedGate:
    """A gate as it is to be."""

    path: Path
    """The settings file."""
    values: dict[str, Any] = field(default_factory=dict)
    """Settings as they are to stand in the file."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Those that have been given anew."""
    before: Mapping[str, Any] = field(default_factory=dict)
    """What is in force, as far as it can be read."""

    @classmethod
    def on(cls, config: Path | None) -> "WantedGate":
        """Begin with what is in force, as far as it can be read."""
        named = config or (Path(told) if (told := os.environ.get("GATE_CONFIG", "")) else None)
        path = named or next((file for file in DEFAULT_FILES if file.is_file()), DEFAULT_FILES[0])
        if named is not None and not named.exists():
            config = None  # it is to be made
            environ = {name: value for name, value in os.environ.items() if name != "GATE_CONFIG"}
            return cls(path, before=_in_force(None, environ))
        return cls(path, before=_in_force(config, os.environ))

    def of(self, name: str) -> Any:
        """Return a setting as it is to be, as the program uses it; None where it has none."""
        if name in self.values:
            return reader_of(name)(self.values[name])
        return self.before.get(name)

    def text_of(self, name: str) -> str:
        """Return the same as it could be typed; empty where there is none."""
        value = self.of(name)
        return "" if value is None else as_text(value)

    def want(self, name: str, typed: object) -> None:
        """Take a setting as it was typed, or as the program uses it. Raises `UnusableError`."""
        self.values[name] = in_file(reader_of(name)(typed))

    def reader(self, name: str) -> Callable[[str], Any]:
        """Return what reads a setting from what is typed."""
        return reader_of(name)

    def default_of(self, name: str) -> Any:
        """Return what a setting is where nothing gives it; None where it has to be given."""
        if name == "id":
            return socket.gethostname()
        return None if FIELDS[name].is_required() else FIELDS[name].default

    def settings(self) -> Settings:
        """Return the settings for a try, without key. Raises `CommandError` where they do not go together."""
        exists = self.path.is_file()
        overrides = [f"{name}={as_text(_tuple(value))}" for name, value in self.values.items() if name != "prices"]
        overrides += [f"{KEY}={key}"] if (key := self.secrets.get(KEY)) else []
        return settings_without_key(self.path if exists else None, overrides)


def _in_force(config: Path | None, environ: Mapping[str, str]) -> Mapping[str, Any]:
    found = read_alone(tuple(FIELDS), config=config, overrides=(), environ=environ).values
    before = {name: value for name, value in found.items() if value is not PydanticUndefined}
    # Secrets have places that are not looked into for some settings alone.
    with contextlib.suppress(SettingsError):
        loaded = load_settings(config=config, overrides=("admission.price_cents=1",), environ=environ).settings
        before.update({name: value for name in SECRETS if (value := value_of(loaded, name)) is not None})
    return before


def in_file(value: object) -> object:
    """Return a value as it stands in a settings file."""
    match value:
        case None:
            return "none"
        case tuple():
            return [in_file(each) for each in value]
        case Enum() | Path():
            return str(value)
        case bool() | int() | float() | str():
            return value
        case SecretStr():
            raise TypeError("a secret stands in no settings file")
        case _:
            return str(value)


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
