"""`gate-controller venue user` and `venue token`: the people and programs of a house, in the venue's own folder."""

import io
import json
import os
from pathlib import Path

import pytest

from gate_controller.cli import main
from gate_controller.web.people import Role
from gate_controller.web.users import read_users


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of a venue, with nothing around it."""
    for name in os.environ:
        if name.startswith(("VENUE_", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "state"


def venue(*words: str, state: Path) -> int:
    return main(["venue", *words, "--set", f"state_dir={state}"])


def test_people_are_added_changed_and_removed(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("add", "Anna", "--role", "staff"), ("password", "Anna")):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a long enough password\n")))
        assert venue("user", *words, "--password-stdin", state=state) == 0
    assert venue("user", "role", "Anna", "--role", "technician", state=state) == 0
    capsys.readouterr()
    assert venue("user", "list", "--json", state=state) == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "Anna", "role": "technician"}]
    assert venue("user", "remove", "Anna", state=state) == 0
    assert venue("user", "remove", "Anna", state=state) == 1
    assert "there is no user 'Anna'" in capsys.readouterr().err


def test_tokens_are_made_listed_and_revoked(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert venue("token", "add", "grafana", "--role", "viewer", state=state) == 0
    assert capsys.readouterr().out.startswith("gate_")
    assert [each.role for each in read_users(state).programs.values()] == [Role.VIEWER]
    assert venue("token", "list", state=state) == 0
    assert "grafana" in capsys.readouterr().out
    assert venue("token", "revoke", "grafana", state=state) == 0
    assert read_users(state).programs == {}


def test_a_page_without_a_certificate_has_no_fingerprint(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert venue("user", "fingerprint", state=state) == 1
    assert "the page has no certificate" in capsys.readouterr().err
    assert venue("user", "fingerprint", "--set", "web.host=0.0.0.0", state=state) == 1
    assert "at its first start with the page" in capsys.readouterr().err


def test_wrong_settings_of_a_venue_are_told(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert venue("user", "list", "--set", "relay.pin=5", state=state) == 2
    assert "relay.pin is no setting" in capsys.readouterr().err
