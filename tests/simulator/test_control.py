"""The simulator's control API from another process, and its manual, run line by line."""

import json
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.error import HTTPError

import pytest

from gate_controller.simulator import DEPOT_SAMPLES, RARE_SAMPLES, SAMPLES, TICKET_SAMPLES, FaultKind
from tests.rig.simulator import KEY, SimulatorProcess

MANUAL = Path(__file__).parents[2] / "docs" / "simulator.md"
GOOD = "L4FU5LQTKJR3"

without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def process() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as process:
        yield process


@pytest.fixture
def simulator(process: SimulatorProcess) -> SimulatorProcess:
    process.reset()
    return process


def ask(simulator: SimulatorProcess, path: str, body: object = None, key: str = KEY) -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).encode()
    try:
        with without_proxy.open(f"{simulator.base_url}{path}?apikey={key}", data, timeout=5) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


def redeem(simulator: SimulatorProcess, amount: int, code: str = GOOD) -> dict[str, object]:
    status, body = ask(simulator, f"/v1/vouchers/{code}/redeem.json", {"amount_in_cents": amount})
    assert status == 200, body
    done: dict[str, object] = json.loads(body)
    return done


def refusal(simulator: SimulatorProcess, method: str, path: str, value: object) -> str:
    with pytest.raises(HTTPError) as caught:
        simulator.call(method, path, value)
    with caught.value as error:
        assert error.code == 400
        return error.read().decode()


def test_faults_are_added_listed_and_deleted(simulator: SimulatorProcess) -> None:
    first = simulator.fault("status", "redeem", status=503, times=None)
    second = simulator.fault("hang", skip=3)
    assert [(line["id"], line["kind"], line["skips_left"]) for line in simulator.faults()] == [
        (first, "status", 0),
        (second, "hang", 3),
    ]
    simulator.call("DELETE", f"faults/{first}")
    assert [line["id"] for line in simulator.faults()] == [second]
    simulator.clear_faults()
    assert simulator.faults() == []


def test_a_scripted_status_reaches_the_api_and_not_the_control(simulator: SimulatorProcess) -> None:
    simulator.fault("status", status=503, times=None, body="zu viel los")
    assert ask(simulator, f"/v1/vouchers/{GOOD}/balance.json") == (503, b"zu viel los")
    assert simulator.ledger()["redemptions"] == []


def test_the_ledger_tells_redemptions_and_net_sums(simulator: SimulatorProcess) -> None:
    done = redeem(simulator, 2_500)
    ask(
        simulator,
        f"/v1/vouchers/{GOOD}/cancel_redemption.json",
        {"redeem_token": done["redeem_token"], "amount_in_cents": 1_000},
    )
    books = simulator.ledger(GOOD)
    [redemption] = books["redemptions"]
    assert redemption["redeem_token"] == done["redeem_token"]
    assert (redemption["amount_in_cents"], redemption["cancelled_in_cents"]) == (2_500, 1_000)
    assert redemption["user"]["name"] == "Gate 1"
    voucher = books["vouchers"][GOOD]
    assert (voucher["balance_in_cents"], voucher["net_redeemed_in_cents"]) == (48_500, 1_500)
    assert books["net_redeemed_in_cents"] == 1_500


def test_the_ledger_of_one_voucher_leaves_the_others_out(simulator: SimulatorProcess) -> None:
    redeem(simulator, 100)
    books = simulator.ledger("NTE4XC6QJM8R")
    assert (list(books["vouchers"]), books["redemptions"]) == (["NTE4XC6QJM8R"], [])


def test_a_voucher_is_created_and_changed(simulator: SimulatorProcess) -> None:
    simulator.put_voucher("test-vouc-her1", total_amount_in_cents=5_000)
    redeem(simulator, 2_000, "TESTVOUCHER1")
    simulator.put_voucher("TESTVOUCHER1", message="neu", condition="not_paid")
    voucher = simulator.ledger("TESTVOUCHER1")["vouchers"]["TESTVOUCHER1"]
    assert (voucher["balance_in_cents"], voucher["message"], voucher["condition"]) == (3_000, "neu", "not_paid")


def test_a_voucher_with_a_code_of_any_characters_is_created(simulator: SimulatorProcess) -> None:
    simulator.put_voucher("A/B ?#%Ü", total_amount_in_cents=5_000)
    assert list(simulator.ledger("A/B ?#%Ü")["vouchers"]) == ["A/B ?#%Ü"]


def test_the_ledger_tells_top_ups_activations_and_check_ins(simulator: SimulatorProcess) -> None:
    simulator.put_depot_voucher("TESTDEPOT001", None)
    simulator.put_ticket("1000000000000000077", positions=2)
    ask(simulator, f"/v1/vouchers/{GOOD}/charge.json", {"amount_in_cents": 700, "payment_id": "p-1"})
    ask(simulator, "/v1/depot_vouchers/TESTDEPOT001/activate.json", {"amount_in_cents": 4_000})
    ask(simulator, "/v1/depot_vouchers/TESTDEPOT001/deactivate.json", {"deactivate_reason": "mistyped"})
    ask(simulator, "/v1/ticketing/tickets/1000000000000000077/checkin.json", {})
    ask(simulator, "/v1/ticketing/tickets/1000000000000000077/checkout.json", {})
    books = simulator.ledger()
    assert [(e["voucher_code"], e["amount_in_cents"], e["payment_id"]) for e in books["top_ups"]] == [
        (GOOD, 700, "p-1")
    ]
    assert books["vouchers"][GOOD]["topped_up_in_cents"] == 700
    sales = [(e["voucher_code"], e["is_sale"], e["amount_in_cents"], e["reason"]) for e in books["activations"]]
    assert sales == [("TESTDEPOT001", True, 4_000, None), ("TESTDEPOT001", False, 4_000, "mistyped")]
    assert [(e["ticket_number"], e["is_entry"]) for e in books["check_ins"]] == [
        ("1000000000000000077", True),
        ("1000000000000000077", False),
    ]
    assert books["depot_vouchers"]["TESTDEPOT001"]["was_taken_back"]
    assert {e["user"]["name"] for each in ("top_ups", "activations", "check_ins") for e in books[each]} == {"Gate 1"}
    of_one = simulator.ledger("1000000000000000077")
    assert (len(of_one["check_ins"]), of_one["top_ups"], list(of_one["tickets"])) == (2, [], ["1000000000000000077"])
    simulator.reset()
    emptied = simulator.ledger()
    assert not any(emptied[each] for each in ("top_ups", "activations", "check_ins"))
    assert "TESTDEPOT001" not in emptied["depot_vouchers"]


def test_a_short_code_is_handed_out_and_lapses(simulator: SimulatorProcess) -> None:
    alive = simulator.hand_out(GOOD)
    lapsed = simulator.hand_out(GOOD, valid_seconds=0)
    assert (alive, lapsed) == ("00", "01")
    assert json.loads(ask(simulator, f"/v1/vouchers/{alive}/balance.json")[1])["code"] == GOOD
    assert not json.loads(ask(simulator, f"/v1/vouchers/{lapsed}/balance.json")[1])["is_redeemable"]


def test_settings_change_and_reset_puts_everything_back(simulator: SimulatorProcess) -> None:
    simulator.settings(currency="EUR", clock_offset_seconds=-3_600)
    simulator.fault("hang", times=None)
    redeem_refused = simulator.call("GET", "settings")
    assert (redeem_refused["currency"], redeem_refused["clock_offset_seconds"]) == ("EUR", -3_600)
    simulator.reset()
    assert simulator.settings()["currency"] == "CHF"
    assert simulator.faults() == []
    assert simulator.requests() == []


def test_the_list_of_requests_tells_path_user_status_and_fault_and_no_key(simulator: SimulatorProcess) -> None:
    simulator.fault("status", "redeem", status=502)
    ask(simulator, f"/v1/vouchers/{GOOD}/balance.json")
    ask(simulator, f"/v1/vouchers/{GOOD}/redeem.json", {"amount_in_cents": 1}, key="wrong")
    seen = [(r["method"], r["path"], r["user"], r["status"], r["fault"]) for r in simulator.requests()]
    assert seen == [
        ("GET", f"/v1/vouchers/{GOOD}/balance.json", "Gate 1", 200, None),
        ("POST", f"/v1/vouchers/{GOOD}/redeem.json", None, 502, "status"),
    ]
    assert KEY not in str(simulator.requests())


@pytest.mark.parametrize(
    ("method", "path", "value", "line"),
    [
        ("POST", "faults", {"kind": "nonsense"}, "kind must be one of hang, reset"),
        ("POST", "faults", {}, "kind is missing"),
        ("POST", "faults", {"kind": "hang", "tmes": 1}, "tmes is unknown here: use body, delay_seconds"),
        ("POST", "faults", {"kind": "hang", "times": 0}, "times must be an integer of at least 1, or null, not 0"),
        ("POST", "faults", {"kind": "hang", "effect": "yes"}, 'effect must be true or false, or null, not "yes"'),
        ("POST", "faults", {"kind": "status", "status": 304}, "status must be 300 to 599 and not 304"),
        ("POST", "faults", {"kind": "status", "headers": {"a": 1}}, "headers must be an object of texts"),
        ("POST", "faults", [{"kind": "hang"}, 3], "a JSON object is needed, not 3"),
        ("POST", "settings", {"latency_seconds": -1}, "latency_seconds must be a number of at least 0, not -1"),
        ("POST", "settings", {"clock_offset_seconds": float("nan")}, "clock_offset_seconds must be a number"),
        ("POST", "settings", {"currency": "USD"}, 'currency must be one of CHF, EUR, not "USD"'),
        ("PUT", "vouchers/NEW", {}, "total_amount_in_cents is missing: the voucher is new"),
        (
            "PUT",
            "vouchers/NEW",
            {"total_amount_in_cents": 5, "balance_in_cents": 6},
            "balance_in_cents must be at most",
        ),
        ("PUT", "depot-vouchers/NEW", {}, "amount_in_cents is missing"),
        ("PUT", "tickets/1", {"positions": 0}, "positions must be an integer of at least 1"),
        ("POST", "short-codes", {"voucher_code": "NONE"}, "The voucher was not found."),
        ("POST", "short-codes", {"voucher_code": GOOD, "short_code": "7"}, "short_code must be a text of two digits"),
        ("POST", "drop-connections", {"reset": 1}, "reset must be true or false"),
    ],
)
def test_bad_control_input_is_a_400_that_says_what_is_wrong(
    simulator: SimulatorProcess, method: str, path: str, value: object, line: str
) -> None:
    assert refusal(simulator, method, path, value).startswith(line)
    assert simulator.faults() == []


def test_an_unknown_control_address_is_a_404(simulator: SimulatorProcess) -> None:
    with pytest.raises(HTTPError) as caught:
        simulator.call("GET", "nothing")
    with caught.value as error:
        assert error.code == 404


@pytest.mark.parametrize("offset", [-1e10 + 1, 1e10 - 1])
def test_a_clock_at_the_edge_of_what_can_be_set_still_answers(simulator: SimulatorProcess, offset: float) -> None:
    simulator.settings(clock_offset_seconds=offset)
    redeem(simulator, 100)


def test_a_second_simulator_on_a_taken_port_says_so_and_ends(simulator: SimulatorProcess) -> None:
    port = simulator.base_url.rpartition(":")[2]
    command = [sys.executable, "-m", "gate_controller.simulator", "--port", port]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - our own module
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in ended.stderr


def curl_lines() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture
def fresh_simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as process:
        yield process


def test_every_command_of_the_manual_works_as_written(fresh_simulator: SimulatorProcess) -> None:
    simulator = fresh_simulator
    for line in curl_lines():
        program, *words = shlex.split(line.replace("$S", simulator.base_url))
        assert program == "curl"
        options = dict(pairwise(words))
        data = options["-d"].encode() if "-d" in options else None
        method = options.get("-X", "GET" if data is None else "POST")
        [url] = [word for word in words if word.startswith("http")]
        request = urllib.request.Request(url, data, method=method)  # noqa: S310 - the simulator's own URL
        with without_proxy.open(request, timeout=5) as answer:
            assert answer.status == 200, line


def test_the_manual_shows_every_kind_of_fault() -> None:
    shown = set(re.findall(r'"kind": "(\w+)"', "\n".join(curl_lines())))
    assert shown == {kind.value for kind in FaultKind}


def test_the_manual_lists_every_sample() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    shown = [(each.code, each.title) for each in (*SAMPLES, *RARE_SAMPLES)]
    shown += [(each.code, each.title) for each in DEPOT_SAMPLES]
    shown += [(each.ticket_number, each.title) for each in TICKET_SAMPLES]
    for code, title in shown:
        assert f"| `{code}` | {title} |" in text
