"""Telling systemd: what goes into the socket, and what becomes of a gate that cannot reach it."""

import os
import socket
from pathlib import Path

import pytest

from gate_controller.systemd.notify import notify, watchdog_seconds


@pytest.fixture
def listening() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)


def test_states_go_in_one_datagram(listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening:
        listening.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify("STATUS=takes scans", "READY=1")
        assert listening.recv(1000) == b"STATUS=takes scans\nREADY=1"


def test_a_socket_without_a_file_is_reached(listening: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"gate-controller-test-{os.getpid()}"
    with listening:
        listening.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notify("WATCHDOG=1")
        assert listening.recv(1000) == b"WATCHDOG=1"


def test_a_status_with_line_breaks_stays_one_assignment(
    listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening:
        listening.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify("STATUS=out of service: relay: it says\nREADY=1")
        assert listening.recv(1000) == b"STATUS=out of service: relay: it says READY=1"


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    assert caplog.text == ""


def test_a_systemd_that_does_not_listen_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify("READY=1")
    assert "systemd=not_told what='READY=1'" in caplog.text


@pytest.mark.parametrize(
    ("pid", "microseconds", "seconds"),
    [
        (None, "30000000", 30.0),
        ("this process", "500000", 0.5),
        ("1", "30000000", None),  # meant for another process
        (None, "0", None),
        (None, "soon", None),
        (None, None, None),
    ],
)
def test_the_watchdogs_time_is_read(
    monkeypatch: pytest.MonkeyPatch, pid: str | None, microseconds: str | None, seconds: float | None
) -> None:
    for name, value in (("WATCHDOG_PID", pid), ("WATCHDOG_USEC", microseconds)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, str(os.getpid()) if value == "this process" else value)
    assert watchdog_seconds() == seconds
