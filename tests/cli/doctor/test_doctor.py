"""`gate-controller doctor` as a whole: beside a gate and without one, when checks hang, and what is sent away."""

import base64
import json
import os
import sqlite3
import tarfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from gate_controller.cli import main
from gate_controller.cli.doctor import gate_checks
from gate_controller.cli.doctor.discreet import Discreet
from gate_controller.cli.doctor.examining import CHECKS, Check, examined
from gate_controller.cli.doctor.finding import Diagnosis, Severity, ok
from gate_controller.cli.doctor.patient import Machine, Patient
from gate_controller.journal.store import FILE_NAME, Store
from gate_controller.simulator import Simulator
from tests.cli.doctor.machines import lines, patient
from tests.rig.gate_process import gate_process
from tests.rig.scanner import PtyScanner
from tests.rig.settings import SECRET
from tests.rig.simulator import KEY

CODE = "L4FU5LQTKJR3"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("GATE_", "CREDENTIALS_DIRECTORY")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gate.toml").write_text(
        f'[admission]\nprice_cents = 2500\n[eguma]\nbase_url = "http://127.0.0.1:9"\napi_key = "{SECRET}"\n'
    )
    (tmp_path / "gate.toml").chmod(0o600)
    monkeypatch.setenv("GATE_CONFIG", "gate.toml")
    monkeypatch.setenv("GATE_STATE_DIR", str(tmp_path / "state"))


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    table = json.loads(capsys.readouterr().out)
    found: dict[str, list[str]] = {}
    for one in table["checks"]:
        found.setdefault(one["what"], []).append(one["verdict"])
    return found


def test_without_a_gate_and_a_network_it_says_what_to_do_and_ends_with_4(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 4
    said = capsys.readouterr()
    assert "bad       connection" in said.out
    assert "warn      gate             no gate runs on" in said.out
    assert "systemctl start" in said.out
    assert SECRET not in said.out + said.err
    assert not Path("state").exists(), "it changed something"


def test_mistakes_in_the_settings_are_findings_and_the_rest_is_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    Path("gate.toml").write_text('state_dir = "state"\n[relay]\npin = 99\n[scanner]\nport = "/dev/ttyACM7"\n')
    assert main(["doctor", "--json"]) == 4
    found = told(capsys)
    assert found["settings"] == ["bad"] * 3
    assert found["key"] == ["bad"]
    assert found["price"] == ["bad"]
    assert found["scanner"][0] == "bad"


@pytest.mark.parametrize(
    "broken", ["[admission]\nprice_cents = 27,00\n", "[relay]\npin = 99\n[admission]\nprice_cents = 5\n"]
)
def test_what_broken_settings_do_not_tell_is_not_made_up(broken: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("gate.toml").write_text(broken)
    Path("eguma.api_key").write_text(SECRET)
    Path("eguma.api_key").chmod(0o600)
    assert main(["doctor", "--json", "--set", "eguma.base_url=http://127.0.0.1:9"]) == 4
    found = told(capsys)
    assert found["settings"] == ["bad"]
    assert found["key"] == ["not here"], "its file is there, and it was not looked at"
    assert found["price"] == ["not here" if "27,00" in broken else "warn"]
    assert found["connection"] == ["bad"], "where it is was said"


def test_a_gate_that_was_never_set_up_is_led_to_setup_and_not_to_a_start(capsys: pytest.CaptureFixture[str]) -> None:
    Path("gate.toml").write_text("")
    assert main(["doctor", "--set", "eguma.base_url=http://127.0.0.1:9"]) == 4
    said = capsys.readouterr().out
    assert "setup`, which starts it" in said
    assert "systemctl start" not in said


async def test_beside_a_running_gate_it_asks_that_one(
    tmp_path: Path, simulator: Simulator, plugged: PtyScanner, capsys: pytest.CaptureFixture[str]
) -> None:
    import asyncio  # noqa: PLC0415 - this test alone has two sides

    with gate_process(tmp_path / "state", simulator, plugged, eguma__api_key=KEY) as gate:
        await gate.ready()
        key = f"--set=eguma.api_key={KEY}"
        arguments = ["doctor", "--json", f"--set=eguma.base_url={simulator.base_url}", key]
        await asyncio.to_thread(main, arguments)
        gate.process.terminate()
        await gate.ended()
    found = told(capsys)
    for what in ("gate", "journal", "open items", "scanner", "key", "connection", "settings"):
        assert found[what][0] == "ok", (what, found)


def test_a_stopped_gates_journal_is_proven_by_a_copy_and_left_as_it_is(tmp_path: Path) -> None:
    someone = patient(tmp_path)
    directory = someone.state_dir
    directory.mkdir(parents=True)
    Store(directory).close()
    before = sorted((path.name, path.stat().st_mtime_ns) for path in directory.iterdir())
    [(verdict, seen, _)] = lines(gate_checks.journal(someone))
    assert (verdict, "by a copy" in seen) == ("ok", True)
    assert sorted((path.name, path.stat().st_mtime_ns) for path in directory.iterdir()) == before


def test_a_damaged_journal_is_bad_and_one_that_was_set_aside_is_told(tmp_path: Path) -> None:
    someone = patient(tmp_path)
    directory = someone.state_dir
    directory.mkdir(parents=True)
    Store(directory).close()
    (directory / "corrupt-20261126").mkdir()
    assert lines(gate_checks.journal(someone))[0][0] == "warn"
    file = directory / FILE_NAME
    file.write_bytes(file.read_bytes()[:1024] + b"\xff" * 4096)
    [(verdict, seen, remedy)] = lines(gate_checks.journal(someone))
    assert (verdict, "After a disk error" in remedy) == ("bad", True)
    assert "damaged" in seen


def test_a_check_that_hangs_or_fails_takes_none_of_the_others_along(tmp_path: Path) -> None:
    for_ever = threading.Event()

    def hangs(_: Patient) -> Iterable[Diagnosis]:
        for_ever.wait()
        return []

    def fails(_: Patient) -> Iterable[Diagnosis]:
        raise ValueError(SECRET)

    def is_well(_: Patient) -> Iterator[Diagnosis]:
        yield ok("disk", "well")

    begun = time.monotonic()
    checks = (Check("bus", hangs, 0.05), Check("scanner", fails), Check("disk", is_well))
    found = list(examined(patient(tmp_path), checks))
    for_ever.set()
    assert [(one.what, one.verdict) for one in found] == [
        ("bus", Severity.BAD),
        ("scanner", Severity.WARN),
        ("disk", Severity.OK),
    ]
    assert "ValueError" in found[1].seen
    assert SECRET not in str(found)
    assert time.monotonic() - begun < 10


def test_checks_that_wait_for_one_answer_are_given_up_together(tmp_path: Path) -> None:
    for_ever = threading.Event()

    def hangs(_: Patient) -> Iterable[Diagnosis]:
        for_ever.wait()
        return []

    begun = time.monotonic()
    found = list(examined(patient(tmp_path), [Check(str(number), hangs, 0.2) for number in range(20)]))
    for_ever.set()
    assert {one.verdict for one in found} == {Severity.BAD}
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("code", "remedy"), [("243", "gate-controller setup"), ("216", "groupadd"), ("1", "journalctl")]
)
def test_a_service_that_is_restarted_for_ever_is_bad_with_what_its_code_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, remedy: str
) -> None:
    (tmp_path / "systemctl").write_text(
        "#!/bin/sh\nprintf 'LoadState=loaded\\nActiveState=activating\\nSubState=auto-restart\\n"
        f"UnitFileState=enabled\\nNRestarts=12\\nResult=exit-code\\nExecMainStatus={code}\\n'\n"
    )
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("gate_controller.systemd.unit._RUNS_SYSTEMD", tmp_path)
    someone = patient(tmp_path / "root")
    someone.machine = Machine(Path("/"))
    found = [one for one in lines(gate_checks.service(someone)) if "restarted 12 times" in one[1]]
    assert found[0][0] == "bad"
    assert remedy in found[0][2]


def test_every_check_has_a_name_of_its_own() -> None:
    assert len({check.what for check in CHECKS}) == len(CHECKS)


# -- what is sent away

WIFI = "Zauberberg-2026"
SPELT = [
    SECRET,
    quote("p@ss/w0rd&key", safe=""),
    "p@ss/w0rd&key",
    base64.b64encode(b"p@ss/w0rd&key").decode().rstrip("="),
    b"p@ss/w0rd&key".hex(),
]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        *((f"call=balance error={form!r} again", form) for form in SPELT),
        ("GET /v1/vouchers/L4FU-5LQT-KJR3/balance.json?apikey=0a1b2c", "0a1b2c"),
        ("GET /v1/vouchers/L4FU-5LQT-KJR3/balance.json?apikey=0a1b2c", "L4FU-5LQT-KJR3"),
        ("about=L4FU5LQTKJR3 took=1", CODE),
        ("about=l4fu5lqtkjr3", CODE.lower()),
        ("%4C4FU5LQTKJR3", "FU5LQT"),
        ("ticket 1000000000000000001 checked in", "1000000000000000001"),
        (f"psk={WIFI}", WIFI),
        (f'wifi-security.psk: "{WIFI}"', WIFI),
        (f"wpa_passphrase = '{WIFI}'", WIFI),
        (f"password: {WIFI}", WIFI),
        (f"psk=on the {WIFI}", WIFI),
        (f"smtp_password={WIFI}", WIFI),
        (f"Authorization: Bearer {WIFI}", WIFI),
        (f"Cookie: session={WIFI}", WIFI),
        (f"https://anna:{WIFI}@hooks.example.org/x", WIFI),
        ("https://hooks.example.org/x?sig=abc1", "abc1"),
        ("notice to=anna.muster@example.org sent", "anna.muster"),
        ("gate=opened by='Anna Muster' reason=helper", "Muster"),
        ('"redeem_token": "9f8e-7d6c"', "9f8e-7d6c"),
        ("gc_1A2b3C4d5E6f7G8h9I0j1K2l", "1A2b3C4d5E6f7G8h9I0j1K2l"),
        ("-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----", "MIIabc"),
        ("-----BEGIN PRIVATE KEY-----\nMIIabc", "MIIabc"),
    ],
)
def test_no_secret_and_no_code_is_in_what_is_sent_away(text: str, secret: str) -> None:
    assert secret not in Discreet([SECRET, "p@ss/w0rd&key"]).text(f"before {text}\nafter")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-26T16:00:00+0100 gate[731]: scanner=connected port=/dev/serial/by-id/usb-Honeywell_1-if00",
        "attempt=K7QXB refused reason=balance_too_low cents=500",
        "eguma.api_key                   set, hidden                     credential eguma.api_key",
        "21 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw,errors=remount-ro",
        "gate-controller 0.1.0, Python 3.13.5, SQLite 3.46.1",
    ],
)
def test_what_helps_stays(text: str) -> None:
    assert Discreet([SECRET]).text(text) == text


def test_the_archive_holds_what_helps_and_none_of_the_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "journalctl").write_text(
        f"#!/bin/sh\necho 'call=redeem url=https://api.e-guma.ch/v1/x?apikey={quote(SECRET)} about={CODE} psk={WIFI}'\n"
    )
    (programs / "journalctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    directory = tmp_path / "state"
    directory.mkdir()
    Store(directory).close()
    with sqlite3.connect(directory / FILE_NAME) as db:
        row = (1, 0, "Refused", 1_764_000_000.0, json.dumps({"code": CODE}))
        db.execute("INSERT INTO fact (attempt, n, kind, at, body) VALUES (?, ?, ?, ?, ?)", row)
    db.close()
    monkeypatch.setenv("GATE_ID", f"gate-{WIFI}")  # a password that stands elsewhere too
    assert main(["doctor", "--report", "gate.tar.gz"]) == 4
    assert "written: gate.tar.gz" in capsys.readouterr().out
    assert Path("gate.tar.gz").stat().st_mode & 0o777 == 0o600
    with tarfile.open("gate.tar.gz") as archive:
        parts = {}
        for name in archive.getnames():
            file = archive.extractfile(name)
            assert file is not None
            parts[name.removeprefix("gate-report/")] = file.read().decode()
    assert set(parts) >= {"doctor.txt", "doctor.json", "settings.txt", "journal.txt", "log.txt", "machine.txt"}
    assert "call=redeem" in parts["log.txt"]
    assert "Refused: 1, 2025-11-24 to 2025-11-24" in parts["journal.txt"]
    assert "admission.price_cents" in parts["settings.txt"]
    whole = "\n".join(parts.values())
    for secret in (SECRET, quote(SECRET), CODE, WIFI):
        assert secret not in whole


def test_an_archive_that_is_there_already_is_not_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    Path("gate.tar.gz").write_text("last year's")
    assert main(["doctor", "--report", "gate.tar.gz"]) == 1
    assert "is already there" in capsys.readouterr().err
    assert Path("gate.tar.gz").read_text() == "last year's"
