"""
The scanner that is a keyboard (HID): what its keys type becomes frames, as if it had come over a serial line.
A scanner that can be switched to USB-COM is better switched: it sends characters, and this one positions.

Rules: a code never changes silently. A key that has no ASCII character in the layout, a key under Alt (such as
the digits of an Alt code), and keys the kernel has lost become a byte that no voucher has, so that the visitor
is refused and scans again; were they dropped, the rest could be somebody else's code.
"""

from collections.abc import Callable, Iterable
from typing import assert_never

from gate_controller.devices.key_events import Keyboard, KeyEvent, KeysLost
from gate_controller.devices.layouts import LAYOUTS, Layout
from gate_controller.devices.line import ScannerListener

NO_CHARACTER = b"\xff"
"""What a key without a character becomes in a frame. It is not ASCII, so no code holds it."""

# linux/input-event-codes.h
_ENTERS = frozenset({28, 96})  # KEY_ENTER, KEY_KPENTER
_SHIFTS = frozenset({42, 54})
_CTRLS = frozenset({29, 97})
_LEFT_ALT, _RIGHT_ALT = 56, 100
_METAS = frozenset({125, 126})
_MODIFIERS = _SHIFTS | _CTRLS | _METAS | {_LEFT_ALT, _RIGHT_ALT}
_CAPS_LOCK, _NUM_LOCK = 58, 69


class KeyboardScanner:
    """
    A scanner that types its codes.

    `port` is a path under /dev/input, best one of /dev/input/by-id, for event numbers move; `layout` is the
    name of the layout that the scanner is set to. `on_frame`, `on_change`, `gap_seconds` and `on_bytes` are those of
    `SerialScanner`. While the scanner is open, nothing it types reaches the console.
    """

    def __init__(
        self,
        *,
        port: str,
        layout: str,
        on_frame: Callable[[bytes], None],
        on_change: Callable[[bool, str], None],
        gap_seconds: float = 0.05,
        on_bytes: Callable[[bytes], None] | None = None,
        open_keyboard: Callable[[str], Keyboard] = Keyboard.open,
    ) -> None:
        typed_in = LAYOUTS[layout]
        self._listener = ScannerListener(
            open_port=lambda: _Typing(open_keyboard(port), typed_in),
            on_frame=on_frame,
            on_change=on_change,
            gap_seconds=gap_seconds,
            on_bytes=on_bytes,
        )

    async def run(self) -> None:
        """Open, read and reconnect, for ever. Cancel to stop: the keyboard is given back to the console then."""
        await self._listener.run()


class Typist:
    """Turns key events into the bytes they type in one layout. Caps Lock is off at first: a code has no case."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._held: set[int] = set()
        self._capitals = False

    def type(self, events: Iterable[KeyEvent | KeysLost]) -> bytes:
        """Return what the events type."""
        return b"".join(self._typed(event) for event in events)

    def _typed(self, event: KeyEvent | KeysLost) -> bytes:
        match event:
            case KeysLost():
                # A shift that went up unseen would spoil every scan from here on. Down or up, it is forgotten:
                # this frame is lost anyhow, and the next one begins with a shift of its own.
                self._held.clear()
                return NO_CHARACTER
            case KeyEvent(key, is_down=True):
                return self._pressed(key)
            case KeyEvent(key):
                self._held.discard(key)
                return b""
            case _:
                assert_never(event)

    def _pressed(self, key: int) -> bytes:
        if key in _MODIFIERS:
            self._held.add(key)
            return b""
        if key == _CAPS_LOCK:
            self._capitals = not self._capitals
            return b""
        if key == _NUM_LOCK:  # pressed around a keypad's digits, which are digits here either way
            return b""
        if key in _ENTERS:
            return b"\r"
        character = self._character(key)
        return character.encode("ascii") if character.isascii() and character else NO_CHARACTER

    def _character(self, key: int) -> str:
        """Return what a key types together with those held; "" where that is nothing."""
        with_shift = bool(self._held & _SHIFTS)
        held = self._held - _SHIFTS
        if held == {_RIGHT_ALT} and not with_shift:
            return self._layout.with_altgr.get(key, "")
        character = (self._layout.with_shift if with_shift else self._layout.alone).get(key, "")
        if held and held <= _CTRLS:
            return _control(character)
        if held:
            return ""
        # Linux and XKB let Caps Lock turn letters over and leave digits alone.
        return character.swapcase() if self._capitals and character.isascii() else character


class _Typing:
    """An open keyboard as the listener's port."""

    def __init__(self, keyboard: Keyboard, layout: Layout) -> None:
        self.path = keyboard.path
        self.babbles = (
            f"scanner {keyboard.path} types without pause: is a key stuck? unplug it and plug it in again, "
            "or set scanner.port"
        )
        self.fileno = keyboard.fileno
        self.close = keyboard.close
        self._keyboard = keyboard
        self._typist = Typist(layout)

    def read(self) -> bytes | None:
        """Return what was typed; b"" where keys only moved, such as shift, or a key held down."""
        events = self._keyboard.read()
        return None if events is None else self._typist.type(events)


def _control(letter: str) -> str:
    """Return the control character of a letter: scanners type LF as Ctrl+J and STX as Ctrl+B."""
    return chr(ord(letter) & 0x1F) if letter.isascii() and letter.isalpha() else ""
