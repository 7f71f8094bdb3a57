"""
A disk with an installed gate for the emulated PC: a small Debian, the project's package, settings and key, and what
`tests/pi/guest/` has, which is simulated GPIO lines, a shell for the tests, and a way to the simulator of E-GUMA.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deb.build import build
from deb.wheels import DEBIANS
from tests.pi.materials import Kernel, debian, inside, made_once, named_after, run
from tests.rig.simulator import KEY

GUEST = Path(__file__).with_name("guest")
EXIT_BUTTON = 4
RELAY = 17
SETTINGS = f"""\
id = "north"
eguma.base_url = "http://127.0.0.1:8765"
eguma.user_id = "0a7a3c1e-0000-4000-8000-000000000001"
admission.price_cents = 2500
admission.hold_seconds = 0
admission.repeat_seconds = 0
exit_button.pin = {EXIT_BUTTON}
relay.pin = {RELAY}
scanner.port = "/dev/ttyS1"
"""
_PACKAGES = (
    "systemd",
    "systemd-sysv",
    "udev",
    "dbus",
    "kmod",
    "python3",
    "python3-venv",
    "ca-certificates",
    "tzdata",
    "debconf",
)
_UNITS = {
    "multi-user.target": ("rig-agent.service", "systemd-networkd.service", "gate-controller.service"),
    "sysinit.target": ("rig-gpio.service",),
    "sockets.target": ("rig-eguma.socket",),
}
# What the machine's own hardware needs, and what the gate's unit asks for.
_TO_BOOT = ("virtio_pci", "virtio_blk", "crc32c_generic", "ext4")
_MODULES = (
    *_TO_BOOT,
    "virtio_net",
    "virtio_console",
    "virtio_rng",
    "gpio-sim",
    "configfs",
    "autofs4",
    "binfmt_misc",
    "cdc_acm",
    "usbserial",
)
_INIT = """\
#!/busybox sh
/busybox mount -t devtmpfs dev /dev
for module in {modules}; do /busybox insmod /modules/$module; done
until /busybox mount -t ext4 /dev/vda /root; do /busybox sleep 0.1; done
/busybox umount /dev
exec /busybox switch_root /root /sbin/init
"""


def package_for(architecture: str, into: Path) -> Path:
    """Build the project's package for Debian 12."""
    return build(DEBIANS["12"], architecture, into)


def installed_root(cache: Path, package: Path) -> Path:
    """Return a small Debian of this machine's architecture with the package installed, and the gate enabled."""
    bare = made_once(cache / f"root-{named_after(_PACKAGES)}", "a small Debian", lambda place: debian(place, _PACKAGES))
    name = f"installed-{named_after(bare.name, _digest(package), SETTINGS, _digest(*_guest_files()))}"

    def make(place: Path) -> None:
        run("cp", "-a", bare, place, seconds=300)
        shutil.copy(package, place / "root" / package.name)
        inside(place, "dpkg", "--install", f"/root/{package.name}", seconds=600)
        (place / "root" / package.name).unlink()
        furnish(place)

    _forget_others(cache, "installed-", name)
    return made_once(cache / name, "the root with the package", make)


def furnish(root: Path, settings: str = SETTINGS) -> None:
    """Give an installed gate its settings and its key, and the machine what the tests need."""
    shutil.copytree(GUEST, root, dirs_exist_ok=True)
    folder = root / "etc/gate-controller"
    (folder / "gate.toml").write_text(settings, encoding="utf-8")
    key = folder / "eguma.api_key"
    key.touch(mode=0o600)
    key.write_text(KEY, encoding="ascii")
    for target, units in _UNITS.items():
        wants = root / f"etc/systemd/system/{target}.wants"
        wants.mkdir(parents=True, exist_ok=True)
        for unit in units:
            its = next(place for place in ("etc", "usr/lib") if (root / place / "systemd/system" / unit).exists())
            (wants / unit).unlink(missing_ok=True)
            (wants / unit).symlink_to(f"/{its}/systemd/system/{unit}")
    (root / "etc/machine-id").write_text("", encoding="ascii")
    (root / "etc/hostname").write_text("north\n", encoding="ascii")


def disk_image(cache: Path, root: Path, kernel: Kernel) -> Path:
    """Return an image of a disk with that root and the kernel's modules."""
    name = f"disk-{named_after(root.name, kernel.modules.name, _MODULES)}.img"

    def make(place: Path) -> None:
        with _scratch(cache) as scratch:
            tree = scratch / "root"
            run("cp", "-a", root, tree, seconds=300)
            bring_modules(kernel, tree, _MODULES)
            inside(tree, "depmod", kernel.modules.name)
            run("mke2fs", "-q", "-t", "ext4", "-d", tree, place, "2G", seconds=300)

    _forget_others(cache, "disk-", name)
    return made_once(cache / name, "an image of its disk", make)


def bring_modules(kernel: Kernel, root: Path, names: Sequence[str]) -> None:
    """Copy these modules, and what they stand on, to where that root looks for them."""
    place = root / "usr/lib/modules" / kernel.modules.name
    for module in kernel.closure(*names):
        target = place / module.relative_to(kernel.modules)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(module, target)
    for index in kernel.modules.glob("modules.*"):
        shutil.copy(index, place)


def first_root(cache: Path, kernel: Kernel) -> Path:
    """Return the small initramfs that finds the disk."""
    modules = kernel.closure(*_TO_BOOT)
    init = _INIT.format(modules=" ".join(module.name for module in modules))

    def make(place: Path) -> None:
        with _scratch(cache) as scratch:
            for folder in ("dev", "root", "modules"):
                (scratch / folder).mkdir()
            for module in modules:
                shutil.copy(module, scratch / "modules")
            shutil.copy(kernel.busybox, scratch / "busybox")
            (scratch / "init").write_text(init, encoding="ascii")
            (scratch / "init").chmod(0o755)
            pack(scratch, place)

    return made_once(cache / f"initramfs-{named_after(init, kernel.modules.name)}", "its initramfs", make)


def pack(tree: Path, into: Path) -> None:
    """Pack a tree as an initramfs."""
    run("sh", "-c", 'cd "$1" && find . -xdev | cpio --quiet -o -H newc >"$2"', "sh", tree, into, seconds=300)


@contextmanager
def _scratch(cache: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=cache) as name:
        yield Path(name)


def _forget_others(cache: Path, kind: str, name: str) -> None:
    # Each change of the program makes another one, of half a gigabyte.
    for other in cache.glob(f"{kind}*"):
        if other.name != name:
            shutil.rmtree(other) if other.is_dir() else other.unlink()


def _guest_files() -> list[Path]:
    return sorted(path for path in GUEST.rglob("*") if path.is_file())


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()
