"""Secrets that systemd keeps encrypted: written by setup, read by root's commands, with systemd's own program."""

from pathlib import Path

import pytest

from gate_controller.settings import encrypted_secret
from gate_controller.settings.encrypted_secret import SecretError
from gate_controller.settings.mistakes import KEY
from tests.rig.settings import SECRET


def test_a_secret_comes_back_as_it_was_and_does_not_stand_in_the_file() -> None:
    told = encrypted_secret.encrypted(KEY, SECRET)
    assert SECRET.encode() not in told
    assert encrypted_secret.decrypted(KEY, told) == SECRET


def test_one_that_is_given_for_another_is_none() -> None:
    told = encrypted_secret.encrypted(KEY, SECRET)
    with pytest.raises(
        SecretError, match=r"cannot be read by systemd-creds .*run `sudo gate-controller setup`"
    ) as error:
        encrypted_secret.decrypted("notify.smtp_password", told)
    assert SECRET not in str(error.value)


def test_what_is_damaged_is_told_without_a_traceback() -> None:
    with pytest.raises(SecretError, match="cannot be read"):
        encrypted_secret.decrypted(KEY, b"rubbish")


def test_the_drop_in_names_the_place_that_the_secret_lies_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encrypted_secret, "STORE", tmp_path)
    assert encrypted_secret.drop_in(KEY).splitlines()[1:] == [
        "[Service]",
        f"LoadCredentialEncrypted={KEY}:{tmp_path / KEY}",
    ]
