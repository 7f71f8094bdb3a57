"""The demo without a screen: scans one code after the other, and prints what happened."""

from collections.abc import Sequence

from gate_controller.admission.codes import NotAVoucher, read_code
from gate_controller.admission.money import Cents
from gate_controller.demo.stage import PRICE, Stage, staged
from gate_controller.eguma.simulator import SAMPLES
from gate_controller.texts import Language, format_amount

# A good voucher, one with too little on it, and one that is used up.
BY_ITSELF = tuple(sample.code for sample in SAMPLES[:3])


async def play(codes: Sequence[str], language: Language) -> int:
    """Scan the codes (some samples, if there are none), print what happened, return the exit code."""
    async with staged() as stage:
        price = format_amount(PRICE, stage.settings.admission.currency, language)
        print(f"A gate at {price}, with a simulator for E-GUMA, a pty for the scanner and mock pins.")
        for code in codes or BY_ITSELF:
            print(f"\n> scan {code}")
            before = stage.balance(code)
            stage.scan(code)
            await stage.verdict()
            _print(stage, code, language, before)
            await stage.lane_is_free()
        charged = format_amount(stage.charged, stage.settings.admission.currency, language)
        print(f"\nE-GUMA's books: {charged} charged in all.")
    return 0


def _print(stage: Stage, code: str, language: Language, before: Cents | None) -> None:
    text = stage.text(language)
    print(f"  display  {text.title}")
    for line in (text.detail, text.money):
        if line:
            print(f"           {line}")
    lit = [name for name, is_lit in stage.lamps.items() if is_lit]
    print(f"  lamps    {' '.join(lit) or 'dark'}")
    print(f"  gate     {'open' if stage.is_open else 'closed'}")
    after = stage.balance(code)
    if before is not None and after is not None and not isinstance(read_code(code.encode()), NotAVoucher):
        currency = stage.settings.admission.currency
        amounts = [format_amount(cents, currency, language) for cents in (before, after)]
        print(f"  voucher  {amounts[0]} before, {amounts[1]} after")
