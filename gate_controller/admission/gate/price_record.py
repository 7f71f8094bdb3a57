"""
What the journal holds of prices, and the settings that the gate is to go by next.

Rules: no price counts before the journal has been handed that it does: a fact goes to disk before every intent that
comes after it. Whoever is in the lane pays by the settings that he began with; who waits for the lane has not begun.
What dies in between leaves a fact too many at most: the next start tells the price list from the one that the journal
holds, and writes what has changed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.commands import Revised
from gate_controller.admission.words.facts import Occurrence, PricesChanged
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.ids import NOBODY, AttemptId
from gate_controller.admission.words.messages import Fault
from gate_controller.admission.words.policy import Policy
from gate_controller.admission.words.revision import RevisionOrdered

_AMOUNTS: Final = {"admission.price_cents": "price", "admission.second_price_cents": "second price"}
_TABLES: Final = {"prices": "rules", "price_changes": "dates"}
_FOUND_AT_START: Final = "found at the start"
_IN_FORCE: Final = "in force"


@slotted
class PriceRecord:
    """Puts on record what admissions cost, and holds other settings back until nobody is being served."""

    _known: Mapping[str, Any] = field(default_factory=dict)
    """The newest price list that has been handed to the journal."""
    revision: RevisionOrdered | None = None
    """Other settings, held back until then."""
    _recorded: AttemptId = NOBODY
    """The record that has to be on disk before the next settings count."""

    def recalled(self, text: str, turn: Turn) -> None:
        """Take the price list that the journal holds, and put on record where the settings say another one."""
        self._known = _read(text)
        now = self._list(turn.policy, turn, self._known.get(_IN_FORCE, ()))
        if _without_dates(now) != _without_dates(self._known):
            self._record(now, turn, source=_FOUND_AT_START)

    def ordered(self, order: RevisionOrdered, turn: Turn) -> None:
        """Take other settings: they count as soon as what they say of prices is on disk and nobody is being served."""
        if Fault.STOPPING in turn.faults or not turn.names.tag:
            turn.answer(order.id, "the gate is starting or being stopped: try again in a moment")
            return
        self.revision = order
        now = self._list(order.policy, turn, order.policy.tariff.in_force(turn.at.wall))
        if _without_dates(now) != _without_dates(self._known):
            self._record(now, turn, by=order.by, source=order.source, order=order)
        turn.answer(order.id)

    def next_policy(self, turn: Turn) -> Policy | None:
        """Return what the gate is to go by from here on, now that nobody is being served; None: nothing else."""
        if self.revision is None or (self._recorded is not NOBODY and turn.writes.holds(self._recorded)):
            return None
        order, self.revision, self._recorded = self.revision, None, NOBODY
        turn.commands.append(Revised(order.id))
        return order.policy

    def look(self, turn: Turn) -> None:
        """Put on record that a date has come at which a price begins or ends; not by a clock that may be wrong."""
        if not turn.at.is_sure or not turn.names.tag or self.revision is not None:
            return
        now = self._list(turn.policy, turn, turn.policy.tariff.in_force(turn.at.wall))
        if now[_IN_FORCE] != self._known.get(_IN_FORCE, []):
            self._record(now, turn)

    def _list(self, policy: Policy, turn: Turn, in_force: tuple[str, ...]) -> Mapping[str, Any]:
        dates = in_force if turn.at.is_sure else self._known.get(_IN_FORCE, ())
        return {**dict(policy.price_list), _IN_FORCE: list(dates)}

    def _record(
        self,
        now: Mapping[str, Any],
        turn: Turn,
        *,
        by: str = "",
        source: str = "",
        order: RevisionOrdered | None = None,
    ) -> None:
        attempt, incident = turn.names.next()
        words = "; ".join(_differences(self._known, now))
        reason = f"{words} ({source})" if source else words
        name = "" if order is None else order.id
        text = json.dumps(now, ensure_ascii=False, separators=(",", ":"))
        turn.write(PricesChanged(attempt, 0, turn.at.wall, incident, Occurrence.PRICES, by, reason, name, prices=text))
        turn.note(f"prices=changed what={words!r} by={by!r} incident={incident}")
        self._known, self._recorded = now, attempt if order is not None else self._recorded


def first_list(policy: Policy) -> str:
    """Return the price list that a journal without one is to begin with: nobody knows of an earlier one."""
    return json.dumps({**dict(policy.price_list), _IN_FORCE: []}, ensure_ascii=False, separators=(",", ":"))


def _read(text: str) -> Mapping[str, Any]:
    try:
        known = json.loads(text)
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def _without_dates(prices: Mapping[str, Any]) -> Mapping[str, Any]:
    # What the journal of an earlier version does not name was as it is when nobody sets it.
    return {name: value for name, value in prices.items() if name != _IN_FORCE and value not in {"", "none"}}


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Say in few words what is another; amounts as people write them."""
    for name in now:
        old, new = before.get(name, ""), now[name]
        if old == new:
            continue
        if name == _IN_FORCE:
            yield from (f"now holds: {one}" for one in new if one not in old)
            yield from (f"holds no more: {one}" for one in old if one not in new)
        elif name in _TABLES:
            old, new = _tables(old), _tables(new)
            yield from (f"{_TABLES[name]}: + {one}" for one in new if one not in old)
            yield from (f"{_TABLES[name]}: - {one}" for one in old if one not in new)
            if sorted(old) == sorted(new):
                yield f"{_TABLES[name]}: in another order"
        elif name in _AMOUNTS:
            yield f"{_AMOUNTS[name]} {_amount(old)} -> {_amount(new)}"
        else:
            yield f"{name} {old or 'unknown'} -> {new}"


def _tables(text: str) -> list[str]:
    try:
        return [json.dumps(table, ensure_ascii=False) for table in json.loads(text or "[]")]
    except ValueError:
        return [text]


def _amount(cents: str) -> str:
    return f"{int(cents) / 100:.2f}" if cents.isdecimal() else cents or "none"
