"""`gate-controller journal`, beside a running gate and on a stopped one's journal."""

import asyncio
import csv
import io
import json
import os
import re
import stat
import subprocess
import time
from pathlib import Path

import pytest

from gate_controller.admission.words.messages import MessageKind
from gate_controller.desk.control_socket import ControlError, ask
from gate_controller.journal.store import Store
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.forked import forked
from tests.rig.gate import GOOD, LOW, PRICE, GateInProcess, fault, open_items, running_gate
from tests.rig.pins import Pins
from tests.rig.simulator import KEY
from tests.rig.waiting import until

NOT_PAID = "NPD2QX8LFT5W"


async def journal(directory: Path, *words: str, base_url: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with the loop of the gate going on."""
    environment = {"GATE_EGUMA__API_KEY": KEY, "GATE_ADMISSION__PRICE_CENTS": str(PRICE), "PATH": "/usr/bin:/bin"}
    if base_url:
        environment["GATE_EGUMA__BASE_URL"] = base_url
    return await asyncio.to_thread(forked, ["journal", *words, "--set", f"state_dir={directory}"], environment)


async def open_item(gate: GateInProcess) -> str:
    """Let a charge without a token lapse unused, and return its incident code."""
    faults = gate.simulator.faults
    faults.add(fault(FaultKind.HANG, effect=True))
    faults.add(fault(FaultKind.STATUS, Endpoint.REDEMPTIONS, status=403, times=None))
    faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, skip=1, times=None))
    gate.scan(GOOD)
    verdict = await gate.verdict()
    assert verdict.kind is MessageKind.BEING_CHECKED
    faults.clear()
    await until(lambda: bool(open_items(gate.settings.state_dir)), seconds=15)
    return verdict.message.incident


async def test_a_refund_is_given_through_the_running_gate(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scan(GOOD)
        incident = (await gate.verdict()).message.incident

        answer = await journal(state_dir, "refund", incident.lower(), "--reason", "wrong day", "--by", "Anna")

        assert answer.returncode == 0
        warning = f"gate-controller: warning: incident {incident}: its visitor was admitted at "
        assert answer.stderr.startswith(warning)
        assert answer.stderr.count("\n") == 1
        assert answer.stdout == f"{incident} is refunded: confirmed by E-GUMA\n"
        assert gate.charged == 0


async def test_a_refund_is_given_on_a_stopped_gates_journal(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        incident = (await gate.admit()).message.incident
        await gate.stop()

        answer = await journal(
            state_dir, "refund", incident, "--reason", "wrong day", "--by", "Anna", base_url=gate.simulator.base_url
        )

        assert answer.returncode == 0, answer.stderr
        assert gate.charged == 0
        again = await journal(
            state_dir, "refund", incident, "--reason", "wrong day", "--by", "Anna", base_url=gate.simulator.base_url
        )
        assert again.returncode == 1
        assert "has been given back already" in again.stderr


async def test_an_open_item_is_listed_and_settled(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, admission__credit_minutes="0") as gate:
        incident = await open_item(gate)

        listed = json.loads((await journal(state_dir, "open", "--json")).stdout)
        assert [one["incident"] for one in listed] == [incident]
        assert {"incident", "voucher_code", "amount_cents", "reason", "since"} <= set(listed[0])
        assert (listed[0]["voucher_code"], listed[0]["amount_cents"]) == ("…KJR3", PRICE)
        full = json.loads((await journal(state_dir, "open", "--json", "--full")).stdout)
        assert full[0]["voucher_code"] == GOOD

        refused = await journal(state_dir, "settle", incident, "--reason", " ", "--by", "Anna")
        assert refused.returncode == 2
        settled = await journal(state_dir, "settle", incident, "--reason", "given back in cash", "--by", "Anna")
        assert settled.stdout == f"{incident} is settled\n"
        assert (await journal(state_dir, "open")).stdout == "no open items\n"
        assert "by=Anna reason=given back in cash" in (await journal(state_dir, "show", incident, "--facts")).stdout


async def test_what_was_settled_by_hand_is_not_given_back_a_second_time(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(
        state_dir, pins, simulator, admission__credit_minutes="0", passage__pin=5, passage__seconds="0.2"
    ) as gate:
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.CANCEL_REDEMPTION, status=400, times=None))
        gate.scan(GOOD)
        await until(lambda: bool(open_items(state_dir)), seconds=15)
        [item] = open_items(state_dir)
        await journal(state_dir, "settle", item.incident, "--reason", "25.00 in cash", "--by", "Anna")
        simulator.faults.clear()

        answer = await journal(state_dir, "refund", item.incident, "--reason", "wrong day", "--by", "Anna")

        assert answer.returncode == 1
        assert "was settled by Anna (25.00 in cash): a refund now would give it back twice" in answer.stderr
        assert gate.charged == PRICE


async def test_whoever_orders_a_refund_is_in_the_books(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        incident = (await gate.admit()).message.incident

        await journal(state_dir, "refund", incident, "--reason", "wrong day", "--by", "Anna")

        assert "by=Anna" in (await journal(state_dir, "show", incident, "--facts")).stdout


async def test_a_request_that_cannot_be_read_is_answered_with_an_error(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator):
        with pytest.raises(ControlError, match="cannot read this request"):
            await asyncio.to_thread(lambda: ask(state_dir, "page", limit="x"))
        with pytest.raises(ControlError, match="cannot read this request"):
            await asyncio.to_thread(lambda: ask(state_dir, "show"))


async def test_the_journal_is_listed_shown_exported_verified_and_copied(
    tmp_path: Path, state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        incident = (await gate.admit()).message.incident
        gate.scan(NOT_PAID)
        await gate.tells(["Intended", "Approved", "Redeemed", "Released"], ["Intended", "Refused"])

        listed = await journal(state_dir, "list")
        assert [line.split()[0] for line in listed.stdout.splitlines()[1:]] == [r.incident for r in gate.records]
        assert GOOD not in listed.stdout
        shown = json.loads((await journal(state_dir, "show", incident, "--json")).stdout)
        assert [fact["fact"] for fact in shown["facts"]] == ["Intended", "Approved", "Redeemed", "Released"]
        today = time.strftime("%Y-%m-%d")
        rows = list(
            csv.DictReader(io.StringIO((await journal(state_dir, "export", "--from", today, "--to", today)).stdout))
        )
        assert {row["stands"] for row in rows} == {"admitted", "refused"}
        lines = (await journal(state_dir, "export", "--format", "jsonl", "--full")).stdout.splitlines()
        assert GOOD in {json.loads(line)["voucher_code"] for line in lines}
        assert (await journal(state_dir, "verify")).stdout == "the journal is whole\n"
        copied = await journal(state_dir, "backup", str(tmp_path / "copy.sqlite3"))
        assert copied.returncode == 0, copied.stderr
        assert (tmp_path / "copy.sqlite3").stat().st_size > 0
        assert stat.S_IMODE((tmp_path / "copy.sqlite3").stat().st_mode) == 0o600
        nothing = await journal(state_dir, "export", "--from", "2001-01-01", "--to", "2001-01-02")
        assert nothing.stdout.startswith("incident,attempt,begun,")


async def test_attempts_are_found_by_voucher_day_and_reason_and_told_in_sentences(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        incident = (await gate.admit()).message.incident
        gate.scan(LOW)
        await gate.tells(["Intended", "Approved", "Redeemed", "Released"], ["Intended", "Refused"])
        low, admitted = (record.incident for record in gate.records)

        async def listed(*words: str) -> list[str]:
            answer = await journal(state_dir, "list", *words)
            assert answer.returncode == 0, answer.stderr
            return [line.split()[0] for line in answer.stdout.splitlines()[1:]]

        today = time.strftime("%Y-%m-%d")
        assert await listed("--voucher", "l4fu-5lqt-kjr3") == [admitted]
        assert await listed("--voucher", "2MNQ") == [low]
        assert await listed("--reason", "balance too low") == [low]
        assert await listed("--day", today) == [low, admitted]
        assert await listed("--day", today, "--voucher", GOOD, "--open") == []
        assert (await journal(state_dir, "list", "--open")).stdout == "no such attempts\n"

        shown = (await journal(state_dir, "show", GOOD)).stdout.splitlines()
        assert shown[0].startswith(f"{incident}  {today} ")
        assert shown[0].endswith("  Admitted")
        assert [line[10:] for line in shown[2:6]] == [
            "Voucher …KJR3 was scanned; CHF 25.00 were to be charged.",
            "E-GUMA allowed the charge; voucher …KJR3 held CHF 500.00.",
            "E-GUMA charged CHF 25.00; CHF 475.00 left.",
            "The gate was opened.",
        ]
        assert shown[-1] == f"possible now: gate-controller journal refund {incident}"
        raw = (await journal(state_dir, "show", incident, "--facts")).stdout
        assert "Redeemed" in raw
        assert not re.search(r":[0-9]{2}Z ", raw)  # UTC is for programs
        refunded = await journal(state_dir, "refund", GOOD, "--reason", "wrong day", "--by", "Anna")
        assert refunded.stdout == f"{incident} is refunded: confirmed by E-GUMA\n"


async def test_a_stopped_gate_knows_a_voucher_in_place_of_an_incident(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        incident = (await gate.admit()).message.incident
        await gate.stop()
        words = ("refund", "L4FU-5LQT-KJR3", "--reason", "wrong day", "--by", "Anna")
        answer = await journal(state_dir, *words, base_url=gate.simulator.base_url)
        assert answer.stdout == f"{incident} is refunded: confirmed by E-GUMA\n"
        unknown = await journal(state_dir, "show", "LWB4-HK7T-2MNQ")
        assert (
            unknown.stderr
            == "gate-controller: error: voucher …2MNQ: the journal holds no attempt of it: check the code\n"
        )


async def test_an_open_item_says_what_can_be_done_and_its_visitor_is_let_in(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(
        state_dir, pins, simulator, admission__credit_minutes="0", passage__pin=5, passage__seconds="0.2"
    ) as gate:
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.CANCEL_REDEMPTION, status=400, times=None))
        gate.scan(GOOD)
        await until(lambda: bool(open_items(state_dir)), seconds=15)
        [item] = open_items(state_dir)
        told = (await journal(state_dir, "open")).stdout
        assert "CHF 25.00 were charged to voucher …KJR3: E-GUMA refused the refund" in told
        orders = [f"gate-controller journal {order} {item.incident}" for order in ("let-in", "refund", "settle")]
        assert f"possible now: {', '.join(orders)}\n" in told
        let_in = await journal(state_dir, "let-in", item.incident, "--reason", "waits at the gate", "--by", "Anna")
        assert (let_in.returncode, let_in.stdout) == (0, f"{item.incident} is settled\n"), let_in.stderr
        shown = (await journal(state_dir, "show", item.incident)).stdout
        assert "Anna let the visitor in on this charge: waits at the gate." in shown


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
async def test_a_backup_that_root_makes_of_a_stopped_gate_leaves_the_gate_its_folder(
    state_dir: Path, tmp_path: Path
) -> None:
    Store(state_dir).close()
    os.chown(state_dir, 4321, 4321)
    made = await journal(state_dir, "backup", str(tmp_path / "copy.sqlite3"))
    assert made.returncode == 0, made.stderr
    assert (state_dir / "backups").stat().st_uid == 4321
    assert {path.stat().st_uid for path in state_dir.iterdir()} == {4321}


async def test_a_day_is_reconciled_with_egumas_list(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        for _ in range(2):
            await gate.admit()
        today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 3600))
        base_url = gate.simulator.base_url

        same = await journal(state_dir, "reconcile", "--date", today, base_url=base_url)
        assert (same.returncode, "no difference" in same.stdout) == (0, True), same.stdout + same.stderr
        known = next(gate.simulator.ledger.redemptions())
        gate.simulator.ledger.redeem(GOOD, PRICE, user=known.user, redeemed_at=known.redeemed_at, made_at=known.made_at)
        other = await journal(state_dir, "reconcile", "--date", today, "--json", base_url=base_url)

        assert other.returncode == 1, other.stderr
        assert [one["what"] for one in json.loads(other.stdout)] == ["in E-GUMA's list, unknown to the journal"]


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("show", "ZZZZZ"), 1, "incident ZZZZZ: the journal holds no such attempt"),
        (("show", "!"), 1, "incident !: the journal holds no such attempt"),
        (("export", "--from", "yesterday"), 2, "option --from: write 2026-11-30"),
        (("export", "--format", "xml"), 2, "take csv or jsonl"),
        (("export", "--from", "2026-11-02", "--to", "2026-11-01"), 2, "2026-11-02 is after 2026-11-01"),
        (("list", "--day", "yesterday"), 2, "option --day: write 2026-11-30"),
        (("list", "--voucher", "28"), 1, "this is no voucher code: give the whole code, or its last four characters"),
        (("reconcile", "--date", "x"), 2, "option --date"),
        (("reconcile", "--date", "2026-11-23", "--zone", "Mars/Olympus"), 2, "option --zone"),
        (("settle", "ZZZZZ", "--reason", "x", "--by", "Anna"), 1, "holds no such attempt"),
    ],
)
async def test_what_makes_no_sense_is_one_clear_line(
    state_dir: Path, pins: Pins, simulator: Simulator, words: tuple[str, ...], code: int, error: str
) -> None:
    async with running_gate(state_dir, pins, simulator):
        answer = await journal(state_dir, *words)

        assert answer.returncode == code
        assert error in answer.stderr
        assert answer.stderr.count("\n") == 1


async def test_without_a_journal_the_error_says_what_to_check(tmp_path: Path) -> None:
    answer = await journal(tmp_path / "nowhere", "open")

    assert answer.returncode == 1
    assert "journal.sqlite3: is not there: check state_dir" in answer.stderr


async def test_a_refund_that_was_refused_once_is_tried_again(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(
        state_dir, pins, simulator, passage__pin=23, passage__seconds=0.3, admission__credit_minutes=0.005
    ) as gate:
        gate.simulator.faults.add(fault(FaultKind.STATUS, Endpoint.CANCEL_REDEMPTION, status=400))
        gate.scan(GOOD)
        incident = (await gate.verdict()).message.incident
        await until(lambda: bool(open_items(state_dir)), seconds=15)

        answer = await journal(state_dir, "refund", incident, "--reason", "wrong day", "--by", "Anna")

        assert answer.stdout == f"{incident} is refunded: confirmed by E-GUMA\n"
        assert gate.charged == 0


async def test_a_stopped_gate_gives_nothing_back_to_a_voucher_that_is_in_doubt(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    faults = simulator.faults
    no_list = fault(FaultKind.STATUS, Endpoint.REDEMPTIONS, status=403, times=None)
    async with running_gate(state_dir, pins, simulator) as gate:
        admitted = (await gate.admit()).message.incident
        faults.add(fault(FaultKind.HANG, effect=True))
        faults.add(no_list)
        faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, skip=1, times=None))
        gate.scan(GOOD)
        in_doubt = (await gate.verdict()).message.incident

    answer = await journal(
        state_dir, "refund", admitted, "--reason", "wrong day", "--by", "Anna", base_url=simulator.base_url
    )

    assert answer.returncode == 1
    assert f"{in_doubt}, of the same voucher, is not settled yet" in answer.stderr
    faults.clear()
    faults.add(no_list)
    async with running_gate(state_dir, pins, simulator) as gate:
        await until(lambda: gate.records[0].charged, seconds=15)
        assert gate.books_agree()
