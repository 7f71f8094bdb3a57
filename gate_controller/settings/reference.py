"""Settings in writing: a value as it could be typed, and the table of all settings for docs/settings.md."""

from pydantic import PlainValidator, SecretStr
from pydantic.fields import FieldInfo

from gate_controller.settings.mistakes import variable
from gate_controller.settings.models import FIELDS
from gate_controller.settings.values import UnusableError

_NO_FIXED_DEFAULT = {
    "id": "host name",
    "state_dir": "`$STATE_DIRECTORY`, else `state`",
    "eguma.api_key": "required",
    "admission.price_cents": "required",
}


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
        case tuple():
            text = ",".join(map(as_text, value))
        case _:
            # Enums here are texts themselves.
            text = str(value)
    return text


def reference_table() -> str:
    """Return every setting with its variable, default, meaning and range, as a Markdown table."""
    rows = [("setting", "variable", "default", "meaning", "value"), ("---",) * 5]
    for name, info in FIELDS.items():
        default = _NO_FIXED_DEFAULT.get(name) or f"`{as_text(info.default)}`"
        rows.append((f"`{name}`", f"`{variable(name)}`", default, info.description or "", _asked_for(info)))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _asked_for(info: FieldInfo) -> str:
    # What a reader asks for when it gets nonsense is the one place where its range is written.
    reader = next(item for item in info.metadata if isinstance(item, PlainValidator)).func
    try:
        reader(object())  # type: ignore[call-arg]  # readers take the value alone
    except UnusableError as error:
        return error.remedy
    raise AssertionError("a reader took nonsense")
