"""An endpoint that the core uses is in six files: CONTRIBUTING names them, and no other knows a call of its own."""

import ast
import re
from functools import cache

import pytest

from gate_controller.admission.attempt.transitions import TRANSITIONS
from gate_controller.admission.errand.errand_transitions import ERRAND_TRANSITIONS
from gate_controller.admission.words import calls, desk_calls
from tests.docs.remarks import ROOT

MOST_FILES = 6

PACKAGE = ROOT / "gate_controller"
HANDLERS = (*(one.handler for one in TRANSITIONS.values()), *(one.handler for one in ERRAND_TRANSITIONS.values()))
STATES = {f"{handler.__module__.replace('.', '/').removeprefix('gate_controller/')}.py" for handler in HANDLERS} | {
    "admission/errand/looks.py",
    "admission/errand/errand_transitions.py",
}
"""Where attempts take answers: the functions of each state stand in one of these."""

OF_ONE_CALL = {
    "admission/gate/visitors.py": "a ShortCode's voucher is known when Balance has answered",
    "admission/gate/errands.py": "so is that of an errand",
    "admission/attempt/outage.py": "whether E-GUMA is there again is asked by what costs nothing",
    "shell/books.py": "the list is laid beside the journal",
    "cli/setup/rehearsal.py": "a voucher is tried up to the moment at which money would move",
}
"""Files besides that know one call, with why: another endpoint has no part in it."""

OF_THE_DESK = {"admission/words/desk_calls.py", "shell/errand_calls.py"}
"""Where the calls stand that staff have the gate make, and where the shell carries them out."""

CALLS = {
    "TopUp": {"TopUp", "ToppedUp"},
    "CancelPart": {"CancelPart", "PartCancelled"},
    "Activation": {"AskActivation", "ActivationAnswered"},
    "Activate": {"Activate", "Activated"},
    "Deactivation": {"AskDeactivation", "DeactivationAnswered"},
    "Deactivate": {"Deactivate", "Deactivated"},
    "Balance": {"AskBalance", "BalanceOutcome", "BalanceAnswered"},
    "Redeem": {"Redeem", "RedeemOutcome", "RedeemAnswered"},
    "Cancel": {"Cancel", "CancelOutcome", "CancelAnswered"},
    "Redemptions": {"AskRedemptions", "RedemptionsOutcome", "RedemptionsAnswered"},
}


def steps() -> set[str]:
    """Return the package's files that CONTRIBUTING names in its first four steps for an endpoint."""
    section = (ROOT / "CONTRIBUTING.md").read_text().split("## Add an endpoint\n", 1)[1].split("\n5. ", 1)[0]
    return set(re.findall(r"`gate_controller/([\w/]+\.py)`", section))


@cache
def known_names() -> dict[str, set[str]]:
    """Return what the code of each of the package's files names."""
    found = dict[str, set[str]]()
    for file in PACKAGE.rglob("*.py"):
        known = found[file.relative_to(PACKAGE).as_posix()] = set()
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.ClassDef(name=name) | ast.alias(name=name):
                    known.add(name)
    return found


def files_that_know(names: set[str]) -> set[str]:
    """Return the package's files whose code has one of these names."""
    return {file for file, known in known_names().items() if known & names}


def test_every_call_is_one_of_those_counted_here() -> None:
    # What tickets and people alone need stands in files of their own beside these.
    counted = {calls.__name__, desk_calls.__name__}
    ours = {call.__name__ for call in calls.Call.__subclasses__() if call.__module__ in counted}
    assert ours <= set().union(*CALLS.values())
    assert all(hasattr(calls, name) or hasattr(desk_calls, name) for names in CALLS.values() for name in names)


def test_contributing_names_six_files_for_an_endpoint_of_the_core() -> None:
    assert len(steps()) + len({"the file of the state that asks"}) <= MOST_FILES


@pytest.mark.parametrize("names", CALLS.values(), ids=CALLS)
def test_a_call_is_known_to_the_files_that_contributing_names_and_to_its_states(names: set[str]) -> None:
    known = files_that_know(names)
    assert known & STATES
    assert known - STATES - OF_ONE_CALL.keys() <= steps() | OF_THE_DESK
