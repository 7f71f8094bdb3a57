"""
The bench: `make bench`. One table of speed, memory and wear, each number taken through real processes.

It tells; it does not judge: a goal that is missed is a NO in the table, not an exit code, for the machine may be busy.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.bench.front import front
from tests.bench.measures import FULL, QUICK, Bench, bench_in, doubts, endurance, scans, starts
from tests.bench.next_scans import next_scans
from tests.bench.page import page
from tests.bench.slow_disk import slow_disk
from tests.bench.table import Row, as_json, as_text
from tests.bench.telling import telling
from tests.bench.tickets import tickets
from tests.bench.two_vouchers import two_vouchers
from tests.bench.venue import venue


def main() -> int:
    """Measure, print the table, and return the exit code."""
    arguments = _arguments()
    # The end of this process is the end of those it started, also when it is told to.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    began = time.monotonic()
    # Not /tmp, which is in memory on many machines: what is measured is a journal on a disk.
    with tempfile.TemporaryDirectory(prefix="gate-bench-", dir=arguments.dir) as name:
        directory = Path(name)
        with bench_in(directory, QUICK if arguments.quick else FULL) as bench:
            rows = []
            for row in _measured(bench, arguments.only or tuple(PARTS)):
                rows.append(row)
                _tell(f"{len(rows)} rows after {time.monotonic() - began:.0f} s")
        title = _title(directory, quick=arguments.quick, seconds=time.monotonic() - began)
    _tell("")
    print(as_text(title, rows))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(as_json(title, rows), indent=2, ensure_ascii=False) + "\n")
    return 0


PARTS: Mapping[str, Callable[[Bench], Iterable[Row]]] = {
    "starts": starts,
    "scans": scans,
    "slow-disk": slow_disk,
    "doubts": doubts,
    "two-vouchers": two_vouchers,
    "tickets": tickets,
    "next-scans": next_scans,
    "front": front,
    "page": page,
    "telling": telling,
    "venue": venue,
    "endurance": endurance,
}
"""What is measured, in order."""


def _measured(bench: Bench, parts: Sequence[str]) -> Iterator[Row]:
    for part in parts:
        yield from PARTS[part](bench)


def _tell(progress: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{progress}", end="", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and a short idle time: about a minute")
    parser.add_argument("--only", action="append", choices=tuple(PARTS), help="measure this part only; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to this file too")
    parser.add_argument("--dir", default="/var/tmp", help="where journals are kept meanwhile (%(default)s)")  # noqa: S108 - a fresh directory in it
    return parser.parse_args()


def _title(directory: Path, *, quick: bool, seconds: float) -> str:
    load = os.getloadavg()[0]
    how = "quick" if quick else "full"
    return (
        f"gate-controller bench, {how}, {seconds:.0f} s; Python {sys.version.split()[0]}, {os.cpu_count()} cores, "
        f"load {load:.1f}; journals on {_file_system(directory)}"
    )


def _file_system(directory: Path) -> str:
    """Return the type of the file system (proc(5), mountinfo): on one in memory, commits cost nothing."""
    kinds = {}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        about, _, of_system = line.partition(" - ")
        kinds[Path(about.split()[4])] = of_system.split()[0]
    return next((kinds[path] for path in (directory, *directory.parents) if path in kinds), "an unknown file system")


if __name__ == "__main__":
    sys.exit(main())
