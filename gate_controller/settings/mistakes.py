"""
What can be wrong with the settings, as lines for a person: what, where, what to do.

Rules: every mistake is one line and names the setting, its value, where it came from and the remedy; the API
key, whole or in part, is in none of them, wherever it was put by mistake.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field

from pydantic import SecretStr, ValidationError
from typing_extensions import override

from gate_controller.admission.words.frozen import frozen
from gate_controller.settings.values import UnusableError

PREFIX = "GATE_"
KEY = "eguma.api_key"
SECRETS = (
    KEY,
    "service_cards.balance",
    "service_cards.price",
    "notify.webhook_url",
    "notify.webhook_key",
    "notify.smtp_password",
    "mqtt.password",
    "mqtt.voucher_key",
)
"""The settings whose value is shown to nobody."""
BY_DEFAULT = "default"
"""The origin of a value that no source gives."""
_HIDDEN = "(hidden)"
_LONGEST_SHOWN = 80
# Shorter pieces of a broken key would blank out ordinary words of the line, and give nothing away.
_SHORTEST_SECRET = 4


@frozen
class Mistake:
    """One mistake or warning, on one line."""

    what: str
    where: str
    remedy: str

    @override
    def __str__(self) -> str:
        return f"{self.what}: {self.where}: {self.remedy}"


@frozen
class Given:
    """A value as a source gave it, and where it came from. Its repr keeps the value to itself."""

    value: object = field(repr=False)
    origin: str
    line: int | None = None
    """Of the settings file, where it stands there and can be told."""

    @property
    def place(self) -> str:
        """Where it came from, for whoever has to correct it."""
        return self.origin if self.line is None else f"{self.origin} line {self.line}"


def variable(name: str) -> str:
    """Return the environment variable of a setting: `relay.pin` is `GATE_RELAY__PIN`."""
    return PREFIX + name.replace(".", "__").upper()


def unknown(what: str, where: str, wrong: str, known: Iterable[str], otherwise: str) -> Mistake:
    """Return the mistake of a name that is none, with the name that was probably meant."""
    close = difflib.get_close_matches(wrong, tuple(known), n=1)
    hint = f"did you mean {close[0]}?" if close else "see `gate-controller config --reference` for all names"
    return Mistake(what, where, f"{hint} Otherwise {otherwise}" if close else f"{otherwise}; {hint}")


class Discretion:
    """Writes values for people, without the secrets it knows of."""

    def __init__(self, keys: Iterable[object]) -> None:
        """`keys`: every value given for a secret by any source, right or wrong."""
        texts = [key.get_secret_value() if isinstance(key, SecretStr) else str(key) for key in keys]
        pieces = {piece for text in texts for piece in (text.strip(), *text.split())}
        self._secrets = sorted((p for p in pieces if len(p) >= _SHORTEST_SECRET), key=len, reverse=True)

    def hide(self, text: str) -> str:
        """Return the text without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return text

    def show(self, value: object) -> str:
        """Return a value as part of a line: printable, not long, without secrets, passwords and queries."""
        text = self.hide(value if isinstance(value, str) else str(value))
        text = re.sub(r"^(.*//)?.*@", r"\1(hidden)@", text, flags=re.DOTALL)
        text = re.sub(r"[?#].+", "?(hidden)", text, flags=re.DOTALL)
        if len(text) > _LONGEST_SHOWN:
            text = text[:_LONGEST_SHOWN] + "…"
        return text if text.isprintable() and text.strip() else repr(text)


def validation_mistakes(
    error: ValidationError,
    given: Mapping[str, Given],
    unread: Collection[str],
    files: str,
    show: Callable[[object], str],
) -> list[Mistake]:
    """
    Return what the models refused. `unread` are settings whose source could not be read, so that nobody can
    tell whether they are missing; `files` says which settings file a missing one could stand in.
    """
    mistakes = []
    for entry in error.errors(include_url=False, include_input=False):
        name = ".".join(map(str, entry["loc"]))
        if entry["type"] == "missing":
            if name not in unread:
                mistakes.append(_missing(name, files))
            continue
        refusal = entry.get("ctx", {}).get("error")
        if not isinstance(refusal, UnusableError):
            raise error
        what = f"{name} {refusal.why}" if name in SECRETS else f"{name} is {show(given[name].value)}, {refusal.why}"
        mistakes.append(Mistake(what, given[name].place, refusal.remedy))
    return mistakes


def _missing(name: str, files: str) -> Mistake:
    section, _, leaf = name.rpartition(".")
    remedy = f"set {variable(name)}, or {leaf} under [{section}] in {files}"
    if name == KEY:
        beside = f"{files.rpartition('/')[0]}/{KEY}" if "/" in files else KEY
        # The unit passes it on from there; a setting that named another file would be one key too many for the service.
        remedy = f"write it into {beside} (chmod 600), from where the service gets it too, or set {variable(name)}"
    return Mistake(f"{name} is not set", "no source gives it and it has no default", remedy)
