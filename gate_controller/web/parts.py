"""The parts of the gate for its page: how each is, in a sentence, and what to do where it is not as it should be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gate_controller.shell.degraded import Ailment
from gate_controller.shell.status import EgumaStatus, GateStatus
from gate_controller.texts import Language
from gate_controller.web import views
from gate_controller.web.house import House
from gate_controller.web.views import PartView, Says

_NAMES: Final[Mapping[str, str]] = {
    "scanner": "Scanner",
    "relay": "Relay",
    "journal": "Journal",
    "lamps": "Lamps",
    "buzzer": "Buzzer",
    "display": "Display",
    "passage sensor": "Passage sensor",
    "blocked": "Gate",
    "key": "Key",
    "page": "Page",
}
"""The parts by what the status calls them; what is not here keeps its name."""

_BY_ORDER: Final = {"held_by_staff", "locked", "withdrawn", "starting", "stopping"}
"""Faults that are told elsewhere on the page, and ail no part."""


def parts_view(house: House, status: GateStatus, language: Language) -> Sequence[PartView]:
    """Return every part that is fitted, those at fault first."""
    del house
    t = views.says(language)
    ailing: dict[str, Ailment] = {}
    for ailment in (*status.faults, *status.missing):
        if ailment.what not in _BY_ORDER:
            ailing.setdefault(ailment.what, ailment)
    told = [_ails(ailment, status.at, t) for ailment in ailing.values()]
    well = [what for what in (*status.devices, "journal") if what not in ailing]
    named = (PartView(t(_NAMES[what]) if what in _NAMES else what.capitalize(), t("ready")) for what in well)
    return (*told, *named, _eguma(status.eguma, status.at, t), *_machine(status, t))


def _ails(ailment: Ailment, now: float, t: Says) -> PartView:
    name = t(_NAMES[ailment.what]) if ailment.what in _NAMES else ailment.what.replace("_", " ").capitalize()
    said = t("at fault since {time}").format(time=views.day_and_clock(ailment.since, now))
    return PartView(name, said, ails=True, remedy=ailment.why)


def _eguma(eguma: EgumaStatus, now: float, t: Says) -> PartView:
    if eguma.trouble and eguma.trouble_since is not None:
        said = t("no answer since {time}").format(time=views.day_and_clock(eguma.trouble_since, now))
        return PartView("E-GUMA", said, ails=True, remedy=eguma.trouble)
    if eguma.answered_at is None:
        return PartView("E-GUMA", t("not asked yet"))
    words = t("answered {age} ago, in {ms} ms").replace("{ms}", f"{1000 * (eguma.latency_seconds or 0):.0f}")
    said = words.replace("{age}", views.age(now - eguma.answered_at, t))
    return PartView("E-GUMA", said, since=eguma.answered_at, state=words)


def _machine(status: GateStatus, t: Says) -> Iterator[PartView]:
    """Yield how the machine itself is."""
    del status, t
    yield from ()
