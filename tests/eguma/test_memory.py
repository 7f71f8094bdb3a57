"""What E-GUMA's client takes of a small machine's memory."""

import subprocess
import sys


def test_a_gate_does_not_bring_in_the_command_line_of_httpx() -> None:
    """rich, pygments and click would take a tenth of a gate's memory."""
    look = "import gate_controller.app, sys; print(*{'rich', 'pygments', 'click', 'httpx'} & {*sys.modules})"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert found.stdout.split() == ["httpx"]


def test_a_gate_that_only_admits_does_not_bring_in_what_staff_and_tickets_need() -> None:
    look = "import gate_controller.app, sys; print(*(name for name in sys.modules if 'eguma.' in name))"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert not [name for name in found.stdout.split() if "desk_" in name or "ticket_" in name]
