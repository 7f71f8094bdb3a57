"""
What the emulated machines are made of, from Debian's own packages: a kernel, the gpio-sim module, a small root.

Each part is made once into the cache and reused. Whatever is compiled is compiled inside a Debian of its own, so that
the machine that runs this needs neither its kernel nor its compiler.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.pi.report import tell

SUITE = "bookworm"
_PATCHED = {
    # No module may look up the descriptor of an interrupt. The other function does so by itself, and calls the handler
    # that this very file has set, which is the same one.
    "kernel/irq/irq_sim.c": ("handle_simple_irq(irq_to_desc(irqnum))", "generic_handle_irq(irqnum)"),
    "drivers/gpio/gpio-sim.c": ("", ""),
    "drivers/gpio/gpiolib.h": ("", ""),
}
_MAKEFILE = "obj-m := gpio-sim.o\ngpio-sim-y := gpio-sim-main.o irq_sim.o\n"
_WORKSHOP = ("linux-image-amd64", "linux-headers-amd64", "linux-source-6.1", "gcc", "make", "busybox-static", "kmod")


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel of Debian's."""

    image: Path
    """What a machine is started with."""
    modules: Path
    """Its directory under /lib/modules, which has the kernel's own name."""
    busybox: Path
    """A busybox of the same architecture that needs no library."""

    def closure(self, *names: str) -> list[Path]:
        """Return the modules of these names and all that they stand on, in the order in which they are loaded."""
        needs: dict[str, list[str]] = {}
        for line in (self.modules / "modules.dep").read_text(encoding="ascii").splitlines():
            path, _, others = line.partition(":")
            needs[path] = others.split()
        builtin = {Path(line).stem for line in (self.modules / "modules.builtin").read_text("ascii").splitlines()}
        paths = {_plain(Path(path).name): path for path in needs}
        found: list[str] = []
        for name in names:
            if _plain(name) in {_plain(each) for each in builtin}:
                continue
            if _plain(name) not in paths:
                raise LookupError(f"{self.modules}: this kernel has no module {name}")
            path = paths[_plain(name)]
            # modules.dep names all, those that others stand on last.
            found += [each for each in (*reversed(needs[path]), path) if each not in found]
        return [self.modules / path for path in found]


def made_once(place: Path, what: str, make: Callable[[Path], None]) -> Path:
    """Return what is kept there; else have it made under another name first, so that no half of it stays."""
    if not place.exists():
        tell(f"making {what}, once: {place}")
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f"{place.name}.{os.getpid()}")
        try:
            make(fresh)
            fresh.rename(place)
        finally:
            if fresh.is_dir():
                shutil.rmtree(fresh)
            fresh.unlink(missing_ok=True)
    return place


def named_after(*recipe: object) -> str:
    """Return a short name for what these decide."""
    return hashlib.sha256(repr(recipe).encode()).hexdigest()[:12]


def pc_kernel(cache: Path) -> Kernel:
    """Return a kernel for a PC whose modules have gpio-sim among them."""
    place = made_once(cache / f"workshop-{named_after(_WORKSHOP, _PATCHED)}", "a kernel with gpio-sim", _workshop)
    (modules,) = (place / "usr/lib/modules").iterdir()
    return Kernel(place / "boot" / f"vmlinuz-{modules.name}", modules, place / "usr/bin/busybox")


def run(*command: str | Path, seconds: float = 60, environ: Mapping[str, str] | None = None) -> str:
    """Run a program of this machine's that has to end well; return what it printed."""
    done = subprocess.run(  # noqa: S603 - fixed programs
        command,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        timeout=seconds,
    )
    if done.returncode != 0:
        words = " ".join(map(str, command))
        raise RuntimeError(f"{words}: ended with {done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout


def inside(root: Path, *command: str | Path, seconds: float = 60) -> str:
    """Run a command inside a root of this machine's architecture, with /proc and /dev for as long as it runs."""
    script = 'mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" && exec chroot "$@"'
    plain = ("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive")
    # In a namespace of processes of its own: if this one is ended, so is all that it runs.
    alone = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
    return run(*alone, "sh", "-c", script, "sh", root, *plain, *command, seconds=seconds)


def debian(place: Path, packages: Sequence[str], *options: str) -> None:
    """Make a small Debian with these packages in a new directory."""
    asked = f"--include={','.join(packages)}"
    lean = ("--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*")
    # INITRD=No: Debian's own initramfs is not used, and takes a minute to make.
    environ = {"INITRD": "No"}
    run("mmdebstrap", "--quiet", *options, asked, *lean, SUITE, place, seconds=1500, environ=environ)


def _workshop(place: Path) -> None:
    debian(place, _WORKSHOP, "--variant=minbase")
    sources = place / "gpio-sim"
    sources.mkdir()
    # In no kernel of Debian's: its drivers are built beside it, from the very sources of that kernel.
    names = [f"linux-source-6.1/{name}" for name in _PATCHED]
    archive = place / "usr/src/linux-source-6.1.tar.xz"
    run("tar", "-xJf", archive, "-C", sources, "--strip-components=1", *names, seconds=600)
    for name, (old, new) in _PATCHED.items():
        text = (sources / name).read_text(encoding="utf-8")
        if old not in text:
            raise LookupError(f"{archive}: {name} has no {old!r} any more: look at how irq_sim calls its handler now")
        # The module is called gpio-sim, so none of its parts may be.
        file = sources / Path(name).name.replace("gpio-sim.c", "gpio-sim-main.c")
        file.write_text(text.replace(old, new) if old else text, encoding="utf-8")
    (sources / "Makefile").write_text(_MAKEFILE, encoding="ascii")
    (modules,) = (place / "usr/lib/modules").iterdir()
    inside(place, "make", "-s", "-C", f"/lib/modules/{modules.name}/build", "M=/gpio-sim", "modules", seconds=600)
    (modules / "extra").mkdir()
    shutil.copy(sources / "gpio-sim.ko", modules / "extra")
    inside(place, "depmod", modules.name)
    archive.unlink()  # 130 MB that nobody needs any more


def _plain(module: str) -> str:
    return module.partition(".ko")[0].replace("-", "_")
