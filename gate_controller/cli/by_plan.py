"""
`gate-controller relay safe` by the plan that a gate has left: this is what the unit runs after every end of the gate.

A relay may be on meanwhile, and a slow board takes seconds to bring in the command line's framework and the settings.
So this file and what it imports do without them.
"""

from collections.abc import Mapping

from gate_controller.cli.exits import ExitCode, complain
from gate_controller.devices import rest_plan
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.runtime_directory import runtime_directory


def place_told(environ: Mapping[str, str]) -> str:
    """Return where a gate leaves its plan, as far as that is known without reading settings; empty where it is not."""
    return runtime_directory(environ) or environ.get("GATE_STATE_DIR", "").strip()


def put_at_rest(place: str, *, quiet: bool = False) -> ExitCode | None:
    """
    Carry out the plan that a gate has left in a place; return the exit code, or None where there is no plan that can
    be used. Why it cannot is a warning, unless `quiet`.
    """
    try:
        plan = rest_plan.left_in(place)
    except DeviceError as error:
        if not quiet:
            complain(f"{error}; meanwhile the settings tell what to do", kind="warning")
        return None
    if plan is None:
        return None
    failed = rest_plan.carry_out(plan)
    for each in failed:
        complain(each.why, kind="error" if each.output.is_relay else "warning")
    return ExitCode.NO if any(each.output.is_relay for each in failed) else ExitCode.OK
