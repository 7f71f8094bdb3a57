"""Mail by SMTP, spoken with a real server on this machine: what arrives, in which form, and what no server upsets."""

import asyncio
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gate_controller.settings.notify_section import NotifySection
from gate_controller.shell.delivery import Delivery, NotDelivered
from gate_controller.shell.mail import Mail
from tests.rig.pauses import shorten
from tests.rig.raw_server import refusing_port, unanswering_port
from tests.rig.receiving import MAIL_PASSWORD, MAIL_USER, Certificate, PostOffice, post_office, self_signed
from tests.rig.waiting import until

AT = 1_795_637_704.4
DELIVERY = Delivery(
    "0123456789abcdef", "east", "Süd", AT, "Süd: ausser Betrieb – über Nacht", "Außen\n.\nGrüezi\n" + "ü" * 300, "", ()
)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    return certificate


def mail(port: int, **settings: Any) -> Mail:
    given: dict[str, Any] = {
        "smtp_host": "localhost",
        "smtp_port": port,
        "smtp_user": MAIL_USER,
        "smtp_password": SecretStr(MAIL_PASSWORD),
        "mail_from": "gate@museum.example",
        "mail_to": ("technik@museum.example",),
        **settings,
    }
    return Mail(NotifySection(**given))


async def refusal(office: PostOffice, **settings: Any) -> str:
    with pytest.raises(NotDelivered) as caught:
        await mail(office.port, **settings).deliver(DELIVERY)
    assert MAIL_PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_mail_goes_encrypted_and_logged_in(trusted: Certificate, tls: str) -> None:
    async with post_office(trusted, is_tls=tls == "tls") as office:
        said = await mail(office.port, smtp_tls=tls).deliver(DELIVERY)
    assert said == "taken"
    assert office.in_the_clear == ([] if tls == "tls" else ["EHLO", "STARTTLS"])
    assert office.recipients == [["technik@museum.example"]]


async def test_what_arrives_has_all_headers_and_its_umlauts_and_is_ascii_on_the_way(trusted: Certificate) -> None:
    async with post_office(trusted) as office:
        await mail(office.port).deliver(DELIVERY)
    [message], [raw] = office.mails, office.raw
    assert message["Subject"] == DELIVERY.subject
    assert str(message["From"]) == "Süd <gate@museum.example>"
    assert message["Message-ID"] == "<0123456789abcdef@museum.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == DELIVERY.text + "\n"
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("zone", ["Europe/Zurich", "UTC", "Asia/Kolkata"])
async def test_the_date_has_the_gate_s_own_offset_in_figures(
    trusted: Certificate, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        async with post_office(trusted) as office:
            await mail(office.port).deliver(DELIVERY)
        offset = datetime.fromtimestamp(AT, UTC).astimezone().strftime("%z")
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    [message] = office.mails
    assert str(message["Date"]).endswith(f" {offset}")
    assert message["Date"].datetime.timestamp() == int(AT)


async def test_the_gate_names_itself_with_a_dot_and_never_as_localhost(trusted: Certificate) -> None:
    async with post_office(trusted) as office:
        await mail(office.port).deliver(DELIVERY)
    name = office.asked[0].removeprefix("EHLO ").rstrip()
    assert "." in name
    assert "localhost" not in name
    assert name.isascii()
    assert name.startswith(socket.gethostname().partition(".")[0])


async def test_a_certificate_that_nobody_vouches_for_gets_no_password(certificate: Certificate) -> None:
    async with post_office(certificate) as office:
        assert "certificate is not trusted" in await refusal(office)
    assert not any(line.startswith("AUTH") for line in office.asked)
    assert office.mails == []


async def test_a_certificate_for_another_name_gets_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = self_signed(tmp_path, "mail.elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(other.file))
    async with post_office(other) as office:
        assert "certificate is not trusted" in await refusal(office)
    assert office.mails == []


async def test_a_server_that_offers_no_encryption_gets_neither_password_nor_mail(trusted: Certificate) -> None:
    async with post_office(trusted, offers=("AUTH PLAIN LOGIN",)) as office:
        assert "offers no encryption" in await refusal(office)
    assert [line.partition(" ")[0] for line in office.asked if line] == ["EHLO"]


async def test_a_wrong_password_is_said_with_the_server_s_words(trusted: Certificate) -> None:
    async with post_office(trusted) as office:
        assert await refusal(office, smtp_password=SecretStr("wrong")) == "it says 535 5.7.8 bad credentials"


async def test_tls_where_the_server_wants_starttls_says_what_to_set(trusted: Certificate) -> None:
    async with post_office(trusted) as office:
        assert "set notify.smtp_tls to starttls" in await refusal(office, smtp_tls="tls")


async def test_one_mailbox_that_is_refused_keeps_nothing_from_the_others(trusted: Certificate) -> None:
    async with post_office(trusted, says={"RCPT TO:<gone@": "550 5.1.1 unknown"}) as office:
        boxes = ("gone@museum.example", "technik@museum.example")
        said = await mail(office.port, mail_to=boxes).deliver(DELIVERY)
        assert said == "taken, but not for gone@museum.example (550 5.1.1 unknown)"
        assert "takes no mail for gone@museum.example" in await refusal(office, mail_to=("gone@museum.example",))
    assert office.recipients == [["technik@museum.example"]]


@pytest.mark.parametrize("farewell", ["421 too busy to say goodbye", "cut", "hang"])
async def test_what_was_taken_stays_taken_whatever_the_server_says_to_the_farewell(
    trusted: Certificate, farewell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "STEP_SECONDS", 0.5)
    async with post_office(trusted, says={"QUIT": farewell}) as office:
        assert await mail(office.port).deliver(DELIVERY) == "taken"
    assert len(office.mails) == 1


async def test_mail_whose_answer_was_lost_comes_again_under_the_same_id(trusted: Certificate) -> None:
    async with post_office(trusted, says={"TAKEN": "cut"}) as office:
        await refusal(office)
        office.says.clear()
        await mail(office.port).deliver(DELIVERY)
    assert len({message["Message-ID"] for message in office.mails}) == 1
    assert len(office.mails) == 2


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "DATA", "TAKEN"])
async def test_a_server_that_falls_silent_is_left_in_time(
    trusted: Certificate, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "STEP_SECONDS", 0.3)
    async with post_office(trusted, says={step: "hang"}) as office:
        assert await refusal(office) == "no answer within 0.3 s"


async def test_a_server_that_drips_is_left_in_time_and_does_not_hold_the_next_try(
    trusted: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "WHOLE_SECONDS", 0.3)
    async with post_office(trusted, says={"greeting": "drip"}) as office:
        box = mail(office.port)
        with pytest.raises(NotDelivered, match=r"not done within 0\.3 s"):
            await box.deliver(DELIVERY)
        office.says.clear()
        shorten(monkeypatch, "WHOLE_SECONDS", 30.0)
        await until(lambda: box._talk is not None and not box._talk.is_alive())
        assert await box.deliver(DELIVERY) == "taken"


async def test_the_loop_goes_on_while_mail_waits(trusted: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch, "STEP_SECONDS", 0.5)
    longest, last = 0.0, time.monotonic()

    async def watch() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(0.005)
            now = time.monotonic()
            longest, last = max(longest, now - last), now

    async with post_office(trusted, says={"MAIL": "hang"}) as office:
        watching = asyncio.create_task(watch())
        await refusal(office)
        watching.cancel()
    assert longest < 0.25


@pytest.mark.parametrize("port", [refusing_port, unanswering_port])
async def test_a_server_that_is_gone_is_said_to_be(port: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch, "STEP_SECONDS", 0.3)
    with port() as url, pytest.raises(NotDelivered, match=r"refused|no answer within 0\.3 s"):
        await mail(int(url.rpartition(":")[2]), smtp_host="127.0.0.1").deliver(DELIVERY)


async def test_a_gate_that_ends_leaves_no_conversation_behind(trusted: Certificate) -> None:
    async with post_office(trusted, says={"DATA": "hang"}) as office:
        box = mail(office.port)
        task = asyncio.create_task(box.deliver(DELIVERY))
        await until(lambda: "DATA" in office.asked)
        task.cancel()
        await asyncio.wait([task])
        await until(lambda: box._talk is not None and not box._talk.is_alive())
    assert office.mails == []
