"""All checks, each beside the others and for a limited time: one that hangs or fails takes none of the others along."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from gate_controller.cli import aside
from gate_controller.cli.doctor import device_checks, gate_checks, machine_checks, network_checks, venue_checks
from gate_controller.cli.doctor.finding import Diagnosis, absent, bad, warn
from gate_controller.cli.doctor.patient import Patient
from gate_controller.eguma import route

SECONDS = 15.0
"""How long a check may take, unless it says otherwise: a disk that is dying takes its time for each read."""
_JOURNAL_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at."""

    what: str
    look: Callable[[Patient], Iterable[Diagnosis]]
    seconds: float = SECONDS
    rests_on: str = ""
    """The setting without which there is nothing to look at: a stand-in for it would be looked at in its place."""


CHECKS: Sequence[Check] = (
    Check("settings", gate_checks.settings),
    Check("gate", gate_checks.gate),
    Check("service", gate_checks.service),
    Check("versions", gate_checks.versions),
    Check("supply", machine_checks.supply),
    Check("temperature", machine_checks.temperature),
    Check("disk", machine_checks.disk),
    Check("storage", machine_checks.storage),
    Check("wear", machine_checks.wear),
    Check("journal", gate_checks.journal, _JOURNAL_SECONDS),
    Check("open items", gate_checks.money),
    Check("network", network_checks.way, route.ALL_SECONDS, rests_on="eguma.base_url"),
    Check("clock", machine_checks.clock, route.ALL_SECONDS),
    Check("key", network_checks.key, route.ALL_SECONDS, rests_on="eguma.api_key"),
    Check("price", network_checks.price, rests_on="admission.price_cents"),
    Check("broker", venue_checks.broker),
    Check("order keys", venue_checks.order_keys),
    Check("scanner", device_checks.scanner),
    Check("GPIO", device_checks.gpio),
    Check("buses", device_checks.buses),
    Check("display", device_checks.display, rests_on="display.driver"),
    Check("printer", device_checks.printer, rests_on="printer.driver"),
    Check("page", device_checks.page, rests_on="web.port"),
)
"""In the order in which they are told: what explains the rest comes first."""


def examined(patient: Patient, checks: Sequence[Check] = CHECKS) -> Iterator[Diagnosis]:
    """Yield what all checks find, in their order; all of them begin at once."""
    start = time.monotonic()
    begun = [(check, aside.begun(partial(_all_of, check, patient), check.what)) for check in checks]
    for check, future in begun:
        try:
            # Counted from their common start: ten that wait for one answer are given up together.
            yield from aside.waited_for(future, max(start + check.seconds - time.monotonic(), 0.0))
        except TimeoutError:
            seen = f"did not answer within {check.seconds:.0f} s"
            yield bad(check.what, seen, "look at the kernel's log (`journalctl -k`): a disk or a bus that hangs?")
        except Exception as error:  # noqa: BLE001 - a check that fails is told, and takes none of the others along
            seen = f"could not be looked at ({type(error).__name__})"
            yield warn(check.what, seen, "report it: `gate-controller doctor --report FILE` has what is needed")


def _all_of(check: Check, patient: Patient) -> list[Diagnosis]:
    if check.rests_on in patient.known.unknown:
        what = f"not looked at: {check.rests_on} is not known, for the settings have mistakes"
        return [absent(check.what, f"{what}: correct them first")]
    return list(check.look(patient))
