"""
The real process, killed: `kill -9` at random moments under random faults, and at every point between two steps.

The simulator lives in this process and survives; the gate is `gate-controller run`, with a pty as its scanner and its
journal in a folder that stays from life to life.
"""

import asyncio
import contextlib
import random
import signal
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

from gate_controller.admission.words.money import Cents
from gate_controller.desk.control_socket import ControlError, NotRunning, ask
from gate_controller.journal.reader import Reader
from gate_controller.journal.records import Record
from gate_controller.simulator import Simulator
from gate_controller.simulator.misbehaviour import Endpoint, FaultKind, Misbehaviour
from gate_controller.simulator.vouchers import Voucher
from tests.campaign import books, entered, ordered
from tests.campaign.mortal import mortal
from tests.campaign.ordered import Orders
from tests.rig.gate import GOOD, LOW
from tests.rig.gate_process import GateProcess, gate_process
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until

GOOD_ONES = (
    GOOD,
    "UNC9LH2WTF7B",
    "NTE4XC6QJM8R",
    "EXP6NT2VKD8Q",
    "SHC7GK3NVP9D",
    *(f"CAMPAIGN{n:04}" for n in range(35)),
)
"""So many that most are not in doubt from a life before, and some are."""

SMALL_ONES = tuple(f"SMALLCAMP{n:03}" for n in range(8))
"""Each pays an admission only with another one."""

CODES = (*GOOD_ONES, "42", "42", LOW, *SMALL_ONES, "nonsense", *entered.SCANNED)
"""What is scanned; 42 is the ShortCode of one of the good ones."""

ENOUGH = Cents(10_000_00)
"""On each good voucher at the beginning, so that none is used up before the last round."""

SETTINGS: dict[str, Any] = {
    "admission__settle_seconds": 2,
    "admission__several_vouchers": True,
    "tickets__taken": True,
    "tickets__undo": True,
    "relay__pulse_seconds": 0.01,
    "scanner__gap_seconds": 0.02,
}

HEALED: dict[str, Any] = {**SETTINGS, "admission__credit_minutes": 0.02}
"""In the end credits lapse soon: one read back after a crash may have been given back, and says so only then."""

LATEST_KILL_SECONDS = 0.02
"""From the moment a round waits for to the kill: about what the gate takes from one step to the next."""

PAUSE_SECONDS = 0.06
"""Between two scans, which would be one without; a ShortCode gives way to whatever follows it sooner than 0.5 s."""

LONGEST_ROUND_SECONDS = 3.0
"""How long a moment is waited for: the verdict time of 1 s, and the rest for a busy machine. Some never come."""


SMALL = Cents(1_600)


class Moment(Enum):
    """What a round waits for before it kills."""

    SCANNED = "scanned"
    BALANCE_ASKED = "balance asked"
    REDEEM_SENT = "redeem sent"
    CHECK_IN_SENT = "check-in sent"
    VERDICT = "verdict"


MOMENTS = (Moment.SCANNED, Moment.BALANCE_ASKED, *(Moment.REDEEM_SENT, Moment.VERDICT) * 4)
"""What a round chooses from: mostly moments by which a charge can have been made."""

TICKET_MOMENTS = (Moment.SCANNED, *(Moment.CHECK_IN_SENT, Moment.VERDICT) * 4)
"""The same for a ticket, for which Balance is not asked."""

KILL_POINTS = ("before commit", "after commit", "before request", "after request", "before pulse", "after pulse")


def _faults(chance: random.Random) -> list[Misbehaviour]:
    kinds = (
        Misbehaviour(FaultKind.HANG, Endpoint.REDEEM, effect=chance.random() < 0.5),
        Misbehaviour(FaultKind.RESET, Endpoint.REDEEM, effect=chance.random() < 0.5),
        Misbehaviour(FaultKind.STATUS, Endpoint.REDEEM, status=502, effect=chance.random() < 0.5),
        Misbehaviour(FaultKind.LATE, Endpoint.REDEEM, delay_seconds=chance.uniform(0.1, 1.5)),
        Misbehaviour(FaultKind.DELAY, Endpoint.REDEEM, delay_seconds=chance.uniform(0.0, 0.9)),
        Misbehaviour(FaultKind.DELAY, Endpoint.BALANCE, delay_seconds=chance.uniform(0.0, 0.5)),
        Misbehaviour(FaultKind.STATUS, Endpoint.REDEMPTIONS, status=403, times=3),
        Misbehaviour(FaultKind.BROKEN_JSON, Endpoint.REDEEM),
        Misbehaviour(FaultKind.RESET, Endpoint.CANCEL_REDEMPTION, effect=chance.random() < 0.5),
    )
    return chance.sample(kinds, chance.randint(0, 3))


async def at_random(rounds: int, seed: int) -> dict[str, Any]:
    """
    Kill the gate a little after a random moment, round after round, and compare the books at the end.

    The report counts the rounds in which Redeem was sent, the charges, the rounds in which there was one, and for each
    round the last fact that this life had put on disk: of its newest attempt, where it had work with several.
    """
    chance = random.Random(seed)  # noqa: S311 - schedules, not secrets
    scans = sent = charging = 0
    died_after: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, PtyScanner() as scanner:
        directory = Path(folder) / "state"
        async with Simulator() as simulator:
            _fill_up(simulator)
            entered.print_tickets(simulator)
            staff = Orders(chance, directory)
            staff.stock(simulator)
            for _ in range(rounds):
                for fault in (*_faults(chance), *ordered.faults(chance), *entered.faults(chance)):
                    simulator.faults.add(fault)
                codes = chance.choices(CODES, k=chance.choice((1, 1, 2)))
                if chance.random() < 0.25:
                    codes = [chance.choice(SMALL_ONES), chance.choice(GOOD_ONES)]
                moment, delay = chance.choice(MOMENTS), chance.uniform(0.0, LATEST_KILL_SECONDS)
                if chance.random() < 0.3:
                    codes, moment = [chance.choice(entered.SCANNED)], chance.choice(TICKET_MOMENTS)
                charges, before = _charges(simulator), _records(directory)
                with gate_process(directory, simulator, scanner, **SETTINGS) as gate:
                    await gate.ready()
                    orders = [staff.give(GOOD_ONES)] if chance.random() < 0.5 else []
                    await _reach(moment, codes, gate, simulator, scanner)
                    await asyncio.sleep(delay)
                    await gate.kill()
                    await asyncio.gather(*orders)
                simulator.faults.clear()
                scans += len(codes)
                sent += any("/redeem" in record.path for record in simulator.requests)
                charging += _charges(simulator) > charges
                died_after[_last_fact(directory, before)] += 1
            wrong = await heal_and_compare(simulator, scanner, directory)
            charges, tickets = _charges(simulator), entered.counts(simulator)
    violations = [
        {"what": line, "replay": f"python -m tests.campaign kill --rounds {rounds} --seed {seed}"} for line in wrong
    ]
    told: dict[str, Any] = {"tried": rounds, "scans": scans, "sent": sent, "charges": charges, "charging": charging}
    told |= {"ordered": dict(staff.given), **tickets}
    return {**told, "died_after": dict(died_after.most_common()), "violations": violations}


def _fill_up(simulator: Simulator) -> None:
    for code in GOOD_ONES:
        voucher = simulator.ledger.voucher(code) or Voucher(code, ENOUGH, ENOUGH)
        simulator.ledger.put(replace(voucher, balance_in_cents=ENOUGH))
    for code in SMALL_ONES:
        simulator.ledger.put(Voucher(code, SMALL, SMALL))


def _charges(simulator: Simulator) -> int:
    return sum(1 for _ in simulator.ledger.redemptions())


async def _reach(
    moment: Moment, codes: Sequence[str], gate: GateProcess, simulator: Simulator, scanner: PtyScanner
) -> None:
    """Scan, and return when the moment has come; for a code that never gets so far, at its verdict."""
    # What the gate asks about the attempts of its lives before counts too: it dies settling those as well.
    simulator.requests.clear()
    for number, code in enumerate(codes):
        if number:
            await asyncio.sleep(PAUSE_SECONDS)
        scanner.type(code.encode() + b"\r")
    come: dict[Moment, Callable[[], bool]] = {
        Moment.SCANNED: lambda: True,
        Moment.BALANCE_ASKED: lambda: any("/balance" in record.path for record in simulator.requests),
        Moment.REDEEM_SENT: lambda: any("/redeem" in record.path for record in simulator.requests),
        Moment.CHECK_IN_SENT: lambda: any("/checkin" in record.path for record in simulator.requests),
        Moment.VERDICT: lambda: False,
    }
    with contextlib.suppress(TimeoutError):
        await until(lambda: come[moment]() or "verdict=" in gate.log, seconds=LONGEST_ROUND_SECONDS)


def _records(directory: Path) -> list[Record]:
    return books.all_records(directory) if directory.exists() else []


def _last_fact(directory: Path, before: list[Record]) -> str:
    changed = [record for record in _records(directory) if record not in before]
    return type(Reader(directory).facts(changed[0].incident)[-1]).__name__ if changed else "nothing"


Play = Callable[[GateProcess, PtyScanner, Path], Awaitable[None]]
"""Lets something happen that moves money, until it is over or the gate has died."""


async def _one_voucher(gate: GateProcess, scanner: PtyScanner, _directory: Path) -> None:
    scanner.type(GOOD.encode() + b"\r")
    await until(lambda: not gate.lives or "verdict=" in gate.log)


async def _two_vouchers(gate: GateProcess, scanner: PtyScanner, _directory: Path) -> None:
    scanner.type(LOW.encode() + b"\r")
    await until(lambda: not gate.lives or "reason=more_needed" in gate.log)
    await asyncio.sleep(PAUSE_SECONDS)
    scanner.type(GOOD.encode() + b"\r")
    await until(lambda: not gate.lives or gate.log.count("verdict=") > 1)


async def _top_up(gate: GateProcess, _scanner: PtyScanner, directory: Path) -> None:
    fields = {"by": "Anna", "code": GOOD, "amount_cents": 1_000, "payment_id": "p1"}
    with contextlib.suppress(ControlError, NotRunning, OSError, ValueError):  # it is killed meanwhile
        await asyncio.to_thread(ask, directory, "top_up", **fields)
    await until(lambda: not gate.lives or books.at_rest(directory))


async def _ticket(gate: GateProcess, scanner: PtyScanner, _directory: Path) -> None:
    scanner.type(entered.ONE.encode() + b"\r")
    await until(lambda: not gate.lives or "verdict=" in gate.log)


WAYS: dict[str, tuple[Endpoint, Play]] = {
    "one voucher": (Endpoint.REDEEM, _one_voucher),
    "two vouchers": (Endpoint.REDEEM, _two_vouchers),
    "a top-up": (Endpoint.CHARGE, _top_up),
    "a ticket": (Endpoint.CHECKIN, _ticket),
}
"""What a gate dies at: the request that moves the money, or checks in, and how it comes about."""


def _outcomes(endpoint: Endpoint) -> tuple[Misbehaviour | None, ...]:
    """Return what that request comes to: it answers, takes effect without an answer, or takes none."""
    return None, Misbehaviour(FaultKind.HANG, endpoint, effect=True), Misbehaviour(FaultKind.RESET, endpoint)


async def at_every_point(
    cycles: int = 16,
    *,
    outcomes: slice = slice(None),
    points: Sequence[str] = KILL_POINTS,
    ways: Sequence[str] = tuple(WAYS),
) -> dict[str, Any]:
    """Let the gate die at its first, second, … commit, request and pulse, before it and after it, and start again."""
    violations: list[Any] = []
    tried = Counter(dict.fromkeys(ways, 0))
    for way in ways:
        endpoint, play = WAYS[way]
        for outcome in _outcomes(endpoint)[outcomes]:
            for point in points:
                for number in range(1, cycles + 1):
                    died, wrong = await _die_at(f"{point} {number}", outcome, play)
                    tried[way] += died
                    ends = "answers" if outcome is None else outcome.kind.value
                    where = f"{way}: {point} {number}, {endpoint.value} {ends}"
                    violations += [{"what": line, "where": where} for line in wrong]
                    if not died:
                        break
    return {"tried": tried.total(), "ways": dict(tried), "violations": violations}


async def _die_at(point: str, outcome: Misbehaviour | None, play: Play) -> tuple[bool, list[str]]:
    with tempfile.TemporaryDirectory() as folder, PtyScanner() as scanner:
        directory = Path(folder) / "state"
        async with Simulator() as simulator:
            entered.print_tickets(simulator)
            if outcome is not None:
                simulator.faults.add(outcome)
            with gate_process(directory, simulator, scanner, program=mortal(point), **SETTINGS) as gate:
                await until(lambda: gate.is_ready or not gate.lives)
                if gate.lives:
                    await play(gate, scanner, directory)
                    # The last commits come after the verdict; a gate that has done them all does not die any more.
                    with contextlib.suppress(TimeoutError):
                        await until(lambda: not gate.lives, seconds=0.3)
                died = gate.process.poll() == -signal.SIGKILL
                if not died and not gate.lives:
                    return True, [f"the gate ended by itself: {gate.log}"]
            simulator.faults.clear()
            return died, await heal_and_compare(simulator, scanner, directory) if died else []


async def heal_and_compare(simulator: Simulator, scanner: PtyScanner, directory: Path) -> list[str]:
    """Let the gate live in a healthy world until it has settled everything, then compare the books."""
    with gate_process(directory, simulator, scanner, **HEALED) as gate:
        await gate.ready()
        try:
            await until(lambda: books.at_rest(directory), seconds=120)
        except TimeoutError:
            stuck = [told for told in books.all_records(directory) if told.standing == "unfinished"]
            return [f"promise 3: {told.incident} is still {told.stands}" for told in stuck]
        gate.send(signal.SIGTERM)
        await gate.ended()
    wrong = [*books.differences(directory, simulator), *ordered.differences(directory, simulator)]
    return [*wrong, *entered.differences(directory, simulator)]
