"""Settings in writing: a value as it could be typed, and the table of all settings for docs/settings.md."""

from pydantic import SecretStr

from gate_controller.settings.mistakes import variable
from gate_controller.settings.models import FIELDS, reader_of
from gate_controller.settings.values import UnusableError, WhenItCounts

_OF_THE_MACHINE = {"id": "host name", "state_dir": "`$STATE_DIRECTORY`, else where the package has it, else `state`"}
"""The defaults that are not the same on every machine (`loading.py` finds them)."""


def counts(name: str) -> WhenItCounts:
    """Return when another value of a setting counts."""
    return next((item for item in FIELDS[name].metadata if isinstance(item, WhenItCounts)), WhenItCounts.AFTER_RESTART)


def as_text(value: object) -> str:
    """Return a value as it could be typed for the same effect; a secret is only said to be set."""
    match value:
        case SecretStr():
            text = "set, hidden"
        case None:
            text = "none"
        case bool():
            text = str(value).lower()
        case float():
            text = f"{value:g}"
        case tuple() | list():
            text = ",".join(map(as_text, value))
        case _:
            # Enums here are texts themselves.
            text = str(value)
    return text


def reference_table() -> str:
    """Return every setting as a Markdown table: variable, default, meaning, range, and when another value counts."""
    rows = [("setting", "variable", "default", "meaning", "value", "counts"), ("---",) * 6]
    for name, info in FIELDS.items():
        rows.append(
            (
                f"`{name}`",
                f"`{variable(name)}`",
                _default(name),
                info.description or "",
                _asked_for(name),
                counts(name).value,
            )
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _default(name: str) -> str:
    if name in _OF_THE_MACHINE:
        return _OF_THE_MACHINE[name]
    if FIELDS[name].is_required():
        return "required"
    text = as_text(FIELDS[name].default)
    return f"`{text}`" if text else "empty"


def _asked_for(name: str) -> str:
    # What a reader asks for when it gets nonsense is the one place where its range is written.
    try:
        reader_of(name)(object())
    except UnusableError as error:
        return error.remedy
    raise AssertionError("a reader took nonsense")
