"""Receivers are told by a whole gate: once, again when it is over, without codes, and in nobody's way."""

import json
import logging
import re
import socket
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.attempt import sensing
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.devices.health import Vitals
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from gate_controller.simulator.vouchers import Voucher
from tests.rig.gate import GOOD, RELAY, GateInProcess, fault, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.receiving import WEBHOOK_KEY, Hook, post_office, self_signed, url_at, webhook_receiver
from tests.rig.simulator import KEY
from tests.rig.waiting import until

PASSAGE = 5
UNUSED: dict[str, Any] = {"passage__pin": PASSAGE, "passage__seconds": 0.1, "admission__credit_minutes": 0.002}
"""A gate whose charges are given back at once, where nobody goes through."""
AT_ONCE: dict[str, Any] = {"notify__out_of_service_minutes": 0.005, "notify__eguma_minutes": 0.005}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    import_module("gate_controller.shell.notifying")  # which a gate brings in only where somebody is to be told
    for pause in ("GATHER_SECONDS", "APART_SECONDS", "FIRST_PAUSE_SECONDS", "LONGEST_PAUSE_SECONDS"):
        shorten(monkeypatch, pause, 0.05)
    shorten(monkeypatch, "_QUIET_SECONDS", _Always(0.1))  # type: ignore[arg-type]  # one for all
    monkeypatch.setattr(sensing, "UNSEEN_RELEASES", 100)  # a sensor that sees nobody for long is taken for dead


class _Always(dict[Any, float]):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __missing__(self, key: Any) -> float:
        return self._seconds


def told_to(hook: Hook) -> dict[str, Any]:
    return {"notify__webhook_url": hook.url, "notify__webhook_key": WEBHOOK_KEY, **AT_ONCE, **UNUSED}


async def leave_open(gate: GateInProcess, simulator: Simulator) -> str:
    """Leave a charge of a voucher of its own to the staff, and return its incident code."""
    known = {record.incident for record in gate.records}
    code = f"T{len(known):02}DFIVELQTR"
    simulator.ledger.put(Voucher(code, Cents(50_000), Cents(50_000)))
    simulator.faults.add(fault(FaultKind.STATUS, Endpoint.CANCEL_REDEMPTION, status=400))
    gate.scan(code)
    await until(lambda: any(r.stands == "open item" and r.incident not in known for r in gate.records))
    return next(record.incident for record in gate.records if record.incident not in known)


async def test_an_open_item_is_told_once_and_again_when_it_is_settled(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with webhook_receiver() as hook, running_gate(state_dir, pins, simulator, **told_to(hook)) as gate:
        incident = await leave_open(gate, simulator)
        await until(lambda: len(hook.posts) == 1)
        [begun] = hook.told
        assert (begun["about"], begun["state"], begun["incident"], begun["cents"], begun["currency"]) == (
            "open_item",
            "begun",
            incident,
            2500,
            "CHF",
        )
        assert "CHF\N{NO-BREAK SPACE}25.00 were charged to voucher:" in begun["headline"]
        await gate.asked("settle", incident=incident, by="Anna", reason=f"paid back, {GOOD}")
        await until(lambda: len(hook.posts) == 2)
        assert (hook.told[1]["state"], hook.told[1]["incident"]) == ("over", incident)
        assert "Anna" in hook.told[1]["headline"]
        assert all(post.is_signed for post in hook.posts)
    everything = b"".join(post.body for post in hook.posts).decode()
    assert not re.search("FIVE|LQTR|…", everything)
    assert GOOD not in everything
    assert KEY not in everything


async def test_a_restart_tells_nothing_twice_and_what_ended_meanwhile_once(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with webhook_receiver() as hook:
        settings = told_to(hook)
        async with running_gate(state_dir, pins, simulator, **settings) as gate:
            first, second = await leave_open(gate, simulator), await leave_open(gate, simulator)
            gate.scanner.unplug()
            await until(lambda: len(hook.told) == 3)
            await until(lambda: "out_of_service" in (remembered(state_dir) or ""))
        async with running_gate(state_dir, pins, simulator, **settings) as gate:
            await gate.asked("settle", incident=second, by="Anna", reason="paid back")
            await until(lambda: len(hook.told) == 5)
            assert {(one["about"], one["state"], one["incident"]) for one in hook.told[3:]} == {
                ("out_of_service", "over", ""),
                ("open_item", "over", second),
            }
        async with running_gate(state_dir, pins, simulator, **settings) as gate:
            await gate.asked("settle", incident=first, by="Anna", reason="paid back")
            await until(lambda: len(hook.told) == 6)
        assert (hook.told[5]["state"], hook.told[5]["incident"]) == ("over", first)


def remembered(state_dir: Path) -> str | None:
    from gate_controller.journal import rows  # noqa: PLC0415
    from gate_controller.journal.reader import Reader  # noqa: PLC0415

    with Reader(state_dir)._opened() as db:
        return rows.remembered(db, "told")


async def test_out_of_service_supply_disk_and_eguma_are_told_and_their_end(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with webhook_receiver() as hook, running_gate(state_dir, pins, simulator, **told_to(hook)) as gate:
        watch = gate.app._watch
        await until(lambda: watch.status().looked_at is not None)
        watch.take(Vitals(is_undervolted=True, disk_free=0.01, is_writable=True))
        gate.scanner.unplug()
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.ANY, times=None))
        gate.app.board.asked_eguma("balance", await gate.app._api.probe(), 0.1)
        about = {"supply", "disk", "out_of_service", "eguma"}
        await until(lambda: {one["about"] for one in hook.told if one["state"] == "begun"} == about)
        simulator.faults.clear()
        watch.take(Vitals(is_undervolted=False, disk_free=0.5, is_writable=True))
        gate.app.board.asked_eguma("balance", None, 0.1)
        gate.scanner.replug()
        await until(lambda: {one["about"] for one in hook.told if one["state"] == "over"} == about)
        assert len(hook.told) == 2 * len(about)
        assert all(one["until"] >= one["since"] for one in hook.told if one["state"] == "over")


async def test_a_receiver_that_is_gone_costs_a_line_and_gets_all_at_once_when_it_is_back(
    state_dir: Path, pins: Pins, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gone = socket.socket()
    gone.bind(("127.0.0.1", 0))
    async with running_gate(state_dir, pins, simulator, **told_to(Hook(url_at(gone)))) as gate:
        incidents = {await leave_open(gate, simulator) for _ in range(4)}
        gate.scanner.unplug()
        await until(lambda: "scanner" in gate.app.board.status().headline)
        # It goes on serving meanwhile.
        gate.scanner.replug()
        await gate.takes_scans()
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        assert len([one for one in caplog.messages if "notify=failed" in one]) == 1
        async with webhook_receiver(gone) as hook:
            await until(lambda: len(hook.posts) >= 1)
            assert incidents <= {one["incident"] for one in hook.posts[0].told["notices"]}
            await until(lambda: any("notify=told" in one for one in caplog.messages))
    assert "s3cret" not in caplog.text
    assert WEBHOOK_KEY not in caplog.text


async def test_a_post_that_may_have_arrived_comes_again_under_the_same_id(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with webhook_receiver() as hook, running_gate(state_dir, pins, simulator, **told_to(hook)) as gate:
        hook.answers = ["cut", "502 Bad Gateway"]
        await leave_open(gate, simulator)
        await until(lambda: len(hook.posts) == 3)
        assert len({post.headers["gate-delivery"] for post in hook.posts}) == 1
        assert len({one["id"] for one in hook.told}) == 1


async def test_many_open_items_are_one_delivery_that_counts_the_rest(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "MOST_ITEMS", 2)
    async with webhook_receiver() as hook:
        settings = told_to(hook)
        async with running_gate(state_dir, pins, simulator, **UNUSED) as gate:
            for _ in range(5):
                await leave_open(gate, simulator)
        async with running_gate(state_dir, pins, simulator, **settings) as gate:
            await until(lambda: len(hook.posts) == 1)
            assert len(hook.told) == 2
            assert "And 3 more incidents that need a person." in hook.posts[0].told["text"]
            assert hook.posts[0].told["subject"].endswith("(and 4 more)")


async def test_mail_is_in_the_language_of_the_house_with_the_gate_s_name_and_the_page(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    async with post_office(certificate) as office:
        settings: dict[str, Any] = {
            "notify__smtp_host": "localhost",
            "notify__smtp_port": office.port,
            "notify__mail_from": "gate@museum.example",
            "notify__mail_to": "technik@museum.example",
            "display__languages": "de,en",
            "display__gate_name": "Süd",
            "web__names": "gate.museum.ch",
            "web__port": 8443,
            "web__host": "127.0.0.1",
            **AT_ONCE,
            **UNUSED,
        }
        monkeypatch.setattr("gate_controller.app.keeping.keep", _no_page)
        async with running_gate(state_dir, pins, simulator, **settings) as gate:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
            incident = await leave_open(gate, simulator)
            await until(lambda: len(office.mails) == 1)
    [mail] = office.mails
    text = mail.get_content().replace("\N{NO-BREAK SPACE}", " ")
    assert mail["Subject"] == f"Süd: Vorfall {incident} braucht das Personal"
    assert "wurden dem Gutschein CHF 25.00 belastet" in text
    assert f"https://gate.museum.ch/attempts/{incident}" in text
    assert not re.search("FIVE|LQTR|…", text + str(mail))


async def _no_page(*_: object, **__: object) -> None:
    return None


async def test_a_gate_that_is_idle_with_receivers_writes_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with webhook_receiver() as hook, running_gate(state_dir, pins, simulator, **told_to(hook)) as gate:
        await leave_open(gate, simulator)
        await until(lambda: len(hook.posts) == 1 and remembered(state_dir) is not None)
        before = {path: path.stat().st_mtime_ns for path in state_dir.iterdir()}
        for _ in range(20):
            gate.app.board.changed()
            await until(lambda: not gate.app.board.tells_soon)
        assert {path: path.stat().st_mtime_ns for path in state_dir.iterdir()} == before
        assert pins.is_high(RELAY) is False
        assert json.loads(remembered(state_dir) or "")
