"""The parts of the gate for its page: how each is, in a sentence, and what to do where it is not as it should be."""

from collections.abc import Iterator, Sequence

from gate_controller.shell.degraded import Ailment
from gate_controller.shell.status import EgumaStatus, GateStatus
from gate_controller.texts import Language
from gate_controller.web import views
from gate_controller.web.views import PartView, Says


def parts_view(status: GateStatus, language: Language) -> Sequence[PartView]:
    """Return every part that is fitted, those at fault first."""
    t = views.says(language)
    ailing: dict[str, Ailment] = {}
    for ailment in (*status.faults, *status.missing):
        if ailment.what not in views.BY_ORDER:
            ailing.setdefault(ailment.what, ailment)
    told = [_ails(ailment, status.at, t) for ailment in ailing.values()]
    well = [what for what in (*status.devices, "journal") if what not in ailing]
    named = (PartView(views.part_name(what, t), t("ready")) for what in well)
    return (*told, *named, _eguma(status.eguma, status.at, t), *_machine(status, t))


def _ails(ailment: Ailment, now: float, t: Says) -> PartView:
    name = views.part_name(ailment.what, t)
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
