"""From all sources to the settings in force, or to all their mistakes at once."""

import socket
from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gate_controller.admission.words.frozen import frozen
from gate_controller.settings import values
from gate_controller.settings.combinations import combination_mistakes, shared_pin_mistakes
from gate_controller.settings.files import (
    DEFAULT_FILES,
    from_credentials,
    from_secret_files,
    from_secrets_beside,
    from_toml,
)
from gate_controller.settings.installed import state_dir_by_default
from gate_controller.settings.mistakes import BY_DEFAULT, KEY, SECRETS, Discretion, Given, Mistake, validation_mistakes
from gate_controller.settings.models import FIELDS, SECTIONS, Settings, reader_of, reading_from
from gate_controller.settings.provisioning.provisioned_state import Provisioned, from_provisioned, given_by
from gate_controller.settings.sources import Reading, ReadingSource, from_arguments, from_environment
from gate_controller.settings.venue_prices import ORIGIN, add_venue_prices

REQUIRED = (KEY, "admission.price_cents")
"""The settings without which no gate takes a voucher; one that lacks nothing else may be provisioned by its scanner."""

_DEFAULTS = {name: Given(field.default, BY_DEFAULT) for name, field in FIELDS.items() if not field.is_required()}


class SettingsError(Exception):
    """
    The settings cannot be used. `mistakes` holds one line per mistake, with its remedy and without secrets; `lacking`
    the required settings that no source gives, where that is all that is wrong.
    """

    def __init__(self, mistakes: Sequence[str], lacking: Collection[str] = ()) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)
        self.lacking = frozenset(lacking)


@frozen
class LoadedSettings:
    """Settings in force, and how they came about."""

    settings: Settings
    origins: dict[str, str]
    """Setting → where its value came from, for every setting."""
    warnings: tuple[str, ...]
    """What a person should know, though the gate can run."""
    file: str = ""
    """The settings file; empty where there is none."""


@frozen
class ReadAlone:
    """Some settings, read whatever the others are like."""

    values: dict[str, Any]
    """Those that are known."""
    mistakes: tuple[str, ...]
    """What is wrong, as in `SettingsError`."""
    is_unreadable: bool
    """Whether a source, or a part of it, could not be read: what may stand there is not among the values."""


def load_settings(
    *, config: Path | None, overrides: Sequence[str], environ: Mapping[str, str], taken: Provisioned | None = None
) -> LoadedSettings:
    """
    Return the settings in force. `config` and `overrides` come from `--config` and `--set NAME=VALUE`.

    Arguments go over environment over credentials over the TOML file over what was provisioned by the gate's scanner
    (`taken`, where it is not to be read from the state directory) over defaults. To the dates of prices come those that
    the venue has ordered. Reads files at most: no device, no
    network. Raises `SettingsError` with every mistake at once.
    """
    toml, file = from_toml(config, environ, FIELDS)
    readings = [from_arguments(overrides, FIELDS), from_environment(environ, FIELDS)]
    above = ChainMap(*(reading.given for reading in readings))
    readings += [from_credentials(environ.get("CREDENTIALS_DIRECTORY", ""), FIELDS, above), toml]
    readings.append(from_secret_files(ChainMap(*(reading.given for reading in readings))))
    readings.append(from_secrets_beside(file, ChainMap(*(reading.given for reading in readings))))
    by_machine = _of_this_machine(environ)
    given = ChainMap(*(reading.given for reading in readings))
    readings.append(_provisioned({**by_machine.given, **given}, given) if taken is None else given_by(taken))
    given.maps.append(readings[-1].given)
    discretion = _discretion(readings)
    mistakes = [mistake for reading in readings for mistake in reading.mistakes]
    warnings = [warning for reading in readings for warning in reading.warnings]

    readings.append(by_machine)
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
    said_by_settings = None if settings is None else settings.price_changes
    if settings is not None:
        settings = add_venue_prices(settings, mistakes, warnings)
        mistakes += combination_mistakes(settings, given)
    if mistakes or settings is None:
        lacking = [name for name in REQUIRED if name not in given]
        is_all = settings is None and len(mistakes) == len(lacking)
        raise SettingsError([discretion.hide(str(mistake)) for mistake in mistakes], lacking if is_all else ())
    origins = {name: given[name].origin for name in FIELDS}
    if settings.price_changes != said_by_settings:
        origins["price_changes"] = f"{origins['price_changes']}, and {ORIGIN}"
    said = tuple(discretion.hide(str(warning)) for warning in warnings)
    return LoadedSettings(settings, origins, said, "" if file is None else str(file))


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
                mistakes.append(Mistake(what, given.place, refusal.remedy))
    return ReadAlone(
        found,
        tuple(discretion.hide(str(mistake)) for mistake in mistakes),
        is_unreadable=any(reading.is_unreadable for reading in readings),
    )


def _provisioned(given: Mapping[str, Given], by_others: Collection[str]) -> Reading:
    try:
        directory = values.path(given["state_dir"].value)
    except values.UnusableError:
        return Reading()  # it has its own mistake
    return from_provisioned(directory, by_others, REQUIRED)


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
    told = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    state_dir = Given(told, "environment STATE_DIRECTORY") if told else Given(state_dir_by_default(), BY_DEFAULT)
    return Reading(
        given={
            "id": Given(socket.gethostname(), "default (host name)"),
            "state_dir": state_dir,
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
    return [Mistake(f"state_dir is {path}, which is a file", given.place, "name a directory")]
