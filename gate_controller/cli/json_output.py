"""
JSON as commands print it: for programs, and harmless to the terminal of a person who looks at it.

Texts of E-GUMA and of staff are in it. What would control a terminal, or turn its line round, is escaped; what people
read, such as umlauts, is not.
"""

import json
import re
from typing import Any

_NOT_ASCII = re.compile(r"[^\n -~]")


def print_json(value: Any, *, on_one_line: bool = False) -> None:
    """Print plain values as JSON, on several lines for people unless told otherwise."""
    print(in_json(value, on_one_line=on_one_line))


def in_json(value: Any, *, on_one_line: bool = False) -> str:
    """Return plain values as JSON without a single character that is not to be seen, but for line ends."""
    text = json.dumps(value, indent=None if on_one_line else 2, ensure_ascii=False)
    return _NOT_ASCII.sub(_harmless, text)


def _harmless(found: re.Match[str]) -> str:
    character = found[0]
    # Not printable are control characters, those that turn the direction of text, separators, and halves of pairs.
    return character if character.isprintable() else json.dumps(character)[1:-1]
