"""
What ties a gate to a venue: the broker, which it tells of itself, and the keys whose orders it takes.

A broker knows a gate by one name and lets it in once, so that a running gate is asked, and the broker only without one.
"""

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gate_controller.cli.doctor.finding import Diagnosis, absent, ok, warn
from gate_controller.cli.doctor.patient import Patient
from gate_controller.cli.exits import CommandError
from gate_controller.settings import Settings
from gate_controller.shell.set_up import keys_objection

# ruff: noqa: PLC0415 - MQTT's and encryption's libraries are for gates that have a venue

BROKER_SECONDS: Final = 14.0
"""How long the broker may take in all: less than a check has."""
_RULES = "give the gate its role at the venue (have it join anew), or the rules of docs/monitoring/mosquitto.acl"


def broker(patient: Patient) -> Iterator[Diagnosis]:
    """Tell whether the broker is reached, lets the gate in, and takes what the gate follows."""
    settings = patient.settings.mqtt
    if not settings.host:
        yield absent("broker", "none is named (mqtt.host)")
        return
    where = f"{settings.host}, port {settings.port}"
    try:
        status = patient.status()
    except (CommandError, PermissionError):
        yield absent("broker", f"{where}; the gate knows whether it is reached, and cannot be asked: use sudo")
        return
    if status is not None:
        why = next((one["why"] for one in status["missing"] if one["what"] == "broker"), "")
        what, _, remedy = why.rpartition(": ")
        yield warn("broker", what, remedy) if why else ok("broker", f"{where}: the running gate is connected")
    elif any(line.startswith("mqtt.") for line in patient.known.mistakes):
        yield absent("broker", f"{where}; its settings cannot be used: see the lines of settings, or use sudo")
    else:
        yield _tried(patient.settings, where)


def _tried(settings: Settings, where: str) -> Diagnosis:
    try:
        from gate_controller.shell.broker import BrokerGone, TopicHearing, hearing_of
    except ImportError as error:
        return warn("broker", f"{error.name or error} is not installed", "pip install 'gate-controller[mqtt]'")
    takes_orders = settings.mqtt.order_keys_file is not None
    root = f"{settings.mqtt.topic}/{settings.id}"

    async def ask() -> TopicHearing:
        async with asyncio.timeout(BROKER_SECONDS):
            return await hearing_of(settings.mqtt, root, settings.id, takes_orders=takes_orders)

    try:
        heard = asyncio.run(ask())
    except BrokerGone as error:
        return warn("broker", f"{where} is not reached: {error}", "see mqtt.host, mqtt.user and mqtt.password")
    except TimeoutError:
        return warn("broker", f"{where} does not answer in time", "see mqtt.host; is the broker running?")
    if heard.refused:
        return warn("broker", f"{where} does not let this gate follow {' and '.join(heard.refused)}", _RULES)
    if heard.withheld:
        return warn("broker", f"{where} keeps from this gate what is sent to {' and '.join(heard.withheld)}", _RULES)
    asked = "requests for events and orders" if takes_orders else "requests for events"
    return ok("broker", f"{where} lets this gate in, and lets it hear {asked}")


def order_keys(patient: Patient) -> Iterator[Diagnosis]:
    """Tell whose orders the gate takes, and what is wrong with the file that says so."""
    named = patient.settings.mqtt.order_keys_file
    if named is None:
        yield absent("order keys", "none are named (mqtt.order_keys_file): the gate takes no orders from a venue")
        return
    file = patient.machine.at(str(named)) if named.is_absolute() else named
    try:
        text = file.read_text(encoding="utf-8")
    except PermissionError:
        yield absent("order keys", f"{named} cannot be read by this user: use sudo")
        return
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        remedy = "have the gate join the venue anew, or correct mqtt.order_keys_file; until then no order counts"
        yield warn("order keys", f"{named} cannot be read ({why})", remedy)
        return
    if why := keys_objection(file):
        what, _, _ = why.removeprefix(f"{file}: ").partition(": ")
        yield warn("order keys", f"{named} {what}", f"sudo chown root {named}; sudo chmod 644 {named}")
    elif not _may_be_read(file, patient.state_dir):
        remedy = f"sudo chmod 644 {named}, and 755 the folders that it is in"
        yield warn("order keys", f"{named} cannot be read by the gate's user: no order counts", remedy)
    else:
        yield _trusted(text, named)


def _trusted(text: str, named: Path) -> Diagnosis:
    try:
        from gate_controller.settings.provisioning.venue_keys import TrustFileError, key_names, read_trust, shown_id
    except ImportError as error:
        return warn("order keys", f"{error.name or error} is not installed", "pip install 'gate-controller[mqtt]'")
    try:
        trust = read_trust(text, str(named))
    except TrustFileError as error:
        what, _, remedy = str(error).rpartition(": ")
        return warn("order keys", f"{what}: no order counts", remedy)
    names = key_names(text)
    told = [f"{shown_id(key)} {names.get(key, '')}".strip() for key in sorted(trust.keys)]
    revoked = f"; revoked: {', '.join(map(shown_id, sorted(trust.revoked)))}" if trust.revoked else ""
    if not told:
        return warn(
            "order keys", f"{named} names no key{revoked}", "have the gate join the venue anew: no order counts"
        )
    return ok("order keys", f"{named} lets count what is signed by {', '.join(told)}{revoked}")


def _may_be_read(file: Path, state_dir: Path) -> bool:
    """Return whether whoever owns the state directory may read a file, by the modes of it and of its folders."""
    try:
        user = state_dir.stat()
        places = [file.stat(), *(folder.stat() for folder in file.absolute().parents)]
    except OSError:
        return True  # nothing is known of the gate's user, or of a folder: the gate itself will tell
    if user.st_uid == 0:
        return True
    for place, wanted in zip(places, (stat.S_IROTH, *(stat.S_IXOTH for _ in places[1:])), strict=True):
        bit = wanted << 6 if place.st_uid == user.st_uid else wanted << 3 if place.st_gid == user.st_gid else wanted
        if not place.st_mode & bit:
            return False
    return True
