"""The API's document, and the API held against it: whatever is sent, the answer is one that the document has."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from gate_controller.simulator import Simulator
from gate_controller.web.http_api import OPERATIONS
from gate_controller.web.openapi import document
from gate_controller.web.operations import ROOT
from gate_controller.web.people import Role
from gate_controller.web.users import Member, add_member
from tests.rig.gate import GOOD
from tests.rig.pins import Pins
from tests.rig.programs import gate_with_api
from tests.rig.site import PASSWORD, cheap_hashing

schemathesis.openapi.format(
    "gate-moment",
    st.sampled_from(("90min", "2h", "1 h", "1440min"))
    | st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
)

schemathesis.openapi.format(
    "voucher-code", st.sampled_from((GOOD, "L4FU-5LQT-KJR3", "usd7pv3xk9ra", "DPF4KX7TQ2MR", "DPA8WB3LHN5V", "00"))
)

schemathesis.openapi.format(
    "ticket-number", st.sampled_from(("1000000000000000001", "1000-0000-0000-0000-002", "1000000000000000009"))
)

AT_LENGTH = hypothesis.settings(
    max_examples=20, database=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)
"""What all operations together are tried with in a few seconds."""

ENDLESS, DOCUMENT = f"{ROOT}/stream", f"{ROOT}/openapi.json"


def test_the_document_has_every_operation_and_no_other() -> None:
    told = json.loads(document(OPERATIONS))
    assert told["openapi"] == "3.1.0"
    paths = {(path, method) for path, methods in told["paths"].items() for method in methods}
    assert paths == {(f"{ROOT}{each.path}", each.method.lower()) for each in OPERATIONS}
    names = [method["operationId"] for methods in told["paths"].values() for method in methods.values()]
    assert len(set(names)) == len(names)


def test_everything_that_the_document_names_is_in_it() -> None:
    written = document(OPERATIONS).decode()
    told = json.loads(written)
    named = {part.partition('"')[0] for part in written.split('"#/components/schemas/')[1:]}
    assert named <= told["components"]["schemas"].keys()


def test_the_page_about_the_api_names_every_operation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "web.md").read_text().split("## API")[1]
    rows = re.findall(r"^\| `(GET|POST) (\S+)` \|", text, re.MULTILINE)
    assert sorted(rows) == sorted((each.method, f"{ROOT}{each.path}") for each in OPERATIONS)


async def test_the_api_is_what_its_document_says(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.TECHNICIAN) as (gate, client):
        gate.scan(GOOD)
        await gate.stand("admitted")
        add_member(
            state_dir, Member("Anna", Role.STAFF, cheap_hashing().hash(PASSWORD))
        )  # now a stranger is one here too
        url = f"{client.base_url.copy_with(path=DOCUMENT)}"
        headers = {"Authorization": client.headers["Authorization"]}
        await asyncio.to_thread(held_against, url, headers)
        assert not gate.run.done()


def held_against(url: str, headers: dict[str, str]) -> None:
    """Try every operation with what its document allows, and with what it does not."""
    schema = schemathesis.openapi.from_url(url, headers=headers).exclude(path=ENDLESS)
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    wanted = {f"{each.method} {ROOT}{each.path}" for each in OPERATIONS}
    assert {operation.label for operation in operations} == wanted - {f"GET {ENDLESS}", f"GET {DOCUMENT}"}
    for operation in operations:
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode))

        @hypothesis.given(case=cases)
        @AT_LENGTH
        def hold(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers)

        hold()
