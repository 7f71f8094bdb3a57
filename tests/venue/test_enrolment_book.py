"""Codes and enrolled gates in a real store: used once, across restarts, and the house knows at once."""

import asyncio
from functools import cache
from pathlib import Path

import pytest

from gate_controller.shell.joining import JoinRequest, open_answer, read_code
from gate_controller.venue.enrolment import Enrolment, NotEnrolled
from gate_controller.venue.enrolment_making import enrolment_of, offer_of
from gate_controller.venue.enrolment_section import EnrolmentSection
from gate_controller.venue.tiles import Presence
from gate_controller.venue.venue_house import VenueHouse
from gate_controller.venue.venue_settings import VenueSettings
from tests.rig.told_house import house_of

KEYS = "ed25519 AAAA house\n"


def settings(folder: Path, **more: object) -> VenueSettings:
    enrolment = EnrolmentSection.model_validate({"accounts": "file", "host": "broker.museum.ch", **more})
    return VenueSettings(state_dir=folder, enrolment=enrolment)


def enrolment_in(folder: Path, house: VenueHouse) -> Enrolment:
    made = enrolment_of(settings(folder), house.hearing.store, house, lambda: KEYS)
    assert made is not None
    return made


@cache
def key_of(text: str) -> tuple[str, bytes]:
    code = read_code(text)
    return code.name, code.key()


async def joined(enrolment: Enrolment, text: str, gate: str) -> dict[str, object]:
    name, key = key_of(text)
    request = JoinRequest.made(name, gate, "1.0", looks=False)
    return open_answer(key, request, await enrolment.answer(request.packed(key)))


async def test_a_gate_that_joins_is_on_the_wall_and_a_revoked_one_is_not(tmp_path: Path) -> None:
    async with house_of(tmp_path) as house:
        enrolment = enrolment_in(tmp_path, house)
        text = (await enrolment.issue("Anna", gate="east", name="East door", group="hall")).text
        told = await joined(enrolment, text, "raspberrypi")
        assert (told["gate"], told["host"], told["order_keys"]) == ("east", "broker.museum.ch", KEYS)
        (tile,) = house.tiles()
        assert (tile.gate_id, tile.name, tile.group, tile.presence) == ("east", "East door", "hall", Presence.UNHEARD)
        await enrolment.revoke("east", "Anna")
        assert house.tiles() == []
    async with house_of(tmp_path) as house:  # after a restart of the venue
        enrolment = enrolment_in(tmp_path, house)
        assert house.tiles() == []
        assert "was used by east" in str((await joined(enrolment, text, "east"))["refused"])
        again = (await enrolment.issue("Anna", gate="east")).text
        assert (await joined(enrolment, again, "east"))["name"] == "East door"
        assert [tile.name for tile in house.tiles()] == ["East door"]
    assert (tmp_path / "broker-passwords").read_text().splitlines()[1].startswith("east:$7$")


async def test_a_code_is_used_once_however_many_ask_at_once(tmp_path: Path) -> None:
    async with house_of(tmp_path) as house:
        first, second = enrolment_in(tmp_path, house), enrolment_in(tmp_path, house)
        text = (await first.issue("Anna")).text
        told = await asyncio.gather(*(joined(each, text, f"gate-{n}") for n in range(3) for each in (first, second)))
        assert sum("password" in each for each in told) == 1
        codes = await first.codes()
        assert [code.stands(house.now()) for code in codes] == ["used"]
        await first.withdraw(codes[0].name, "Anna")
        with pytest.raises(NotEnrolled):
            await joined(first, text, "gate-9")


async def test_what_gates_are_told_is_the_settings_own(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("-----BEGIN CERTIFICATE-----\n")
    assert offer_of(settings(tmp_path, ca_file=str(authority)), KEYS)["ca"].startswith("-----BEGIN")
    with pytest.raises(NotEnrolled, match="see enrolment"):
        offer_of(settings(tmp_path, ca_file=str(tmp_path / "missing")), KEYS)
