"""The section of backups: where they go by themselves, and how many are kept."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from gate_controller.settings import values as read
from gate_controller.settings.sections import Section
from gate_controller.settings.values import ReadBy


class BackupSection(Section, frozen=True):
    """Where backups go by themselves."""

    target: Annotated[Path | None, ReadBy(read.path_or_none), read.WHILE_RUNNING] = Field(
        default=None,
        description="folder that `gate-controller backup` writes into when it is told none: a USB stick or a mounted "
        "share, never the gate's own disk",
    )
    keep: Annotated[int, ReadBy(read.whole(1, 1000, "give how many, from 1 to 1000")), read.WHILE_RUNNING] = Field(
        default=14, description="how many backups of this gate are kept there"
    )
    passphrase_file: Annotated[Path | None, ReadBy(read.path_or_none), read.WHILE_RUNNING] = Field(
        default=None, description="file whose first line seals them; then keys and passwords are in them too"
    )
