"""The settings as the doctor can use them: also where some are missing or wrong, for that is when he is called."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from gate_controller.settings import Settings, SettingsError, load_settings, read_alone
from gate_controller.settings.mistakes import KEY
from gate_controller.settings.models import FIELDS
from gate_controller.settings.reference import as_text

_PRICE = "admission.price_cents"
_STAND_INS: Mapping[str, str] = {KEY: "none-given", _PRICE: "1"}


@dataclass(frozen=True, slots=True)
class SettingsInForce:
    """The settings, with stand-ins for what is missing, and what is wrong with them."""

    settings: Settings
    mistakes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    has_key: bool = True
    has_price: bool = True
    unknown: frozenset[str] = frozenset()
    """Settings whose stand-ins say nothing: what gives them cannot be read, or is wrong."""


def settings_in_force(config: Path | None, overrides: list[str] | None) -> SettingsInForce:
    """Return the settings, as far as they can be read."""
    given = tuple(overrides or ())
    try:
        loaded = load_settings(config=config, overrides=given, environ=os.environ)
    except SettingsError as error:
        mistakes = error.mistakes
    else:
        return SettingsInForce(loaded.settings, (), loaded.warnings, loaded.origins)
    lacking = tuple(name for name in _STAND_INS if any(line.startswith(name) for line in mistakes))
    lacks = {"has_key": KEY not in lacking, "has_price": _PRICE not in lacking}
    stand_ins = tuple(f"{name}={_STAND_INS[name]}" for name in lacking)
    try:
        loaded = load_settings(config=config, overrides=(*given, *stand_ins), environ=os.environ)
        in_force = loaded.settings, mistakes, loaded.warnings, loaded.origins
        return SettingsInForce(*in_force, has_key=lacks["has_key"], has_price=lacks["has_price"])
    except SettingsError:
        return _what_is_left(config, given, mistakes, lacks)


def _what_is_left(
    config: Path | None, given: tuple[str, ...], mistakes: tuple[str, ...], lacks: Mapping[str, bool]
) -> SettingsInForce:
    """Take each setting that is right by itself; where they do not go together, the state directory alone."""
    found = read_alone(tuple(FIELDS), config=config, overrides=given, environ=os.environ).values
    plain = [
        f"{name}={as_text(value)}"
        for name, value in found.items()
        if value is not PydanticUndefined and not isinstance(value, SecretStr) and name != "prices"
    ]
    missing = {_PRICE} if found.get(_PRICE) is PydanticUndefined else set()
    # The key stands in a file of its own, which is not opened for settings that no gate can run with.
    missing |= set() if lacks["has_key"] else {KEY}
    stand_ins = [
        f"{name}={value}" for name, value in _STAND_INS.items() if not any(p.startswith(f"{name}=") for p in plain)
    ]
    for overrides in _ever_fewer([*plain, *stand_ins], found.get("state_dir")):
        try:
            loaded = load_settings(config=Path(os.devnull), overrides=overrides, environ={})
        except SettingsError:
            continue
        origins = dict.fromkeys(loaded.origins, "as far as it can be read")
        known = SettingsInForce(loaded.settings, mistakes, (), origins, has_key=False, has_price=lacks["has_price"])
        taken = {line.partition("=")[0] for line in plain if line in overrides}
        return replace(known, unknown=frozenset(FIELDS.keys() - taken - missing))
    raise SettingsError(mistakes)


def _ever_fewer(all_: list[str], state_dir: object) -> Iterator[list[str]]:
    yield all_
    least = [f"{name}={value}" for name, value in _STAND_INS.items()]
    yield [*least, f"state_dir={state_dir}"]
    yield least
