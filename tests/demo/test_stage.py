"""What staff can let go wrong in the demo, and what the visitor then sees; all of it the real gate."""

from collections.abc import AsyncIterator

import pytest

from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.messages import Fault, MessageKind, Sound
from gate_controller.demo.stage import PRICE, Stage, staged
from gate_controller.demo.trouble import Trouble
from gate_controller.demo.wiring import Wiring
from tests.rig.pins import mock_pins
from tests.rig.waiting import until

GOOD, EXPIRED = "L4FU5LQTKJR3", "EXP6NT2VKD8Q"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    with mock_pins():
        async with staged() as stage:
            await stage.ready()
            yield stage


async def test_without_trouble_the_arm_opens_for_the_length_of_the_pulse(stage: Stage) -> None:
    stage.scan(GOOD)

    assert (await stage.verdict()).message.kind is MessageKind.ADMITTED
    await stage.arm_is_at_rest()
    assert stage.pulses == [pytest.approx(0.5, abs=0.1)]


async def test_the_arm_stands_open_for_as_long_as_the_way_is_free_for_the_visitor(stage: Stage) -> None:
    """The pulse only unlocks it: who was told to go through would else stand before an arm that is drawn shut."""
    stage.scan(GOOD)
    await stage.verdict()
    await stage.arm_is_at_rest()

    assert (stage.is_open, stage.arm_is_open) == (False, True)
    await stage.lane_is_free()
    assert not stage.arm_is_open


async def test_an_answer_that_is_lost_still_opens_the_gate_and_charges_once(stage: Stage) -> None:
    stage.set_trouble(Trouble.LOST_ANSWER)
    stage.scan(GOOD)

    assert (await stage.verdict()).message.kind is MessageKind.ADMITTED
    assert stage.charged == PRICE


async def test_without_a_network_nothing_is_charged_and_the_next_scan_after_it_works(stage: Stage) -> None:
    stage.set_trouble(Trouble.NETWORK)
    stage.scan(GOOD)
    refused = await stage.verdict()
    stage.set_trouble(Trouble.NONE)
    stage.scan(EXPIRED)
    admitted = await stage.verdict()

    assert refused.message.kind is MessageKind.UNREACHABLE
    assert admitted.message.kind is MessageKind.ADMITTED
    assert stage.charged == PRICE


async def test_a_key_that_is_not_accepted_puts_the_gate_out_of_service(stage: Stage) -> None:
    stage.set_trouble(Trouble.NO_KEY)
    stage.scan(GOOD)

    assert (await stage.verdict()).message.fault is Fault.KEY
    assert stage.charged == 0


async def test_the_stage_begins_without_an_alarm_and_with_every_contact_at_rest(stage: Stage) -> None:
    assert stage.wiring.contacts == {Contact.EXIT_BUTTON: False, Contact.FIRE: False, Contact.SERVICE_KEY: False}
    assert stage.app.gate.faults == {}
    assert stage.app.gate.contacts.active == set()


async def test_the_exit_button_opens_the_gate_and_is_let_go(stage: Stage) -> None:
    stage.wiring.move(Contact.EXIT_BUTTON)
    assert stage.wiring.contacts[Contact.EXIT_BUTTON]

    await until(lambda: stage.is_open)
    await until(lambda: not stage.wiring.contacts[Contact.EXIT_BUTTON])
    assert stage.charged == 0


async def test_a_fire_alarm_holds_the_gate_open_until_it_ends(stage: Stage) -> None:
    stage.wiring.move(Contact.FIRE)
    await until(lambda: stage.is_open and Fault.FIRE in stage.app.gate.faults)

    stage.wiring.move(Contact.FIRE)
    await until(lambda: not stage.is_open and not stage.app.gate.faults)


async def test_the_staffs_key_closes_the_gate_and_opens_it_again(stage: Stage) -> None:
    stage.wiring.move(Contact.SERVICE_KEY)
    await until(lambda: Fault.SERVICE in stage.app.gate.faults)

    stage.wiring.move(Contact.SERVICE_KEY)
    await until(lambda: not stage.app.gate.faults)


@pytest.mark.parametrize(
    ("codes", "sound", "beeps"),
    [((GOOD, "EXP6NT2VKD8Q"), Sound.ADMITTED, 2), (("hello", "hello"), Sound.REFUSED, 3)],
)
async def test_every_beep_is_heard_however_short_it_is(
    stage: Stage, codes: tuple[str, str], sound: Sound, beeps: int
) -> None:
    for code in codes:
        await stage.lane_is_free()
        stage.scan(code)
        await stage.verdict()
        await until(lambda: stage.wiring.beeps - stage.sounds_from == beeps and not stage.wiring.is_sounding)

        assert stage.sound is sound


async def test_nothing_is_wired_to_pins_that_are_no_mocks(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_pins():
        monkeypatch.setattr("gpiozero.Device.pin_factory", None)
        monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "nowhere")
        wiring = Wiring()

    wiring.all_is_well()
    wiring.move(Contact.EXIT_BUTTON)
    assert wiring.settings == {}
    assert wiring.contacts == {}
    assert (wiring.beeps, wiring.is_sounding) == (0, False)


def test_the_troubles_come_one_after_the_other_and_begin_anew() -> None:
    seen = [Trouble.NONE]
    while (following := seen[-1].following) is not Trouble.NONE:
        seen.append(following)

    assert seen == list(Trouble)
