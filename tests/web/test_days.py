"""Days for programs: viewers look, staff close, and both read the same."""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx

from gate_controller.desk.moments import date_of
from gate_controller.simulator import Simulator
from gate_controller.web.people import Role
from tests.rig.gate import PRICE
from tests.rig.pins import Pins
from tests.rig.programs import bearer, gate_with_api
from tests.rig.simulator import running_simulator

DAY_SECONDS = 86_400.0


async def closed(client: httpx.AsyncClient, day: str, name: str) -> dict[str, Any]:
    while (answer := await client.post(f"/days/{day}/close", json={"id": name})).status_code == 202:
        pass  # E-GUMA's list is on its way
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_staff_close_a_day_and_viewers_read_it(state_dir: Path, pins: Pins) -> None:
    async with (
        running_simulator(clock_offset_seconds=-DAY_SECONDS) as simulator,
        gate_with_api(state_dir, pins, simulator) as (gate, client),
    ):
        await gate.admit()
        day = date_of(time.time() - DAY_SECONDS)
        viewer = bearer(state_dir, "viewer", Role.VIEWER)
        early = await client.post(f"/days/{day}/close", json={"id": "early"})
        assert (early.status_code, "is not over yet" in early.json()["error"]) == (409, True)
        before = (await client.get(f"/days/{day}", headers=viewer)).json()
        assert (before["admissions"], before["revenue_cents"], before["closing"]) == (1, PRICE, None)

        simulator.change_behaviour(clock_offset_seconds=0.0)
        for _ in range(2):
            await gate.admit()  # a jump of the clock is believed when two answers agree
        assert (await client.post(f"/days/{day}/close", json={"id": "x"}, headers=viewer)).status_code == 403
        first = await closed(client, day, "one")
        again = await closed(client, day, "two")

        assert (first["state"], first["is_new"], again["is_new"]) == ("done", True, False)
        assert first["closing"] == again["closing"]
        assert (first["closing"]["closed_by"], first["closing"]["eguma"]["is_compared"]) == ("staff", True)
        assert (await client.get(f"/days/{day}", headers=viewer)).json()["closing"] == first["closing"]


async def test_what_is_no_day_is_refused(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        for said in ("yesterday", "2026-02-30", "2026-13-01", "0000-00-00"):
            assert (await client.get(f"/days/{said}")).status_code == 400, said
            assert (await client.post(f"/days/{said}/close", json={"id": said})).status_code == 400, said
        tomorrow = date.fromisoformat(date_of(time.time())) + timedelta(days=1)
        assert (await client.post(f"/days/{tomorrow}/close", json={"id": "t"})).status_code == 409
