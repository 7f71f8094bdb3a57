"""Logging in: sessions on the server, delays for who guesses, and an end to a session in every way there is."""

import asyncio
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gate_controller.settings.sections import WebSection
from gate_controller.web.audit_list import AUDIT_FILE, EARLIER_FILE, MOST_BYTES, Audit
from gate_controller.web.people import Role
from gate_controller.web.sessions import MOST_OF_ONE, MOST_SESSIONS, VIEWER_SECONDS, Sessions
from gate_controller.web.throttle import MOST_REMEMBERED, Throttle
from gate_controller.web.users import Member, Users, change_member, key_of, remove_member, revoke_token
from tests.rig.site import PASSWORD, cheap_hashing, logged_in, served_site
from tests.rig.waiting import until

ANNA = Member("Anna", Role.STAFF, "hash")
KNOWN = Users({key_of("Anna"): ANNA})


class Hours:
    """A clock that a test turns on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_who_logs_in_gets_a_cookie_that_no_script_and_no_other_site_can_use(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Anna")
        answer = await client.post("/login", json={"name": "ANNA", "password": PASSWORD})
        assert answer.status_code == 200
        assert answer.json().keys() == {"name", "role", "proof"}
        assert (answer.json()["name"], answer.json()["role"]) == ("Anna", "staff")
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith("gate=")
        for part in ("httponly", "samesite=strict", "path=/"):
            assert part in cookie
        assert "secure" not in cookie
        assert (await client.get("/api/v1/status")).status_code == 200


async def test_a_wrong_password_and_a_name_of_nobody_are_answered_alike(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Anna")
        wrong = await client.post("/login", json={"name": "Anna", "password": "not this one"})
        nobody = await client.post("/login", json={"name": "Bert", "password": PASSWORD})
        assert wrong.status_code == nobody.status_code == 401
        assert wrong.content == nobody.content
        assert wrong.headers.keys() == nobody.headers.keys()
        assert "set-cookie" not in wrong.headers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"name": "Anna"}',
        b'{"name": 7, "password": "x"}',
        b'{"name": "Anna", "password": null}',
        b"{",
        b"\xff",
        b"[" * 60_000,
        json.dumps({"name": "A" * 5000, "password": "x"}).encode(),
    ],
)
async def test_what_is_no_login_is_told_so(state_dir: Path, body: bytes) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Anna")
        answer = await client.post("/login", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert "error" in answer.json()


@pytest.mark.parametrize("password", ["\ud800 half a pair of two", "x" * 1001, "", "\0" * 20])
async def test_no_password_is_odd_enough_to_break_a_login(state_dir: Path, password: str) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Anna")
        body = json.dumps({"name": "Anna\ud800", "password": password})
        answer = await client.post("/login", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 401


async def test_a_form_of_another_site_logs_nobody_in(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Anna")
        given = {"name": "Anna", "password": PASSWORD}
        elsewhere = await client.post("/login", json=given, headers={"Origin": "https://example.com"})
        assert elsewhere.status_code == 403
        as_form = await client.post("/login", content=json.dumps(given), headers={"Content-Type": "text/plain"})
        assert as_form.status_code == 415


async def test_a_session_that_is_logged_out_counts_no_more(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Anna")
        await logged_in(client, "Anna")
        cookie = client.cookies["gate"]
        assert (await client.post("/logout")).status_code == 200
        client.cookies.set("gate", cookie)
        assert (await client.get("/api/v1/status")).status_code == 401


async def test_a_login_ends_the_session_that_the_browser_had(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client, site.client() as before:
        site.add("Anna")
        await logged_in(client, "Anna")
        before.cookies.set("gate", client.cookies["gate"])
        await logged_in(client, "Anna")
        assert (await client.get("/api/v1/status")).status_code == 200
        assert (await before.get("/api/v1/status")).status_code == 401


async def test_a_user_who_is_removed_or_changed_is_out_at_once(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Carla")
        site.add("Anna")
        await logged_in(client, "Anna")
        change_member(state_dir, "anna", lambda member: replace(member, role=Role.VIEWER))
        assert (await client.get("/api/v1/status")).status_code == 401
        await logged_in(client, "Anna")
        change_member(state_dir, "anna", lambda member: replace(member, password=cheap_hashing().hash("another one")))
        assert (await client.get("/api/v1/status")).status_code == 401
        change_member(state_dir, "anna", lambda member: replace(member, password=cheap_hashing().hash(PASSWORD)))
        await logged_in(client, "Anna")
        remove_member(state_dir, "anna")
        assert (await client.get("/api/v1/status")).status_code == 401


async def test_a_token_is_good_until_it_is_revoked(state_dir: Path) -> None:
    async with served_site(state_dir) as site:
        token = site.token("prometheus", Role.VIEWER)
        async with site.client(Authorization=f"Bearer {token}") as client:
            assert (await client.get("/api/v1/status")).status_code == 200
            revoke_token(state_dir, "Prometheus")
            assert (await client.get("/api/v1/status")).status_code == 401


async def test_technicians_see_who_is_logged_in_and_log_them_out(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client, site.client() as other:
        site.add("Anna", Role.TECHNICIAN)
        site.add("Bert", Role.STAFF)
        await logged_in(other, "Bert")
        await logged_in(client, "Anna")
        told = (await client.get("/api/v1/sessions")).json()["sessions"]
        assert {each["name"]: each["role"] for each in told} == {"Anna": "technician", "Bert": "staff"}
        assert other.cookies["gate"] not in json.dumps(told)
        [bert] = [each["id"] for each in told if each["name"] == "Bert"]
        assert (await client.post(f"/api/v1/sessions/{bert}/revoke")).status_code == 200
        assert (await other.get("/api/v1/status")).status_code == 401
        assert (await client.post(f"/api/v1/sessions/{bert}/revoke")).status_code == 404


async def test_the_audit_list_has_logins_failures_and_changes_and_no_secret(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Anna", Role.TECHNICIAN)
        await client.post("/login", json={"name": "Anna", "password": "secret and wrong"})
        await client.post("/login", json={"name": "a password typed as a name", "password": "secret and wrong"})
        await logged_in(client, "Anna")
        assert (await client.post("/api/v1/sessions/none/revoke")).status_code == 404
        told = (await client.get("/api/v1/audit")).json()["audit"]
        assert [(each["what"], each["name"]) for each in reversed(told)] == [
            ("login failed", "Anna"),
            ("login failed", ""),
            ("login", "Anna"),
            ("/api/v1/sessions/{id}/revoke: 404", "Anna"),
        ]
        assert {each["address"] for each in told} == {"127.0.0.1"}
        written = (state_dir / AUDIT_FILE).read_text()
        for secret in ("secret and wrong", "typed as a name", PASSWORD, client.cookies["gate"]):
            assert secret not in written


async def guesses(port: int, numbers: range) -> list[int]:
    """Guess over one connection; return the answers' status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = []
    for number in numbers:
        body = json.dumps({"name": "Anna" if number % 2 else f"user {number}", "password": f"a wrong guess {number}"})
        writer.write(
            f"POST /login HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.0.{number % 8}.1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        await reader.readexactly(length)
        said.append(int(head.split()[1]))
        assert said[-1] == 401 or b"retry-after: " in head.lower()
    writer.close()
    return said


def memory() -> int:
    """Return what this process has in memory, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_10_000_guesses_are_slowed_and_others_are_not_and_memory_stays(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as other:
        site.add("Anna")
        site.add("Bert")
        said = await guesses(site.port, range(1000))
        before = memory()
        parts = await asyncio.gather(*(guesses(site.port, range(start, 10_000, 9)) for start in range(1000, 1009)))
        said += [status for part in parts for status in part]
        assert len(said) == 10_000
        assert set(said) == {401, 429}
        assert said.count(401) < 400  # one name, eight addresses, and what is free
        assert memory() - before < 8 * 2**20
        begun = time.monotonic()
        await logged_in(other, "Bert")
        assert time.monotonic() - begun < 2
        assert (state_dir / AUDIT_FILE).stat().st_size < 20_000


def test_the_wait_grows_with_each_failure_and_is_over_after_a_while() -> None:
    hours = Hours()
    throttle = Throttle(hours)
    waits = []
    for _ in range(12):
        while wait := throttle.attempt("Anna", "10.0.0.1"):
            waits.append(wait)
            hours.now += wait
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1, 60)
    hours.now += 4000
    assert throttle.attempt("Anna", "10.0.0.1") == 0


def test_a_stranger_who_guesses_a_name_keeps_its_owner_out_nowhere_that_he_is_known() -> None:
    throttle = Throttle(Hours())
    assert throttle.attempt("Anna", "10.0.0.1") == 0
    throttle.succeeded("Anna", "10.0.0.1")
    while not throttle.attempt("anna", "10.9.9.9"):
        pass
    assert throttle.attempt("ANNA", "10.0.0.1") == 0
    throttle.succeeded("ANNA", "10.0.0.1")
    for number in range(100):
        throttle.attempt(f"user {number}", "10.0.0.1")
    assert throttle.attempt("Somebody", "10.0.0.1") > 0
    assert throttle.attempt("Anna", "10.0.0.1") == 0


def test_more_names_and_addresses_than_are_remembered_take_no_more_memory() -> None:
    throttle = Throttle(Hours())
    for number in range(3 * MOST_REMEMBERED):
        throttle.attempt(f"user {number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(throttle) <= 2 * MOST_REMEMBERED


def test_the_addresses_of_one_house_are_one() -> None:
    throttle = Throttle(Hours())
    for number in range(30):
        throttle.attempt(f"user {number}", f"2001:db8:1:1::{number:x}")
    assert throttle.attempt("Anna", "2001:db8:1:1:ffff::1") > 0
    assert throttle.attempt("Anna", "2001:db8:1:2::1") == 0


def test_a_session_ends_when_it_is_idle_and_after_its_longest_time() -> None:
    hours = Hours()
    sessions = Sessions(WebSection(idle_minutes=10, session_hours=1), hours)
    secret = sessions.begin(ANNA, "")
    for _ in range(6):
        hours.now += 590
        assert sessions.of(secret, KNOWN)
    hours.now += 100
    assert sessions.of(secret, KNOWN) is None
    secret = sessions.begin(ANNA, "")
    hours.now += 601
    assert sessions.of(secret, KNOWN) is None


def test_a_viewer_is_logged_in_for_30_days_used_or_not() -> None:
    hours, viewer = Hours(), Member("Wall", Role.VIEWER, "hash")
    known = Users({key_of("Wall"): viewer})
    sessions = Sessions(WebSection(), hours)
    secret = sessions.begin(viewer, "")
    hours.now += VIEWER_SECONDS - 1
    assert sessions.of(secret, known)
    hours.now += 2
    assert sessions.of(secret, known) is None


def test_sessions_take_no_more_memory_than_some() -> None:
    sessions, users = Sessions(WebSection(), Hours()), Users()
    for number in range(3 * MOST_SESSIONS):
        member = Member(f"user {number // (MOST_OF_ONE + 5)}", Role.STAFF, "hash")
        users.people[key_of(member.name)] = member
        sessions.begin(member, "")
    listed = list(sessions.all(users))
    assert len(listed) <= MOST_SESSIONS
    assert max([each.user.name for each in listed].count(name) for name in {each.user.name for each in listed}) <= (
        MOST_OF_ONE
    )


async def test_a_flood_of_failures_is_some_lines_with_their_number(state_dir: Path) -> None:
    state_dir.mkdir()
    audit = Audit(state_dir)
    for number in range(10_000):
        audit.failed("", f"10.0.{number % 100}.1")
    await audit.close()
    told = await audit.newest(100)
    assert len(told) < 20
    assert sum(each.get("times", 1) for each in told) == 10_000


async def test_the_audit_list_keeps_two_files_of_bounded_size(state_dir: Path) -> None:
    state_dir.mkdir()
    audit = Audit(state_dir)
    for _ in range(5):
        for number in range(2000):
            audit.note("change", name="Anna", about=f"{number} {'x' * 100}")
        await audit.newest(1)
    sizes = [(state_dir / name).stat().st_size for name in (AUDIT_FILE, EARLIER_FILE)]
    assert max(sizes) < 2 * MOST_BYTES
    assert len(await audit.newest(50)) == 50
    assert sorted(path.name for path in state_dir.iterdir()) == sorted([AUDIT_FILE, EARLIER_FILE])


async def test_half_a_line_of_a_power_cut_costs_no_other_line(state_dir: Path) -> None:
    state_dir.mkdir()
    (state_dir / AUDIT_FILE).write_text('{"at": 1, "what": "half')
    audit = Audit(state_dir)
    audit.note("login", name="Anna")
    assert [each["what"] for each in await audit.newest(10)] == ["login"]


async def test_the_audit_list_follows_no_link(state_dir: Path, tmp_path: Path) -> None:
    state_dir.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    (state_dir / AUDIT_FILE).symlink_to(elsewhere)
    audit = Audit(state_dir)
    audit.note("login", name="Anna")
    assert await audit.newest(10) == []
    assert elsewhere.read_text() == ""


async def test_nothing_is_written_while_nobody_logs_in(state_dir: Path) -> None:
    async with served_site(state_dir) as site, site.client() as client:
        site.add("Anna", Role.VIEWER)
        await logged_in(client, "Anna")
        audit = state_dir / AUDIT_FILE
        await until(lambda: audit.exists() and audit.read_bytes().endswith(b"\n"))
        before = {path: path.stat().st_mtime_ns for path in state_dir.iterdir()}
        for _ in range(20):
            assert (await client.get("/api/v1/status")).status_code == 200
        assert {path: path.stat().st_mtime_ns for path in state_dir.iterdir()} == before
