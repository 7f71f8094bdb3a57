"""
What each kind of setting may be: one reader a kind, from text or TOML value to the value the program uses.

Rules: a reader returns the value or raises an `UnusableError`, which says what is wrong and what to do, and
never repeats the value: the line about the mistake shows it, unless it is a secret. Readers touch neither disk
nor device.
"""

import json
import math
import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler, SecretStr
from pydantic_core import CoreSchema, core_schema

from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.money import Currency

LANGUAGES = ("de", "fr", "it", "en")
# What serial scanners are set to in practice; the kernel knows more, but a speed outside this list is a slip.
BAUD_RATES = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)

_MAX_KEY = 256
_TRUTH = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_ID = r"[A-Za-z0-9._-]{1,64}"
# What every display has; with brackets around it, it fits into one line of the smallest beside a symbol.
_GATE_NAME = r"[0-9A-Za-zÀ-ÖØ-öø-ÿ .-]{1,12}"
_SPAN_OF_DAY = r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]"
_FIRST_I2C_ADDRESS = 0x08


class WhenItCounts(Enum):
    """When another value of a setting counts. It stands among what annotates the field; without, after a restart."""

    WHILE_RUNNING = "while running"
    """As soon as nobody is being served, once the running gate has read it."""
    AFTER_RESTART = "after a restart"


WHILE_RUNNING = WhenItCounts.WHILE_RUNNING


@frozen
class ReadBy:
    """
    Says among what annotates a field which reader its value comes from.

    pydantic's plain validators say the same, but look at each reader's signature, and for a way to write each value.
    """

    reader: Callable[[object], object]

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.reader)


class UnusableError(ValueError):
    """Why a value cannot be used, and what to do; both in words that fit into a line after the value."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy


def plain_text(value: object, remedy: str) -> str:
    """Return a text without the blanks around it; what else a value may be is up to its reader."""
    if isinstance(value, Path):
        value = str(value)
    if not isinstance(value, str):
        raise UnusableError("which is no text", remedy)
    if any(not c.isprintable() for c in value):
        raise UnusableError("which holds characters that cannot be printed", remedy)
    return value.strip()


def whole(low: int, high: int, remedy: str) -> Callable[[object], int]:
    """Return a reader of whole numbers from `low` to `high`."""

    def read(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise UnusableError("which is no whole number", remedy)
        if value < low:
            raise UnusableError(f"which is less than {low}", remedy)
        if value > high:
            raise UnusableError(f"which is more than {high}", remedy)
        return value

    return read


def number(low: float, high: float, unit: str) -> Callable[[object], float]:
    """Return a reader of numbers from `low` to `high`, both included."""
    remedy = f"give {unit} from {low:g} to {high:g}"

    def read(value: object) -> float:
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise UnusableError("which is no number", remedy) from None
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise UnusableError("which is no number", remedy)
        if value < low:
            raise UnusableError(f"which is less than {low:g}", remedy)
        if value > high:
            raise UnusableError(f"which is more than {high:g}", remedy)
        return float(value)

    return read


def seconds(low: float, high: float) -> Callable[[object], float]:
    """Return a reader of seconds from `low` to `high`, both included."""
    return number(low, high, "seconds")


def one_of(known: tuple[str, ...]) -> Callable[[object], str]:
    """Return a reader of words of a closed list, whatever their case."""
    remedy = f"choose from {', '.join(known)}"

    def read(value: object) -> str:
        word = plain_text(value, remedy).lower()
        if word not in known:
            raise UnusableError("which is not known", remedy)
        return word

    return read


def flag(value: object) -> bool:
    """Read true or false."""
    word = str(value).strip().lower() if isinstance(value, str | bool) else ""
    if word not in _TRUTH:
        raise UnusableError("which is neither true nor false", "give true or false")
    return _TRUTH[word]


def price(value: object) -> int:
    """Read the price, in cents."""
    # The bound is for slips of the finger: 10 000.00 is far over any admission.
    remedy = "give whole cents from 1 to 1000000: 25.00 is 2500"
    return whole(1, 1_000_000, remedy)(value)


def price_or_none(value: object) -> int | None:
    """Read a price that not every house has, in cents, or None."""
    return None if is_none(value) else price(value)


def currency(value: object) -> Currency:
    """Read the account's currency."""
    known = tuple(Currency)
    remedy = f"choose from {', '.join(known)}"
    try:
        return Currency(plain_text(value, remedy).upper())
    except ValueError:
        raise UnusableError("which no E-GUMA account has", remedy) from None


def gate_id(value: object) -> str:
    """Read the gate's name, which E-GUMA's reference numbers begin with."""
    remedy = "give 1 to 64 letters, digits, dots, dashes or underscores"
    text = plain_text(value, remedy)
    if not re.fullmatch(_ID, text):
        raise UnusableError("which cannot stand in a reference number", remedy)
    return text


def gate_name(value: object) -> str | None:
    """Read what people call the gate, or None."""
    if is_none(value):
        return None
    remedy = "give 1 to 12 letters, digits, blanks, dots or dashes, or leave it out"
    text = plain_text(value, remedy)
    if not re.fullmatch(_GATE_NAME, text):
        raise UnusableError("which cannot stand beside a code on every display", remedy)
    return text


def key(value: object) -> SecretStr:
    """Read the API key. No `UnusableError` of it repeats any part of it."""
    remedy = "copy the key of this gate's user from E-GUMA, without blanks or quotes"
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        raise UnusableError("is no text", remedy)
    # Files and here-documents end in a line feed that nobody typed.
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise UnusableError("is empty", remedy)
    if any(not "!" <= c <= "~" for c in text):
        raise UnusableError("holds white space, control or non-ASCII characters", remedy)
    if len(text) > _MAX_KEY:
        raise UnusableError(f"has over {_MAX_KEY} characters", remedy)
    return SecretStr(text)


def tables(value: object, remedy: str) -> list[Any]:
    """Return a list of tables, as a file has it or typed as JSON; what is in them is for the caller to look at."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise UnusableError("which is no JSON", remedy) from None
    if not isinstance(value, list):
        raise UnusableError("which is no list of tables", remedy)
    return value


def is_none(value: object) -> bool:
    """Return whether a value says that there is none: left out, empty, or the word itself."""
    return value is None or (isinstance(value, str) and value.strip().lower() in {"", "none"})


def user_id(value: object) -> str | None:
    """Read the id E-GUMA gives the user whose key this gate has, or None."""
    if is_none(value):
        return None
    remedy = "give the id of this gate's user at E-GUMA, or leave it out"
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else plain_text(value, remedy)
    if not re.fullmatch(_ID, text):
        raise UnusableError("which is no user id", remedy)
    return text


def path(value: object) -> Path:
    """Read a path."""
    text = plain_text(value, remedy := "give a path")
    if not text:
        raise UnusableError("which is no path", remedy)
    return Path(text)


def path_or_none(value: object) -> Path | None:
    """Read a path, or None where it is empty or "none"."""
    return None if is_none(value) else path(value)


def scanner_port(value: object) -> str:
    """Read `auto` or the path of a serial device."""
    remedy = "give auto, or a path such as /dev/serial/by-id/usb-..."
    text = plain_text(value, remedy)
    if text.lower() == "auto":
        return "auto"
    if not text.startswith("/"):
        raise UnusableError("which is no path of a device", remedy)
    return text


def baud(value: object) -> int:
    """Read the speed of the serial line."""
    remedy = f"choose from {', '.join(map(str, BAUD_RATES))}"
    rate = whole(1, 10**9, remedy)(value)
    if rate not in BAUD_RATES:
        raise UnusableError("which is no usual speed", remedy)
    return rate


def i2c_address(value: object) -> int:
    """Read an address on the I2C bus, or 0; in hexadecimal as `i2cdetect` shows it, if it begins with 0x."""
    remedy = "give it as i2cdetect shows it, from 0x08 to 0x77, or 0"
    text = value.strip().lower() if isinstance(value, str) else value
    if isinstance(text, str) and re.fullmatch(r"0x[0-9a-f]{1,4}", text):
        text = int(text, 16)
    address = whole(0, 0x77, remedy)(text)
    if 0 < address < _FIRST_I2C_ADDRESS:
        raise UnusableError("which the bus keeps for itself", remedy)
    return address


def span_of_day(value: object) -> str:
    """Read hours of the day such as 22:00-07:00, or nothing."""
    remedy = "give two times such as 22:00-07:00, or leave it empty"
    if is_none(value):
        return ""
    text = plain_text(value, remedy).replace(" ", "")
    if not re.fullmatch(_SPAN_OF_DAY, text):
        raise UnusableError("which is no span of hours", remedy)
    return text


def languages(value: object) -> tuple[str, ...]:
    """Read the languages in the order of the house, from `de,fr` or a list."""
    remedy = f"list each once, from {', '.join(LANGUAGES)}"
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise UnusableError("which is no list of languages", remedy)
    words = tuple(plain_text(part, remedy).lower() for part in parts)
    if words in {(), ("",)}:
        raise UnusableError("which names no language", remedy)
    if unknown := [word for word in words if word not in LANGUAGES]:
        raise UnusableError(f"where {unknown[0] or 'an empty place'} is no language of the gate", remedy)
    if len(set(words)) < len(words):
        raise UnusableError("which names a language twice", remedy)
    return words
