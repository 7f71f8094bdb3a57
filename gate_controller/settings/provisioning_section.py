"""The section of provisioning: whether codes before its scanner may set a gate up, and whose codes it believes."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from gate_controller.settings import values as read
from gate_controller.settings.sections import Flag, Section
from gate_controller.settings.values import ReadBy

KEYS_FILE: Final = Path("/etc/gate-controller/provisioning.keys")
"""Root's file: whoever may write it may set the gate up."""


class ProvisioningSection(Section, frozen=True):
    """Set-up by the gate's own scanner."""

    by_scan: Flag = Field(
        default=True,
        description="whether the gate may be set up by signed codes before its scanner, while it has no price or key "
        "and with the service key turned; without keys in `provisioning.keys_file` it never is",
    )
    keys_file: Annotated[Path, ReadBy(read.path)] = Field(
        default=KEYS_FILE, description="file of root's that names the keys whose codes the gate believes"
    )
