"""Accounts in a password file: a real Mosquitto takes the lines that the venue writes."""

import signal
from pathlib import Path

import aiomqtt
import pytest
from typing_extensions import override

from gate_controller.venue.broker_accounts import AccountsError
from gate_controller.venue.password_lines import PasswordFileAccounts, password_line
from tests.rig.dynamic_broker import DynamicBroker
from tests.rig.mosquitto import ACL


class FileBroker(DynamicBroker):
    """A broker with a password file and the rules of docs/monitoring."""

    @override
    def config_lines(self) -> list[str]:
        return ["allow_anonymous false", f"password_file {self.folder / 'passwords'}", f"acl_file {ACL}"]

    def reread(self) -> None:
        """Have it read its files again, as the unit does."""
        assert self._running is not None
        self._running.send_signal(signal.SIGHUP)


async def is_let_in(broker: DynamicBroker, user: str, password: str) -> bool:
    try:
        async with broker.client(user, password):
            return True
    except aiomqtt.MqttError:
        return False


async def test_a_broker_takes_the_lines_once_it_has_read_them(tmp_path: Path) -> None:
    path = tmp_path / "passwords"
    path.write_text(f"# the house's own\n{password_line('homeassistant', 'hers')}\n")
    accounts, broker = PasswordFileAccounts(path), FileBroker(tmp_path)
    await accounts.admit("east", "first")
    try:
        await broker.start()
        assert await is_let_in(broker, "east", "first")
        await accounts.admit("east", "second")
        await accounts.admit("west", "third")
        broker.reread()
        assert await is_let_in(broker, "east", "second")
        assert not await is_let_in(broker, "east", "first")
        await accounts.shut("east")
        await accounts.shut("east")
        broker.reread()
        assert not await is_let_in(broker, "east", "second")
        assert await is_let_in(broker, "west", "third")
        assert await is_let_in(broker, "homeassistant", "hers")
    finally:
        broker.kill()
    assert path.read_text().startswith("# the house's own\nhomeassistant:$7$")
    with pytest.raises(AccountsError, match="another account called homeassistant"):
        await accounts.admit("homeassistant", "another's")
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_file_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(AccountsError, match="cannot be changed"):
        await PasswordFileAccounts(tmp_path / "missing" / "passwords").admit("east", "first")
