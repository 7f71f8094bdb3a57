"""The webhook, posted to a real receiver on this machine: what it gets, how it knows it, and what goes wrong."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gate_controller.shell.delivery import Delivery, NotDelivered, Notice
from gate_controller.shell.notices import NoticeState
from gate_controller.shell.webhook import Webhook
from tests.rig.pauses import shorten
from tests.rig.raw_server import refusing_port
from tests.rig.receiving import WEBHOOK_KEY, Hook, webhook_receiver

NOTICE = Notice(
    "n1",
    "open_item",
    NoticeState.BEGUN,
    "2026-11-26T13:02:00Z",
    "",
    "Vorfall K7Q2P",
    ("Näheres.",),
    "K7Q2P",
    2500,
    "CHF",
)
DELIVERY = Delivery("d1", "east", "Süd", 1_795_637_704.4, "Süd: Vorfall K7Q2P", "Grüezi", "https://gate/", (NOTICE,))


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with webhook_receiver() as hook:
        yield hook


async def refusal(hook: Hook) -> NotDelivered:
    with pytest.raises(NotDelivered) as caught:
        await Webhook(hook.url, WEBHOOK_KEY).deliver(DELIVERY)
    assert "s3cret" not in str(caught.value)
    return caught.value


async def test_a_post_is_signed_over_its_time_and_its_bytes(hook: Hook) -> None:
    assert await Webhook(hook.url, WEBHOOK_KEY).deliver(DELIVERY) == "200"
    [post] = hook.posts
    assert post.target.startswith("POST /hooks/s3cret-path?token=s3cret-query ")
    assert (post.headers["gate-delivery"], post.headers["gate-timestamp"]) == ("d1", "1795637704")
    assert post.headers["content-type"].startswith("application/json")
    assert post.is_signed
    post.headers["gate-timestamp"] = "1795637705"
    assert not post.is_signed


async def test_the_receiver_in_the_documentation_knows_a_post_from_a_forged_and_an_old_one(hook: Hook) -> None:
    page = (Path(__file__).parents[2] / "docs" / "notify.md").read_text()
    [source] = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    found: dict[str, Any] = {}
    exec(source, found)  # noqa: S102 - it is our own page's
    is_genuine = found["is_genuine"]
    await Webhook(hook.url, WEBHOOK_KEY).deliver(DELIVERY)
    [post] = hook.posts
    headers = {"-".join(map(str.capitalize, name.split("-"))): value for name, value in post.headers.items()}
    key = WEBHOOK_KEY.encode()
    assert is_genuine(headers, post.body, key, DELIVERY.at + 10)
    assert not is_genuine(headers, post.body, key, DELIVERY.at + 400)
    assert not is_genuine({**headers, "Gate-Timestamp": "1795638104"}, post.body, key, DELIVERY.at + 400)
    assert not is_genuine(headers, post.body.replace(b"2500", b"2501"), key, DELIVERY.at)


async def test_what_is_told_is_plain_json_with_umlauts(hook: Hook) -> None:
    await Webhook(hook.url, WEBHOOK_KEY).deliver(DELIVERY)
    told = hook.posts[0].told
    assert (told["gate"], told["name"], told["text"], told["page"]) == ("east", "Süd", "Grüezi", "https://gate/")
    assert told["at"] == "2026-11-25T20:15:04Z"
    assert told["notices"] == [
        {
            "id": "n1",
            "about": "open_item",
            "state": "begun",
            "since": "2026-11-26T13:02:00Z",
            "until": "",
            "headline": "Vorfall K7Q2P",
            "details": ["Näheres."],
            "incident": "K7Q2P",
            "cents": 2500,
            "currency": "CHF",
        }
    ]


@pytest.mark.parametrize("answer", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_is_followed_nowhere_and_is_no_success(hook: Hook, answer: str) -> None:
    hook.answers = [f"{answer}\r\nLocation: {hook.url}"]
    assert "leads elsewhere" in str(await refusal(hook))
    assert len(hook.posts) == 1


@pytest.mark.parametrize(("answer", "pause"), [("429 Slow", 0), ("503 Busy\r\nRetry-After: 120", 120), ("404 Gone", 0)])
async def test_a_refusal_is_said_by_its_status_and_how_long_to_wait(hook: Hook, answer: str, pause: float) -> None:
    hook.answers = [answer]
    error = await refusal(hook)
    assert (str(error), error.retry_after) == (f"it answers {answer[:3]}", pause)


@pytest.mark.parametrize("asked", ["999999999999", "-5", "Wed, 21 Oct 2026 07:28:00 GMT", "soon", "１２"])
async def test_no_receiver_gets_rid_of_the_gate_for_longer_than_an_hour(hook: Hook, asked: str) -> None:
    hook.answers = [f"503 Busy\r\nRetry-After: {asked}".encode().decode("latin-1")]
    assert (await refusal(hook)).retry_after <= 3600


async def test_a_receiver_that_says_nothing_is_left_in_time(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch, "WHOLE_SECONDS", 0.2)
    hook.answers = ["hang"]
    assert str(await refusal(hook)) == "no answer within 0.2 s"


async def test_a_receiver_that_hangs_up_or_is_gone_is_said_to_be(hook: Hook) -> None:
    hook.answers = ["cut"]
    assert str(await refusal(hook))
    with refusing_port() as url, pytest.raises(NotDelivered, match="Connection refused"):
        await Webhook(f"{url}/s3cret", WEBHOOK_KEY).deliver(DELIVERY)


async def test_the_environment_s_proxy_gets_nothing(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing_port() as elsewhere:
        monkeypatch.setenv("HTTP_PROXY", elsewhere)
        monkeypatch.setenv("ALL_PROXY", elsewhere)
        assert await Webhook(hook.url, WEBHOOK_KEY).deliver(DELIVERY) == "200"
