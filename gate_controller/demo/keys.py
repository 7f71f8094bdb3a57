"""
Keys become scans and wishes. A scanner that is a keyboard, and a person who types a code, begin with any letter.

So letters that are wishes count only when Enter or a short silence follows; a code goes on.
"""

import codecs
from collections.abc import Callable
from enum import Enum

# A scanner types a character every few milliseconds, a person in the middle of a code a few every second.
SILENCE_SECONDS = 0.5

# Far more than any code; what is beyond it is not kept.
_LONGEST = 8192


class Wish(Enum):
    """What a person can ask the demo for, by its letter."""

    EXIT = "e"
    ALARM = "a"
    KEY = "k"
    FAULT = "f"
    LANGUAGE = "l"
    QUIT = "q"


_LETTERS = {wish.value for wish in Wish}
_END, _ESCAPE = {"\x03", "\x04"}, "\x1b"
_ENTER, _BACKSPACE, _CLEAR = {"\r", "\n"}, {"\x7f", "\b"}, "\x15"


class KeyReader:
    """Takes bytes as they are typed; `scan` gets the lines, `wish` the wishes."""

    def __init__(self, scan: Callable[[str], None], wish: Callable[[Wish], None]) -> None:
        self.typed = ""
        """What has been typed since the last Enter."""
        self._scan = scan
        self._wish = wish
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> None:
        """Take what was typed. Arrows and the like, which come as one piece that begins with Escape, are nothing."""
        text = self._decoder.decode(data)
        for character in "" if text.startswith(_ESCAPE) else text:
            self._key(character)

    def pause(self) -> None:
        """Know that nothing has been typed for `SILENCE_SECONDS`."""
        if self.wants_pause:
            self._enter()

    @property
    def shown(self) -> str:
        """What is to be seen of it: what may still be a wish is no code yet."""
        return "" if self.wants_pause else self.typed

    @property
    def wants_pause(self) -> bool:
        """Whether a silence would mean something. A capital begins a code: codes are printed in capitals."""
        return self.typed.islower() and bool(_wishes(self.typed))

    def _key(self, character: str) -> None:
        if character in _END:
            self._wish(Wish.QUIT)
        elif character in _ENTER:
            self._enter()
        elif character in _BACKSPACE:
            self.typed = self.typed[:-1]
        elif character == _CLEAR:
            self.typed = ""
        elif character.isprintable() and len(self.typed) < _LONGEST:
            self.typed += character

    def _enter(self) -> None:
        typed, self.typed = self.typed.strip(), ""
        wishes = _wishes(typed)
        for wish in wishes:
            self._wish(wish)
        if typed and not wishes:
            self._scan(typed)


def _wishes(typed: str) -> list[Wish]:
    """Return what each letter asks for; nothing where this is a code."""
    letters = typed.lower()
    return [Wish(letter) for letter in letters] if _LETTERS.issuperset(letters) else []
