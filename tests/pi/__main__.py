"""
The gate on emulated hardware: `make test-pi`. By hand, for it takes some minutes and programs that few machines have.

docs/emulated-pi.md tells what is emulated, what is not, and how to read the figures.
"""

import argparse
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.pi.board import board
from tests.pi.pc import pc
from tests.pi.report import Row, as_text, load, tell

RIGS: Mapping[str, Callable[[Path], Iterator[Row]]] = {"pc": pc, "board": board}
_NEEDED = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-system-aarch64": "qemu-system-arm",
    "fdtput": "device-tree-compiler",
    "nbdkit": "nbdkit nbdkit-plugin-python",
    "mmdebstrap": "mmdebstrap",
    "dpkg-deb": "dpkg",
    "cpio": "cpio",
    "depmod": "kmod",
    "mke2fs": "e2fsprogs",
    "unshare": "util-linux",
}


def main() -> int:
    """Run what was asked for, print the table, and return the exit code: 1 where something was not as asked."""
    asked = argparse.ArgumentParser(prog='make test-pi ARGS="..."', description="Run the gate on emulated hardware.")
    asked.add_argument("rigs", nargs="*", metavar="RIG", help=f"of {', '.join(RIGS)}; otherwise all")
    asked.add_argument("--cache", type=Path, default=_cache(), help="where what is made once is kept (%(default)s)")
    options = asked.parse_args()
    rigs = options.rigs or list(RIGS)
    unknown = [name for name in rigs if name not in RIGS]
    if unknown:
        asked.error(f"no rig {unknown[0]}: choose from {', '.join(RIGS)}")
    missing = [package for program, package in _NEEDED.items() if shutil.which(program) is None]
    if missing:
        print(f"make test-pi: missing: apt-get install --no-install-recommends {' '.join(missing)}", file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("make test-pi: makes roots and images, which only root may do: sudo make test-pi", file=sys.stderr)
        return 2
    # The end of this process is the end of all that it started, also when it is told to.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    os.nice(10)
    options.cache.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for name in rigs:
        try:
            for row in RIGS[name](options.cache):
                rows.append(row)
                tell(f"{row.what}: {row.seen}")
        except Exception as error:  # noqa: BLE001 - whatever it was, the other rig is still tried and the table told
            traceback.print_exc()
            rows.append(Row(f"{name}: the rest", "done", f"{type(error).__name__}, see above", met=False))
    print(f"\nThe gate on emulated hardware, at a load of {load()}\n\n{as_text(rows)}")
    return 1 if any(row.met is False for row in rows) else 0


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gate-controller" / "pi"


if __name__ == "__main__":
    raise SystemExit(main())
