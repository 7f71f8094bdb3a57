"""What the tests of an installed gate stand on: the package, a machine without and one with it."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deb.build import build
from deb.wheels import DEBIANS, ROOT
from gate_controller.simulator import Simulator
from tests.rig.gate import PRICE, USER
from tests.rig.scanner import PtyScanner
from tests.rig.signed_stick import SignedStick
from tests.rig.simulator import KEY
from tests.system.container import Container, container, tree

DEBIAN = os.environ.get("GATE_TEST_DEBIAN", "12")
"""The release that is booted: `make test-system ARGS="--debian 13"`."""

_NEEDED = {"systemd-nspawn": "systemd-container", "mmdebstrap": "mmdebstrap", "dpkg-deb": "dpkg"}

SETTINGS = f"""\
id = "north"
eguma.user_id = "{USER}"
eguma.warm_seconds = 0
admission.price_cents = {PRICE}
admission.hold_seconds = 0
admission.repeat_seconds = 0
scanner.port = "/dev/ttyGATE"
web.port = 0
"""

# What a container lacks: GPIO, and a scanner that is not a pty of the machine around it. And less patience.
_DROP_IN = """\
[Service]
Environment=GPIOZERO_PIN_FACTORY=mock
DeviceAllow=char-pts rw
RestartSec=1
WatchdogSec=6
TimeoutAbortSec=1
"""


def pytest_configure(config: pytest.Config) -> None:
    """Say at once what is missing: none of these tests can do without it, and none is skipped."""
    config.addinivalue_line("markers", "every_debian: what hangs on the release of Debian, so that CI runs it on each")
    if DEBIAN not in DEBIANS:
        pytest.exit(f"--debian {DEBIAN}: there are packages for Debian {' and '.join(DEBIANS)}", returncode=2)
    missing = [package for program, package in _NEEDED.items() if shutil.which(program) is None]
    if missing:
        pytest.exit(f"missing for tests/system: apt-get install {' '.join(missing)}", returncode=2)
    if os.geteuid() != 0:
        pytest.exit("tests/system boots containers, which only root may do: sudo make test-system", returncode=2)


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Debian package of this version, for the Debian of the containers."""
    return build(DEBIANS[DEBIAN], "amd64", tmp_path_factory.mktemp("package"))


@pytest.fixture
def machine(tmp_path: Path, plugged: PtyScanner) -> Iterator[Container]:
    """A machine that has never seen a gate, booted."""
    with container([tree(DEBIAN)], tmp_path / "machine") as bare:
        bare.boot(scanner=plugged.port)
        yield bare


@dataclass(frozen=True, slots=True)
class Installation:
    """What installing the package said, how long it took, and the layer that it laid over the small Debian."""

    said: str
    seconds: float
    layer: Path


# The system's own updates, as they are under way after a first boot: dpkg's lock is taken.
_UPDATES = (
    'python3 -c \'import fcntl, time; lock = open("/var/lib/dpkg/lock-frontend", "w"); '
    'fcntl.lockf(lock, fcntl.LOCK_EX); open("/run/updating", "w"); time.sleep(1)\''
)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, package: Path) -> Installation:
    """The package, installed once; the machine has been turned off after that as one should."""
    place = tmp_path_factory.mktemp("installed")
    with PtyScanner() as scanner, container([tree(DEBIAN)], place) as fresh:
        fresh.boot(scanner=scanner.port)
        fresh.bring(package)
        fingerprint = _signed(package, fresh.root / "media/stick")
        fresh.does("sh", "-c", f"{_UPDATES} >/dev/null 2>&1 & until [ -e /run/updating ]; do sleep 0.05; done")
        began = time.monotonic()
        # By a root who is careful with what he writes: the service must be able to read it all the same.
        command = f"umask 077 && sh /media/stick/install.sh --fingerprint {fingerprint}"
        said = fresh.does("sh", "-c", command)
        seconds = time.monotonic() - began
        fresh.write("/etc/systemd/system/gate-controller.service.d/test.conf", _DROP_IN)
        fresh.shut_down()
    return Installation(said, seconds, place / "above")


def _signed(package: Path, folder: Path) -> str:
    """Put a package with everything beside it onto a stick; return the fingerprint of the key that has signed it."""
    folder.mkdir()
    shutil.copy(package, folder)
    shutil.copy(ROOT / "deb/install.sh", folder)
    stick = SignedStick(folder, package.with_name("key.pem"))
    stick.sign()
    return stick.fingerprint


@pytest.fixture
def bare(tmp_path: Path, installation: Installation, plugged: PtyScanner) -> Iterator[Container]:
    """A machine with the package and no settings, booted."""
    with container([installation.layer, tree(DEBIAN)], tmp_path / "bare") as machine:
        machine.boot(scanner=plugged.port)
        yield machine


@pytest.fixture
def gate(tmp_path: Path, installation: Installation, plugged: PtyScanner, simulator: Simulator) -> Iterator[Container]:
    """A machine with an installed gate that has its settings, booted, with a stick; the gate is not started yet."""
    stick = tmp_path / "stick"
    stick.mkdir()
    with container([installation.layer, tree(DEBIAN)], tmp_path / "gate") as machine:
        set_up(machine, simulator)
        machine.boot(scanner=plugged.port, stick=stick)
        yield machine


def set_up(machine: Container, simulator: Simulator) -> None:
    """Give a gate its settings and its key, as a technician does."""
    # Keys with a dot are TOML's own way to write into a section.
    machine.write("/etc/gate-controller/gate.toml", f'eguma.base_url = "{simulator.base_url}"\n{SETTINGS}')
    machine.write("/etc/gate-controller/eguma.api_key", KEY, mode=0o600)
