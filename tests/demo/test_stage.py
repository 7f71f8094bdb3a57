"""What staff can let go wrong in the demo, and what the visitor then sees; all of it the real gate."""

from collections.abc import AsyncIterator

import pytest

from gate_controller.admission.messages import Fault, MessageKind
from gate_controller.demo.stage import PRICE, Stage, staged
from gate_controller.demo.trouble import Trouble
from tests.rig.pins import mock_pins

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


def test_the_troubles_come_one_after_the_other_and_begin_anew() -> None:
    seen = [Trouble.NONE]
    while (following := seen[-1].following) is not Trouble.NONE:
        seen.append(following)

    assert seen == list(Trouble)
