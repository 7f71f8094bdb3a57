"""The API of a house held against its document: whatever is sent, the answer is one that the document has."""

import asyncio
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from gate_controller.venue.page.house_api import HOUSE_OPERATIONS
from gate_controller.web.operations import ROOT
from gate_controller.web.people import Role
from tests.rig.house_of_gates import HouseByHand, an_open_item, served_house

DOCUMENT, ENDLESS = f"{ROOT}/openapi.json", f"{ROOT}/stream"
SOME = hypothesis.settings(
    max_examples=5,
    database=None,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


async def test_the_api_of_a_house_is_what_its_document_says(state_dir: Path) -> None:
    house = HouseByHand.of(3)
    house.told_of = {("gate-2", "K7Q2M"): an_open_item("K7Q2M", 1)}
    async with served_house(state_dir, house) as site:
        site.add("Anna", Role.STAFF)
        headers = {"Authorization": f"Bearer {site.token('program', Role.TECHNICIAN)}"}
        await asyncio.to_thread(held_against, f"{site.origin}{DOCUMENT}", headers)


def held_against(url: str, headers: dict[str, str]) -> None:
    """Try every operation with what its document allows, and with what it does not."""
    schemathesis.openapi.format("gate-moment", st.sampled_from(("90min", "2h", "18:30")))
    schema = schemathesis.openapi.from_url(url, headers=headers).exclude(path=[DOCUMENT, ENDLESS])
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    wanted = {f"{each.method} {ROOT}{each.path}" for each in HOUSE_OPERATIONS}
    assert {each.label for each in operations} == wanted - {f"GET {DOCUMENT}", f"GET {ENDLESS}"}
    for operation in operations:
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode))

        @hypothesis.given(case=cases)
        @SOME
        def hold(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(headers=headers)

        hold()
