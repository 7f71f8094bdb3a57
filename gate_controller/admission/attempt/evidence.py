"""
Evidence about one charge becomes a conclusion: the page "The unknown redemption" of design.md, as tables.

Two observations, E-GUMA's list of redemptions and the drop of the balance, and the moment at which they were made.
Nothing here acts: `doubt.py` asks, and does what was concluded.
"""

from collections import Counter
from collections.abc import Iterable
from enum import Enum, auto

from gate_controller.admission.words.calls import ListedRedemption, Redemptions
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.errand_facts import PartVoided
from gate_controller.admission.words.facts import (
    Adopted,
    Evidence,
    Fact,
    NotCharged,
    OpenItem,
    Redeemed,
    RefundBegun,
    Refunded,
    SecondChargeFeared,
    SecondChargeRuledOut,
    Settled,
)
from gate_controller.admission.words.money import Cents


class ListSays(Enum):
    """What E-GUMA's list of redemptions tells about one charge."""

    THERE = auto()
    """One more than the journal can explain, under this gate's user."""
    THERE_AMONG_OTHERS = auto()
    """The same, and other users have redeemed this voucher too: what they did may hide in the balance."""
    ABSENT = auto()
    """No more than the journal surely explains."""
    EXPLAINED = auto()
    """Each entry may be one that the journal knows, or the same one twice; but one of them may be this charge."""
    UNEXPLAINED = auto()
    """One more than the journal can explain, and whose it is, or for how much, is not known."""
    NOTHING = auto()
    """It was refused, did not come, or holds an entry of which not even the voucher can be read."""


class Drop(Enum):
    """What became of the balance since before the charge."""

    NONE = auto()
    PRICE = auto()
    """Exactly the price less."""
    MORE = auto()
    """By more than the price."""
    LESS = auto()
    """By less than the price."""
    ROSE = auto()


class Conclusion(Enum):
    """What follows."""

    CHARGED = Evidence.LIST
    DROPPED = Evidence.BALANCE
    """Charged, as the balance says."""
    UNSURE = Evidence.UNSURE
    """Two explanations: the visitor is let in, and a person looks at it."""
    NOT_CHARGED = "not charged"
    UNTOLD = "nothing tells"
    """A person decides."""
    LOOK_AGAIN = "look again"


_HELPLESS = (ListSays.EXPLAINED, ListSays.NOTHING)

_AT_ONCE = {
    (ListSays.THERE, Drop.PRICE): Conclusion.CHARGED,
    (ListSays.THERE, Drop.MORE): Conclusion.UNSURE,
    (ListSays.THERE, Drop.LESS): Conclusion.UNSURE,
    (ListSays.THERE_AMONG_OTHERS, Drop.PRICE): Conclusion.CHARGED,
    (ListSays.THERE_AMONG_OTHERS, Drop.MORE): Conclusion.UNSURE,
    (ListSays.THERE_AMONG_OTHERS, Drop.LESS): Conclusion.UNSURE,
    **{(says, drop): Conclusion.UNSURE for says in _HELPLESS for drop in (Drop.PRICE, Drop.MORE)},
    (ListSays.ABSENT, Drop.PRICE): Conclusion.UNSURE,
    (ListSays.ABSENT, Drop.MORE): Conclusion.UNSURE,
    (ListSays.UNEXPLAINED, Drop.PRICE): Conclusion.UNSURE,
    (ListSays.UNEXPLAINED, Drop.MORE): Conclusion.UNSURE,
}
"""What is concluded whenever it is seen."""

_WHILE_THE_VISITOR_WAITS = {(says, Drop.PRICE): Conclusion.DROPPED for says in _HELPLESS}
"""What besides, in the seconds after the charge was sent: somebody else's charge of just the price is unlikely then."""

_AFTER_THE_SETTLING_TIME = {
    # The list keeps it, and the balance does not show it: cancelled before a crash, for want of a record.
    (ListSays.THERE, Drop.NONE): Conclusion.NOT_CHARGED,
    (ListSays.ABSENT, Drop.NONE): Conclusion.NOT_CHARGED,
    (ListSays.EXPLAINED, Drop.NONE): Conclusion.NOT_CHARGED,
    (ListSays.NOTHING, Drop.NONE): Conclusion.NOT_CHARGED,
}
"""What follows from a look-up that no late effect can belie any more; whatever does not stand here is unsure then."""


def conclude(says: ListSays, drop: Drop, *, waits: bool, settled: bool) -> Conclusion:
    """
    Return what list and balance come to.

    `waits`: the visitor of this very charge still waits. `settled`: the look-up began after the settling time.
    """
    seen = (says, drop)
    if waits and seen in _WHILE_THE_VISITOR_WAITS:
        return _WHILE_THE_VISITOR_WAITS[seen]
    if seen in _AT_ONCE:
        return _AT_ONCE[seen]
    if not settled:
        return Conclusion.LOOK_AGAIN
    return _AFTER_THE_SETTLING_TIME.get(seen, Conclusion.UNSURE)


_THE_LIST_ALONE = {
    ListSays.THERE: Conclusion.CHARGED,
    ListSays.THERE_AMONG_OTHERS: Conclusion.CHARGED,
    ListSays.ABSENT: Conclusion.NOT_CHARGED,
    ListSays.UNEXPLAINED: Conclusion.UNSURE,
    ListSays.EXPLAINED: Conclusion.UNTOLD,
    ListSays.NOTHING: Conclusion.UNTOLD,
}
"""What follows after the settling time where a power cut took what was on the voucher before."""


def conclude_without_balance(found: Redemptions | None, says: ListSays, mine: int, *, settled: bool) -> Conclusion:
    """
    Return what the list comes to alone; `mine` is how many entries of it could be this charge or another of its kind.

    Not before the settling time: an entry may come late, and the balance does not show how many there are to come.
    """
    if not settled:
        return Conclusion.LOOK_AGAIN
    if found is None:
        return Conclusion.UNTOLD
    if says is ListSays.ABSENT and found.own_user is None:
        return Conclusion.UNTOLD  # nothing of this gate's has been seen in it yet: it may show nothing at all
    concluded = _THE_LIST_ALONE[says]
    is_one = mine <= found.known_surely + 1
    return Conclusion.UNSURE if concluded is Conclusion.CHARGED and not is_one else concluded


def drop_of(before: Cents, now: Cents, price: Cents) -> Drop:
    """Return what became of the balance."""
    dropped = before - now
    if dropped == 0:
        return Drop.NONE
    if dropped == price:
        return Drop.PRICE
    if dropped < 0:
        return Drop.ROSE
    return Drop.MORE if dropped > price else Drop.LESS


def read_list(found: Redemptions, voucher_code: VoucherCode, price: Cents) -> ListSays:
    """
    Count the entries that could be this charge against those the journal explains.

    Entries are counted, not matched by their time: the list's times are local, without an offset, and whether cancelled
    redemptions stay listed is undocumented (eguma-api.md).
    """
    of_voucher = [entry for entry in found.listed if entry.voucher_code == voucher_code]
    mine = maybe_own(found, voucher_code, price)
    # A proxy or a page that is read twice may show one entry twice, and one gate never charges a voucher twice within a
    # second: entries alike in every field prove one charge, and two are ruled out only where there are not two entries.
    least, most = len(set(mine)), len(mine)
    if least > found.known_at_most and found.own_user is not None:
        others = any(entry.user != found.own_user for entry in of_voucher)
        return ListSays.THERE_AMONG_OTHERS if others else ListSays.THERE
    if least > found.known_at_most or any(entry.amount is None for entry in of_voucher):
        return ListSays.UNEXPLAINED
    if any(entry.voucher_code is None for entry in found.listed):
        return ListSays.NOTHING
    return ListSays.ABSENT if most <= found.known_surely else ListSays.EXPLAINED


def maybe_own(found: Redemptions, voucher_code: VoucherCode, price: Cents) -> list[ListedRedemption]:
    """Return the entries that could be this gate's charges of a voucher at a price."""
    ours = {None, *(entry.user for entry in found.listed)} if found.own_user is None else {found.own_user}
    return [e for e in found.listed if (e.voucher_code, e.amount) == (voucher_code, price) and e.user in ours]


_MAY_HAVE_UNDONE_IT = {RefundBegun, Refunded, PartVoided, OpenItem, Adopted, Settled}
"""What says that a charge may not be listed as it was: given back, here or by hand, or on another machine."""


def entries_of(facts: Iterable[Fact]) -> tuple[int, int]:
    """Return how many entries of E-GUMA's list an attempt explains by its facts: surely, and at most."""
    facts = tuple(facts)
    kinds = {type(fact) for fact in facts}
    evidence = next((fact.evidence for fact in reversed(facts) if isinstance(fact, Redeemed)), None)
    if evidence is None:
        return 0, int(OpenItem in kinds and NotCharged not in kinds)  # nothing told, and a person decides
    # A second charge is there to be found as long as it is not ruled out.
    may_be_two = SecondChargeFeared in kinds and SecondChargeRuledOut not in kinds
    is_sure = evidence in {Evidence.ANSWER, Evidence.LIST} and kinds.isdisjoint(_MAY_HAVE_UNDONE_IT)
    return int(is_sure), 1 + may_be_two


def taken_by_others(found: Redemptions, voucher_code: VoucherCode) -> frozenset[Cents]:
    """Return what others have taken from a voucher, as far as the gate knows which entries are not its own."""
    if found.own_user is None:
        return frozenset()
    others = (one for one in found.listed if one.voucher_code == voucher_code and one.user not in {"", found.own_user})
    return frozenset(one.amount for one in others if one.amount is not None)


def learn_user(
    listed: Iterable[ListedRedemption], charges: Iterable[tuple[VoucherCode, Cents]], *, at_least: int
) -> str | None:
    """
    Return the user whose key this gate has: the one under whom E-GUMA lists charges the gate knows to be its own.

    None where the list shows fewer of them than `at_least`, or where they stand under several users.
    """
    entries: dict[tuple[VoucherCode | None, Cents | None], set[ListedRedemption]] = {}
    for entry in listed:
        entries.setdefault((entry.voucher_code, entry.amount), set()).add(entry)
    told: Counter[str] = Counter()
    for charge, times in Counter(charges).items():
        found = entries.get(charge, set())
        users = {entry.user for entry in found}
        # Only charges that are all listed, and that no other user has made as well, say anything.
        if len(users) == 1 and len(found) >= times:
            told[users.pop()] += times
    # They must all say the same.
    [user] = told if len(told) == 1 else [""]
    return user if user and told[user] >= at_least else None
