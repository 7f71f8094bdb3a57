"""`gate-controller notify test`: a trial to everybody, and what came back; no secret in it."""

import asyncio
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.rig.command import STYLE
from tests.rig.forked import gate_controller
from tests.rig.receiving import MAIL_PASSWORD, MAIL_USER, WEBHOOK_KEY, post_office, self_signed, webhook_receiver


async def typed(tmp_path: Path, **variables: str) -> CompletedProcess[str]:
    """Type it beside this loop, in which the receivers answer."""
    return await asyncio.to_thread(gate_controller, "notify", "test", cwd=tmp_path, **variables)


async def test_each_receiver_gets_a_trial_and_its_answer_is_said(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    async with webhook_receiver() as hook, post_office(certificate) as office:
        variables = {
            "GATE_NOTIFY__WEBHOOK_URL": hook.url,
            "GATE_NOTIFY__WEBHOOK_KEY": WEBHOOK_KEY,
            "GATE_NOTIFY__SMTP_HOST": "localhost",
            "GATE_NOTIFY__SMTP_PORT": str(office.port),
            "GATE_NOTIFY__SMTP_USER": MAIL_USER,
            "GATE_NOTIFY__SMTP_PASSWORD": MAIL_PASSWORD,
            "GATE_NOTIFY__MAIL_FROM": "gate@museum.example",
            "GATE_NOTIFY__MAIL_TO": "technik@museum.example",
            "GATE_DISPLAY__LANGUAGES": "fr",
            "GATE_ID": "east",
            "SSL_CERT_FILE": str(certificate.file),
        }
        done = await typed(tmp_path, **variables)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "webhook 127.0.0.1: 200\nmail localhost: taken\n"
        [post], [mail] = hook.posts, office.mails
        assert post.is_signed
        assert (post.told["is_trial"], post.told["notices"], post.told["subject"]) == (True, [], "east: Essai")
        assert mail["Subject"] == "east: Essai"

        hook.answers = ["500 Oh"]
        office.says = {"AUTH": "535 5.7.8 no"}
        done = await typed(tmp_path, **variables)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"{STYLE}error: webhook 127.0.0.1: it answers 500\n{STYLE}error: mail localhost: it says 535 5.7.8 no\n"
        )


def test_nobody_to_tell_is_said_with_what_to_set(tmp_path: Path) -> None:
    done = gate_controller("notify", "test", cwd=tmp_path)
    assert done.returncode == 1
    assert "nobody is told: neither notify.webhook_url nor notify.smtp_host is set" in done.stderr


@pytest.mark.parametrize("name", ["GATE_NOTIFY__WEBHOOK_URL", "GATE_NOTIFY__SMTP_PASSWORD"])
def test_a_mistake_shows_no_secret(tmp_path: Path, name: str) -> None:
    done = gate_controller("notify", "test", cwd=tmp_path, **{name: "https://hooks.example/sEcReT\x07"})
    assert done.returncode == 2
    assert "sEcReT" not in done.stderr
