"""
A disk whose every sync takes longer, as an SD card's does: how often is that felt between scan and relay?

A small library, built here where there is a C compiler, stands before the C library's fsync and fdatasync in the
gate's process (ld.so(8), LD_PRELOAD). Nothing else of the gate is different.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.bench.gates import ScannedGate
from tests.bench.measures import VOUCHERS, Bench, in_turns
from tests.bench.table import Row, row_of

SYNC_SECONDS = (0.02, 0.05)
"""What is added to each sync: a good and a poor SD card."""

_LATENCY = 0.05
_MOST_SYNCS = 1.2
"""How many syncs more the way from scan to relay may take."""

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int slowly(const char *name, int fd) {
    const char *told = getenv("SLOW_SYNC_NS");
    long ns = told ? atol(told) : 0;
    struct timespec pause = {ns / 1000000000L, ns % 1000000000L};
    nanosleep(&pause, NULL);
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
}
int fsync(int fd) { return slowly("fsync", fd); }
int fdatasync(int fd) { return slowly("fdatasync", fd); }
"""


def slow_disk(bench: Bench) -> Iterator[Row]:
    """Measure scan to relay at some latency, with syncs as they are and slower ones, in turns."""
    compiler = shutil.which("cc")
    if compiler is None:
        print("bench: no C compiler (cc): the rows of slow syncs are left out", file=sys.stderr)
        return
    library = _built(compiler, bench.directory)
    with ExitStack() as stack:
        gates = {
            seconds: stack.enter_context(
                ScannedGate(bench.place(f"sync-{seconds}"), environment=_environment(library, seconds))
            )
            for seconds in (0.0, *SYNC_SECONDS)
        }
        bench.simulator.settings(latency_seconds=_LATENCY)
        works = {str(seconds): partial(gate.admit, VOUCHERS[0]) for seconds, gate in gates.items()}
        measured = in_turns(works, bench.extent.slow_rounds)
        bench.simulator.settings(latency_seconds=0.0)
    plain = measured["0.0"]
    yield row_of(f"{1e3 * _LATENCY:.0f} ms latency: scan to relay", "ms", 1, [1e3 * s for s in plain])
    for seconds in SYNC_SECONDS:
        label = f"… every sync {1e3 * seconds:.0f} ms slower"
        slow = measured[str(seconds)]
        yield row_of(label, "ms", 1, [1e3 * s for s in slow])
        more = [(s - p) / seconds for s, p in zip(slow, plain, strict=True)]
        yield row_of(f"{label}: how many syncs more", "", 2, more, goal=_MOST_SYNCS)


def _environment(library: Path, seconds: float) -> dict[str, str]:
    return {"LD_PRELOAD": str(library), "SLOW_SYNC_NS": str(int(1e9 * seconds))}


def _built(compiler: str, directory: Path) -> Path:
    source, library = directory / "slow_sync.c", directory / "slow_sync.so"
    source.write_text(_SOURCE)
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", os.fspath(library), os.fspath(source), "-ldl"]
    subprocess.run(command, check=True)  # noqa: S603 - the machine's own compiler, on the source above
    return library
