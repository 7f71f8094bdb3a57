"""The parts of the gate for its page: how each is, in a sentence, and what to do where it is not as it should be."""

from collections.abc import Iterator, Sequence

from gate_controller.shell.degraded import Ailment
from gate_controller.shell.status import EgumaStatus, GateStatus
from gate_controller.shell.watching_machine import MachineStatus
from gate_controller.texts import Language
from gate_controller.texts.sayings import saying
from gate_controller.web import views
from gate_controller.web.views import PartView, Says


def parts_view(status: GateStatus, language: Language) -> Sequence[PartView]:
    """Return every part that is fitted, those at fault first."""
    t = views.says(language)
    ailing: dict[str, Ailment] = {}
    for ailment in (*status.faults, *status.missing):
        if ailment.what not in views.BY_ORDER:
            ailing.setdefault(ailment.what, ailment)
    told = [_ails(ailment, status.at, language) for ailment in ailing.values()]
    well = [what for what in (*status.devices, "journal") if what not in ailing]
    named = (PartView(views.part_name(what, t), t("ready")) for what in well)
    return (*told, *named, _eguma(status.eguma, status.at, t), *_machine(status.machine, status.at, language))


def _ails(ailment: Ailment, now: float, language: Language) -> PartView:
    t = views.says(language)
    name = views.part_name(ailment.what, t)
    said = t("at fault since {time}").format(time=views.day_and_clock(ailment.since, now))
    return PartView(name, said, ails=True, remedy=saying(ailment.why, language))


def _eguma(eguma: EgumaStatus, now: float, t: Says) -> PartView:
    if eguma.trouble and eguma.trouble_since is not None:
        said = t("no answer since {time}").format(time=views.day_and_clock(eguma.trouble_since, now))
        return PartView("E-GUMA", said, ails=True, remedy=eguma.trouble)
    if eguma.answered_at is None:
        return PartView("E-GUMA", t("not asked yet"))
    words = t("answered {age} ago, in {ms} ms").replace("{ms}", f"{1000 * (eguma.latency_seconds or 0):.0f}")
    said = words.replace("{age}", views.age(now - eguma.answered_at, t))
    return PartView("E-GUMA", said, since=eguma.answered_at, state=words)


def _machine(machine: MachineStatus, now: float, language: Language) -> Iterator[PartView]:
    """Yield how the machine itself is; what it cannot tell is left out."""
    t = views.says(language)
    ailing = {ailment.what: ailment for ailment in machine.ailments}
    for ailment in ailing.values():
        yield _ails(ailment, now, language)
    if machine.disk_free is not None and "disk" not in ailing:
        yield PartView(t("Disk"), t("{percent} % free").format(percent=round(100 * machine.disk_free)))
    if machine.celsius is not None and "temperature" not in ailing:
        yield PartView(t("Temperature"), t("{degrees} °C").format(degrees=round(machine.celsius)))
    if machine.is_undervolted is not None and "supply" not in ailing:
        yield PartView(t("Power"), t("enough"))
    yield PartView(t("Clock"), t("as E-GUMA’s") if machine.is_clock_sure else t("not confirmed yet"))
