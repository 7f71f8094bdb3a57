"""
Where settings come from: arguments and environment here, files in `files.py`.

Rules: a source reads, keeps where each value stood, and reports names that are none; it judges no value. It
never repeats a value that came with an unknown name, for that may be a misplaced key. Everything comes in as
an argument: no source looks at the process's environment.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from typing_extensions import override

from gate_controller.admission.words.frozen import slotted
from gate_controller.settings.mistakes import PREFIX, SECRETS, Given, Mistake, unknown, variable

CONFIG_VARIABLE = "GATE_CONFIG"
ARGUMENT = "argument"
"""The origin of what arguments give."""


@slotted
class Reading:
    """What one source gave."""

    given: dict[str, Given] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Settings this source may have given, had it been readable."""
    is_unreadable: bool = False
    """Whether the machine does not let it be read, or a part of it; what is no text, or no TOML, is a mistake."""


class ReadingSource(PydanticBaseSettingsSource):
    """A reading in the shape in which pydantic-settings merges sources."""

    def __init__(self, settings_cls: type[BaseSettings], reading: Reading, sections: Iterable[str]) -> None:
        """`sections` are handed over even where empty, so that what they lack is reported by its own name."""
        super().__init__(settings_cls)
        self._reading = reading
        self._sections = tuple(sections)

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        tree: dict[str, Any] = {section: {} for section in self._sections}
        for name, given in self._reading.given.items():
            section, _, leaf = name.rpartition(".")
            # The library can be told to log what its sources return (PYDANTIC_SETTINGS_DEBUG).
            secret = name in SECRETS and isinstance(given.value, str)
            (tree[section] if section else tree)[leaf] = SecretStr(str(given.value)) if secret else given.value
        return tree


def from_arguments(overrides: Sequence[str], names: Collection[str]) -> Reading:
    """Read `NAME=VALUE` arguments; of a name given twice the later counts."""
    reading = Reading()
    for override_ in overrides:
        name, equals, value = override_.partition("=")
        name = name.strip()
        if not equals:
            what = f"--set {name} has no value" if name in names else "--set has a word that is no NAME=VALUE"
            reading.mistakes.append(Mistake(what, ARGUMENT, "write it like --set relay.pin=17"))
        elif name not in names:
            reading.mistakes.append(unknown(f"{name} is no setting", ARGUMENT, name, names, "leave it out"))
        else:
            reading.given[name] = Given(value, ARGUMENT)
    reading.warnings.extend(
        Mistake(
            f"{name} can be seen by everybody on this machine",
            ARGUMENT,
            "use a credential, a file or the environment instead",
        )
        for name in SECRETS
        if name in reading.given
    )
    return reading


def from_environment(environ: Mapping[str, str], names: Collection[str]) -> Reading:
    """Read the variables with the gate's prefix. It is the gate's own, so an unknown one is a mistake."""
    reading = Reading()
    variables = {variable(name): name for name in names}
    for variable_, value in environ.items():
        if variable_ in variables:
            reading.given[variables[variable_]] = Given(value, f"environment {variable_}")
        elif variable_.upper().startswith(PREFIX) and variable_ != CONFIG_VARIABLE:
            known = (*variables, CONFIG_VARIABLE)
            reading.mistakes.append(
                unknown(f"{variable_} is no setting", "environment", variable_.upper(), known, "unset it")
            )
    return reading
