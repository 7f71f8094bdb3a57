"""Who may what at the page of a house: every resource as a stranger, with too little a role, from another site."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gate_controller.settings.sections import WebSection
from gate_controller.texts import Language
from gate_controller.venue.page.house_site import HOUSE_HEALTH, house_resources
from gate_controller.venue.page.shown_house import ShownHouse
from gate_controller.web.guards import Guards
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource
from tests.rig.house_of_gates import HouseByHand, served_house
from tests.rig.site import ServedSite, logged_in


def table(tmp_path: Path) -> list[Resource]:
    house = ShownHouse(HouseByHand.of(1), "Museum", tmp_path, (Language.EN,))
    return [each for each in house_resources(house, Guards(house, WebSection())) if each not in HOUSE_HEALTH]


async def asked(client: httpx.AsyncClient, resource: Resource, **headers: str) -> httpx.Response:
    path = re.sub(r"\{.*?\}", "gate-1", resource.path)
    content = b"{}" if resource.changes else None
    request = client.build_request(resource.method, path, content=content, headers=headers)
    answer = await client.send(request, stream=True)
    await answer.aclose()
    return answer


@pytest.fixture
async def site(state_dir: Path) -> AsyncIterator[ServedSite]:
    async with served_house(state_dir, HouseByHand.of(3)) as site:
        for role in Role:
            site.add(role.word, role)
        yield site


def test_only_health_and_login_are_open_to_strangers(tmp_path: Path) -> None:
    opened = {(each.method, each.path) for each in table(tmp_path) if each.needs is None}
    assert opened == {("GET", "/login"), ("POST", "/login")}


def test_what_changes_something_is_for_staff_at_least(tmp_path: Path) -> None:
    weak = {each.path for each in table(tmp_path) if each.changes and each.needs is Role.VIEWER}
    assert weak == {"/logout", "/find", "/api/v1/search"}  # what they send changes nothing


async def test_strangers_lesser_roles_and_other_sites_get_nothing(site: ServedSite, tmp_path: Path) -> None:
    async with site.client() as client:
        for resource in table(tmp_path):
            if resource.needs is not None and not resource.is_open_to_loopback:
                wanted = 303 if resource.is_page and not resource.changes else 401
                assert (await asked(client, resource)).status_code == wanted, resource.path
    for role in Role:
        async with site.client() as client:
            await logged_in(client, role.word)
            for resource in table(tmp_path):
                if resource.needs is not None and resource.needs > role:
                    assert (await asked(client, resource)).status_code == 403, resource.path
                elif resource.changes and resource.needs is not None:
                    answer = await asked(client, resource, Origin="https://example.com")
                    assert answer.status_code == 403, resource.path


async def test_without_users_the_page_says_how_to_add_one_and_is_for_this_machine(state_dir: Path) -> None:
    async with served_house(state_dir, HouseByHand.of(3)) as site, site.client(Accept="text/html") as client:
        page = (await client.get("/")).text
        assert "gate-controller venue user add NAME --role staff" in page
        assert "data-ask" not in page
        elsewhere = await client.get("/", headers={"X-Forwarded-For": "10.0.0.1"})
        assert elsewhere.status_code == 403
        assert "venue user add" in elsewhere.text
