"""Who may what: every resource as a stranger, with too little a role, from another site, with a forged cookie."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gate_controller.web.guards import MOST_BODY, Guards
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource
from gate_controller.web.site import HEALTH, resources
from gate_controller.web.users import USERS_FILE, remove_member
from tests.rig.site import ServedSite, logged_in, served_site, some_house
from tests.rig.waiting import until

OPEN = {("GET", "/login"), ("POST", "/login")}
"""What a stranger may ask for, besides `HEALTH`, to be none."""


def table(tmp_path: Path) -> list[Resource]:
    house, section = some_house(tmp_path)
    return [each for each in resources(house, Guards(house, section)) if each not in HEALTH]


def path_of(resource: Resource) -> str:
    """Return a path that leads to a resource."""
    return re.sub(r"\{.*?\}", "ABCDE", resource.path)


async def asked(client: httpx.AsyncClient, resource: Resource, **headers: str) -> httpx.Response:
    """Ask once, and do not wait for the end of an answer that has none."""
    content = b"{}" if resource.changes else None
    request = client.build_request(resource.method, path_of(resource), content=content, headers=headers)
    answer = await client.send(request, stream=True)
    await answer.aclose()
    return answer


@pytest.fixture
async def site(state_dir: Path) -> AsyncIterator[ServedSite]:
    async with served_site(state_dir) as site:
        for role in Role:
            site.add(role.word, role)
        yield site


def test_only_health_and_login_are_open_to_strangers(tmp_path: Path) -> None:
    assert {(each.method, each.path) for each in table(tmp_path) if each.needs is None} == OPEN
    assert {each.path for each in HEALTH} == {"/healthz", "/readyz"}


def test_what_changes_something_is_for_staff_at_least(tmp_path: Path) -> None:
    weak = [each.path for each in table(tmp_path) if each.changes and each.needs is Role.VIEWER]
    assert set(weak) <= {"/logout", "/find"}  # what they send changes nothing of the gate


async def test_no_endpoint_answers_a_stranger(site: ServedSite, tmp_path: Path) -> None:
    async with site.client() as client:
        for resource in table(tmp_path):
            if resource.needs is not None and not resource.is_open_to_loopback:
                answer = await asked(client, resource)
                assert answer.status_code == (303 if resource.is_page and not resource.changes else 401), resource.path


async def test_what_is_open_to_this_machine_is_not_to_a_proxy_on_it(site: ServedSite, tmp_path: Path) -> None:
    async with site.client() as client:
        for resource in table(tmp_path):
            if resource.is_open_to_loopback:
                assert (await asked(client, resource)).status_code == 200
                assert (await asked(client, resource, **{"X-Forwarded-For": "10.0.0.1"})).status_code == 401


async def test_no_endpoint_answers_a_lesser_role(site: ServedSite, tmp_path: Path) -> None:
    for role in Role:
        async with site.client() as client:
            await logged_in(client, role.word)
            for resource in table(tmp_path):
                if resource.needs is not None and resource.needs > role:
                    assert (await asked(client, resource)).status_code == 403, resource.path


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": "", "Referer": "https://example.com/"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-Gate-Proof": ""},
        {"X-Gate-Proof": "0" * 64},
    ],
    ids=str,
)
async def test_no_change_is_taken_from_another_site(site: ServedSite, tmp_path: Path, headers: dict[str, str]) -> None:
    async with site.client() as client:
        await logged_in(client, "technician")
        for resource in table(tmp_path):
            if resource.changes:
                answer = await asked(client, resource, **headers)
                is_login = resource.path == "/login"
                assert is_login or answer.status_code == 403, resource.path
        assert (await client.get("/api/v1/status")).status_code == 200  # nor was it logged out


@pytest.mark.parametrize("cookie", ["", "x", "0" * 43, "%00", "\x7f", "a" * 4000, "A-_9" * 10 + "xyz"])
async def test_a_forged_cookie_is_nobodys(site: ServedSite, tmp_path: Path, cookie: str) -> None:
    async with site.client(Cookie=f"gate={cookie}") as client:
        for resource in table(tmp_path):
            if resource.needs is not None and not resource.is_open_to_loopback:
                assert (await asked(client, resource)).status_code in {303, 401}, resource.path


async def test_a_revoked_cookie_is_nobodys(site: ServedSite, tmp_path: Path) -> None:
    async with site.client() as client:
        await logged_in(client, "technician")
        remove_member(site.state_dir, "technician")
        for resource in table(tmp_path):
            if resource.needs is not None and not resource.is_open_to_loopback:
                assert (await asked(client, resource)).status_code in {303, 401}, resource.path


@pytest.mark.parametrize("word", ["Bearer", "Bearer x", "Bearer gate_" + "A" * 43, "bearer \xe4"])
async def test_a_forged_token_is_nobodys(site: ServedSite, word: str) -> None:
    site.token("program", Role.TECHNICIAN)
    async with site.client() as client:
        await logged_in(client, "technician")
        headers = {b"Authorization": word.encode("latin-1")}
        assert (await client.get("/api/v1/status", headers=headers)).status_code == 401


async def test_a_token_needs_neither_origin_nor_proof(site: ServedSite) -> None:
    token = site.token("program", Role.TECHNICIAN)
    async with httpx.AsyncClient(base_url=site.origin, headers={"Authorization": f"Bearer {token}"}) as client:
        assert (await client.post("/api/v1/sessions/none/revoke")).status_code == 404


async def test_a_stranger_does_not_learn_which_paths_there_are(site: ServedSite) -> None:
    async with site.client() as client:
        known = await client.request("DELETE", "/api/v1/status")
        unknown = await client.request("DELETE", "/api/v1/nothing")
        odd = await client.request("BREW", "/api/v1/status")
        assert known.status_code == unknown.status_code == odd.status_code == 401
        assert known.content == unknown.content == odd.content
        assert "allow" not in known.headers
        await logged_in(client, "viewer")
        assert (await client.get("/api/v1/nothing")).status_code == 404
        wrong = await client.request("DELETE", "/api/v1/status")
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")


async def test_head_is_answered_as_get_without_a_body(site: ServedSite) -> None:
    async with site.client() as client:
        await logged_in(client, "viewer")
        for path in ("/", "/healthz", "/api/v1/status"):
            answer = await client.head(path)
            assert (answer.status_code, answer.content) in {(200, b""), (503, b"")}


async def test_a_person_is_sent_to_the_login_and_back(site: ServedSite) -> None:
    async with site.client(Accept="text/html") as client:
        answer = await client.get("/attempts/ABCDE?full=1")
        assert answer.headers["location"] == "/login?next=/attempts/ABCDE%3Ffull%3D1"
        page = await client.get("/login")
        assert page.status_code == 200
        assert "<noscript>" in page.text
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page.text)
        assert (await client.get("/static/login.js")).headers["content-type"].startswith("text/javascript")


async def test_every_answer_is_strict_with_browsers(site: ServedSite) -> None:
    async with site.client() as client:
        answers = [await client.get(path) for path in ("/", "/login", "/healthz", "/static/login.js", "/static/none")]
        answers.append(await client.get("/", headers={"Host": "example.com"}))
        for answer in answers:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["cache-control"] in {"no-store", "no-cache"}
            assert not {"server", "strict-transport-security", "x-powered-by"} & answer.headers.keys()


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "127.0.0.1.nip.io", "", "[::1", "a b", "@"])
async def test_a_name_that_is_not_ours_is_refused(site: ServedSite, host: str) -> None:
    """Else a page of somebody else could have its own name lead here (DNS rebinding)."""
    async with site.client() as client:
        assert (await client.get("/healthz", headers={"Host": host})).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.7:8080", "[::1]:8080", "LOCALHOST:1", "gate.museum.ch"])
async def test_addresses_and_names_of_ours_are_taken(state_dir: Path, host: str) -> None:
    async with served_site(state_dir, {"names": "gate.museum.ch"}) as site, site.client() as client:
        assert (await client.get("/healthz", headers={"Host": host})).status_code == 200


async def test_without_users_this_machine_alone_sees_the_page_and_changes_nothing(
    state_dir: Path, tmp_path: Path
) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        assert (await client.get("/api/v1/status")).status_code == 200
        for resource in table(tmp_path):
            if resource.changes:
                assert (await asked(client, resource)).status_code == 403, resource.path
        site.add("Anna")
        assert (await client.get("/api/v1/status")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "10.0.0.1"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Host": "gate"},
        {"Forwarded": "for=10.0.0.1"},
        {"X-Real-IP": "10.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "192.168.1.7"},
    ],
    ids=str,
)
async def test_without_users_whoever_comes_through_a_proxy_gets_one_line(
    state_dir: Path, headers: dict[str, str]
) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        for path in ("/", "/api/v1/status", "/login", "/nothing"):
            answer = await client.get(path, headers=headers)
            assert answer.status_code == 403
            assert "gate-controller user add" in answer.text
            assert answer.text.count("\n") == 1
        assert (await client.get("/healthz", headers=headers)).status_code == 200


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 2}', b'{"version":1,"users":[7],"tokens":[]}'])
async def test_a_damaged_file_of_users_lets_nobody_in_and_says_so_on_this_machine(
    state_dir: Path, content: bytes
) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Anna")
        await logged_in(client, "Anna")
        (state_dir / USERS_FILE).write_bytes(content)
        answer = await client.get("/api/v1/status")
        assert answer.status_code == 503
        assert "is damaged" in answer.json()["error"]
        assert (await client.post("/login", json={"name": "a", "password": "b"})).status_code == 503
        elsewhere = await client.get("/", headers={"Via": "1.1 proxy"})
        assert elsewhere.status_code == 503
        assert str(state_dir) not in elsewhere.text
        assert (await client.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../pyproject.toml",
        "/static/..%2f..%2f__init__.py",
        "/static/%2e%2e/guards.py",
        "/static/....//guards.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/..%5c..%5cguards.py",
        "/static/",
        "/static",
    ],
)
async def test_nothing_but_static_files_is_under_static(site: ServedSite, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.split()[1] in {b"401", b"404", b"303", b"400"}, answer[:200]
    assert b"import" not in answer
    assert b"root:" not in answer


async def test_a_body_that_is_too_long_is_refused(site: ServedSite) -> None:
    async with site.client() as client:
        body = json.dumps({"name": "viewer", "password": "x" * MOST_BODY}).encode()
        answer = await client.post("/login", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413

        async def parts() -> AsyncIterator[bytes]:
            for place in range(0, len(body), 5000):
                yield body[place : place + 5000]

        answer = await client.post("/login", content=parts(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 413


async def test_an_endpoint_that_fails_tells_nobody_where(state_dir: Path) -> None:
    async def fails(_request: object) -> object:
        raise RuntimeError("a whole code: L4FU5LQTKJR3")

    async with served_site(state_dir, desk={"status": fails}) as site, site.client() as client:
        answer = await client.get("/api/v1/status")
        assert answer.status_code == 500
        assert "L4FU" not in answer.text
        assert "Traceback" not in answer.text
        assert (await client.get("/healthz")).status_code == 200


async def test_the_fingerprint_is_shown_on_the_display_when_a_technician_asks(state_dir: Path) -> None:
    asked_for: list[dict[str, object]] = []

    async def show(request: dict[str, object]) -> None:
        asked_for.append(request)
        await asyncio.sleep(60)

    async with (
        served_site(state_dir, {"host": "192.0.2.1"}, desk={"show_fingerprint": show}) as site,
        site.client() as client,
    ):
        site.add("Anna", Role.TECHNICIAN)
        await logged_in(client, "Anna")
        answer = await client.post("/api/v1/actions/show-fingerprint", json={"seconds": 20})
        assert answer.status_code == 200
        [request] = asked_for
        assert (request["fingerprint"], request["seconds"]) == (answer.json()["fingerprint"], 20)
        assert (await client.post("/api/v1/actions/show-fingerprint", json={"seconds": 900})).status_code == 400
        await until(lambda: bool(asked_for))
