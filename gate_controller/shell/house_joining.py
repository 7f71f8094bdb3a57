"""
What a house tells a gate that joins it by set-up codes: asked for with the code that a signed message brought.

Rules: the house is believed what it says of its broker, and nothing else: whose orders count only root says, so that
nothing that is held before a scanner lets anybody open the gate. It is asked before anything is shown, and joined when
that is confirmed, which uses the code up. The file beside the settings has the message's serial number in its name, so
that what counts changes with the one file of settings. If the process dies between the house's answer and that file,
the code is used up, and another set is made.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from gate_controller import __version__
from gate_controller.settings import Settings
from gate_controller.settings.models import reader_of
from gate_controller.settings.provisioning.content import Content, HouseToJoin
from gate_controller.settings.provisioning.intake import Taken
from gate_controller.settings.provisioning.provisioned_state import (
    BY_HOUSE,
    Provisioned,
    ProvisionedError,
    read_provisioned,
)
from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.provisioning.sealed import Letter
from gate_controller.settings.values import UnusableError
from gate_controller.shell.house_request import (
    HouseAway,
    HouseRefuses,
    ask_house,
    broker_settings,
    needed_told,
    text_told,
)
from gate_controller.shell.joining import JoinRequest, JoinUnreadable, read_code
from gate_controller.shell.set_up_telling import SetUpTelling
from gate_controller.texts.set_up_table import SetUpMessage

_NO_PASSWORD: Final = "none-yet"  # noqa: S105 - the house tells it to whoever joins alone
_MOST_LETTERS: Final = 40
"""Of a house's name, on a display."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a house has told. Its repr has no secrets."""

    house: str
    """What it calls itself."""
    settings: Mapping[str, object] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    """What lies beside the settings, by its name in the state directory."""


class HouseJoining:
    """Asks the house that a set of codes names."""

    def __init__(
        self, settings: Settings, judge: Callable[[Provisioned, Mapping[str, object]], None], telling: SetUpTelling
    ) -> None:
        """`judge` raises `Rejected` where the gate could not run with these settings over those that were taken."""
        self._settings = settings
        self._judge = judge
        self._telling = telling
        self._asked_for: tuple[bytes, int] | None = None
        self.name = ""
        """What the house that was asked calls itself."""

    async def ask(self, letter: Letter, content: Content) -> bool:
        """Ask what the house would tell, once for each set; return whether it was asked now. Raises `Rejected`."""
        if content.house is None or self._asked_for == (letter.set_id, letter.serial):
            return False
        self._asked_for, self.name = None, ""
        self._telling.tell(SetUpMessage.ASKS_HOUSE, house=host_of(content.house))
        welcome = await self._welcome(content.house, letter, content, joins=False)
        self._asked_for, self.name = (letter.set_id, letter.serial), welcome.house
        return True

    async def join(self, step: Taken) -> tuple[Taken, Mapping[str, bytes]]:
        """Join the house, where the set names one; return what is to be kept, and the files. Raises `Rejected`."""
        asked_for, self._asked_for = self._asked_for, None
        if (house := step.content.house) is None:
            return step, {}
        if asked_for != (step.letter.set_id, step.letter.serial):
            raise Rejected(Rejection.TOO_EARLY, "the gate has not shown yet which house it joins")
        self._telling.tell(SetUpMessage.ASKS_HOUSE, house=host_of(house))
        welcome = await self._welcome(house, step.letter, step.content, joins=True)
        settings = {**without_house(step.becomes).settings, **welcome.settings}
        return replace(step, becomes=replace(step.becomes, settings=settings)), welcome.files

    async def _welcome(self, house: HouseToJoin, letter: Letter, content: Content, *, joins: bool) -> Welcome:
        here = self._settings
        gate_id = str(content.settings.get("id", here.id))
        welcome = await welcomed(house, gate_id, here.state_dir, letter.serial, joins=joins)
        await asyncio.to_thread(self._judge_with, {**content.settings, **welcome.settings})
        return welcome

    def _judge_with(self, wanted: Mapping[str, object]) -> None:
        try:
            taken = without_house(read_provisioned(self._settings.state_dir))
        except (OSError, ProvisionedError) as error:
            raise Rejected(Rejection.UNUSABLE, str(error)) from None
        self._judge(taken, wanted)


def host_of(house: HouseToJoin) -> str:
    """Return the name of the machine that serves a house."""
    return urlsplit(house.address).hostname or house.address


async def welcomed(house: HouseToJoin, gate_id: str, directory: Path, serial: int, *, joins: bool) -> Welcome:
    """
    Ask a house what it tells this gate; `joins`: and have it taken in, which uses the code up. Raises `Rejected`.

    It takes a minute at most. `serial` is that of the message, `directory` the state directory.
    """
    if find_spec("aiomqtt") is None:
        raise Rejected(Rejection.UNUSABLE, "aiomqtt is not installed: pip install 'gate-controller[mqtt]'")
    try:
        code = read_code(house.code)
        request = JoinRequest.made(code.name, gate_id, __version__, looks=not joins)
        key = await asyncio.to_thread(code.key)
        told = await ask_house(house.address, code, key, request)
        return await asyncio.to_thread(_read, told, gate_id, directory, serial, joins=joins)
    except JoinUnreadable as error:
        raise Rejected(Rejection.UNUSABLE, str(error)) from None
    except HouseAway as error:
        raise Rejected(Rejection.HOUSE_AWAY, str(error).replace(house.address, host_of(house))) from None
    except HouseRefuses as error:
        raise Rejected(Rejection.HOUSE_REFUSES, str(error).replace(house.address, host_of(house))) from None


def without_house(taken: Provisioned) -> Provisioned:
    """Return what has been taken without what another house has told."""
    return replace(taken, settings={name: value for name, value in taken.settings.items() if name not in BY_HOUSE})


def clear_away(directory: Path, kept: Mapping[str, bytes]) -> None:
    """Remove the files of houses that count no more."""
    for path in directory.glob("house-*.*"):
        if path.name not in kept:
            with suppress(OSError):
                path.unlink()


def _read(told: Mapping[str, Any], gate_id: str, directory: Path, serial: int, *, joins: bool) -> Welcome:
    gate = needed_told(told, "gate")
    if gate != gate_id:
        why = f"the house calls it {gate}, and it is {gate_id}: have a code made for {gate_id}, or give it that id"
        raise Rejected(Rejection.OTHER_GATE, why)
    authority = directory.absolute() / f"house-{serial}.pem"
    decided = broker_settings(told, authority, authority)
    settings = {name: value for name, value in decided.items() if value is not None and name in BY_HOUSE}
    settings["mqtt.password"] = needed_told(told, "password") if joins else _NO_PASSWORD
    if voucher_key := text_told(told, "voucher_key"):
        settings["mqtt.voucher_key"] = voucher_key
    for name, value in settings.items():
        try:
            reader_of(name)(value)
        except UnusableError:
            raise HouseRefuses(f"what the house tells of {name} cannot be used: look at the house's settings") from None
    files = {}
    if certificate := text_told(told, "ca", is_line=False):
        _check_authority(certificate)
        files[authority.name] = certificate.encode()
    name = text_told(told, "house")[:_MOST_LETTERS] or str(settings["mqtt.host"])
    return Welcome(name, settings, files)


def _check_authority(text: str) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise HouseRefuses("the certificate of the house's broker is none: look at the house's settings") from None
