"""The demo without a screen: scans one code after the other, and prints what happened."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from gate_controller.admission.words.codes import NotAVoucher, read_code
from gate_controller.demo.cells import visible
from gate_controller.demo.display_models import Model
from gate_controller.demo.memory_display import MemoryDisplay
from gate_controller.demo.stage import PRICE, Stage, Verdict, staged
from gate_controller.devices.framing import STILLNESS_SECONDS
from gate_controller.simulator import SAMPLES
from gate_controller.texts import Language

BY_ITSELF = tuple(sample.code for sample in SAMPLES[:3])
"""A good voucher, one with too little on it, and one that is used up."""

# Of a scan that goes on for ever, this much is enough to know it again.
_SHOWN = 100


async def play(
    codes: Sequence[str], language: Language, model: Model | None = None, image_file: Path | None = None
) -> int:
    """Scan the codes, or some samples, print what happened, return the exit code; `image_file` keeps the picture."""
    display = None if model is None or image_file is None else MemoryDisplay(model, language, image_file)
    async with staged(display) as stage:
        _say(f"A gate at {stage.amount(PRICE, language)}, with a simulator for E-GUMA, a pty for the scanner")
        _say("and mock pins for relay and lamps.")
        await stage.ready()
        for code in codes or BY_ITSELF:
            await stage.lane_is_free()
            if isinstance(read_code(os.fsencode(code)), NotAVoucher):
                await stage.is_at_rest()  # junk takes from nobody what he is being told
            await asyncio.sleep(1.2 * STILLNESS_SECONDS)  # what comes sooner need not be a scan
            await _scan(stage, code, language)
        _say(f"\nE-GUMA's books: {stage.amount(stage.charged, language)} charged in all.")
    return 0


async def _scan(stage: Stage, code: str, language: Language) -> None:
    _say(f"\n> scan {visible(code[:_SHOWN])}{'…' if len(code) > _SHOWN else ''}")
    before, pulses = stage.voucher(code), len(stage.pulses)
    stage.scan(code)
    verdict = await stage.verdict()
    await stage.display_is_up_to_date()
    _say_verdict(stage, verdict, language)
    opens = stage.is_open
    await stage.arm_is_at_rest()
    made = stage.pulses[pulses:]
    seconds = f" for {made[0]:.1f} s" if made else ""
    _say(f"  gate     {f'open{seconds}' if made or opens else 'closed'}")
    after = stage.voucher(code)
    if before is not None and after is not None:
        amounts = [stage.amount(voucher.balance_in_cents, language) for voucher in (before, after)]
        _say(f"  voucher  {amounts[0]} before, {amounts[1]} after")


def _say_verdict(stage: Stage, verdict: Verdict, language: Language) -> None:
    text = stage.texts.render(verdict.message, language)
    _say(f"  display  {visible(text.title)}")
    for line in (text.detail, text.money):
        if line:
            _say(f"           {visible(line)}")
    _say(f"  lamps    {' '.join(name for name, is_lit in verdict.lamps.items() if is_lit) or 'dark'}")


def _say(line: str) -> None:
    # Each line when it is true, also into a pipe: the demo is there to be watched.
    print(line, flush=True)
