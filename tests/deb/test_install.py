"""What `deb/install.sh` takes, and what it does not trust, before it installs (tests/system installs by it)."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from deb.wheels import ROOT
from tests.rig.signed_stick import SignedStick

SCRIPT = ROOT / "deb" / "install.sh"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - fixed commands


def installing(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return run("sh", SCRIPT, "--check", *words)


def machine() -> str:
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    number = next(line.partition("=")[2].strip('"') for line in lines if line.startswith("VERSION_ID="))
    return f"+deb{number}_{run('dpkg', '--print-architecture').stdout.strip()}.deb"


@pytest.fixture
def stick(tmp_path: Path) -> SignedStick:
    folder = tmp_path / "stick"
    folder.mkdir()
    for version in ("0.9.0", "0.10.0"):
        (folder / f"gate-controller_{version}{machine()}").write_bytes(f"package {version}".encode())
    (folder / "gate-controller_9.9+deb99_riscv64.deb").write_bytes(b"another machine's")
    stick = SignedStick(folder, tmp_path / "key.pem")
    stick.sign()
    return stick


def test_the_newest_package_of_this_machine_is_taken_with_a_key_that_is_known_from_elsewhere(
    stick: SignedStick,
) -> None:
    for trust in (("--key", stick.folder / "package-key.pem"), ("--fingerprint", stick.fingerprint.upper())):
        done = installing(*trust, stick.folder)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"gate-controller_0.10.0{machine()}" in done.stdout
        assert "its signature is right" in done.stdout


def test_the_copy_that_is_looked_at_takes_no_memory(stick: SignedStick, tmp_path: Path) -> None:
    """Debian 13 has /tmp in memory, which a board of 512 MB has little of."""
    key = stick.folder / "package-key.pem"
    full = tmp_path / "full"
    full.touch()
    done = run("env", f"TMPDIR={full}", "sh", SCRIPT, "--check", "--key", key, stick.folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_not_signed_is_installed_only_by_order_and_a_damaged_file_never(stick: SignedStick) -> None:
    (stick.folder / "SHA256SUMS.sig").unlink()
    assert "it is not signed" in installing("--key", stick.folder / "package-key.pem", stick.folder).stderr
    assert installing("--unsigned", stick.folder).returncode == 0
    (stick.folder / f"gate-controller_0.10.0{machine()}").write_bytes(b"package 0.10.1")
    done = installing("--unsigned", stick.folder)
    assert (done.returncode, "it was damaged or changed" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("another key signs", "the signature is not by the key"),
        ("sums change", "the signature is not by the key"),
        ("sums do not name it", "SHA256SUMS does not name it"),
        ("no sums", "no SHA256SUMS beside it"),
        ("signature is empty", "the signature is not by the key"),
        ("no package", "which is this machine's"),
    ],
)
def test_what_is_not_as_it_was_signed_is_not_trusted(spoil: str, told: str, stick: SignedStick, tmp_path: Path) -> None:
    key = tmp_path / "known.pem"
    key.write_bytes((stick.folder / "package-key.pem").read_bytes())
    package, sums = stick.folder / f"gate-controller_0.10.0{machine()}", stick.folder / "SHA256SUMS"
    match spoil:
        case "another key signs":
            run("openssl", "genpkey", "-algorithm", "ed25519", "-out", stick.key)
            stick.sign()
        case "sums change":
            package.write_bytes(b"something else")
            digest = hashlib.sha256(b"something else").hexdigest()
            sums.write_text(f"{digest}  {package.name}\n", encoding="utf-8")
        case "sums do not name it":
            sums.write_text("", encoding="utf-8")
        case "no sums":
            sums.unlink()
        case "signature is empty":
            (stick.folder / "SHA256SUMS.sig").write_bytes(b"")
        case _:
            for file in stick.folder.glob(f"*{machine()}"):
                file.unlink()
    done = installing("--key", key, stick.folder)
    assert (done.returncode in {1, 2}, told in done.stderr, done.stderr.count("\n")) == (True, True, 1), done.stderr


def test_a_key_beside_the_package_proves_nothing_by_itself(stick: SignedStick) -> None:
    done = installing("--fingerprint", "ab" * 32, stick.folder)
    assert (done.returncode, "not the one you gave" in done.stderr) == (2, True)
    if not Path("/etc/gate-controller/package-key.pem").exists():
        assert "give --key FILE or --fingerprint HEX" in installing(stick.folder).stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--nonsense"], "no such option"),
        (["/nowhere"], "is no folder, file or address"),
        (["--unsigned", "http://127.0.0.1:9/gate"], "neither https nor a signature"),
        (["--key"], "names no file"),
        (["/a", "/b"], "one place is enough"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(words: list[str], told: str) -> None:
    done = installing(*words)
    assert (done.returncode, told in done.stderr, done.stderr.count("\n")) == (2, True, 1), done.stderr
