"""Which of E-GUMA's users a gate is: what proves it, for which key, and what does not."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from gate_controller.admission.words.calls import ListedRedemption
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import Fact, RefundBegun, Refunded
from gate_controller.journal.store import Store
from gate_controller.journal.writer import Journal
from gate_controller.shell.books import OwnUser
from tests.rig.facts import NOON, PRICE, VOUCHER, admission, intended, redeemed

OTHER = VoucherCode("EXP6NT2VKD8Q")
ONE, TWO = NOON + 1, NOON + 2


def entry(user: str, at: float, voucher: VoucherCode = VOUCHER) -> ListedRedemption:
    return ListedRedemption(voucher, PRICE, user, at)


async def learnt(
    directory: Path,
    facts: Sequence[Fact],
    listed: Sequence[ListedRedemption],
    *,
    key: str = "key",
    configured: str | None = None,
) -> str | None:
    """Return who a gate takes itself for that starts, charges, asks for the list, and is started again."""
    await started(directory, facts, listed, key, configured)
    return await started(directory, (), (), key, configured)


async def started(
    directory: Path, facts: Sequence[Fact], listed: Sequence[ListedRedemption], key: str, configured: str | None
) -> str | None:
    journal = Journal(directory)
    try:
        own_user = OwnUser(journal, configured=configured, api_key=key)
        await own_user.recall()
        await journal.read(lambda store: store.append(facts))
        await own_user.learn(listed, NOON)
        return own_user.known
    finally:
        await journal.close()


async def test_two_charges_that_stand_teach_the_gate_its_user(tmp_path: Path) -> None:
    two = (*admission(1, tag=tag(tmp_path)), *admission(2, tag=tag(tmp_path)))

    assert await learnt(tmp_path, two, [entry("gate", ONE), entry("gate", TWO)]) == "gate"


async def test_one_charge_may_be_a_strangers_of_the_same_amount(tmp_path: Path) -> None:
    assert await learnt(tmp_path, admission(1, tag=tag(tmp_path)), [entry("till", ONE)]) is None


async def test_one_entry_that_is_listed_twice_is_one(tmp_path: Path) -> None:
    two = (*admission(1, tag=tag(tmp_path)), *admission(2, tag=tag(tmp_path)))

    assert await learnt(tmp_path, two, [entry("gate", ONE), entry("gate", ONE)]) is None


async def test_charges_that_were_given_back_teach_nothing(tmp_path: Path) -> None:
    name = tag(tmp_path)
    begun = RefundBegun(intended(1, tag=name).attempt, 4, NOON)
    back = Refunded(intended(2, tag=name).attempt, 4, NOON, how="confirmed")
    facts = (*admission(1, tag=name), begun, *admission(2, tag=name), back)

    assert await learnt(tmp_path, facts, [entry("gate", ONE), entry("gate", TWO)]) is None


async def test_users_that_disagree_teach_nothing(tmp_path: Path) -> None:
    name = tag(tmp_path)
    facts = (*admission(1, tag=name), intended(2, tag=name, voucher=OTHER), redeemed(2, tag=name))

    assert await learnt(tmp_path, facts, [entry("gate", ONE), entry("till", TWO, OTHER)]) is None


async def test_another_key_forgets_the_user_and_what_was_charged_with_the_old_one(tmp_path: Path) -> None:
    two = (*admission(1, tag=tag(tmp_path)), *admission(2, tag=tag(tmp_path)))
    listed = [entry("gate", ONE), entry("gate", TWO)]
    assert await learnt(tmp_path, two, listed) == "gate"

    assert await learnt(tmp_path, (), listed, key="another") is None


async def test_keys_that_were_swapped_between_two_gates_are_told_apart(tmp_path: Path) -> None:
    name = tag(tmp_path)
    old = [entry("gate 1", ONE), entry("gate 1", TWO)]
    assert await learnt(tmp_path, (*admission(1, tag=name), *admission(2, tag=name)), old, key="1") == "gate 1"

    since = [fact for n in (3, 4) for fact in (intended(n, tag=name, voucher=OTHER), redeemed(n, tag=name))]
    listed = [*old, entry("gate 2", ONE, OTHER), entry("gate 2", TWO, OTHER)]

    assert await learnt(tmp_path, since, listed, key="2") == "gate 2"


async def test_the_old_key_again_knows_its_user_at_once(tmp_path: Path) -> None:
    two = (*admission(1, tag=tag(tmp_path)), *admission(2, tag=tag(tmp_path)))
    await learnt(tmp_path, two, [entry("gate", ONE), entry("gate", TWO)], key="1")
    await learnt(tmp_path, (), (), key="2")

    assert await learnt(tmp_path, (), (), key="1") == "gate"


async def test_a_user_that_is_set_counts_once_a_charge_is_listed_under_it(tmp_path: Path) -> None:
    one = admission(1, tag=tag(tmp_path))

    assert await learnt(tmp_path, one, (), configured="gate") is None
    assert await learnt(tmp_path, (*admission(2, tag=tag(tmp_path)),), [], configured="gate") is None
    assert await learnt(tmp_path, (), [entry("gate", ONE), entry("gate", TWO)], configured="gate") == "gate"


async def test_a_mistyped_user_is_never_proven_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    two = (*admission(1, tag=tag(tmp_path)), *admission(2, tag=tag(tmp_path)))
    listed = [entry("gate", ONE), entry("gate", TWO)]

    assert await learnt(tmp_path, two, listed, configured="gaet") is None
    assert await learnt(tmp_path, (), listed, configured="gaet") is None

    assert [record.getMessage().split()[0] for record in caplog.records] == ["own_user=contradicted"] * 2


async def test_what_was_learnt_gives_way_to_another_that_is_set(tmp_path: Path) -> None:
    two = (*admission(1, tag=tag(tmp_path)), *admission(2, tag=tag(tmp_path)))
    await learnt(tmp_path, two, [entry("gate", ONE), entry("gate", TWO)])

    assert await learnt(tmp_path, (), (), configured="gate 2") is None


def tag(directory: Path) -> str:
    """Return the tag of the journal in a directory."""
    store = Store(directory)
    try:
        return store.numbering.tag
    finally:
        store.close()
