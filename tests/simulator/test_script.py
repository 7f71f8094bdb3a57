"""The fault script: which request meets which fault; and E-GUMA's local clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.simulator import Endpoint, FaultKind, FaultScript, Misbehaviour, local_text


def script_of(*faults: Misbehaviour) -> FaultScript:
    script = FaultScript()
    for fault in faults:
        script.add(fault)
    return script


def kinds(script: FaultScript, endpoint: Endpoint, count: int) -> list[FaultKind | None]:
    return [fault.kind if (fault := script.take(endpoint)) else None for _ in range(count)]


def test_a_fault_acts_once_unless_told_otherwise() -> None:
    script = script_of(Misbehaviour(FaultKind.HANG))
    assert kinds(script, Endpoint.BALANCE, 2) == [FaultKind.HANG, None]


def test_a_fault_lets_the_requests_pass_that_it_skips() -> None:
    script = script_of(Misbehaviour(FaultKind.HANG, skip=2, times=2))
    assert kinds(script, Endpoint.BALANCE, 5) == [None, None, FaultKind.HANG, FaultKind.HANG, None]


def test_a_fault_without_a_limit_acts_until_it_is_struck_off() -> None:
    script = FaultScript()
    line_id = script.add(Misbehaviour(FaultKind.HANG, times=None))
    assert kinds(script, Endpoint.INFO, 3) == [FaultKind.HANG] * 3
    assert script.remove(line_id)
    assert not script.remove(line_id)
    assert script.take(Endpoint.INFO) is None


def test_faults_act_in_the_order_they_were_added() -> None:
    script = script_of(Misbehaviour(FaultKind.RESET), Misbehaviour(FaultKind.EMPTY))
    assert kinds(script, Endpoint.BALANCE, 3) == [FaultKind.RESET, FaultKind.EMPTY, None]


def test_a_fault_of_one_endpoint_leaves_the_others_alone() -> None:
    script = script_of(Misbehaviour(FaultKind.RESET, Endpoint.REDEEM))
    assert script.take(Endpoint.BALANCE) is None
    assert script.take(Endpoint.REDEEM) is not None


def test_a_fault_of_one_voucher_leaves_the_others_alone() -> None:
    script = script_of(Misbehaviour(FaultKind.RESET, voucher_code="l4fu-5lqt-kjr3"))
    assert script.take(Endpoint.BALANCE, ("OTHERVOUCHER",)) is None
    assert script.take(Endpoint.BALANCE, ("42", "L4FU5LQTKJR3")) is not None


def test_a_fault_that_has_run_out_leaves_the_script() -> None:
    script = script_of(Misbehaviour(FaultKind.RESET))
    script.take(Endpoint.BALANCE)
    assert not list(script)


@pytest.mark.parametrize("status", [200, 204, 304, 600])
def test_a_status_that_is_no_error_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match="status"):
        Misbehaviour(FaultKind.STATUS, status=status)


@pytest.mark.parametrize("headers", [{"Content-Length": "3"}, {"A b": "c"}, {"X": "a\r\nSet-Cookie: b"}])
def test_headers_that_would_break_the_framing_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="headers"):
        Misbehaviour(FaultKind.STATUS, headers=headers)


@given(st.datetimes(min_value=datetime(1997, 1, 1), max_value=datetime(2037, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis asks for naive bounds
def test_local_times_are_those_of_zurich(moment: datetime) -> None:
    expected = moment.astimezone(ZoneInfo("Europe/Zurich")).strftime("%Y-%m-%dT%H:%M:%S")
    assert local_text(moment.timestamp()) == expected


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        ("2026-03-29T00:59:59", "2026-03-29T01:59:59"),
        ("2026-03-29T01:00:00", "2026-03-29T03:00:00"),
        ("2026-10-25T00:59:59", "2026-10-25T02:59:59"),
        ("2026-10-25T01:00:00", "2026-10-25T02:00:00"),
    ],
)
def test_summer_time_begins_and_ends_at_its_second(utc: str, local: str) -> None:
    assert local_text(datetime.fromisoformat(f"{utc}+00:00").timestamp()) == local
