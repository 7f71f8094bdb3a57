"""`gate-controller join`: over a real socket to a venue, and to a real Mosquitto with its dynamic security."""

import asyncio
import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from gate_controller.cli import main
from gate_controller.settings import load_settings
from gate_controller.shell.joining import JoinCode, new_code, seal_answer, unpack_request
from gate_controller.venue.dynamic_security import DynamicAccounts
from tests.rig.dynamic_broker import DynamicBroker
from tests.rig.enrolling import Joinable, ListedAccounts, served
from tests.rig.raw_server import refusing_port
from tests.rig.receiving import self_signed

SETTINGS = """\
# This gate's own.
id = "east"

[admission]
price_cents = 2500  # since May

[mqtt]
# Another broker, until now.
host = "old.museum.ch"
password = "old password"
user = "someone"
"""


@pytest.fixture(autouse=True)
def gate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A gate that is set up, without anything around it."""
    for name in os.environ:
        if name.startswith(("GATE_", "CREDENTIALS_DIRECTORY")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gate.toml").write_text(SETTINGS)
    (tmp_path / "eguma.api_key").write_text("k3y-of-the-gate\n")
    return tmp_path


@pytest.fixture
def venue() -> Iterator[Joinable]:
    made = Joinable()
    with made.served():
        yield made


def join(url: str, *more: str) -> int:
    return main(["join", url, *more, "--config", "gate.toml"])


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[DynamicBroker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    made = DynamicBroker(folder, certificate=self_signed(folder))
    asyncio.run(made.start())
    asyncio.run(DynamicAccounts(made.as_venue).prepare())
    yield made
    made.kill()


def test_a_gate_that_has_joined_is_taken_by_the_broker_as_itself(
    gate: Path, broker: DynamicBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broker.certificate is not None
    offer = {"host": "localhost", "port": broker.port, "tls": True, "ca": broker.certificate.file.read_text()}
    venue = Joinable(accounts=DynamicAccounts(broker.as_venue), offer=offer)
    with venue.served(self_signed(gate, "venue")) as url:  # a certificate that nobody trusts
        assert join(url, venue.code(), "--yes") == 0
        said = capsys.readouterr().out
        assert "the broker localhost takes this gate" in said
        password = (gate / "mqtt.password").read_text().strip()
        assert password not in said
        assert join(url, venue.code("east"), "--yes") == 0  # its password is rolled
    assert (gate / "mqtt.password").read_text().strip() not in {password, ""}
    settings = load_settings(config=gate / "gate.toml", overrides=(), environ={}).settings
    assert (settings.id, settings.mqtt.user, settings.mqtt.host) == ("east", "east", "localhost")
    text = (gate / "gate.toml").read_text()
    assert "# This gate's own." in text
    assert "2500  # since May" in text
    assert "old password" not in text
    assert stat.S_IMODE((gate / "mqtt.password").stat().st_mode) == 0o600
    assert (gate / "broker-ca.pem").read_text() == offer["ca"]
    assert venue.book.gates.keys() == {"east"}


def test_a_gate_that_the_venue_calls_otherwise_takes_that_id(venue: Joinable, gate: Path) -> None:
    assert join(venue.url, venue.code("north", "North"), "--yes") == 1  # nobody listens where the broker should be
    assert tomllib.loads((gate / "gate.toml").read_text())["id"] == "north"


def test_what_is_written_is_shown_and_nothing_is_without_a_yes(
    venue: Joinable, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = venue.code()
    assert join(venue.url, code) == 2
    said = capsys.readouterr()
    assert "Museum takes this gate in as east." in said.out
    assert '+ host = "127.0.0.1"' in said.out
    assert "- password = (hidden)" in said.out
    assert "+ mqtt.password (hidden)" in said.out
    assert "old password" not in said.out
    assert "give --yes" in said.err
    assert (gate / "gate.toml").read_text() == SETTINGS
    assert venue.book.gates == {}
    assert join(f"{venue.url}/#{code}", "--yes") == 1  # the code can still be used, and the picture has both in one
    assert venue.book.gates.keys() == {"east"}
    assert "127.0.0.1: look at it, then restart" in capsys.readouterr().err
    assert join(venue.url, code, "--yes") == 1
    assert "was used by east" in capsys.readouterr().err


def test_a_gate_without_any_settings_can_join_first(venue: Joinable, gate: Path) -> None:
    (gate / "gate.toml").unlink()
    (gate / "eguma.api_key").unlink()
    assert join(venue.url, venue.code("north"), "--yes") == 1
    assert tomllib.loads((gate / "gate.toml").read_text())["mqtt"]["user"] == "north"


def wrong_secret(text: str) -> str:
    other = new_code()
    return JoinCode(text[:4], other.secret).text


@pytest.mark.parametrize(
    ("what", "words", "code"),
    [
        ("short", "has 19 letters, and should have 20: command line", 2),
        ("strange", "holds U, which no code has", 2),
        ("unknown", "the code is not known here: look at each letter", 1),
        ("wrong", "the code is not known here: look at each letter", 1),
        ("late", "the code was good for an hour, which is over", 1),
        ("other", "a gate called east is here already", 1),
        ("away", "cannot make an account at its broker now (Connection refused)", 1),
    ],
)
def test_a_code_that_is_of_no_use_is_told_of(
    venue: Joinable, gate: Path, capsys: pytest.CaptureFixture[str], what: str, words: str, code: int
) -> None:
    typed = venue.code()
    match what:
        case "short":
            typed = typed[:-1]
        case "strange":
            typed = f"{typed[:-1]}U"
        case "unknown":
            typed = new_code().text
        case "wrong":
            typed = wrong_secret(typed)
        case "late":
            venue.now += 3601
        case "other":
            assert join(venue.url, venue.code(), "--yes") == 1
            (gate / "gate.toml").write_text(SETTINGS)
        case _:
            assert isinstance(venue.accounts, ListedAccounts)
            venue.accounts.is_away = True
    assert join(venue.url, typed, "--yes") == code
    said = capsys.readouterr()
    assert words in said.err
    assert typed not in said.out + said.err
    assert (gate / "gate.toml").read_text() == SETTINGS


@pytest.mark.parametrize("url", ["ftp://venue", "http://[venue", "https://anna:secret@venue", "https://venue:70000"])
def test_an_address_that_is_none_is_told_of(capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert join(url, new_code().text, "--yes") == 2
    assert "is no address of a venue" in capsys.readouterr().err


def test_a_venue_that_is_not_reached_is_told_of(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate_controller.shell.house_request._PAUSES", (0.01,))
    with refusing_port() as url:
        assert join(url, new_code().text, "--yes") == 1
    assert "the venue is not reached (Connection refused)" in capsys.readouterr().err


def test_somebody_between_who_does_not_know_the_code_is_found_out(
    venue: Joinable, gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def lying(request: Request) -> Response:
        asked = unpack_request(await request.body())
        return Response(seal_answer(bytes(32), asked.request, venue.offer))

    code = venue.code()
    with served(lying) as url:
        assert join(url, code, "--yes") == 1
    assert "the answer is from nobody who knows the code" in capsys.readouterr().err
    assert (gate / "gate.toml").read_text() == SETTINGS


@pytest.mark.parametrize("body", [b"x" * 40_000, b"<html>", b"[" * 20_000])
def test_what_is_no_venue_is_told_of(gate: Path, capsys: pytest.CaptureFixture[str], body: bytes) -> None:
    async def strange(_request: Request) -> Response:
        return Response(body, 200 if len(body) > 100 else 502)

    with served(strange) as url:
        assert join(url, new_code().text, "--yes") == 1
    assert url in capsys.readouterr().err
    assert (gate / "gate.toml").read_text() == SETTINGS


@pytest.mark.parametrize("lacking", ["gate", "host", "password"])
def test_a_venue_of_another_version_is_told_of(gate: Path, capsys: pytest.CaptureFixture[str], lacking: str) -> None:
    code = new_code()
    offer = {
        "host": "127.0.0.1",
        "port": 1,
        "tls": False,
        "topic": "gate-controller",
        "house": "Museum",
        "user": "east",
    }

    async def other(request: Request) -> Response:
        told = {**offer, "gate": "east", "password": "p"}
        del told[lacking]
        return Response(seal_answer(code.key(), unpack_request(await request.body()).request, told))

    with served(other) as url:
        assert join(url, code.text, "--yes") == 1
    assert f"the venue's answer has no {lacking}" in capsys.readouterr().err
    assert (gate / "gate.toml").read_text() == SETTINGS
