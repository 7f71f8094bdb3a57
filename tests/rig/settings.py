"""Settings for tests: the least a gate needs, and loading as the command line does it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gate_controller.settings import LoadedSettings, SettingsError, load_settings

SECRET = "k3y-that-must-not-be-seen"
LEAST: Mapping[str, str] = {"GATE_ADMISSION__PRICE_CENTS": "2500", "GATE_EGUMA__API_KEY": SECRET}
"""An environment in which a gate can start: the two settings that have no default."""


def loaded(*overrides: str, config: Path | None = None, **environ: str) -> LoadedSettings:
    """Load with the least environment, changed by `environ`; a variable set to "-" is left out."""
    merged = {name: value for name, value in {**LEAST, **environ}.items() if value != "-"}
    return load_settings(config=config, overrides=overrides, environ=merged)


def mistakes(*overrides: str, config: Path | None = None, **environ: str) -> tuple[str, ...]:
    """Return the mistakes of settings that cannot be loaded; that no mistake shows the key is checked on the way."""
    with pytest.raises(SettingsError) as caught:
        loaded(*overrides, config=config, **environ)
    assert SECRET not in "\n".join((*caught.value.mistakes, str(caught.value), repr(caught.value)))
    return caught.value.mistakes


def choices(name: str) -> tuple[str, ...]:
    """Return the words that a setting takes, as whoever gives another one is told them."""
    [line] = mistakes(f"{name}=?")
    return tuple(line.rpartition(": choose from ")[2].split(", "))
