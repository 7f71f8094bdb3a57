"""A disk that fills up or turns read-only, for the files of this process."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gate_controller.journal.store import FILE_NAME


@contextmanager
def full_disk(state_dir: Path) -> Iterator[None]:
    """Inside, the journal in a directory can't grow. Python ignores SIGXFSZ, so a write fails with EFBIG."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = state_dir / f"{FILE_NAME}-wal"
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def forced_read_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """
    Inside, every file system says that it is read-only, though writes and syncs are taken: as ext4 does when it was
    forced (the kernel's emergency remount, sysrq u), which would take the whole machine with it.
    """
    told = os.fstatvfs

    def read_only(handle: int) -> os.statvfs_result:
        fields = list(told(handle))
        fields[8] |= os.ST_RDONLY
        return os.statvfs_result(fields)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fstatvfs", read_only)
        yield
