"""
When another value of a setting counts: while the gate runs, between two visitors, or from its next start on.

Declared once, at the field: a setting that can change while the gate runs has `WHILE_RUNNING` among what annotates it.
All others are of things that are made at the start: devices, the page, E-GUMA's connection.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gate_controller.admission.words.frozen import frozen
from gate_controller.settings.loading import LoadedSettings
from gate_controller.settings.mistakes import SECRETS
from gate_controller.settings.models import FIELDS, Settings, value_of
from gate_controller.settings.reference import as_text, counts
from gate_controller.settings.values import WhenItCounts

PRICED: Final = (
    "admission.price_cents",
    "admission.second_price_cents",
    "admission.currency",
    "prices",
    "price_changes",
)
"""The settings that say what an admission costs."""

_OVER_THE_FILE: Final = ("argument", "environment", "credential")
_OF_A_PROCESS: Final = ("id", "state_dir")


@frozen
class Change:
    """Another value of one setting; each as it could be typed, and no secret."""

    name: str
    before: str
    now: str

    @property
    def counts(self) -> WhenItCounts:
        """When it counts."""
        return counts(self.name)


def changes(before: Settings, now: Settings) -> tuple[Change, ...]:
    """Return which settings are others now, in the order of the documentation."""
    return tuple(
        Change(name, as_text(value_of(before, name)), as_text(value_of(now, name)))
        for name in FIELDS
        if value_of(before, name) != value_of(now, name)
    )


def against(running: Mapping[str, Mapping[str, str]], loaded: LoadedSettings) -> tuple[Change, ...]:
    """
    Return what would be another in a running gate, of which each setting's value and origin is known as text.

    What goes over the file there, and what each process finds by itself, is left out.
    """
    found = []
    for name in FIELDS:
        told = running.get(name)
        if told is None or name in SECRETS or told["origin"].startswith(_OVER_THE_FILE):
            continue
        now = as_text(value_of(loaded.settings, name))
        is_said = loaded.origins[name] == loaded.file or told["origin"] == loaded.file or name not in _OF_A_PROCESS
        if is_said and now != told["value"] and not loaded.origins[name].startswith(_OVER_THE_FILE):
            found.append(Change(name, told["value"], now))
    return tuple(found)


def changed(settings: Settings, new: Settings, names: Sequence[str]) -> Settings:
    """Return settings with some values of others."""
    tree: dict[str, dict[str, object]] = {}
    top: dict[str, object] = {}
    for name in names:
        section, _, leaf = name.rpartition(".")
        (tree.setdefault(section, {}) if section else top)[leaf] = value_of(new, name)
    for section, values in tree.items():
        top[section] = getattr(settings, section).model_copy(update=values)
    return settings.model_copy(update=top)


def price_list(settings: Settings) -> Mapping[str, str]:
    """Return what an admission costs, as the settings say it: each setting by its name, as it could be typed."""
    return {name: as_text(value_of(settings, name)) for name in PRICED}
