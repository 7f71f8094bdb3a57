"""
On which line of a settings file a setting stands, for whoever has to correct it: neither TOML library tells.

The file is known to be TOML. What looks like a key inside a text of several lines is none, and is left out with it.
"""

import re
from collections.abc import Mapping
from typing import Final

_HEADER: Final = re.compile(r"\s*\[(?P<array>\[)?\s*(?P<name>[^\]#]+?)\s*\]")
_KEY: Final = re.compile(r"""\s*(?P<name>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_LONG_TEXT: Final = re.compile(r"\"\"\"|'''")


def lines_of(text: str) -> Mapping[str, int]:
    """Return the line of each setting and section, by its name such as `relay.pin`; the first that says it."""
    found: dict[str, int] = {}
    section, is_in_text, depth = "", "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not is_in_text and depth == 0:
            if header := _HEADER.match(line):
                section = _plain(header["name"])
                found.setdefault(section, number)
                continue
            if key := _KEY.match(line):
                name = _plain(key["name"])
                found.setdefault(f"{section}.{name}" if section else name, number)
        is_in_text, depth = _after(line, is_in_text, depth)
    return found


def _plain(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))


def _after(line: str, is_in_text: str, depth: int) -> tuple[str, int]:
    """Return whether a text of several lines, or a list, goes on behind a line: its marks, and how deep."""
    for mark in _LONG_TEXT.findall(line):
        if not is_in_text:
            is_in_text = mark
        elif is_in_text == mark:
            is_in_text = ""
    if is_in_text:
        return is_in_text, depth
    bare = re.sub(r"""\"(?:[^\"\\]|\\.)*\"|'[^']*'|\#.*""", "", line)
    if _HEADER.match(bare) and depth == 0:
        return "", 0
    return "", max(0, depth + bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}"))
