"""
A gate that is set up by codes before its scanner: from bytes to settings on disk, and what it says meanwhile.

Rules: nothing is taken while anybody is served or waits, nor in an alarm, nor at a gate that is set up and whose
service key is not turned; that is looked at again before anything is written. What is for root (networks, people) is
written first, then the settings, whose file makes the set count: if the process dies between the two the set is scanned
again, and root takes the same one twice for once. Then the gate ends, and starts with what it was given.
"""

import asyncio
import base64
import json
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.events import Contact, Instant
from gate_controller.admission.words.messages import Fault
from gate_controller.journal import own_files
from gate_controller.settings import Settings, SettingsError
from gate_controller.settings.provisioning.acceptance import Circumstances
from gate_controller.settings.provisioning.content import Content
from gate_controller.settings.provisioning.intake import Intake, PartsTaken, Proposed, Step, Taken, WantsPassphrase
from gate_controller.settings.provisioning.provisioned_state import (
    ORIGIN,
    PROVISIONED_FILE,
    Provisioned,
    ProvisionedError,
    read_provisioned,
)
from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.provisioning.scanned_frames import FrameCollector, ProvisioningFrame, is_provisioning
from gate_controller.settings.provisioning.sealed import Letter
from gate_controller.settings.provisioning.venue_keys import Trust, TrustFileError, read_trust
from gate_controller.shell.front import Front
from gate_controller.shell.gate_key import gate_key_in
from gate_controller.shell.house_joining import HouseJoining, clear_away, host_of
from gate_controller.shell.set_up import SetUp, keys_objection
from gate_controller.shell.set_up_telling import SetUpTelling
from gate_controller.texts import Texts
from gate_controller.texts.set_up_table import SetUpMessage

_log = logging.getLogger(__name__)

PENDING_FILE: Final = "provisioning-pending.json"
"""What waits for root: the message as it was scanned, and the key of its content."""
APPLIED_FILE: Final = "provisioning-applied.json"
"""What root has made of it."""

_MOST_WAITING = 32
_REPEAT_SECONDS = 1.0  # a scanner that rereads what lies before it
_FOLLOWS_SECONDS = 1.0  # so long after a code what the framer makes of its rest is no scan
_READ_SECONDS = 3.0
"""How long it is said that the gate is set up before it ends."""
_ROOT_SECONDS = 30.0
"""So long root's unit may take before it is told that nothing has come of it."""

_TOLD: Final[Mapping[Rejection, SetUpMessage]] = {
    Rejection.DAMAGED: SetUpMessage.DAMAGED,
    Rejection.INCONSISTENT: SetUpMessage.DAMAGED,
    Rejection.TOO_LONG: SetUpMessage.DAMAGED,
    Rejection.NEWER: SetUpMessage.UNUSABLE,
    Rejection.UNTRUSTED: SetUpMessage.NOT_TRUSTED,
    Rejection.REVOKED: SetUpMessage.NOT_TRUSTED,
    Rejection.FORGED: SetUpMessage.NOT_TRUSTED,
    Rejection.EXPIRED: SetUpMessage.EXPIRED,
    Rejection.NOT_YET: SetUpMessage.EXPIRED,
    Rejection.REPLAYED: SetUpMessage.USED,
    Rejection.OTHER_GATE: SetUpMessage.OTHER_GATE,
    Rejection.WRONG_PASSPHRASE: SetUpMessage.WRONG_PASSPHRASE,
    Rejection.NOT_OF_THIS_SET: SetUpMessage.OTHER_SET,
    Rejection.TOO_EARLY: SetUpMessage.READ_FIRST,
    Rejection.UNUSABLE: SetUpMessage.UNUSABLE,
    Rejection.SET_ELSEWHERE: SetUpMessage.UNUSABLE,
    Rejection.HOUSE_AWAY: SetUpMessage.HOUSE_AWAY,
    Rejection.HOUSE_REFUSES: SetUpMessage.HOUSE_REFUSES,
    Rejection.NOT_NOW: SetUpMessage.NOT_NOW,
}


class Provisioner:
    """Takes set-up codes for one gate. Everything but reading, reckoning and writing happens in the event loop."""

    def __init__(
        self,
        settings: Settings,
        set_up: SetUp,
        *,
        gate: Gate,
        front: Front,
        texts: Texts,
        now: Callable[[], Instant],
        note: Callable[[str, str | None], None],
        on_taken: Callable[[], None],
    ) -> None:
        """`note` is told what is wrong with what root should have applied; `on_taken` ends the gate."""
        self._settings = settings
        self._set_up = set_up
        self._gate = gate
        self._now = now
        self._note = note
        self._on_taken = on_taken
        self._collector = FrameCollector()
        self._intake = Intake()
        self._waiting: asyncio.Queue[ProvisioningFrame | Rejected] = asyncio.Queue(_MOST_WAITING)
        self._last: tuple[ProvisioningFrame | None, float] = None, 0.0
        self._code_at = -_FOLLOWS_SECONDS
        self._telling = SetUpTelling(gate, front, texts)
        self._houses = HouseJoining(settings, self._judge, self._telling)
        self._is_done = False

    # -- what the scanner sends

    def take_bytes(self, data: bytes) -> None:
        """Look for codes in all that the scanner sends."""
        if self._is_done or self._objection():
            return
        at = time.monotonic()
        for outcome in self._collector.feed(data, at):
            self._code_at = at
            if not self._waiting.full():  # a scanner that goes mad fills no memory
                self._waiting.put_nowait(outcome)

    def takes(self, frame: bytes) -> bool:
        """Return whether a frame is of such a code, and so no scan; one that is not wanted is refused as a scan."""
        is_code = is_provisioning(frame)
        if objection := self._objection():
            if is_code:
                _log.warning("provisioning=refused why=%r what=%r", Rejection.NOT_NOW.value, objection)
            return False
        return is_code or self._collector.is_under_way or time.monotonic() - self._code_at < _FOLLOWS_SECONDS

    def _objection(self) -> str:
        """Return why nothing is taken just now; empty where it is."""
        faults, visitors = self._gate.faults, self._gate.visitors
        for fault in (Fault.FIRE, Fault.STOPPING, Fault.STARTING, Fault.JOURNAL):
            if fault in faults:
                return faults[fault]
        if visitors.lane or visitors.waiting or visitors.party or visitors.collection:
            return "a visitor is being served"
        if not self._set_up.lacks and Contact.SERVICE_KEY not in self._gate.contacts.active:
            return "the gate is set up: turn its service key first"
        return ""

    # -- one code after the other

    async def keep(self) -> None:
        """Take codes for ever."""
        watching = asyncio.create_task(self._watch_root())
        try:
            while True:
                await self._take(await self._waiting.get())
        finally:
            watching.cancel()

    async def _take(self, came: ProvisioningFrame | Rejected) -> None:
        at = time.monotonic()
        try:
            if isinstance(came, Rejected):
                raise came
            last, last_at = self._last
            self._last = came, at
            if came == last and at - last_at < _REPEAT_SECONDS:
                return
            self._allow()
            circumstances = await asyncio.to_thread(self._circumstances, self._now())
            step = await asyncio.to_thread(self._intake.take, came, at, circumstances)
            await self._go_on(step)
        except Rejected as refused:
            _log.warning("provisioning=refused why=%r what=%r", refused.why.value, refused.detail)
            self._telling.tell(_TOLD[refused.why])
        finally:
            self._last = self._last[0], time.monotonic()

    def _allow(self) -> None:
        if self._is_done:
            raise Rejected(Rejection.NOT_NOW, "the gate starts anew")
        if objection := self._objection():
            raise Rejected(Rejection.NOT_NOW, objection)

    async def _go_on(self, step: Step) -> None:
        match step:
            case PartsTaken(have, total, missing):
                left = ", ".join(map(str, missing)) or "?"
                self._telling.tell(SetUpMessage.PARTS, have=have, total=total or "?", missing=left)
            case WantsPassphrase():
                self._telling.tell(SetUpMessage.WANTS_PASSPHRASE)
            case Proposed(letter, content):
                await self._ask_house(letter, content)
                _log.info("provisioning=proposed serial=%d %s", letter.serial, _said(content))
                self._telling.tell(SetUpMessage.CONFIRM, content, house=self._houses.name)
            case Taken():
                await self._keep_taken(step)

    async def _ask_house(self, letter: Letter, content: Content) -> None:
        try:
            was_asked = await self._houses.ask(letter, content)
        except Rejected:
            self._intake.forget()  # what was not shown cannot be confirmed
            raise
        if was_asked:
            while not self._waiting.empty():  # the same goes for what was scanned meanwhile
                self._waiting.get_nowait()
            self._intake.shown(time.monotonic())

    async def _keep_taken(self, step: Taken) -> None:
        self._allow()
        self._is_done = True
        try:
            step, files = await self._houses.join(step)
            await asyncio.to_thread(_write, self._settings.state_dir, step, files)
        except Rejected:
            self._is_done = False
            raise
        except OSError as error:
            self._is_done = False
            where = error.filename or self._settings.state_dir
            _log.error("provisioning=not_written where=%s why=%r", where, error.strerror)
            self._telling.tell(SetUpMessage.FAILED)
            return
        said = step.becomes.signer, _said(step.content)
        _log.warning("provisioning=taken serial=%d signer=%s %s", step.letter.serial, *said)
        self._telling.tell(SetUpMessage.DONE)
        await asyncio.sleep(_READ_SECONDS)
        self._on_taken()

    # -- how the gate is

    def _circumstances(self, now: Instant) -> Circumstances:
        settings = self._settings
        try:
            taken = read_provisioned(settings.state_dir)
            key = gate_key_in(settings.state_dir)
        except (OSError, ProvisionedError) as error:
            raise Rejected(Rejection.UNUSABLE, str(error)) from None
        return Circumstances(
            gate_id=settings.id,
            is_provisioned=not self._set_up.lacks,
            now=now.wall,
            is_sure=now.is_sure,
            trust=trust_in(settings.provisioning.keys_file),
            taken=taken,
            judge=partial(self._judge, taken),
            gate_key=key,
        )

    def _judge(self, taken: Provisioned, wanted: Mapping[str, object]) -> None:
        try:
            loaded = self._set_up.try_settings(Provisioned({**taken.settings, **wanted}))
        except SettingsError as error:
            raise Rejected(Rejection.UNUSABLE, error.mistakes[0]) from None
        for name in wanted:
            if not loaded.origins[name].startswith(ORIGIN):
                raise Rejected(Rejection.SET_ELSEWHERE, f"{name} is set by {loaded.origins[name]}: change it there")

    async def _watch_root(self) -> None:
        """Tell what root has not applied."""
        await asyncio.sleep(_ROOT_SECONDS)
        self._note("provisioning", await asyncio.to_thread(root_says, self._settings.state_dir))


def trust_in(file: Path) -> Trust:
    """Return whom root's file names. Raises `Rejected` where it cannot count."""
    if objection := keys_objection(file):
        raise Rejected(Rejection.UNTRUSTED, objection)
    try:
        return read_trust(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError, TrustFileError) as error:
        raise Rejected(Rejection.UNTRUSTED, str(error)) from None


def _write(directory: Path, step: Taken, files: Mapping[str, bytes]) -> None:
    # If the process dies before the first: nothing has happened. Between the two: root applies networks and people that
    # were confirmed; the set is not spent here, and root knows it when it comes again. After the second: it counts.
    waits = {
        "message": base64.b64encode(step.packed).decode(),
        "content_key": base64.b64encode(step.content_key).decode(),
    }
    for name, content in files.items():
        own_files.replace(directory / name, content)
    own_files.replace(directory / PENDING_FILE, json.dumps(waits).encode())
    own_files.replace(directory / PROVISIONED_FILE, step.becomes.as_json())
    if step.content.house is not None:
        clear_away(directory, files)


def root_says(directory: Path) -> str | None:
    """Return what is wrong with what root should have applied; None where nothing is."""
    try:
        if (directory / PENDING_FILE).exists():
            return (
                "networks and people of the set-up codes are not applied: `systemctl status gate-provision`, or "
                "`sudo gate-controller provision apply`"
            )
        said = json.loads((directory / APPLIED_FILE).read_bytes())
        return None if said["why"] == "" else f"networks and people of the set-up codes: {said['why']}"
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _said(content: Content) -> str:
    """Return what of a content may stand in the log: names, and no value but those that everybody sees."""
    plain = {name: content.settings[name] for name in ("id", "admission.price_cents") if name in content.settings}
    names = ",".join(content.settings)
    networks = [network.ssid for network in content.networks]
    house = f" house={host_of(content.house)!r}" if content.house is not None else ""
    return f"settings={names!r} shown={plain!r} networks={networks!r} people={len(content.people)}{house}"
