"""
Whoever guesses passwords is made to wait: longer after each failure, by name and by address.

Rules: who waits is told for how long, and no connection is held for it. A name that has logged in from an address is
counted apart there, so that a stranger who guesses it elsewhere keeps nobody out, and neither does one who guesses
other names at the same address. An attempt counts as failed from its beginning, so that many at once are no way round.
Memory is bounded: of more names and addresses than that, those that were quiet for longest are forgotten.
"""

import hashlib
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gate_controller.web.users import key_of

MOST_REMEMBERED: Final = 4096
"""Names, addresses, and pairs of the two, of each: 10,000 of them take no more than this many."""

FORGOTTEN_SECONDS: Final = 3600.0
"""After so long without a failure it begins from nothing again."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures are free, and how long the wait is from then on, doubling, in seconds."""

    free: int
    first: float
    longest: float


OF_A_NAME: Final = Patience(free=3, first=1, longest=60)
# A house's phones may share one address, and each of its people mistypes now and then.
OF_AN_ADDRESS: Final = Patience(free=20, first=2, longest=300)


@dataclass(slots=True)
class _Failures:
    number: int
    at: float


class _FailureCounts:
    """Failures by what they have in common."""

    def __init__(self, patience: Patience, now: Callable[[], float]) -> None:
        self._patience = patience
        self._now = now
        self._failures: OrderedDict[bytes, _Failures] = OrderedDict()

    def wait(self, key: bytes) -> float:
        failures = self._failures.get(key)
        if failures is None:
            return 0.0
        passed, beyond = self._now() - failures.at, failures.number - self._patience.free
        if passed >= FORGOTTEN_SECONDS:
            del self._failures[key]
            return 0.0
        if beyond < 0:
            return 0.0
        return max(0.0, min(self._patience.first * 2.0 ** min(beyond, 30), self._patience.longest) - passed)

    def add(self, key: bytes) -> None:
        failures = self._failures.setdefault(key, _Failures(0, 0.0))
        failures.number, failures.at = failures.number + 1, self._now()
        self._failures.move_to_end(key)
        if len(self._failures) > MOST_REMEMBERED:
            self._failures.popitem(last=False)

    def forget(self, key: bytes) -> None:
        self._failures.pop(key, None)

    def take_back(self, key: bytes) -> None:
        if (failures := self._failures.get(key)) is not None:
            failures.number -= 1
            if failures.number <= 0:
                del self._failures[key]

    def __len__(self) -> int:
        return len(self._failures)


class Throttle:
    """Counts failed logins."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._names = _FailureCounts(OF_A_NAME, now)
        self._pairs = _FailureCounts(OF_A_NAME, now)
        self._addresses = _FailureCounts(OF_AN_ADDRESS, now)
        self._at_home: OrderedDict[bytes, None] = OrderedDict()

    def attempt(self, name: str, address: str) -> float:
        """Return how many seconds this name has to wait at this address; 0: it may try, and has failed for now."""
        by_name, by_address, pair = _keys(name, address)
        if pair in self._at_home:
            counted = [(self._pairs, pair)]
        else:
            counted = [(self._names, by_name), (self._addresses, by_address)]
        if wait := max(each.wait(key) for each, key in counted):
            return wait
        for each, key in counted:
            each.add(key)
        return 0.0

    def succeeded(self, name: str, address: str) -> None:
        """Take the failure of this attempt back: it was none."""
        by_name, by_address, pair = _keys(name, address)
        if pair in self._at_home:
            self._pairs.forget(pair)
        else:
            self._names.forget(by_name)
            self._addresses.take_back(by_address)
        self._at_home[pair] = None
        self._at_home.move_to_end(pair)
        if len(self._at_home) > MOST_REMEMBERED:
            self._at_home.popitem(last=False)

    def not_tried(self, name: str, address: str) -> None:
        """Take the failure of this attempt back: nobody looked at it."""
        by_name, by_address, pair = _keys(name, address)
        if pair in self._at_home:
            self._pairs.take_back(pair)
        else:
            self._names.take_back(by_name)
            self._addresses.take_back(by_address)

    def __len__(self) -> int:
        """Return how much is remembered."""
        return len(self._names) + len(self._pairs) + len(self._addresses) + len(self._at_home)


def _keys(name: str, address: str) -> tuple[bytes, bytes, bytes]:
    """Return what is remembered of a name, of an address, and of the two together: as much of a long name as of any."""
    by_name, by_address = key_of(name).encode(errors="replace"), network_of(address).encode()
    return _short(by_name), _short(by_address), _short(by_name + b"\0" + by_address)


def _short(key: bytes) -> bytes:
    return hashlib.blake2b(key, digest_size=16).digest()


def network_of(address: str) -> str:
    """Return whose an address is: with IPv6 a house has a whole /64 of them (RFC 6177)."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped is not None:
            return str(read.ipv4_mapped)
        return str(ipaddress.ip_network((read, 64), strict=False))
    return address
