"""
A venue's settings, from all their sources, or all their mistakes at once: by the rules and the readers of a gate's.

Arguments go over environment (VENUE_MQTT__HOST, say) over systemd's credentials over the TOML file over defaults.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from gate_controller.settings.files import from_credentials, from_secret_files, from_toml
from gate_controller.settings.installed import venue_state_dir_by_default
from gate_controller.settings.loading import SettingsError
from gate_controller.settings.mistakes import (
    BY_DEFAULT,
    PREFIX,
    Discretion,
    Given,
    Mistake,
    unknown,
    validation_mistakes,
)
from gate_controller.settings.sections import Section
from gate_controller.settings.sources import Reading, from_arguments
from gate_controller.venue.venue_settings import VenueSettings

DEFAULT_VENUE_FILES: Final = (Path("/etc/gate-controller/venue.toml"), Path("venue.toml"))
VENUE_PREFIX: Final = "VENUE_"
VENUE_CONFIG_VARIABLE: Final = "VENUE_CONFIG"
_OF_GATES_ALONE: Final = frozenset({"mqtt.discovery", "mqtt.wishes", "mqtt.order_keys_file"})
"""What the section of the broker has for a gate, and a venue has no use for."""


def _leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section):
            yield from _leaves(info.annotation, f"{name}.")
        elif f"{prefix}{name}" not in _OF_GATES_ALONE:
            yield f"{prefix}{name}", info


VENUE_FIELDS: Final[Mapping[str, FieldInfo]] = dict(_leaves(VenueSettings))
"""Every setting of a venue by its name, in the order of the documentation."""
VENUE_SECRETS: Final = tuple(
    name for name in VENUE_FIELDS if f"{name}_file" in VENUE_FIELDS and "certificate" not in name
)
"""Those whose value is shown to nobody; each may stand in a file that another setting names."""

_DEFAULTS = {name: Given(field.default, BY_DEFAULT) for name, field in VENUE_FIELDS.items() if not field.is_required()}


@dataclass(frozen=True, slots=True)
class LoadedVenue:
    """A venue's settings in force, and how they came about."""

    settings: VenueSettings
    origins: Mapping[str, str]
    """Setting → where its value came from."""
    warnings: tuple[str, ...]
    file: str
    """The settings file; empty where there is none."""


def load_venue(*, config: Path | None, overrides: Sequence[str], environ: Mapping[str, str]) -> LoadedVenue:
    """Return a venue's settings. Raises `SettingsError` with every mistake at once."""
    named = config or (Path(found) if (found := environ.get(VENUE_CONFIG_VARIABLE, "")) else None)
    path = named or next((path for path in DEFAULT_VENUE_FILES if _is_there(path)), None)
    toml, file = from_toml(path, {}, VENUE_FIELDS) if path is not None else (Reading(), None)
    readings = [from_arguments(overrides, VENUE_FIELDS), _from_variables(environ)]
    above = ChainMap(*(reading.given for reading in readings))
    readings += [from_credentials(environ.get("CREDENTIALS_DIRECTORY", ""), VENUE_FIELDS, above), toml]
    files = {name: f"{name}_file" for name in VENUE_SECRETS}
    readings.append(from_secret_files(ChainMap(*(reading.given for reading in readings)), files))
    state_dir = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    origin = "environment STATE_DIRECTORY" if state_dir else BY_DEFAULT
    readings.append(Reading(given={"state_dir": Given(state_dir or venue_state_dir_by_default(), origin)}))

    given = ChainMap(*(reading.given for reading in readings), _DEFAULTS)
    discretion = Discretion(r.given[name].value for r in readings for name in VENUE_SECRETS if name in r.given)
    mistakes = [mistake for reading in readings for mistake in reading.mistakes]
    settings = None
    try:
        settings = VenueSettings.model_validate(_tree(readings))
    except ValidationError as error:
        unread = {name for reading in readings for name in reading.unread}
        mistakes += validation_mistakes(error, given, unread, str(file or DEFAULT_VENUE_FILES[0]), discretion.show)
    if settings is not None:
        sections = [section for _, section in settings if isinstance(section, Section)]
        mistakes += [mistake for section in sections for mistake in section.contradictions(given)]
        if settings.state_dir.exists() and not settings.state_dir.is_dir():
            place = given["state_dir"].place
            mistakes.append(Mistake(f"state_dir is {settings.state_dir}, which is a file", place, "name a directory"))
    if mistakes or settings is None:
        raise SettingsError([_of_venue(discretion.hide(str(mistake))) for mistake in mistakes])
    warnings = [warning for reading in readings for warning in reading.warnings]
    return LoadedVenue(
        settings,
        {name: given[name].origin for name in VENUE_FIELDS},
        tuple(_of_venue(discretion.hide(str(warning))) for warning in warnings),
        "" if file is None else str(file),
    )


def venue_variable(name: str) -> str:
    """Return the environment variable of a venue's setting: mqtt.host is VENUE_MQTT__HOST."""
    return VENUE_PREFIX + name.replace(".", "__").upper()


def venue_secrets_of(settings: VenueSettings) -> tuple[str, ...]:
    """Return everything that no log, page or message may hold."""
    found = (settings.mqtt.password, settings.store.password, getattr(settings.mqtt, "voucher_key", None))
    return tuple(value.get_secret_value() for value in found if isinstance(value, SecretStr))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True  # a folder that cannot be looked into may hold it: reading it says why not


def _from_variables(environ: Mapping[str, str]) -> Reading:
    reading = Reading()
    names = {venue_variable(name): name for name in VENUE_FIELDS}
    for variable_, value in environ.items():
        if variable_ in names:
            reading.given[names[variable_]] = Given(value, f"environment {variable_}")
        elif variable_.upper().startswith(VENUE_PREFIX) and variable_ != VENUE_CONFIG_VARIABLE:
            known = (*names, VENUE_CONFIG_VARIABLE)
            what = f"{variable_} is no setting"
            reading.mistakes.append(unknown(what, "environment", variable_.upper(), known, "unset it"))
    return reading


def _tree(readings: Sequence[Reading]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for reading in reversed(readings):
        for name, given in reading.given.items():
            section, _, leaf = name.rpartition(".")
            (tree.setdefault(section, {}) if section else tree)[leaf] = given.value
    return tree


def _of_venue(line: str) -> str:
    """Return a line of the gate's own readers in the words of a venue."""
    return (
        line.replace(PREFIX, VENUE_PREFIX)
        .replace("the gate's user", "the venue's user")
        .replace("`gate-controller config --reference`", "`gate-controller venue check --reference`")
    )
