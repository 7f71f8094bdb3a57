"""
The fault script: which request meets which fault.

Pure. Faults stand in the order they were added; the first one that matches a request and is due acts on it,
and one that has acted as often as it was told is struck off.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gate_controller.simulator.vouchers import plain


class Endpoint(StrEnum):
    """The calls of the API, by their names in its addresses."""

    BALANCE = "balance"
    REDEEM = "redeem"
    CANCEL_REDEMPTION = "cancel_redemption"
    INFO = "info"
    REDEMPTIONS = "redemptions"
    CHARGE = "charge"
    ACTIVATE_STATUS = "activate_status"
    ACTIVATE = "activate"
    DEACTIVATE_STATUS = "deactivate_status"
    DEACTIVATE = "deactivate"
    CHECKIN = "checkin"
    CHECKOUT = "checkout"
    TICKET_INFO = "ticket_info"
    ANY = "*"
    """In a fault: whichever it is."""


class FaultKind(StrEnum):
    """What goes wrong; docs/simulator.md shows each."""

    HANG = "hang"
    """The answer never comes."""
    RESET = "reset"
    """The connection is reset: before the effect, or after it."""
    LATE = "late"
    """The effect takes place only after the delay, and then the connection is closed without an answer."""
    STATUS = "status"
    """An error status with a text."""
    HTML = "html"
    """200 with a web page, as from a proxy or a captive portal."""
    BROKEN_JSON = "broken_json"
    """200 with half of the answer, its length rightly declared."""
    EMPTY = "empty"
    """200 with no body."""
    DRIP = "drip"
    """The right answer, its body byte by byte."""
    TRUNCATED = "truncated"
    """The right answer, its connection closed half-way through the body."""
    DELAY = "delay"
    """The right answer, late."""
    WRONG_CODE = "wrong_code"
    """The right answer, with another voucher's code."""
    MISSING_TOKEN = "missing_token"  # noqa: S105 - the name of a fault
    """The right answer, without its redeem_token."""


EFFECT: dict[FaultKind, bool] = {
    FaultKind.HANG: False,
    FaultKind.RESET: False,
    FaultKind.LATE: True,
    FaultKind.STATUS: False,
    FaultKind.HTML: False,
    FaultKind.BROKEN_JSON: True,
    FaultKind.EMPTY: True,
    FaultKind.DRIP: True,
    FaultKind.TRUNCATED: True,
    FaultKind.DELAY: True,
    FaultKind.WRONG_CODE: True,
    FaultKind.MISSING_TOKEN: True,
}
"""Whether the request takes effect where a fault does not say: as far as it would have come on its way to
E-GUMA.
"""

_LOWEST_STATUS, _NOT_MODIFIED, _HIGHEST_STATUS = 300, 304, 599
_HEADER_NAME = re.compile(r"[0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"([!-~]([ -~]*[!-~])?)?")
_OWN_HEADERS = {"content-length", "transfer-encoding", "connection", "date"}


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """One line of the script.

    `times` None is for ever; `skip` lets that many matching requests pass first. `effect` None is the
    kind's own (`EFFECT`). `delay_seconds` holds the answer, status, reset … back that long after the
    effect; `late` holds the effect back with it. `body` replaces the text of `status`, `html` and
    `broken_json`, and the code of `wrong_code`.
    """

    kind: FaultKind
    endpoint: Endpoint = Endpoint.ANY
    voucher_code: str | None = None
    times: int | None = 1
    skip: int = 0
    effect: bool | None = None
    status: int = 500
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    interval_seconds: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what no server could do, at the place where it is written."""
        if not _LOWEST_STATUS <= self.status <= _HIGHEST_STATUS or self.status == _NOT_MODIFIED:
            raise ValueError(f"status must be 300 to 599 and not 304, which has no body, not {self.status}")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times must be 1 or more, or None for ever, not {self.times}")
        for name, value in self.headers.items():
            if name.lower() in _OWN_HEADERS or not _HEADER_NAME.fullmatch(name):
                raise ValueError(f"headers must not hold {name!r}: it frames the answer, or is no header's name")
            if not _HEADER_VALUE.fullmatch(value):
                raise ValueError(f"headers: the value of {name} must be printable ASCII, not {value!r}")

    @property
    def takes_effect(self) -> bool:
        """Whether the request reaches the books."""
        return EFFECT[self.kind] if self.effect is None else self.effect

    def matches(self, endpoint: Endpoint, codes: tuple[str, ...]) -> bool:
        """Return whether this fault is about such a request; `codes` are the names its voucher goes by."""
        if self.endpoint is not Endpoint.ANY and self.endpoint is not endpoint:
            return False
        return self.voucher_code is None or plain(self.voucher_code) in codes


@dataclass(slots=True)
class ScriptLine:
    """A fault in the script, and what is still to come of it."""

    id: int
    fault: Misbehaviour
    skips_left: int
    times_left: int | None
    acted: int = 0


class FaultScript:
    """The faults to come, in order."""

    def __init__(self) -> None:
        self._lines: list[ScriptLine] = []
        self._next_id = 1

    def add(self, fault: Misbehaviour) -> int:
        """Append a fault; return its id, for `remove`."""
        line = ScriptLine(self._next_id, fault, fault.skip, fault.times)
        self._next_id += 1
        self._lines.append(line)
        return line.id

    def remove(self, line_id: int) -> bool:
        """Strike one fault off; return whether it was still there."""
        before = len(self._lines)
        self._lines = [line for line in self._lines if line.id != line_id]
        return len(self._lines) < before

    def clear(self) -> None:
        """Strike all faults off. Connections that hang already go on hanging."""
        self._lines.clear()

    def __iter__(self) -> Iterator[ScriptLine]:
        """Return the lines that have not run out, in order."""
        return iter(self._lines)

    def take(self, endpoint: Endpoint, codes: tuple[str, ...] = ()) -> Misbehaviour | None:
        """Return the fault that this request meets, and count it; None where all goes well."""
        for line in self._lines:
            if not line.fault.matches(endpoint, codes):
                continue
            if line.skips_left:
                line.skips_left -= 1
                continue
            line.acted += 1
            if line.times_left is not None:
                line.times_left -= 1
                if not line.times_left:
                    self._lines.remove(line)
            return line.fault
        return None
