"""What staff order in the rounds of the campaign, and what their books must say of it in the end."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gate_controller.admission.words.errand_facts import ErrandBegun, ErrandDone, ErrandKind, PartVoided
from gate_controller.admission.words.facts import Fact, OpenItem
from gate_controller.desk.control_socket import ControlError, NotRunning, ask
from gate_controller.simulator import Simulator
from gate_controller.simulator.depot import DepotVoucher
from gate_controller.simulator.misbehaviour import Endpoint, FaultKind, Misbehaviour
from tests.campaign import books
from tests.campaign.entered import PRINTED, USED

DEPOT = tuple(f"CAMPDEPOT{n:03}" for n in range(12))
DEPOT_CENTS = 5_000


def faults(chance: random.Random) -> list[Misbehaviour]:
    """Return what goes wrong with what staff have done, this time."""
    kinds = [
        Misbehaviour(kind, endpoint, effect=chance.random() < 0.5)
        for endpoint in (Endpoint.CHARGE, Endpoint.ACTIVATE, Endpoint.DEACTIVATE)
        for kind in (FaultKind.RESET, FaultKind.HANG)
    ]
    late = Misbehaviour(FaultKind.LATE, Endpoint.CHARGE, delay_seconds=chance.uniform(0.1, 1.0))
    return chance.sample([*kinds, late], chance.randint(0, 2))


@dataclass(slots=True)
class Orders:
    """Gives orders to a gate that is about to be killed; nobody waits for an answer."""

    chance: random.Random
    directory: Path
    given: Counter[str] = field(default_factory=Counter)
    _number: int = 0

    def stock(self, simulator: Simulator) -> None:
        """Put the depot's vouchers on the shelf."""
        for code in DEPOT:
            simulator.depot.put(DepotVoucher(code, DEPOT_CENTS))

    def give(self, codes: Sequence[str]) -> "asyncio.Task[None]":
        """Give one order, about one of these vouchers where it is about one."""
        self._number += 1
        do = self.chance.choice(("top_up", "top_up", "sell", "take_back", "void", "check_in", "check_out"))
        fields: dict[str, object] = {"by": "Anna", "reason": "campaign"}
        match do:
            case "top_up":
                cents = self.chance.choice((500, 1_000, 2_500))
                fields |= {"code": self.chance.choice(codes), "amount_cents": cents, "payment_id": f"p{self._number}"}
            case "void":
                charged = [told for told in books.all_records(self.directory) if told.charged and not told.refunded]
                if not charged:
                    do, fields = "sell", {**fields, "code": self.chance.choice(DEPOT)}
                else:
                    fields |= {"incident": self.chance.choice(charged).incident, "amount_cents": 500}
            case "check_in" | "check_out":
                fields |= {"number": self.chance.choice((*PRINTED, USED))}
            case _:
                fields |= {"code": self.chance.choice(DEPOT)}
        self.given[do] += 1
        return asyncio.ensure_future(self._given(do, fields))

    async def _given(self, do: str, fields: dict[str, object]) -> None:
        with contextlib.suppress(ControlError, NotRunning, OSError, ValueError):  # it is killed meanwhile
            await asyncio.to_thread(ask, self.directory, do, **fields)


def differences(directory: Path, simulator: Simulator) -> list[str]:
    """Return what the journal and E-GUMA's books do not agree on, of what staff had done."""
    wrong: list[str] = []
    histories = [told.facts for told in books.all_records(directory)]
    errands = [(facts[0], facts) for facts in histories if isinstance(facts[0], ErrandBegun)]
    topped_up = Counter(str(one.payment_id) for one in simulator.ledger.top_ups())
    for begun, facts in errands:
        if begun.errand is ErrandKind.TOP_UP:
            wrong += _compared(begun, facts, topped_up.pop(begun.payment_id, 0))
    wrong += [f"promise 4: top-up {payment} took effect, and the journal does not know it" for payment in topped_up]
    for code in DEPOT:
        for kind, is_sale in ((ErrandKind.SALE, True), (ErrandKind.TAKING_BACK, False)):
            took = sum(one.voucher_code == code and one.is_sale is is_sale for one in simulator.depot.activations())
            of_it = [facts for begun, facts in errands if (begun.errand, begun.voucher_code) == (kind, code)]
            done, open_ones = sum(map(_is_done, of_it)), sum(map(_is_open, of_it))
            if not done <= took <= done + open_ones:
                wrong.append(f"promise 3: {code}: {took} times {kind.value} at E-GUMA, {done} by the journal")
    return wrong + _parts(histories, errands, simulator)


def _compared(begun: ErrandBegun, facts: Sequence[Fact], took: int) -> list[str]:
    if _is_open(facts):
        return []
    if took > 1:
        return [f"promise 2: {begun.incident} took effect {took} times"]
    if _is_done(facts) != bool(took):
        return [f"promise 3: {begun.incident} took effect {took} times, the journal ends with {facts[-1]}"]
    return []


def _parts(
    histories: Sequence[Sequence[Fact]], errands: Sequence[tuple[ErrandBegun, Sequence[Fact]]], simulator: Simulator
) -> list[str]:
    wrong = []
    cancelled = {one.token: one.cancelled for one in simulator.ledger.redemptions()}
    doubtful = {begun.charge for begun, facts in errands if _is_open(facts)}
    tokens = {begun.charge: begun.token for begun, _ in errands if begun.charge}
    for facts in histories:
        parts = sum(fact.amount for fact in facts if isinstance(fact, PartVoided))
        attempt = facts[0].attempt
        is_whole = any(type(fact).__name__ in {"RefundBegun", "Refunded"} for fact in facts)
        if attempt in tokens and attempt not in doubtful and not is_whole and cancelled[tokens[attempt]] != parts:
            wrong.append(f"promise 3: of {attempt} {cancelled[tokens[attempt]]} is back, {parts} by the journal")
    return wrong


def _is_done(facts: Sequence[Fact]) -> bool:
    return any(isinstance(fact, ErrandDone) for fact in facts)


def _is_open(facts: Sequence[Fact]) -> bool:
    return isinstance(facts[-1], OpenItem)
