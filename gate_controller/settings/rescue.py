"""
What is known of a gate whose settings have mistakes: where its state is, and its secrets.

For those who save it, or see to what the mistakes have nothing to do with. Rule: nothing is guessed. Where a mistake
may hide a value, there is none.
"""

import os
from collections import ChainMap
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr

from gate_controller.settings.files import from_credentials, from_secret_files, from_secrets_beside, from_toml
from gate_controller.settings.installed import state_dir_by_default
from gate_controller.settings.loading import read_alone
from gate_controller.settings.mistakes import SECRETS
from gate_controller.settings.models import FIELDS
from gate_controller.settings.sources import from_arguments, from_environment

_NAME = "state_dir"


def state_dir_of(config: Path | None, overrides: Sequence[str], environ: Mapping[str, str]) -> Path | None:
    """Return where a gate has its state, whatever its other settings are like; None where nobody can tell."""
    alone = read_alone((_NAME,), config=config, overrides=overrides, environ=environ)
    above = (from_arguments(overrides, FIELDS), from_environment(environ, FIELDS))
    if any(_NAME in reading.given for reading in above):
        return alone.values.get(_NAME)
    if alone.is_unreadable or any(_NAME in mistake for mistake in alone.mistakes):
        return None  # a name that was mistyped for it is told so
    if _NAME in alone.values:
        return Path(alone.values[_NAME])
    _, file = from_toml(config, environ, FIELDS)
    try:
        if file is not None and _NAME.encode() in file.read_bytes():
            return None
    except OSError:
        return None
    return Path(environ.get("STATE_DIRECTORY", "").partition(":")[0] or state_dir_by_default())


def secrets_of_broken(config: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that are found, in a file that has mistakes and beside it."""
    toml, file = from_toml(config, environ, FIELDS)
    readings = [from_environment(environ, FIELDS)]
    readings.append(from_credentials(environ.get("CREDENTIALS_DIRECTORY", ""), FIELDS, readings[0].given))
    readings.append(toml)
    readings.append(from_secret_files(ChainMap(*(reading.given for reading in readings))))
    readings.append(from_secrets_beside(file, ChainMap(*(reading.given for reading in readings))))
    given = ChainMap(*(reading.given for reading in readings))
    return {name: _plain(given[name].value) for name in SECRETS if name in given}


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def settings_file(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the settings file that is meant, if it can be read."""
    _, file = from_toml(config, environ, FIELDS)
    return file if file is not None and os.access(file, os.R_OK) else None
