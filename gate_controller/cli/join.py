"""`gate-controller join`: a gate becomes one of a venue's, by a one-time code of the venue's page."""

import asyncio
import os
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gate_controller.cli.exits import CommandError, ExitCode, complain, on_one_line
from gate_controller.cli.options import ConfigOption

if TYPE_CHECKING:
    from gate_controller.cli.setup.keeping_settings import Draft
    from gate_controller.cli.venue_asking import VenueAddress
    from gate_controller.shell.joining import JoinCode

# ruff: noqa: PLC0415 - settings, HTTP and encryption are brought in by whoever joins

AUTHORITY_FILE: Final = "broker-ca.pem"
KEYS_FILE: Final = "order.keys"
"""Beside the settings file: whom the broker's certificate is from, and whose orders the gate takes."""
WATCHER: Final = "prometheus"
"""What the token of the house's Prometheus is for, among the gate's own."""
_PASSWORD, _VOUCHER_KEY = "mqtt.password", "mqtt.voucher_key"
_INLINE: Final = re.compile(r"- \s*(password|voucher_key)\s*=")
"""How a line begins that goes out of the settings file with a secret in it."""
_TRY_SECONDS = 15.0


def join(
    url: Annotated[str, typer.Argument(metavar="URL", help="The venue's address, as its page shows it.")],
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE", show_default=False, help="The one-time code; it is asked for where it is left out."
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Write it without asking.")] = False,
    config: ConfigOption = None,
) -> int:
    """
    Join a venue: this gate tells the house's broker how it is and what happens, and takes the venue's orders.

    The venue's page makes the code (or shows both as a QR code); it is good for an hour and for one gate. What would be
    written is shown first: the section mqtt of the settings, the password, the broker's certificate, and the venue's
    keys. No certificate of the venue's need be trusted: what it answers is encrypted with the code.

    A gate that has joined before gets another password by it (with a code that is made for it).

    Examples:
      sudo gate-controller join https://venue.museum.ch:8090 7KQ2-M0XD-4RFP-9TBN-C3WV
      sudo gate-controller join https://venue.museum.ch:8090 --yes 7KQ2-M0XD-4RFP-9TBN-C3WV
    """
    from gate_controller.cli.provision.venue_folder import library_told
    from gate_controller.cli.setup.wanted import WantedGate
    from gate_controller.cli.venue_asking import read_address

    address = read_address(url)
    path = WantedGate.on(config).path
    _refuse_unwritable(path)
    with library_told():
        return _Joining(address, _read_code(code or address.code), path, config).go_through(is_agreed=yes)


@dataclass(slots=True)
class _Joining:
    address: "VenueAddress"
    code: "JoinCode"
    path: Path
    config: Path | None

    def go_through(self, *, is_agreed: bool) -> int:
        from gate_controller import __version__
        from gate_controller.cli.setup import keeping_settings
        from gate_controller.cli.venue_asking import ask_venue
        from gate_controller.shell.joining import JoinRequest

        gate, key = self._own_id(), self.code.key()
        looks = JoinRequest.made(self.code.name, gate, __version__, looks=True)
        told = ask_venue(self.address, self.code, key, looks)
        plan = self._drafted(told)
        self._tell(told, gate, plan)
        if not is_agreed:
            _agree()
        joins = JoinRequest.made(self.code.name, gate, __version__, looks=False)
        told = ask_venue(self.address, self.code, key, joins)
        _needed(told, "password")
        plan = self._drafted(told)
        self._write_files(told)
        for line in keeping_settings.write(plan, keeping_settings.how_kept(self.path, _PASSWORD)):
            print(f"written: {line}")
        self._let_be_watched(told)
        why = asyncio.run(self._try(told))
        if why:
            complain(
                f"the broker does not take this gate yet ({why}): {told['host']}: look at it, then restart the gate"
            )
        else:
            print(f"the broker {told['host']} takes this gate")
        print("it counts after a restart: sudo systemctl restart gate-controller")
        return ExitCode.NO if why else ExitCode.OK

    def _own_id(self) -> str:
        from gate_controller.settings import read_alone

        config = self.config if self.path.exists() else None  # it is to be made
        environ = {name: value for name, value in os.environ.items() if name != "GATE_CONFIG" or self.path.exists()}
        alone = read_alone(("id",), config=config, overrides=(), environ=environ)
        if "id" not in alone.values:
            raise CommandError(ExitCode.SETTINGS, *alone.mistakes)
        return str(alone.values["id"])

    def _values(self, told: Mapping[str, Any]) -> dict[str, object]:
        """Return the settings that the venue decides; None takes one out."""
        from gate_controller.shell.house_request import HouseRefuses, broker_settings

        folder = self.path.parent.absolute()
        try:
            decided = broker_settings(told, folder / AUTHORITY_FILE, folder / KEYS_FILE)
        except HouseRefuses as error:
            raise CommandError(ExitCode.NO, str(error)) from None
        wanted = {**decided, "mqtt.password": None, "mqtt.password_file": None}
        if told.get("voucher_key"):
            wanted |= {"mqtt.voucher_key": None, "mqtt.voucher_key_file": None}  # a file beside the settings has it
        gate = _needed(told, "gate")
        return wanted if self._own_id() == gate else {"id": gate, **wanted}

    def _drafted(self, told: Mapping[str, Any]) -> "Draft":
        from gate_controller.cli.setup.keeping_settings import Draft, current_text, mistakes_in
        from gate_controller.settings.toml_editing import EditingError, changed

        before = current_text(self.path)
        secrets = {_PASSWORD: _text(told, "password") or "none yet"}
        if voucher_key := _text(told, "voucher_key"):
            secrets[_VOUCHER_KEY] = voucher_key
        try:
            after = changed(before, self._values(told), path=self.path)
        except EditingError as error:
            raise CommandError(ExitCode.SETTINGS, str(error)) from None
        # What was wrong before (a gate without a price, say) is not for this command to refuse.
        known = {_without_line(line) for line in mistakes_in(before, self.path, {})}
        found = mistakes_in(after, self.path, secrets)
        if fresh := [line for line in found if _without_line(line) not in known]:
            raise CommandError(ExitCode.SETTINGS, *fresh)
        return Draft(self.path, before, after, secrets)

    def _tell(self, told: Mapping[str, Any], gate: str, plan: "Draft") -> None:
        house = on_one_line(_text(told, "house")) or self.address.origin
        print(f"{house} takes this gate in as {told['gate']}{'' if told['gate'] == gate else f', until now {gate}'}.")
        print(f"What is written to {self.path}, and beside it:")
        for line in plan.lines:
            found = _INLINE.match(line)
            print(f"  - {found[1]} = (hidden)" if found else f"  {line}")
        for name, what in ((AUTHORITY_FILE, "ca"), (KEYS_FILE, "order_keys")):
            if told.get(what):
                print(f"  + {name}")
        if _watcher(told):
            print(f"  + token {WATCHER} (viewer): the house's Prometheus may ask for this gate's metrics")

    def _write_files(self, told: Mapping[str, Any]) -> None:
        from gate_controller.settings.toml_editing import replace_file

        try:
            self.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            for name, what in ((AUTHORITY_FILE, "ca"), (KEYS_FILE, "order_keys")):
                if text := _text(told, what, is_line=False):
                    replace_file(self.path.parent / name, text.encode(), mode=0o644)
                    print(f"written: {self.path.parent / name}")
        except OSError as error:
            raise CommandError(
                ExitCode.NO,
                f"{error.filename or self.path} cannot be written ({error.strerror}): make room, and have another code "
                "made: this one is used",
            ) from None

    def _let_be_watched(self, told: Mapping[str, Any]) -> None:
        """Let the house's Prometheus in, which has the token; here is its hash alone."""
        digest = _watcher(told)
        if not digest:
            return
        from gate_controller.settings import read_alone
        from gate_controller.web.people import Role
        from gate_controller.web.users import Token, UsersError, changed_users, key_of

        alone = read_alone(("state_dir",), config=self.path, overrides=(), environ=os.environ)
        try:
            with changed_users(alone.values["state_dir"]) as users:
                users.programs[key_of(WATCHER)] = Token(WATCHER, Role.VIEWER, digest, time.time())
        except (KeyError, UsersError) as error:
            complain(f"the house's Prometheus is not let in ({error}): see `gate-controller token`", kind="warning")
        else:
            print(f"token {WATCHER}: the house's Prometheus may ask for this gate's metrics")

    async def _try(self, told: Mapping[str, Any]) -> str:
        """Log in as the gate will; return why that does not work."""
        try:
            from gate_controller.shell.broker import Broker, BrokerGone
        except ImportError as error:
            return f"{error.name or error} is not installed: pip install 'gate-controller[mqtt]'"
        from gate_controller.settings.mqtt_section import MqttSection

        names = ("host", "port", "tls", "user", "topic", "password")
        ca_file = self.path.parent / AUTHORITY_FILE if told.get("ca") else None
        section = MqttSection(**{name: told[name] for name in names}, ca_file=ca_file, discovery="none")
        try:
            async with asyncio.timeout(_TRY_SECONDS):
                async with Broker.reached(section, f"{section.topic}/{told['gate']}", told["gate"]):
                    return ""
        except (BrokerGone, TimeoutError) as error:
            return on_one_line(str(error)) or "it takes too long"


def _read_code(text: str) -> "JoinCode":
    from gate_controller.shell.joining import JoinUnreadable, read_code

    if not text and sys.stdin.isatty():
        text = input("The code, as the venue's page shows it: ")
    if not text:
        raise CommandError(ExitCode.SETTINGS, "no code is given: command line: the venue's page makes one")
    try:
        return read_code(text)
    except JoinUnreadable as error:
        raise CommandError(ExitCode.SETTINGS, f"{error}: command line: type it as the venue's page shows it") from None


def _agree() -> None:
    if not sys.stdin.isatty():
        raise CommandError(
            ExitCode.SETTINGS, "nobody is there to be asked, and nothing was written: command line: give --yes"
        )
    try:
        typed = input("Join? [Y/n] ").strip().lower()
    except EOFError:
        typed = "n"
    if typed not in {"", "y", "yes"}:
        raise CommandError(ExitCode.NO, "nothing was written, and the code can still be used")


def _refuse_unwritable(path: Path) -> None:
    from gate_controller.cli.setup.keeping_settings import may_write, refuse_unchangeable

    if why := may_write(path):
        raise CommandError(ExitCode.NO, why)
    refuse_unchangeable(path)


def _watcher(told: Mapping[str, Any]) -> str:
    digest = _text(told, "watched_by")
    return digest if re.fullmatch("[0-9a-f]{64}", digest) else ""


def _without_line(mistake: str) -> str:
    return re.sub(r" line \d+", "", mistake)


def _needed(told: Mapping[str, Any], name: str) -> str:
    from gate_controller.shell.house_request import HouseRefuses, needed_told

    try:
        return needed_told(told, name)
    except HouseRefuses as error:
        raise CommandError(ExitCode.NO, str(error)) from None


def _text(told: Mapping[str, Any], name: str, *, is_line: bool = True) -> str:
    from gate_controller.shell.house_request import HouseRefuses, text_told

    try:
        return text_told(told, name, is_line=is_line)
    except HouseRefuses as error:
        raise CommandError(ExitCode.NO, str(error)) from None
