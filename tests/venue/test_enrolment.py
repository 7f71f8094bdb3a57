"""Codes of a venue: used once, for an hour, by whoever has the secret; and what is told to whoever has not."""

import asyncio
from typing import Any

import pytest

from gate_controller.shell.joining import (
    LETTERS,
    JoinRequest,
    JoinUnreadable,
    new_code,
    open_answer,
    read_code,
    unpack_request,
)
from gate_controller.venue.enrolment import GOOD_SECONDS, MOST_OPEN, KeptCode, NotEnrolled
from tests.rig.enrolling import Joinable, ListedAccounts


@pytest.fixture
def accounts() -> ListedAccounts:
    return ListedAccounts()


@pytest.fixture
def venue(accounts: ListedAccounts) -> Joinable:
    return Joinable(accounts=accounts)


class Gate:
    """A gate that asks, by its code."""

    def __init__(self, venue: Joinable, text: str, gate: str = "east") -> None:
        self.venue, self.code = venue, read_code(text)
        self.key = self.code.key()
        self.gate = gate

    def request(self, *, looks: bool = False) -> JoinRequest:
        return JoinRequest.made(self.code.name, self.gate, "1.0", looks=looks)

    async def ask(self, request: JoinRequest) -> dict[str, Any]:
        return open_answer(self.key, request, await self.venue.enrolment.answer(request.packed(self.key)))


async def issued(venue: Joinable, gate: str = "", **more: str) -> str:
    return (await venue.enrolment.issue("Anna", gate=gate, **more)).text


def test_a_code_is_read_as_people_type_it() -> None:
    for code in (new_code() for _ in range(50)):
        assert set(code.name + code.secret) <= set(LETTERS)
        typed = code.text.lower().replace("-", " ").replace("1", "l").replace("0", "o")
        assert read_code(f" {typed} ") == code
        assert read_code(code.text.replace("1", "I").replace("-", "")) == code
    assert len({new_code().name for _ in range(50)}) > 40
    code = new_code()
    assert code.secret not in repr(code)


@pytest.mark.parametrize("text", ["", "7KQ2", "7KQ2-M0XD-4RFP-9TBN-C3WV-A", "ÄKQ2-M0XD-4RFP-9TBN-C3WV", "\0" * 20])
def test_what_is_no_code_is_told(text: str) -> None:
    with pytest.raises(JoinUnreadable):
        read_code(text)


async def test_an_answer_that_was_lost_is_given_again_and_makes_no_other_password(
    venue: Joinable, accounts: ListedAccounts
) -> None:
    gate = Gate(venue, await issued(venue))
    request = gate.request()
    first = await gate.ask(request)
    venue.now += GOOD_SECONDS - 1
    assert await gate.ask(request) == first
    assert accounts.open == {"east": first["password"]}
    assert (await gate.ask(gate.request()))["refused"].startswith("the code was used by east")


async def test_of_two_gates_with_one_code_one_joins(venue: Joinable, accounts: ListedAccounts) -> None:
    text = await issued(venue)
    gates = [Gate(venue, text, name) for name in ("east", "west")]
    told = await asyncio.gather(*(gate.ask(gate.request()) for gate in gates))
    assert sorted("refused" in each for each in told) == [False, True]
    assert len(accounts.open) == 1


async def test_a_look_uses_nothing_up_and_tells_no_password(venue: Joinable, accounts: ListedAccounts) -> None:
    gate = Gate(venue, await issued(venue))
    told = await gate.ask(gate.request(looks=True))
    assert "password" not in told
    assert (told["gate"], told["house"]) == ("east", "Museum")
    assert accounts.open == {}
    assert (await gate.ask(gate.request()))["password"]


async def test_a_code_for_one_gate_makes_no_other_one(venue: Joinable, accounts: ListedAccounts) -> None:
    gate = Gate(venue, await issued(venue, "north", name="North", group="hall"), gate="mallory")
    assert (await gate.ask(gate.request()))["gate"] == "north"
    assert accounts.open.keys() == {"north"}
    assert (venue.book.gates["north"].name, venue.book.gates["north"].group) == ("North", "hall")


async def test_a_revoked_gate_comes_back_by_a_code_of_its_own_alone(venue: Joinable, accounts: ListedAccounts) -> None:
    gate = Gate(venue, await issued(venue))
    await gate.ask(gate.request())
    waiting = await issued(venue, "east")
    await venue.enrolment.revoke("east", "Anna")
    assert accounts.open == {}
    again = Gate(venue, await issued(venue))
    assert "was revoked here" in (await again.ask(again.request()))["refused"]
    again.gate = "west"  # what was refused has not used the code up
    assert (await again.ask(again.request()))["gate"] == "west"
    old = Gate(venue, waiting)
    with pytest.raises(NotEnrolled):  # which was withdrawn with it
        await old.ask(old.request())
    own = Gate(venue, await issued(venue, "east"))
    assert (await own.ask(own.request()))["password"] == accounts.open["east"]
    assert not venue.book.gates["east"].is_revoked


async def test_a_gate_is_revoked_here_where_the_broker_is_not_reached(
    venue: Joinable, accounts: ListedAccounts
) -> None:
    gate = Gate(venue, await issued(venue))
    await gate.ask(gate.request())
    accounts.is_away = True
    with pytest.raises(NotEnrolled, match="still open"):
        await venue.enrolment.revoke("east", "Anna")
    assert venue.book.gates["east"].is_revoked


async def test_a_join_that_the_broker_did_not_take_leaves_the_code_unused(
    venue: Joinable, accounts: ListedAccounts
) -> None:
    gate = Gate(venue, await issued(venue))
    accounts.is_away = True
    assert "try again" in (await gate.ask(gate.request()))["refused"]
    accounts.is_away = False
    assert (await gate.ask(gate.request()))["password"]


async def test_a_stranger_learns_nothing_of_codes(venue: Joinable) -> None:
    text = await issued(venue)
    name, other = text[:4], new_code()
    forged = JoinRequest.made(name, "east", "1.0", looks=False)
    unknown = JoinRequest.made("0000", "east", "1.0", looks=False)
    words = set()
    for request in (forged, unknown):
        with pytest.raises(NotEnrolled) as refusal:
            await venue.enrolment.answer(request.packed(other.key()))
        words.add(str(refusal.value))
    venue.now += 2 * GOOD_SECONDS
    with pytest.raises(NotEnrolled) as refusal:
        await venue.enrolment.answer(forged.packed(other.key()))
    assert words == {str(refusal.value)}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"asks": 1, "mac": ""}',
        b'{"asks": "{}", "mac": "\\ud800"}',
        b"[" * 9000,
        b"x" * 40000,
    ],
)
async def test_nonsense_is_refused(venue: Joinable, body: bytes) -> None:
    with pytest.raises(NotEnrolled):
        await venue.enrolment.answer(body)


async def test_a_request_cannot_be_changed_on_its_way(venue: Joinable, accounts: ListedAccounts) -> None:
    gate = Gate(venue, await issued(venue))
    sent = gate.request().packed(gate.key).replace(b"east", b"evil")
    assert unpack_request(sent).request.gate == "evil"
    with pytest.raises(NotEnrolled):
        await venue.enrolment.answer(sent)
    assert accounts.open == {}


async def test_the_book_holds_no_code_and_old_ones_are_forgotten(venue: Joinable) -> None:
    text = await issued(venue)
    (kept,) = await venue.enrolment.codes()
    assert read_code(text).secret not in repr(kept) + kept.key.hex()
    assert kept.stands(venue.now) == "open"
    assert kept.stands(venue.now + GOOD_SECONDS) == "late"
    venue.now += 8 * 86400
    await issued(venue)
    assert [each.name for each in await venue.enrolment.codes()] != [kept.name]
    assert len(venue.book.kept) == 1


async def test_so_many_codes_are_open_and_no_more(venue: Joinable) -> None:
    for number in range(MOST_OPEN):
        await venue.book.keep_code(
            KeptCode(f"{number:04}", b"", "", "", "", "Anna", venue.now, venue.now + GOOD_SECONDS)
        )
    with pytest.raises(NotEnrolled, match="withdraw some"):
        await issued(venue)
    await venue.enrolment.withdraw("0007", "Anna")
    assert await issued(venue)
    for gate, words in (("east/+", "no gate's id"), ("Venue", "what the venue itself is called")):
        with pytest.raises(NotEnrolled, match=words):
            await issued(venue, gate)


async def test_a_code_that_is_withdrawn_while_its_gate_waits_changes_no_password(
    venue: Joinable, accounts: ListedAccounts
) -> None:
    first = Gate(venue, await issued(venue))
    assert (await first.ask(first.request()))["gate"] == "east"
    before = dict(accounts.open)
    text = await issued(venue, gate="east")
    rolls = Gate(venue, text)
    async with venue.enrolment._one_at_a_time:  # another gate is being taken in
        asking = asyncio.create_task(rolls.ask(rolls.request()))
        await asyncio.sleep(0)
        await venue.book.drop_codes(name=rolls.code.name)
    with pytest.raises(NotEnrolled, match="withdrawn"):
        await asking
    assert accounts.open == before
