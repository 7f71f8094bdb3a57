"""
What can happen to a gate, as data: a `Schedule` is a set-up and a list of steps, each some seconds after the last.

A world (`world.py`) draws nothing at random, so a schedule plays the same every time; a failing one is shrunk by
dropping steps. `random_schedule` makes one from a seed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from typing_extensions import override

from gate_controller.admission.words.errand_facts import OF_TICKETS, ErrandKind
from gate_controller.admission.words.events import Contact, Purpose
from gate_controller.admission.words.facts import Regime
from gate_controller.admission.words.outage_rules import OutageConduct
from tests.rig.held import NOISES, PREFIXES, SUFFIXES, TEXTS, WISHES, ScannerKind
from tests.rig.houses import House, random_house
from tests.rig.modelled_disk import DiskFate
from tests.rig.modelled_server import ListHabit, ServerHabits
from tests.rig.modelled_tickets import DELETED, GOOD_TICKETS, INSIDE, UNKNOWN_TICKET
from tests.rig.steps import (
    BALANCE_CARD,
    LATEST_EFFECT_SECONDS,
    PRICE,
    PRICE_CARD,
    Call,
    ContactChanges,
    DiskTrouble,
    Fate,
    Holds,
    Network,
    NobodyPasses,
    Noise,
    NoisyRelay,
    OtherGateChecks,
    OutOfReach,
    PowerCut,
    RelayTrouble,
    Reprices,
    Scan,
    ScannerTrouble,
    SensorSticks,
    StaffAdmits,
    StaffAdopt,
    StaffChooses,
    StaffCount,
    StaffErrand,
    StaffLetIn,
    StaffOpen,
    StaffRefunds,
    StaffResume,
    StaffRule,
    StaffSettles,
    Step,
    Sticking,
    Stop,
    StrayPassage,
    TillGivesBack,
    TillRedeems,
    WallClockJumps,
)


@dataclass(frozen=True, slots=True)
class Setup:
    """What is so for a whole schedule."""

    habits: ServerHabits = field(default_factory=ServerHabits)
    own_user_known: bool = True
    sensor: bool = False
    lateness: float = 0.0
    """How many seconds after its moment the gate hears that time has passed."""
    holds: bool = False
    several: bool = False
    """Several vouchers may pay one admission."""
    scanner: ScannerKind = field(default_factory=ScannerKind)
    """The service key holds the gate open, and only staff end an alarm; else it closes, and the contact ends it."""
    takes_tickets: bool = False
    is_way_out: bool = False
    reentry: bool = False
    undo: bool = False
    most_inside: int = 0
    house: House = field(default_factory=House)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A whole story."""

    setup: Setup = field(default_factory=Setup)
    steps: tuple[Step, ...] = ()

    @override
    def __str__(self) -> str:
        return "\n".join([f"Schedule({self.setup!r}, (", *(f"    {step!r}," for step in self.steps), "))"])


VOUCHER_FRAMES = (b"L4FU5LQTKJR3", b"EXACTLY1PAID", b"NEARLY2PAIDS")
FRAMES = (
    *VOUCHER_FRAMES * 4,
    b"l4fu-5lqt-kjr3",
    b"07",
    b"07",
    b"08",
    b"LOWBALANCE00",
    b"UNKNOWNCODE1",
    b"99",
    b"https://x.y",
    BALANCE_CARD,
    PRICE_CARD,
    b"' OR 1=1 --",
    b"\xff\x00",
    b"",
)


SMALL_FRAMES = (b"LOWBALANCE00", b"SMALLCHANGE0", b"SMALLCHANGE1")
"""Vouchers that pay an admission only together with others."""

HOUSE_FRAMES = (b"MAISONFREE12", b"MAISONFREE12", b"EXACTLY1PAID", b"SPATREATMENT", b"PLACEVOUCHER", b"EXPIREDGUEST")
"""Vouchers about which some houses have rules."""


def random_schedule(seed: int, most: int = 24) -> Schedule:
    """Return the schedule of a seed, with at most so many steps."""
    chance = Random(seed)  # noqa: S311 - schedules, not secrets
    habits = ServerHabits(
        chance.choice((ListHabit.WORKS, ListHabit.WORKS, *ListHabit)),
        chance.random() < 0.5,
        chance.choice((*("CHF", None) * 6, "EUR")),
        chance.random() < 0.15,
    )
    scanner = ScannerKind(chance.choice((b"", b"", *PREFIXES)), chance.choice((b"\r", b"\r\n", *SUFFIXES)))
    setup = Setup(
        habits,
        chance.random() < 0.7,
        chance.random() < 0.5,
        chance.choice((0.0, 0.0, 0.02)),
        chance.random() < 0.3,
        chance.random() < 0.4,
        scanner,
        house=(house := random_house(others := Random(f"house {seed}"))),  # noqa: S311 - as above
    )
    # A schedule about one voucher meets more of its own past than one about many.
    favourites = chance.sample(FRAMES, chance.randint(1, 3))
    if setup.several:
        favourites += chance.sample(SMALL_FRAMES, chance.randint(1, 2))
    makers, weights = zip(*_MAKERS.items(), strict=True)
    picked = chance.choices(makers, weights, k=chance.randint(4, most))
    steps = tuple(maker(chance, favourites) for maker in picked)
    return Schedule(setup, steps if house == House() else tuple(_of_house(house, steps, others)))


def _of_house(house: House, steps: Iterable[Step], chance: Random) -> Iterator[Step]:
    """Yield the steps, among them what is about the rules of a house."""
    for step in steps:
        if house.outage.conduct is not OutageConduct.CLOSED and chance.random() < 0.1:
            yield OutOfReach(_pause(chance), chance.choice((0.5, 4.0, 30.0, 120.0, 1_500.0)))
        if house.refuses_expired and chance.random() < 0.1:
            yield Network(0.0, Call.INFO, chance.choice(tuple(Fate)), chance.choice((0.01, 0.3, 4.0)))
        is_scan = isinstance(step, Scan) and chance.random() < 0.4
        yield Scan(step.after, chance.choice(HOUSE_FRAMES)) if is_scan else step


TICKET_FRAMES = tuple(number.encode() for number in (*GOOD_TICKETS, *GOOD_TICKETS, INSIDE, DELETED, UNKNOWN_TICKET))


def ticket_schedule(seed: int, most: int = 24) -> Schedule:
    """Return the schedule of a seed about a house with tickets."""
    chance = Random(f"tickets {seed}")  # noqa: S311 - schedules, not secrets
    setup = Setup(
        sensor=chance.random() < 0.6,
        lateness=chance.choice((0.0, 0.0, 0.02)),
        takes_tickets=True,
        is_way_out=chance.random() < 0.3,
        reentry=chance.random() < 0.3,
        undo=chance.random() < 0.5,
        most_inside=chance.choice((0, 0, 0, 1, 2)),
    )
    favourites = chance.sample(TICKET_FRAMES, chance.randint(1, 3))
    makers, weights = zip(*_TICKET_MAKERS.items(), strict=True)
    picked = chance.choices(makers, weights, k=chance.randint(4, most))
    return Schedule(setup, tuple(maker(chance, favourites) for maker in picked))


def any_schedule(seed: int) -> Schedule:
    """Return the schedule of a seed: every fourth is about tickets, and in every third the price changes meanwhile."""
    schedule = ticket_schedule(seed) if seed % 4 == 3 else random_schedule(seed)
    return repriced(schedule, seed) if seed % 3 == 2 else schedule


def repriced(schedule: Schedule, seed: int) -> Schedule:
    """Return a schedule with another price now and then. By lots of its own: the seeds found what they have found."""
    chance, steps = Random(f"prices {seed}"), list(schedule.steps)  # noqa: S311 - it must be repeatable
    for _ in range(chance.randint(1, 3)):
        price = Reprices(chance.choice((0.0, 0.03, 0.2, 5.0)), chance.choice((PRICE, 2_000, 3_000)))
        steps.insert(chance.randint(0, len(steps)), price)
    return replace(schedule, steps=tuple(steps))


def _pause(chance: Random) -> float:
    return chance.choice((0.0, 0.0, 0.001, 0.04, 0.2, 1.0, 3.0, 5.5, 12.0, 60.0, 130.0, 650.0)) * chance.uniform(
        0.5, 1.0
    )


def _scan(chance: Random, favourites: list[bytes]) -> Step:
    return Scan(_pause(chance), chance.choice(favourites if chance.random() < 0.8 else FRAMES))


def _holds(chance: Random, favourites: list[bytes]) -> Step:
    favourite = [frame for frame in favourites if frame in WISHES]
    shows = chance.choice(favourite or tuple(WISHES)) if chance.random() < 0.5 else chance.choice((*WISHES, *TEXTS))
    cuts = () if chance.random() < 0.5 else chance.choices(range(1, len(shows) + 12), k=chance.randint(1, 3))
    readings = chance.choice((1, 1, 1, 1, 2, 3, 8, 20))
    every = chance.choice((0.3, 0.45, 0.6, 1.0, 1.0, 1.5, 1.9))
    pause = chance.choice((0.0, 0.02, 0.06, 0.06, 0.2, 0.45, 2.0, 6.0))
    return Holds(_pause(chance), shows, tuple(cuts), pause, readings, every)


_VOUCHER_ERRANDS = tuple(kind for kind in ErrandKind if kind not in OF_TICKETS)
_TICKET_CALLS = (Call.CHECK_IN, Call.CHECK_OUT, Call.TICKET_INFO)
_VOUCHER_CALLS = tuple(call for call in Call if call not in {*_TICKET_CALLS, Call.INFO})


def _ticket_network(chance: Random, favourites: list[bytes]) -> Step:
    step = _network(chance, favourites)
    assert isinstance(step, Network)
    return replace(step, call=chance.choice((Call.CHECK_IN, *_TICKET_CALLS)))


def _network(chance: Random, _: list[bytes]) -> Step:
    call = chance.choice((Call.REDEEM, Call.REDEEM, *_VOUCHER_CALLS))
    fate = chance.choice(tuple(Fate))
    seconds = chance.choice((0.01, 0.05, 0.3, 1.0, 4.0, 30.0, LATEST_EFFECT_SECONDS))
    if fate is Fate.OVERDUE:
        seconds = chance.uniform(0.01, 2.0)
    return Network(chance.choice((0.0, 0.0, 0.3)), call, fate, seconds)


def _disk(chance: Random, _: list[bytes]) -> Step:
    fate = chance.choice((DiskFate.FAILS, DiskFate.FAILS_BUT_KEPT, DiskFate.HANGS))
    seconds = chance.uniform(0.05, 12.0) if fate is DiskFate.HANGS else chance.choice((0.0, 0.0, 1.0, 6.0))
    pause = chance.choice((0.0, 0.0, 0.02, 0.06, 0.11, 1.0))
    return DiskTrouble(pause, fate, seconds, 1 if fate is DiskFate.HANGS else chance.randint(1, 5))


def _power_cut(chance: Random, _: list[bytes]) -> Step:
    return PowerCut(
        chance.choice((0.0, 0.03, 0.06, 0.1, 0.15, 1.0)),
        commands=chance.randint(0, 12),
        kept=chance.choice((0, 0, 1, 2)),
        down=chance.choice((0.5, 3.0, 20.0, 700.0)),
        clock=chance.choice((0.0, 0.0, -7_200.0, 400 * 86_400.0, -400 * 86_400.0)),
        price=chance.choice((None, None, None, 2_000, 3_000)),
        swaps_keys=chance.random() < 0.1,
        kill=chance.random() < 0.3,
        moves=chance.random() < 0.08,
    )


def _till(chance: Random, _: list[bytes]) -> Step:
    code = chance.choice(VOUCHER_FRAMES).decode()
    return TillRedeems(_pause(chance), code, chance.choice((PRICE, PRICE, 1_000)))


_MAKERS: dict[Callable[[Random, list[bytes]], Step], float] = {
    _scan: 10,
    _holds: 4,
    lambda chance, _: Noise(chance.choice((0.0, 0.01, 0.06, 0.2, 1.0, 3.0)), chance.choice(NOISES)): 1,
    _network: 8,
    _disk: 2,
    _power_cut: 2,
    _till: 1,
    lambda chance, _: Stop(chance.choice((0.0, 0.03, 0.1, 1.0)), chance.choice((0.5, 20.0))): 0.5,
    lambda chance, _: TillGivesBack(_pause(chance), chance.choice(VOUCHER_FRAMES).decode()): 0.5,
    lambda chance, _: RelayTrouble(chance.choice((0.0, 0.1, 2.0)), works=chance.random() < 0.4): 0.6,
    lambda chance, _: ScannerTrouble(_pause(chance), works=chance.random() < 0.6): 0.4,
    lambda chance, _: NobodyPasses(chance.choice((0.0, 0.0, 2.0))): 1.5,
    lambda chance, _: StrayPassage(_pause(chance)): 0.5,
    lambda chance, _: NoisyRelay(chance.choice((0.0, 2.0)), chance.choice((0.04, 0.15, 0.19))): 0.5,
    lambda chance, _: SensorSticks(
        _pause(chance), chance.choice(tuple(Sticking)), chance.choice((0.5, 6.0, 15.0, 60.0, 900.0))
    ): 0.5,
    lambda chance, _: ContactChanges(
        chance.choice((0.0, 0.02, 0.05, 0.08, 3.0)), chance.choice(tuple(Contact)), chance.random() < 0.6
    ): 1,
    lambda chance, _: StaffOpen(_pause(chance)): 0.2,
    lambda chance, _: StaffAdopt(_pause(chance)): 0.3,
    lambda chance, _: StaffResume(_pause(chance)): 0.2,
    lambda chance, _: StaffRule(
        chance.choice((0.0, 0.02, 0.05, 0.08, 3.0)),
        chance.choice(tuple(Regime)),
        chance.choice((None, 0.5, 5.0, 60.0, 4_000.0)),
    ): 0.4,
    lambda chance, _: StaffAdmits(
        chance.choice((0.0, 0.0, 0.05, 4.0, 12.0)), chance.choice(VOUCHER_FRAMES).decode(), chance.randint(1, 4)
    ): 1,
    lambda chance, _: StaffChooses(_pause(chance), chance.choice(tuple(Purpose))): 0.5,
    lambda chance, _: StaffErrand(
        chance.choice((0.0, 0.0, 0.05, 4.0, 12.0)),
        chance.choice((*_VOUCHER_ERRANDS, ErrandKind.TOP_UP)),
        chance.randrange(5),
        chance.choice((500, 1_000, 1_000, 2_500, 5_000)),
    ): 2,
    lambda chance, _: StaffLetIn(chance.choice((0.0, 650.0, 1_300.0)), chance.randrange(5)): 0.4,
    lambda chance, _: WallClockJumps(_pause(chance), chance.choice((-3_600.0, -2.0, 2.0, 3_600.0))): 0.3,
    lambda chance, _: StaffRefunds(_pause(chance), chance.randrange(5)): 0.7,
    # What is left to staff is so only when a credit has lapsed.
    lambda chance, _: StaffSettles(chance.choice((0.0, 650.0, 1_300.0)), chance.randrange(5)): 0.6,
}


def _ticket_scan(chance: Random, favourites: list[bytes]) -> Step:
    frames = favourites if chance.random() < 0.8 else (*TICKET_FRAMES, *VOUCHER_FRAMES)
    return Scan(_pause(chance), chance.choice(frames))


_TICKET_MAKERS: dict[Callable[[Random, list[bytes]], Step], float] = {
    _ticket_scan: 12,
    _ticket_network: 8,
    _disk: 2,
    _power_cut: 2,
    lambda chance, _: OtherGateChecks(_pause(chance), chance.choice((*GOOD_TICKETS, INSIDE)), chance.random() < 0.6): 1,
    lambda chance, _: Stop(chance.choice((0.0, 0.03, 0.1, 1.0)), chance.choice((0.5, 20.0))): 0.5,
    lambda chance, _: RelayTrouble(chance.choice((0.0, 0.1, 2.0)), works=chance.random() < 0.4): 0.6,
    lambda chance, _: NobodyPasses(chance.choice((0.0, 0.0, 2.0))): 1.5,
    lambda chance, _: StrayPassage(_pause(chance)): 0.3,
    lambda chance, _: SensorSticks(
        _pause(chance), chance.choice(tuple(Sticking)), chance.choice((0.5, 6.0, 15.0, 60.0, 900.0))
    ): 0.3,
    lambda chance, _: ContactChanges(
        chance.choice((0.0, 0.02, 0.05, 0.08, 3.0)), chance.choice(tuple(Contact)), chance.random() < 0.6
    ): 1,
    lambda chance, _: StaffOpen(_pause(chance)): 0.2,
    lambda chance, _: StaffCount(_pause(chance), chance.choice((0, 0, 1, 3))): 0.5,
    lambda chance, _: StaffAdopt(_pause(chance)): 0.3,
    lambda chance, _: StaffResume(_pause(chance)): 0.2,
    lambda chance, _: StaffRule(
        chance.choice((0.0, 0.02, 0.05, 0.08, 3.0)),
        chance.choice(tuple(Regime)),
        chance.choice((None, 0.5, 5.0, 60.0, 4_000.0)),
    ): 0.4,
    lambda chance, _: StaffLetIn(chance.choice((0.0, 650.0, 1_300.0)), chance.randrange(5)): 0.3,
    lambda chance, _: StaffSettles(chance.choice((0.0, 650.0, 1_300.0)), chance.randrange(5)): 0.5,
}


def power_cuts_everywhere(schedule: Schedule, commands: int) -> Iterator[Schedule]:
    """
    Return the schedule for each of its first `commands` commands, ended before it: by a power cut, with the oldest
    write lost and kept, and by a kill.
    """
    for cut in range(commands):
        for kept, kill in ((0, False), (1, False), (0, True)):
            step = PowerCut(0.0, commands=cut, kept=kept, kill=kill)
            yield replace(schedule, steps=(step, *schedule.steps))


def shrunk(schedule: Schedule, fails: Callable[[Schedule], bool]) -> Schedule:
    """Return a schedule that still fails and from which no step can be left out."""
    size = max(1, len(schedule.steps) // 2)
    while True:
        for at in range(0, len(schedule.steps), size):
            shorter = replace(schedule, steps=schedule.steps[:at] + schedule.steps[at + size :])
            if len(shorter.steps) < len(schedule.steps) and fails(shorter):
                schedule = shorter
                break
        else:
            if size == 1:
                return schedule
            size //= 2
