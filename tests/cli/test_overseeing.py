"""What an upgrade says of a release that ended: the gate's own words, and not those of whoever tidied up behind it."""

import pytest

from gate_controller.cli.overseeing import last_words_in

ERROR = "gate-controller: error: unexpected RuntimeError: gate_controller/app.py line 1"
ENDED = "gate-controller.service: Main process exited, code=exited, status=70/SOFTWARE"
AT_REST = "gate-controller: error: left as they are: relay, close relay"


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ([ERROR, ENDED, AT_REST, "gate-controller.service: Failed with result 'exit-code'."], ERROR),
        ([ERROR, ENDED, AT_REST, "Starting gate-controller.service - Admission gate ..."], ERROR),
        (["gate-controller.service: Main process exited, code=killed, status=9/KILL"], "it said nothing"),
        (["fault=raised what=scanner why='no scanner found'", ""], "fault=raised what=scanner"),
        ([], "it said nothing"),
    ],
)
def test_the_last_words_are_the_gates_own(log: list[str], told: str) -> None:
    said = last_words_in(log)
    assert said.startswith(told)
    assert (ENDED in log) == ("(code=exited, status=70/SOFTWARE)" in said)
