"""From all sources to the settings in force, or to all their mistakes at once."""

import socket
from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gate_controller.settings import values
from gate_controller.settings.combinations import combination_mistakes, shared_pin_mistakes
from gate_controller.settings.files import (
    DEFAULT_FILES,
    from_credentials,
    from_secret_files,
    from_secrets_beside,
    from_toml,
)
from gate_controller.settings.mistakes import BY_DEFAULT, SECRETS, Discretion, Given, Mistake, validation_mistakes
from gate_controller.settings.models import FIELDS, SECTIONS, Settings, reader_of, reading_from
from gate_controller.settings.sources import Reading, ReadingSource, from_arguments, from_environment

_DEFAULTS = {name: Given(field.default, BY_DEFAULT) for name, field in FIELDS.items() if not field.is_required()}


class SettingsError(Exception):
    """The settings cannot be used. `mistakes` holds one line per mistake, with its remedy and without secrets."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings in force, and how they came about."""

    settings: Settings
    origins: dict[str, str]
    """Setting → where its value came from, for every setting."""
    warnings: tuple[str, ...]
    """What a person should know, though the gate can run."""


@dataclass(frozen=True, slots=True)
class ReadAlone:
    """Some settings, read whatever the others are like."""

    values: dict[str, Any]
    """Those that are known."""
    mistakes: tuple[str, ...]
    """What is wrong, as in `SettingsError`."""
    is_unreadable: bool
    """Whether a source, or a part of it, could not be read: what may stand there is not among the values."""


def load_settings(*, config: Path | None, overrides: Sequence[str], environ: Mapping[str, str]) -> LoadedSettings:
    """
    Return the settings in force. `config` and `overrides` come from `--config` and `--set NAME=VALUE`.

    Arguments go over environment over credentials over the TOML file over defaults. Reads files at most: no
    device, no network. Raises `SettingsError` with every mistake at once.
    """
    toml, file = from_toml(config, environ, FIELDS)
    readings = [from_arguments(overrides, FIELDS), from_environment(environ, FIELDS)]
    above = ChainMap(*(reading.given for reading in readings))
    readings += [from_credentials(environ.get("CREDENTIALS_DIRECTORY", ""), FIELDS, above), toml]
    readings.append(from_secret_files(ChainMap(*(reading.given for reading in readings))))
    readings.append(from_secrets_beside(file, ChainMap(*(reading.given for reading in readings))))
    given = ChainMap(*(reading.given for reading in readings))
    discretion = _discretion(readings)
    mistakes = [mistake for reading in readings for mistake in reading.mistakes]
    warnings = [warning for reading in readings for warning in reading.warnings]

    readings.append(_of_this_machine(environ))
    given.maps += [readings[-1].given, _DEFAULTS]
    settings = None
    by_hand: dict[str, Any] = {}
    try:
        with reading_from(ReadingSource(Settings, reading, SECTIONS) for reading in readings):
            settings = Settings(**by_hand)
    except ValidationError as error:
        unread = {name for reading in readings for name in reading.unread}
        mistakes += validation_mistakes(error, given, unread, str(file or DEFAULT_FILES[0]), discretion.show)
    mistakes += shared_pin_mistakes(given)
    mistakes += _state_dir_mistakes(given["state_dir"])
    if settings is not None:
        mistakes += combination_mistakes(settings, given)
    if mistakes or settings is None:
        raise SettingsError([discretion.hide(str(mistake)) for mistake in mistakes])
    origins = {name: given[name].origin for name in FIELDS}
    return LoadedSettings(settings, origins, tuple(discretion.hide(str(warning)) for warning in warnings))


def read_alone(
    names: Collection[str], *, config: Path | None, overrides: Sequence[str], environ: Mapping[str, str]
) -> ReadAlone:
    """
    Return the values of these settings, whatever the others are like.

    For those who have to put a gate at rest that cannot start. What cannot be read is left out, and so is what may
    stand in a source that cannot be read: its default would be a guess. Whether pins are shared is not looked at.
    """
    others = FIELDS.keys() - set(names)
    toml, _ = from_toml(config, environ, FIELDS)
    readings = (
        from_arguments(overrides, FIELDS),
        from_environment(environ, FIELDS),
        _credentials_alone(environ.get("CREDENTIALS_DIRECTORY", ""), names, others),
        toml,
        _of_this_machine(environ),
    )
    discretion = _discretion(readings)
    mistakes = [mistake for reading in readings for mistake in reading.mistakes]
    found: dict[str, Any] = {}
    for name in names:
        reading = next((one for one in readings if name in one.given or name in one.unread), None)
        if reading is None:
            found[name] = FIELDS[name].default
        elif name in reading.given:
            given = reading.given[name]
            try:
                found[name] = reader_of(name)(given.value)
            except values.UnusableError as refusal:
                what = f"{name} is {discretion.show(given.value)}, {refusal.why}"
                mistakes.append(Mistake(what, given.origin, refusal.remedy))
    return ReadAlone(
        found,
        tuple(discretion.hide(str(mistake)) for mistake in mistakes),
        is_unreadable=any(reading.is_unreadable for reading in readings),
    )


def _discretion(readings: Iterable[Reading]) -> Discretion:
    given = (reading.given.get(name) for reading in readings for name in SECRETS)
    return Discretion(found.value for found in given if found is not None)


def _credentials_alone(directory: str, names: Collection[str], others: Collection[str]) -> Reading:
    reading = from_credentials(directory, FIELDS, others)
    if reading.is_unreadable and not reading.unread:
        # Nobody knows which files are in a directory that cannot be looked into, or is gone with the unit.
        reading.unread.update(names)
        what = "the credentials cannot be read, and may hold any setting"
        reading.mistakes[:] = [Mistake(what, directory, "give what matters with --set, or in the environment")]
    return reading


def _of_this_machine(environ: Mapping[str, str]) -> Reading:
    # systemd lists several state directories with colons between; the first is the unit's own.
    state_dir = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    return Reading(
        given={
            "id": Given(socket.gethostname(), "default (host name)"),
            "state_dir": Given(state_dir, "environment STATE_DIRECTORY") if state_dir else Given("state", BY_DEFAULT),
        }
    )


def _state_dir_mistakes(given: Given) -> list[Mistake]:
    try:
        path = values.path(given.value)
        if path.is_dir() or not path.exists():
            return []
    except (values.UnusableError, OSError):
        # A value that is no path has its own mistake; what cannot be looked at is for the journal to report.
        return []
    return [Mistake(f"state_dir is {path}, which is a file", given.origin, "name a directory")]
