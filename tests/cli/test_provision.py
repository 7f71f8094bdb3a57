"""`gate-controller provision`: from the venue's key to printed codes, and root's part at the gate."""

import base64
import io
import json
import os
import stat
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from gate_controller.cli import main
from gate_controller.cli.provision.wifi_profiles import escaped
from gate_controller.settings.provisioning.acceptance import Circumstances
from gate_controller.settings.provisioning.content import Content, HouseToJoin, Network, PageUser
from gate_controller.settings.provisioning.intake import Intake, Proposed, Step, Taken
from gate_controller.settings.provisioning.provisioned_state import PROVISIONED_FILE, Provisioned
from gate_controller.settings.provisioning.scanned_frames import FrameCollector, ProvisioningFrame
from gate_controller.settings.provisioning.venue_keys import key_line, read_trust
from gate_controller.shell import set_up
from gate_controller.shell.gate_key import gate_key_in
from gate_controller.shell.provisioner import APPLIED_FILE, PENDING_FILE, root_says
from gate_controller.web.users import read_users
from tests.rig.venue import Venue, takes_all

API_KEY, WIFI, PASSWORD = "k3y-0123456789", "wifi pass phrase", "anna's password"
ANSWERS = """
id = "east"
[provision]
valid_hours = 24
[admission]
price_cents = 2500
[eguma]
api_key_file = "key"
[display]
languages = ["de", "fr"]
[[networks]]
ssid = "Museum"
passphrase_file = "wifi"
country = "CH"
[[people]]
name = "Anna"
role = "staff"
password_file = "anna"
"""
HOUSE = """
[house]
address = "https://venue.museum.ch:8090/"
code = "7KQ2-M0XD-4RFP-9TBN-C3WV"
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of somebody who makes codes, with a venue's key."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name, secret in (("key", API_KEY), ("wifi", WIFI), ("anna", PASSWORD)):
        (tmp_path / name).write_text(f"{secret}\n")
    (tmp_path / "east.toml").write_text(ANSWERS)
    assert main(["provision", "keys", "make", "--name", "Museum"]) == 0
    return tmp_path


def venue_line(capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["provision", "keys", "show", "--json"]) == 0
    return str(json.loads(capsys.readouterr().out)["line"])


def scanned(folder: Path) -> list[ProvisioningFrame]:
    """Return what a scanner reads off the pictures in a folder, in the order in which they are to be scanned."""
    names = [*sorted(folder.glob("code-*.png")), folder / "passphrase.png", folder / "confirmation.png"]
    collector, found = FrameCollector(), []
    for name in names:
        if not name.exists():
            continue
        (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(name.read_bytes())).convert("L"))
        assert read.symbology_identifier == "]Q1"  # alphanumeric, and no other character set
        found += collector.feed(read.text.encode() + b"\r", 0.0)
    return [frame for frame in found if isinstance(frame, ProvisioningFrame)]


def intake(frames: list[ProvisioningFrame], line: str, now: float, **changed: object) -> Step:
    usual: dict[str, object] = {
        "gate_id": "raspberrypi", "is_provisioned": False, "now": now, "is_sure": True,
        "trust": read_trust(line, "keys"), "taken": Provisioned(), "judge": takes_all,
    }  # fmt: skip
    here = Circumstances(**{**usual, **changed})  # type: ignore[arg-type]  # a table for tests
    taking, at = Intake(), 0.0
    step: Step | None = None
    for frame in frames:
        at += 5
        step = taking.take(frame, at, here)
    assert step is not None
    return step


def test_what_is_answered_comes_out_of_the_printed_codes_at_a_gate_that_trusts_the_venue(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = venue_line(capsys)
    assert main(["provision", "make", "--answers", "east.toml", "--to", "codes"]) == 0
    told = capsys.readouterr()
    codes = desk / "codes"

    taken = intake(scanned(codes), line, (codes / "sheet.html").stat().st_mtime)

    assert isinstance(taken, Taken)
    assert taken.becomes.settings == {
        "id": "east", "admission.price_cents": 2500, "eguma.api_key": API_KEY, "display.languages": ["de", "fr"],
    }  # fmt: skip
    assert taken.content.networks == (Network("Museum", WIFI, country="CH"),)
    assert [(user.name, user.role) for user in taken.content.people] == [("Anna", "staff")]
    assert "3 codes" in told.out
    page = (codes / "sheet.html").read_text()
    for secret in (API_KEY, WIFI, PASSWORD):
        assert secret not in told.out + told.err + page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert stat.S_IMODE(codes.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in codes.iterdir()} == {0o600}


def test_codes_of_a_house_name_it_and_are_good_for_an_hour(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = venue_line(capsys)
    (desk / "house.toml").write_text(HOUSE)
    assert main(["provision", "make", "--answers", "house.toml", "--to", "codes"]) == 0
    page = (desk / "codes" / "sheet.html").read_text()
    at = (desk / "codes" / "sheet.html").stat().st_mtime

    taken = intake(scanned(desk / "codes"), line, at)

    assert isinstance(taken, Taken)
    assert taken.content.house == HouseToJoin("https://venue.museum.ch:8090", "7KQ2M0XD4RFP9TBNC3WV")
    assert taken.letter.expires - taken.letter.issued == 3600
    assert "joins" in page
    assert "7KQ2" not in page + capsys.readouterr().out


def test_codes_for_a_gates_own_key_need_no_passphrase_and_mean_no_other_gate(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = venue_line(capsys)
    gate = ["--set", f"state_dir={desk}/state"]
    assert main(["provision", "identity", *gate]) == 0
    public = capsys.readouterr().out.strip()
    assert main(["provision", "identity", *gate]) == 0
    assert capsys.readouterr().out.strip() == public
    assert stat.S_IMODE((desk / "state" / "provisioning.key").stat().st_mode) == 0o600
    make = ["provision", "make", "--set", "admission.price_cents=2700", "--gate-key", public, "--to", "codes"]
    assert main(make) == 0

    frames = scanned(desk / "codes")
    now = (desk / "codes").stat().st_mtime
    step = intake(frames[:-1], line, now, is_provisioned=True, gate_key=gate_key_in(desk / "state"))

    assert not (desk / "codes" / "passphrase.png").exists()
    assert isinstance(step, Proposed)
    assert step.content.settings == {"admission.price_cents": "2700"}


def test_a_rolled_key_is_introduced_by_the_codes_that_it_signs(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = venue_line(capsys)
    assert main(["provision", "keys", "roll"]) == 0
    new = venue_line(capsys)
    assert new != old
    assert main(["provision", "make", "--answers", "east.toml", "--for", "east", "--to", "codes"]) == 0

    now = (desk / "codes").stat().st_mtime
    taken = intake(scanned(desk / "codes"), old, now, gate_id="east", is_provisioned=True)

    assert isinstance(taken, Taken)
    assert len(taken.becomes.statements) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in (desk / "config/gate-controller/venue").iterdir()} == {0o600}


def test_a_venues_key_is_encrypted_by_its_passphrase_and_never_overwritten(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "pw").write_text("correct horse\n")
    (desk / "wrong").write_text("battery staple\n")
    here = ["--keys", "other"]
    assert main(["provision", "keys", "make", *here, "--passphrase-file", "pw"]) == 0
    assert b"ENCRYPTED" in (desk / "other" / "venue.key").read_bytes()
    assert main(["provision", "keys", "make", *here]) == 1
    assert main(["provision", "keys", "show", *here, "--passphrase-file", "wrong"]) == 1
    assert main(["provision", "keys", "roll", *here]) == 2
    assert main(["provision", "keys", "roll", *here, "--passphrase-file", "pw"]) == 0
    assert main(["provision", "keys", "show", *here, "--passphrase-file", "pw"]) == 0
    told = capsys.readouterr()
    assert "there is a key already" in told.err
    assert "its passphrase is another" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["make", "--set", "eguma.api_key=abc", "--to", "c"], "give it in a file"),
        (["make", "--set", "relay.pin=4", "--to", "c"], "--set relay.pin: cannot be given by a code"),
        (["make", "--set", "admission.price_cents=0", "--to", "c"], "which is less than 1"),
        (["make", "--set", "admission.price_cents=5"], "give --to FOLDER, or --terminal"),
        (["make", "--set", "admission.price_cents=5", "--to", "."], "is there already"),
        (["make", "--set", "admission.price_cents=5", "--valid-hours", "0", "--to", "c"], "give hours from"),
        (["make", "--set", "admission.price_cents=5", "--for", "a b", "--to", "c"], "the gate's id is none"),
        (["make", "--set", "admission.price_cents=5", "--gate-key", "x25519 AAAA", "--to", "c"], "is no gate's key"),
        (["make", "--answers", "bad.toml", "--to", "c"], "bad.toml: eguma.base_url cannot be given by a code"),
        (["make", "--answers", "broken.toml", "--to", "c"], "line 1"),
        (["make", "--answers", "absent.toml", "--to", "c"], "absent.toml: cannot be read"),
        (["make", "--key-file", "absent", "--to", "c"], "absent: cannot be read"),
        (["make", "--to", "c"], "the codes would say nothing"),
        (["make", "--answers", "house.toml", "--valid-hours", "2", "--to", "c"], "is good for an hour: leave it out"),
        (["make", "--answers", "short.toml", "--to", "c"], "has 4 letters, and should have 20: copy it"),
        (["make", "--answers", "nowhere.toml", "--to", "c"], "is such as https://venue.museum.ch:8090"),
        (["make", "--answers", "both.toml", "--to", "c"], "the gate asks the house before these count: make two sets"),
        (["make", "--answers", "more.toml", "--to", "c"], "[house] has no keys: it has address, code and code_file"),
        (["keys", "show", "--keys", "nowhere"], "`gate-controller provision keys make` makes one"),
        (["keys", "revoke", "xyz"], "is no key's name"),
        (["trust", "nowhere.pub"], "nowhere.pub: cannot be read"),
        (["trust", "ed25519 AAAA"], "line 1: is no key"),
    ],
)
def test_what_cannot_be_made_is_told_on_a_line_with_what_to_do(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    (desk / "bad.toml").write_text('[eguma]\nbase_url = "https://x.example"\n')
    (desk / "broken.toml").write_text("= 5\n")
    (desk / "house.toml").write_text(HOUSE)
    (desk / "short.toml").write_text(HOUSE.replace("-M0XD-4RFP-9TBN-C3WV", ""))
    (desk / "nowhere.toml").write_text(HOUSE.replace("https://", "//"))
    (desk / "both.toml").write_text(HOUSE + '[[networks]]\nssid = "Museum"\n')
    (desk / "more.toml").write_text(HOUSE + 'keys = "ed25519 AAAA"\n')
    capsys.readouterr()

    code = main(["provision", *arguments])

    err = capsys.readouterr().err
    assert code in {1, 2}
    assert told in err
    assert all(line.startswith("gate-controller: ") for line in err.splitlines())
    assert not (desk / "c").exists()


# -- at the gate


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Venue, list[str]]:
    """A root of a gate's file system, its venue, and the options that name both."""
    monkeypatch.chdir(tmp_path)
    venue, root = Venue(), tmp_path / "root"
    (root / "etc/NetworkManager/system-connections").mkdir(parents=True)
    (root / "etc/modprobe.d").mkdir()
    (root / "var/lib/gate-controller").mkdir(parents=True)
    keys = root / "etc/provisioning.keys"
    keys.write_text(key_line(venue.public, "Museum") + "\n")
    keys.chmod(0o644)
    state = f"state_dir={root}/var/lib/gate-controller"
    return root, venue, ["--set", state, "--set", f"provisioning.keys_file={keys}"]


HASH = "$argon2id$v=19$m=19456,t=2,p=1$zuvSNiFtr0AAic47IjHMTw$BXsVRHZrZnbMHEIxCiZw4KJNBOXKulXPGnZyAgaK984"
FOR_ROOT = Content(
    {"id": "east"},
    (Network("Müseum; ", " back\\slash ", country="CH"), Network("Open")),
    (PageUser("Anna", "staff", HASH),),
)


def lay(root: Path, venue: Venue, content: Content = FOR_ROOT, *, spoil: bool = False, **letter: object) -> None:
    """Lay a message as the gate's user does."""
    made = venue.sealed(content, venue.letter(**{"expires": 2**34, **letter}))  # type: ignore[arg-type]  # as above
    packed = bytes([*made.packed[:-1], made.packed[-1] ^ 1]) if spoil else made.packed
    fields = {"message": packed, "content_key": made.content_key}
    waits = {name: base64.b64encode(value).decode() for name, value in fields.items()}
    (root / "var/lib/gate-controller" / PENDING_FILE).write_text(json.dumps(waits))


def test_root_applies_networks_and_people_once_and_leaves_no_secret_lying(
    gate: tuple[Path, Venue, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    root, venue, options = gate
    state = root / "var/lib/gate-controller"
    apply = ["provision", "apply", "--root", str(root), *options]
    old = root / "etc/NetworkManager/system-connections/gate-controller-3.nmconnection"
    old.write_text("an older one")
    lay(root, venue)
    first = (state / PENDING_FILE).read_bytes()
    assert root_says(state) is not None

    assert main(apply) == 0
    told = capsys.readouterr().out
    assert "network Müseum" in told
    profile = root / "etc/NetworkManager/system-connections/gate-controller-1.nmconnection"
    assert stat.S_IMODE(profile.stat().st_mode) == 0o600
    text = profile.read_text()
    assert f"ssid={''.join(f'{byte};' for byte in 'Müseum; '.encode())}" in text
    assert "psk=\\sback\\\\slash\\s" in text
    assert "psk=" not in profile.with_name("gate-controller-2.nmconnection").read_text()
    assert not old.exists()
    assert "ieee80211_regdom=CH" in (root / "etc/modprobe.d/gate-controller-wifi.conf").read_text()
    assert read_users(state).people["anna"].password == HASH
    assert not (state / PENDING_FILE).exists()
    assert root_says(state) is None

    pending = state / PENDING_FILE
    for _ in range(2):  # a power cut before the gate had kept its own part: the same set is held there again
        pending.write_bytes(first)
        assert main(apply) == 0
    assert "these codes are applied already" in capsys.readouterr().out
    lay(root, venue)
    assert main(apply) == 1  # sealed anew with the same serial number: another message
    assert "it was taken already" in str(root_says(state))
    lay(root, venue, serial=8, address="east")  # the name that the first one gave it
    assert main(apply) == 0
    assert main(apply) == 0
    assert "no set-up codes wait" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"spoil": True}, "its signature is not that of its key"),
        ({"expires": 1_700_000_000}, "it has expired"),
        ({"address": "west"}, "it is for another gate"),
    ],
)
def test_root_believes_nothing_that_the_venue_has_not_said(
    gate: tuple[Path, Venue, list[str]], capsys: pytest.CaptureFixture[str], changed: dict[str, object], why: str
) -> None:
    root, venue, options = gate
    state = root / "var/lib/gate-controller"
    lay(root, venue, **changed)  # type: ignore[arg-type]  # the parameters above

    assert main(["provision", "apply", "--root", str(root), *options]) == 1

    assert why in capsys.readouterr().err
    assert not list((root / "etc/NetworkManager/system-connections").iterdir())
    assert not (state / PENDING_FILE).exists()
    assert why in json.loads((state / APPLIED_FILE).read_text())["why"]


def test_root_follows_no_link_and_waits_for_no_fifo_that_the_gates_user_lays(
    gate: tuple[Path, Venue, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    root, _, options = gate
    pending = root / "var/lib/gate-controller" / PENDING_FILE
    secret = root / "etc/shadow"
    secret.write_text("root:x")
    for make in (lambda: pending.symlink_to(secret), lambda: os.mkfifo(pending), lambda: pending.write_text("{")):
        make()
        assert main(["provision", "apply", "--root", str(root), *options]) == 1
        assert not pending.exists()
    assert secret.read_text() == "root:x"
    assert "root:x" not in capsys.readouterr().err


def test_a_venue_is_trusted_by_a_line_that_root_adds_once(
    gate: tuple[Path, Venue, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    root, venue, options = gate
    other = Venue()
    keys = root / "etc/provisioning.keys"
    for _ in range(2):
        assert main(["provision", "trust", key_line(other.public, "Fitters"), *options]) == 0

    assert read_trust(keys.read_text(), "keys").keys.keys() == {*venue.trust.keys, *other.trust.keys}
    assert keys.read_text().count("Fitters") == 1
    assert stat.S_IMODE(keys.stat().st_mode) == 0o644
    assert "is trusted already" in capsys.readouterr().out


def test_what_a_gate_has_taken_is_shown_without_secrets_and_forgotten_without_its_serial_number(
    gate: tuple[Path, Venue, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    root, _, options = gate
    path = root / "var/lib/gate-controller" / PROVISIONED_FILE
    path.write_bytes(Provisioned({"id": "east", "eguma.api_key": API_KEY}, 7, "0011-2233-4455-6677", 1.8e9).as_json())

    assert main(["config", *options, "--set", "admission.price_cents=5"]) == 0
    told = capsys.readouterr().out
    assert "provisioned by code, set 7" in told
    assert main(["provision", "show", *options]) == 0
    told += capsys.readouterr().out
    assert "id=east, eguma.api_key=(hidden)" in told
    assert API_KEY not in told
    assert main(["provision", "forget", *options]) == 0
    assert main(["provision", "show", "--json", *options]) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown[shown.index("{") :])["settings"] == {}
    assert json.loads(shown[shown.index("{") :])["serial"] == 7


def test_a_gate_without_the_extra_says_what_to_install_before_it_waits_for_codes_it_cannot_read(
    gate: tuple[Path, Venue, list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, options = gate
    monkeypatch.setattr(set_up, "find_spec", lambda _name: None)

    assert main(["run", *options]) == 2

    told = capsys.readouterr().err
    assert "admission.price_cents is not set" in told
    assert "pip install 'gate-controller[provisioning]'" in told


def test_a_gate_without_settings_and_without_a_file_of_keys_ends_as_ever(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    nowhere = ["--set", f"provisioning.keys_file={tmp_path}/none", "--set", f"state_dir={tmp_path}/state"]

    for off in ([], ["--set", "provisioning.by_scan=false", "--set", f"provisioning.keys_file={__file__}"]):
        assert main(["run", *nowhere, *off]) == 2

    told = capsys.readouterr().err
    assert told.count("eguma.api_key is not set") == told.count("admission.price_cents is not set") == 2


def test_blanks_and_backslashes_of_a_passphrase_come_through_a_keyfile() -> None:
    assert escaped(r" a\b ") == r"\sa\\b\s"
    assert escaped("    ") == r"\s\s\s\s"
    assert escaped("p;a=s#s") == "p;a=s#s"
