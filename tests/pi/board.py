"""
An emulated Raspberry Pi 3: unmodified gpiozero and lgpio on the registers of its own chip, read from outside.

Its root is unpacked from arm64 packages and lies in memory. Nothing of it is configured on an arm64 machine, so what
that would have made (users, links, the gate's environment) comes from the root of the PC, and the gate's compiled
libraries from the arm64 package. The scanner is the chip's own serial line. It has no network: E-GUMA's simulator runs
on it too.
"""

import contextlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.pi.booted import PATIENCE_SECONDS, RECORD, BootedGate, lengths
from tests.pi.image import RELAY, bring_modules, furnish, installed_root, pack, package_for
from tests.pi.machine import SPEED, Machine, sockets
from tests.pi.materials import Kernel, debian, made_once, named_after, run
from tests.pi.report import Row, load, within

_LEVELS = 0x3F200034
"""GPLEV0: the levels of the lines 0 to 31, in section 6.1 of the BCM2835's manual."""
_PACKAGES = (
    *(
        "base-files",
        "base-passwd",
        "bash",
        "coreutils",
        "dash",
        "debianutils",
        "diffutils",
        "findutils",
        "grep",
        "gzip",
    ),
    *("hostname", "libc-bin", "login", "mount", "sed", "tar", "util-linux", "systemd", "systemd-sysv", "udev", "dbus"),
    *("kmod", "python3", "python3-venv", "ca-certificates", "tzdata", "linux-image-arm64"),
)
_REVISION = "0xa02082"  # a Raspberry Pi 3 B
# Not the port of the PC's way to the simulator outside, which is there as well.
_SETTINGS = f"""\
id = "north"
eguma.base_url = "http://127.0.0.1:8766"
eguma.user_id = "0a7a3c1e-0000-4000-8000-000000000001"
admission.price_cents = 2500
admission.hold_seconds = 0
admission.repeat_seconds = 0
relay.pin = {RELAY}
scanner.port = "/dev/ttyAMA0"
"""
_SIMULATOR = """\
[Service]
ExecStart=/usr/bin/gate-controller simulator --port 8766
"""
_BOOKS = (
    "/opt/gate-controller/current/bin/python3 -c 'import urllib.request as u;"
    'print(u.urlopen("http://127.0.0.1:8766/_simulator/ledger").read().decode())\''
)
# ramfs: the kernel's own choice for a root in memory may fill half of it only, and the program has grown over that.
_APPEND = f"console=ttyAMA0 quiet loglevel=3 rootfstype=ramfs systemd.getty_auto=no rig.agent=/dev/ttyS1 {RECORD}"
FRAME = b"L4FU5LQTKJR3\r"
PRICE = 2500
STARTS = 2


def board(cache: Path) -> Iterator[Row]:
    """Check the gate on it; yields rows while it goes on."""
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gate-board-")))
        with within(1800, "what the board is made of"):
            bare = made_once(cache / f"arm-{named_after(_PACKAGES)}", "a small Debian for arm64", _bare)
            (modules,) = (bare / "usr/lib/modules").iterdir()
            kernel = Kernel(bare / f"boot/vmlinuz-{modules.name}", modules, Path())
            tree = bare / f"usr/lib/linux-image-{modules.name}/broadcom/bcm2837-rpi-3-b.dtb"
            device_tree = _device_tree(tree, place / "pi3.dtb")
            root = _root(cache, bare, kernel, place)
        command: list[str | Path] = [
            *("qemu-system-aarch64", "-M", "raspi3b", *SPEED, "-display", "none", "-no-reboot"),
            *sockets(),
            *("-kernel", kernel.image, "-dtb", device_tree, "-initrd", root, "-append", _APPEND),
            *("-serial", "chardev:scanner", "-serial", "chardev:agent"),
        ]
        with Machine(place, *command) as machine:
            yield from _checks(machine)


def _checks(machine: Machine) -> Iterator[Row]:
    gate = BootedGate(machine, chip="pinctrl-bcm2835", scanner="uart-pl011")
    with within(2400, "starts of the gate on the board"):
        machine.does("systemctl start rig-simulator")
        gate.ready()
        seconds = median(gate.start()[0] for _ in range(STARTS))
        yield Row("board: exec to ready, all in memory", "", f"{seconds:.1f} s (load {load()})")
    with within(1200, "a scan on ttyAMA0"):
        level = _level(machine)
        yield Row("board: the relay's line before a scan", "0", str(level), level == 0)
        count = len(gate.pulses())
        machine.scan(FRAME)
        _seen(machine, 1)
        _seen(machine, 0)
        yield Row("a scan on ttyAMA0: the register GPLEV0", "1, then 0", "1, then 0", met=True)
        pulses = gate.pulses()[count:]
        yield lengths("its pulse, by the kernel's record", pulses)
        yield Row("scan to relay", "", f"{gate.scan_to_relay()[-1]:.2f} s")
        charged = json.loads(machine.does(_BOOKS))["net_redeemed_in_cents"]
        yield Row("charged", str(PRICE), str(charged), charged == PRICE)
    with within(1200, "kill -9 in a pulse"):
        machine.scan(FRAME)
        _seen(machine, 1)
        restarts = gate.kill()
        _seen(machine, 0)
        machine.until("restarted", lambda: gate.restarts() > restarts, PATIENCE_SECONDS)
        gate.ready()
        level = _level(machine)
        yield Row("kill -9 in a pulse: the line afterwards", "0", str(level), level == 0)


def _level(machine: Machine) -> int:
    return machine.word(_LEVELS) >> RELAY & 1


def _seen(machine: Machine, level: int) -> None:
    """Wait for that level of the relay's line, in the chip's register."""
    machine.until(f"the relay's line is {level}", lambda: _level(machine) == level, PATIENCE_SECONDS, every=0.005)


def _bare(place: Path) -> None:
    # "extract": nothing of it is run, so it may be of any architecture.
    debian(place, _PACKAGES, "--variant=extract", "--architectures=arm64")
    for part in ("bin", "lib", "sbin"):
        # A package that would make these links is one of those that nobody configures here.
        if not (place / part).is_symlink():
            run("cp", "-a", f"{place / part}/.", place / "usr" / part)
            shutil.rmtree(place / part)
            (place / part).symlink_to(f"usr/{part}")
    (modules,) = (place / "usr/lib/modules").iterdir()
    run("depmod", "-b", place, modules.name, seconds=300)


def _device_tree(tree: Path, into: Path) -> Path:
    shutil.copy(tree, into)
    # A Pi's boot loader says which Pi it is; without it, this does.
    run("fdtput", "-p", "-t", "x", into, "/system", "linux,revision", _REVISION)
    # The serial line is the Bluetooth chip's there. On a gate `dtoverlay=disable-bt` frees it, as this does.
    run("fdtput", "-r", into, "/soc/serial@7e201000/bluetooth")
    return into


def _root(cache: Path, bare: Path, kernel: Kernel, place: Path) -> Path:
    configured = installed_root(cache, package_for("amd64", place))
    package = place / "arm64"
    run("dpkg-deb", "-x", package_for("arm64", place), package, seconds=120)
    root = place / "root"
    run("cp", "-a", bare, root, seconds=300)
    for heavy in ("boot", "usr/lib/modules", "usr/share/locale", "usr/share/i18n"):
        shutil.rmtree(root / heavy, ignore_errors=True)
    for part in ("etc", "opt", "var"):
        shutil.rmtree(root / part, ignore_errors=True)
        run("cp", "-a", configured / part, root / part, seconds=120)
    for heavy in ("var/cache", "var/lib/apt"):
        shutil.rmtree(root / heavy)
        (root / heavy).mkdir()
    (root / "etc/ld.so.cache").unlink()
    shutil.rmtree(root / "etc/systemd/system/gate-controller.service.d")
    for part in ("usr/bin", "usr/lib", "usr/share/gate-controller"):
        run("cp", "-a", f"{package / part}/.", root / part, seconds=60)
    _exchange_compiled(root / "opt/gate-controller", root / "usr/share/gate-controller/wheels")
    shutil.rmtree(root / "usr/share/gate-controller/wheels")
    bring_modules(kernel, root, ("cdc_acm", "usbserial"))
    furnish(root, _SETTINGS)
    (root / "etc/systemd/system/rig-simulator.service").write_text(_SIMULATOR, encoding="ascii")
    for unit in ("rig-gpio.service", "rig-eguma.socket"):
        for link in (root / "etc/systemd/system").glob(f"*.wants/{unit}"):
            link.unlink()
    (root / "init").symlink_to("/sbin/init")
    pack(root, place / "root.cpio")
    shutil.rmtree(root)
    return place / "root.cpio"


def _exchange_compiled(program: Path, wheels: Path) -> None:
    """Put the compiled libraries of the arm64 wheels in place of the PC's; all that is Python's is the same in both."""
    (packages,) = (program / "releases").glob("*/lib/python3*/site-packages")
    for library in packages.rglob("*.so*"):
        library.unlink()
    for wheel in wheels.glob("*aarch64.whl"):
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if ".so" in Path(name).name]
            archive.extractall(packages, names)
