"""Which vouchers somebody went in on free of charge, and on which day: by a rule of the house that is once a day."""

from collections.abc import Iterable, Sequence
from dataclasses import field

from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import Fact, Passed, Released, ReleasedToSensor
from gate_controller.admission.words.free_facts import FreeEntry, FreeEntryUnused, FreeGrounds
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.local_time import Day
from gate_controller.admission.words.tariff import Tariff

DAYS_KEPT = 3
"""A clock that is put right may move a day back; what is older than that nobody asks for."""


def was_used(facts: Sequence[Fact]) -> bool:
    """Whether the gate opened for a free entry, and nothing says that nobody went through."""
    opened = any(isinstance(fact, Released | ReleasedToSensor | Passed) for fact in facts)
    return opened and not any(isinstance(fact, FreeEntryUnused) for fact in facts)


@slotted
class FreeDays:
    """The free entries by rule of the last days."""

    _vouchers: dict[Day, set[VoucherCode]] = field(default_factory=dict)
    """Of each day on which there was one, in the order in which the days came up."""

    def is_used(self, voucher_code: VoucherCode, day: Day) -> bool:
        """Whether somebody has gone in on this voucher free of charge on a day."""
        return voucher_code in self._vouchers.get(day, ())

    def used(self, voucher_code: VoucherCode, day: Day) -> None:
        """Somebody went in on it."""
        self._vouchers.setdefault(day, set()).add(voucher_code)
        while len(self._vouchers) > DAYS_KEPT:
            del self._vouchers[next(iter(self._vouchers))]

    def recall(self, histories: Iterable[Sequence[Fact]], tariff: Tariff) -> None:
        """Take what the journal holds of the last days, each history in order, the oldest first."""
        for facts in histories:
            free = next((fact for fact in facts if isinstance(fact, FreeEntry)), None)
            if free is not None and free.grounds is FreeGrounds.RULE and was_used(facts):
                self.used(free.voucher_code, tariff.day(free.at))
