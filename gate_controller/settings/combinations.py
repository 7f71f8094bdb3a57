"""
What settings cannot be together, each mistake one line: known as soon as all settings are, before any device is.

Here is what more than one section has a part in; what a section knows by itself is its own `contradictions`.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress

from gate_controller.settings.mistakes import Given, Mistake, variable
from gate_controller.settings.models import PINS, Settings, value_of
from gate_controller.settings.pins import pin_or_none
from gate_controller.settings.sections import Section
from gate_controller.settings.values import UnusableError

# ruff: noqa: PLC0415 - a gate without a display starts without the drivers


def combination_mistakes(settings: Settings, given: Mapping[str, Given]) -> list[Mistake]:
    """Return what is wrong with settings that are each right by themselves."""
    sections = [section for _, section in settings if isinstance(section, Section)]
    within = [mistake for section in sections for mistake in section.contradictions(given)]
    display = () if settings.display.driver == "none" else (*_display(settings, given), *_bus(settings, given))
    if settings.lane.direction == "out" and not settings.tickets.taken:
        within.append(
            Mistake(
                "lane.direction is out, and no tickets are taken",
                given["lane.direction"].place,
                f"set {variable('tickets.taken')} too, or another lane.direction",
            )
        )
    return [*within, *_second_price(settings, given), *display]


def _second_price(settings: Settings, given: Mapping[str, Given]) -> Iterator[Mistake]:
    if settings.admission.second_price_cents is not None:
        return
    for name in ("price_button.pin", "service_cards.price"):
        if value_of(settings, name) is not None:
            yield Mistake(
                f"{name} is set, and there is no second price to choose",
                given[name].place,
                f"set {variable('admission.second_price_cents')}, or leave {name} out",
            )


def _display(settings: Settings, given: Mapping[str, Given]) -> Iterator[Mistake]:
    from gate_controller.devices.display.drivers import misfits

    for misfit in misfits(settings.display):
        remedy = re.sub(r"display\.\w+", lambda name: variable(name[0]), misfit.remedy)
        yield Mistake(misfit.what, given[misfit.setting].place, remedy)


def _bus(settings: Settings, given: Mapping[str, Given]) -> Iterator[Mistake]:
    from gate_controller.devices.display.drivers import DRIVERS, INTERFACES

    interface = settings.display.interface
    taken = INTERFACES[interface] if DRIVERS[settings.display.driver].interfaces else ()
    for name in PINS:
        if (pin := value_of(settings, name)) in taken:
            yield Mistake(
                f"{name} is {pin}, which the display's {interface.upper()} bus uses",
                given[name].place,
                f"set {variable(name)} to another BCM number",
            )


def shared_pin_mistakes(given: Mapping[str, Given]) -> Iterator[Mistake]:
    """Yield a mistake for each pin that several settings use; what is no pin has a mistake of its own."""
    users: defaultdict[int, list[str]] = defaultdict(list)
    for name in PINS:
        with suppress(UnusableError):
            if (bcm := pin_or_none(given[name].value)) is not None:
                users[bcm].append(name)
    for bcm, names in users.items():
        if len(names) > 1:
            yield Mistake(
                f"{_listed(names)} are {'both' if len(names) == 2 else 'all'} {bcm}",  # noqa: PLR2004 - both means two
                _listed([given[name].place for name in names]),
                f"give each its own pin: set {' or '.join(map(variable, names))} to another BCM number",
            )


def _listed(words: Collection[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
