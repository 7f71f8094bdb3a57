"""A disk that fills up, for the files of this process: the kernel refuses to let any of them grow."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
