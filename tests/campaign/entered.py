"""Tickets in the rounds of the campaign: what is scanned, what goes wrong, and what both books must say in the end."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gate_controller.admission.words.errand_facts import ErrandBegun, ErrandDone, ErrandKind
from gate_controller.admission.words.facts import Fact, OpenItem, Released
from gate_controller.admission.words.ticket_facts import EntryUndone, TicketEntered, TicketEvidence, TicketIntended
from gate_controller.simulator import Simulator
from gate_controller.simulator.misbehaviour import Endpoint, FaultKind, Misbehaviour
from gate_controller.simulator.ticketing import Ticket
from tests.campaign import books

ONE = "1000000000000000001"
PRINTED = tuple(f"20000000000000000{n:02}" for n in range(40))
USED, DELETED, UNKNOWN = (f"100000000000000000{n}" for n in (2, 3, 9))
SCANNED = (*PRINTED, USED, DELETED, UNKNOWN)

_SURE: Final = frozenset({TicketEvidence.ANSWER, TicketEvidence.INFO})


def print_tickets(simulator: Simulator) -> None:
    """Put the tickets on sale."""
    for number in PRINTED:
        simulator.tickets.put(Ticket(number))


def faults(chance: random.Random) -> list[Misbehaviour]:
    """Return what goes wrong with tickets, this time."""
    lost = [
        Misbehaviour(kind, endpoint, effect=effect)
        for endpoint in (Endpoint.CHECKIN, Endpoint.CHECKOUT)
        for kind in (FaultKind.RESET, FaultKind.HANG)
        for effect in (False, True)
    ]
    others = [
        Misbehaviour(FaultKind.LATE, Endpoint.CHECKIN, delay_seconds=chance.uniform(0.1, 1.5)),
        Misbehaviour(FaultKind.LATE, Endpoint.CHECKOUT, delay_seconds=chance.uniform(0.1, 1.5)),
        Misbehaviour(FaultKind.STATUS, Endpoint.CHECKIN, status=400, effect=False),
        Misbehaviour(FaultKind.STATUS, Endpoint.CHECKIN, status=502, effect=chance.random() < 0.5),
        Misbehaviour(FaultKind.BROKEN_JSON, Endpoint.CHECKIN),
        Misbehaviour(FaultKind.STATUS, Endpoint.TICKET_INFO, status=500, times=3),
    ]
    return chance.sample([*lost, *others], chance.randint(0, 2))


def counts(simulator: Simulator) -> dict[str, int]:
    """Return how often something was checked in and out, for the report."""
    made = Counter(check.is_entry for check in simulator.tickets.check_ins())
    return {"checked_in": made[True], "checked_out": made[False]}


def differences(directory: Path, simulator: Simulator) -> list[str]:
    """Return what the journal and E-GUMA's books do not agree on, of tickets: each check-in lets one in once."""
    wrong: list[str] = []
    books_say = Counter((check.ticket_number, check.is_entry) for check in simulator.tickets.check_ins())
    least: Counter[tuple[str, bool]] = Counter()
    doubtful: Counter[str] = Counter()
    for record in books.all_records(directory):
        number = record.ticket_number
        if not number:
            continue
        facts = record.facts
        doubtful[number] += any(isinstance(fact, OpenItem) for fact in facts)
        for is_entry in _surely_done(facts):
            least[number, is_entry] += 1
        wrong += [f"tickets: {record.incident} {line}" for line in _of_visit(facts)]
    for number, is_entry in books_say.keys() | least.keys():
        took, by_journal = books_say[number, is_entry], least[number, is_entry]
        if not by_journal <= took <= by_journal + doubtful[number]:
            way = "in" if is_entry else "out"
            wrong.append(f"tickets: {number} was checked {way} {took} times, {by_journal} by the journal")
    return wrong


def _surely_done(facts: Sequence[Fact]) -> list[bool]:
    """Return what an attempt or an errand surely did at E-GUMA: True for a check-in."""
    first = facts[0]
    if isinstance(first, ErrandBegun):
        is_done = any(isinstance(fact, ErrandDone) for fact in facts)
        return [first.errand is ErrandKind.CHECK_IN] if is_done else []
    entered = [True for fact in facts if isinstance(fact, TicketEntered) and fact.known_by in _SURE]
    return [*entered, *(False for fact in facts if isinstance(fact, EntryUndone))]


def _of_visit(facts: Sequence[Fact]) -> list[str]:
    """Return what is wrong with one visit by its own facts."""
    if not isinstance(facts[0], TicketIntended):
        return []
    kinds = [type(fact).__name__ for fact in facts]
    let_in = sum(isinstance(fact, Released) for fact in facts)
    entered = sum(isinstance(fact, TicketEntered) for fact in facts)
    wrong = []
    if let_in > 1 or entered > 1:
        wrong.append(f"was let in {let_in} times on {entered} check-ins: {kinds}")
    if let_in and not entered:
        wrong.append(f"was let in without a check-in: {kinds}")
    if let_in and any(isinstance(fact, EntryUndone) for fact in facts):
        wrong.append(f"was let in, and its check-in undone: {kinds}")
    return wrong
