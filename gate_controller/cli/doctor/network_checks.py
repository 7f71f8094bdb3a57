"""The way to E-GUMA, and what it says of key, currency and price."""

from collections.abc import Iterator

from gate_controller.admission.words.money import Cents
from gate_controller.cli.doctor.finding import Diagnosis, absent, bad, ok, warn
from gate_controller.cli.doctor.patient import Patient
from gate_controller.eguma.route import RouteStep
from gate_controller.texts import Language, format_amount

_CHEAP_CENTS, _DEAR_CENTS = 100, 50_000
"""A price outside is a slip more often than a price: francs were typed in place of cents, or cents of cents."""


def way(patient: Patient) -> Iterator[Diagnosis]:
    """Go the way to E-GUMA, and tell each step."""
    route = patient.route()
    for step in route.steps:
        if step.step is not RouteStep.KEY:
            yield ok(step.step, step.seen) if step.is_good else bad(step.step, step.seen, step.remedy)


def key(patient: Patient) -> Iterator[Diagnosis]:
    """Tell where the key is from, and whether E-GUMA accepts it."""
    if not patient.key:
        if any(line.startswith("eguma.api_key cannot be read") for line in patient.known.mistakes):
            yield absent("key", "the key cannot be read by this user: use sudo")
        else:
            yield bad("key", "this gate has no key", "run `sudo gate-controller setup`")
        return
    where = patient.known.origins["eguma.api_key"]
    if any("key can be read by every user" in line for line in patient.known.warnings):
        yield warn("key", f"every user can read the key ({where})", "chmod 600 the file, and have E-GUMA give another")
        return
    tried = next((step for step in patient.route().steps if step.step is RouteStep.KEY), None)
    if tried is None:
        yield absent("key", f"set ({where}); it cannot be tried, for E-GUMA is not reached")
    elif tried.is_good:
        yield ok("key", f"accepted by E-GUMA ({where})")
    else:
        yield bad("key", tried.seen, tried.remedy)


def price(patient: Patient) -> Iterator[Diagnosis]:
    """Tell price and currency, and doubt what is unlikely."""
    if not patient.known.has_price:
        yield bad("price", "this gate has no price", "run `sudo gate-controller setup`")
        return
    settings = patient.settings
    shown = format_amount(Cents(settings.admission.price_cents), settings.admission.currency, Language.EN)
    rules = len(settings.prices.rules)
    seen = f"{shown.replace(chr(0xA0), ' ')} for one person{f', and {rules} rules for other prices' if rules else ''}"
    if _CHEAP_CENTS <= settings.admission.price_cents <= _DEAR_CENTS:
        yield ok("price", seen)
    else:
        yield warn("price", seen, "is that meant? admission.price_cents is in cents: 25.00 is 2500")
