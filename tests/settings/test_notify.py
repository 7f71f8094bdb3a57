"""The settings of who is told: what they may be, and that no secret among them is shown."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from gate_controller.settings.mistakes import SECRETS
from gate_controller.settings.models import FIELDS, secrets_of
from tests.rig.settings import SECRET, loaded, mistakes

URL = "https://hooks.museum.example/services/T000/sEcReT-pAtH"
MAIL = ("notify.smtp_host=smtp.museum.example", "notify.mail_from=a@b.example", "notify.mail_to=c@d.example")


def test_every_setting_that_is_hidden_is_known_as_a_secret() -> None:
    hidden = [name for name, info in FIELDS.items() if SecretStr in (info.annotation, *get_args(info.annotation))]
    assert tuple(hidden) == SECRETS


def test_nobody_is_told_by_default() -> None:
    notify = loaded().settings.notify
    assert (notify.webhook_url, notify.smtp_host, notify.mail_to) == (None, "", ())


def test_a_webhook_s_address_may_hold_a_path_and_a_query() -> None:
    settings = loaded(GATE_NOTIFY__WEBHOOK_URL=f"{URL}?x=1", GATE_NOTIFY__WEBHOOK_KEY=SECRET).settings
    assert settings.notify.webhook_url is not None
    assert settings.notify.webhook_url.get_secret_value() == f"{URL}?x=1"
    assert set(secrets_of(settings)) == {SECRET, f"{URL}?x=1"}


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.museum.example/sEcReT-pAtH",
        "hooks.museum.example/sEcReT-pAtH",
        "ftp://hooks.museum.example/sEcReT-pAtH",
        "https:///sEcReT-pAtH",
        "https://hooks.museum.example:0/sEcReT-pAtH",
        "https://hooks.museum.example:port/sEcReT-pAtH",
        "https://hooks.museum.example/sEcReT-pAtH#part",
        "https://hooks.museum.example/sEcReT pAtH",
        "https://hooks.müseum.example/sEcReT-pAtH",
    ],
)
def test_an_address_that_cannot_be_used_is_said_without_any_of_it(url: str) -> None:
    [line] = mistakes(GATE_NOTIFY__WEBHOOK_URL=url, GATE_NOTIFY__WEBHOOK_KEY=SECRET)
    assert line.startswith("notify.webhook_url ")
    assert "sEcReT" not in line


@pytest.mark.parametrize("key", ["short", "sixteen letters …", "with\ttab-inside-it"])
def test_a_key_that_cannot_be_used_is_said_without_any_of_it(key: str) -> None:
    [line] = mistakes(GATE_NOTIFY__WEBHOOK_URL=URL, GATE_NOTIFY__WEBHOOK_KEY=key)
    assert line.startswith("notify.webhook_key h")
    assert key not in line


def test_what_belongs_together_is_asked_for_together() -> None:
    assert len(mistakes(GATE_NOTIFY__WEBHOOK_URL=URL)) == 1
    assert len(mistakes("notify.smtp_host=smtp.museum.example")) == 2
    assert len(mistakes("notify.mail_to=c@d.example")) == 1
    assert len(mistakes(*MAIL, "notify.smtp_user=anna")) == 1
    assert len(mistakes(*MAIL, GATE_NOTIFY__SMTP_PASSWORD="secret")) == 1


def test_mail_crosses_no_network_in_the_clear() -> None:
    [line] = mistakes(*MAIL, "notify.smtp_tls=off")
    assert line.startswith("notify.smtp_tls is off")
    assert loaded(*MAIL, "notify.smtp_host=localhost", "notify.smtp_tls=off").settings.notify.smtp_tls == "off"


@pytest.mark.parametrize(
    "box", ["anna", "anna@", "@b.example", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "ä@b.ch"]
)
def test_what_is_no_address_of_mail_is_refused(box: str) -> None:
    assert mistakes(MAIL[0], MAIL[1], f"notify.mail_to={box}")
    assert mistakes(MAIL[0], f"notify.mail_from={box}", MAIL[2])


def test_a_mailbox_named_twice_gets_one_mail() -> None:
    assert loaded(*MAIL, "notify.mail_to=c@d.example, e@f.example,c@d.example").settings.notify.mail_to == (
        "c@d.example",
        "e@f.example",
    )


@pytest.mark.parametrize("name", ["notify.webhook_key", "notify.smtp_password"])
def test_a_secret_can_stand_in_a_file_that_a_setting_names(tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret"
    path.write_text("a long enough secret\n")
    path.chmod(0o600)
    others = (*MAIL, "notify.smtp_user=anna", f"notify.webhook_url={URL}")
    other = "notify.smtp_password" if name == "notify.webhook_key" else "notify.webhook_key"

    result = loaded(*others, f"{name}_file={path}", f"{other}={SECRET}")

    assert "a long enough secret" in secrets_of(result.settings)
    assert result.origins[name] == f"file {path}"


def test_secrets_come_as_credentials_and_from_beside_the_settings_file(tmp_path: Path) -> None:
    credentials, etc = tmp_path / "credentials", tmp_path / "etc"
    credentials.mkdir()
    etc.mkdir()
    (etc / "gate.toml").write_text("")
    (etc / "notify.webhook_key").write_text(f"{SECRET}\n")
    (etc / "notify.webhook_key").chmod(0o600)
    (credentials / "notify.webhook_url").write_text(URL)
    (credentials / "notify.smtp_password").write_text("\n")  # the unit's stand-in for a file that is not there

    result = loaded(config=etc / "gate.toml", CREDENTIALS_DIRECTORY=str(credentials))

    assert result.origins["notify.webhook_url"] == "credential notify.webhook_url"
    assert result.origins["notify.webhook_key"] == f"file {etc / 'notify.webhook_key'}"
    assert result.origins["notify.smtp_password"] == "default"


def test_a_secret_among_the_arguments_is_a_warning() -> None:
    warnings = loaded(*MAIL, "notify.smtp_user=anna", "notify.smtp_password=abcdef").warnings
    [line] = warnings
    assert line.startswith("notify.smtp_password can be seen by everybody on this machine: argument: ")
