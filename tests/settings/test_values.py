"""What each setting takes, and what it says to what it does not take."""

import pytest

from gate_controller.admission.words.money import Currency
from gate_controller.settings import value_of
from gate_controller.settings.models import FIELDS, Settings
from gate_controller.settings.values import LANGUAGES
from gate_controller.texts.languages import Language
from tests.rig.settings import SECRET, loaded, mistakes


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("id=Bad_Ragaz.1-a", "Bad_Ragaz.1-a"),
        ("eguma.base_url=https://api.e-guma.ch/", "https://api.e-guma.ch"),
        ("eguma.base_url=https://proxy.example:8443", "https://proxy.example:8443"),
        ("eguma.base_url=http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("eguma.base_url=http://localhost:8765", "http://localhost:8765"),
        ("eguma.base_url=http://[::1]:8765", "http://[::1]:8765"),
        ("eguma.user_id=0a7a3c1e-0000", "0a7a3c1e-0000"),
        ("eguma.user_id=", None),
        ("display.gate_name= Tor 2", "Tor 2"),
        ("display.gate_name=Entrée-Süd", "Entrée-Süd"),
        ("display.gate_name=", None),
        ("eguma.warm_seconds=0", 0.0),
        ("admission.price_cents= 1 ", 1),
        ("admission.price_cents=1000000", 1_000_000),
        ("admission.currency=eur", Currency.EUR),
        ("admission.verdict_seconds=0.5", 0.5),
        ("admission.verdict_seconds=5", 5.0),
        ("scanner.port=AUTO", "auto"),
        ("scanner.port=/dev/pts/3", "/dev/pts/3"),
        ("scanner.baud=115200", 115200),
        ("relay.pin=2", 2),
        ("relay.active_high=no", False),
        ("relay.pulse_seconds=10", 10.0),
        ("lamps.red_pin=", None),
        ("lamps.red_pin=none", None),
        ("display.driver=NONE", "none"),
        ("display.languages=fr, EN", ("fr", "en")),
        ("web.port=0", 0),
        ("log.level=DEBUG", "debug"),
    ],
)
def test_a_setting_takes(override: str, value: object) -> None:
    name = override.partition("=")[0]

    assert value_of(loaded(override).settings, name) == value


@pytest.mark.parametrize(
    ("override", "why", "remedy"),
    [
        ("id=", "cannot stand in a reference number", "1 to 64 letters"),
        ("id=Gate 1", "cannot stand in a reference number", "1 to 64 letters"),
        ("id=Zürich", "cannot stand in a reference number", "1 to 64 letters"),
        (f"id={'a' * 65}", "cannot stand in a reference number", "1 to 64 letters"),
        ("state_dir=", "is no path", "give a path"),
        ("eguma.base_url=http://api.e-guma.ch", "would send the key in the clear", "use https://"),
        ("eguma.base_url=http://127.0.0.1.evil.example", "would send the key in the clear", "use https://"),
        ("eguma.base_url=http://0.0.0.0", "would send the key in the clear", "use https://"),
        ("eguma.base_url=api.e-guma.ch", "does not begin with https://", "https://api.e-guma.ch"),
        ("eguma.base_url=ftp://api.e-guma.ch", "does not begin with https://", "https://api.e-guma.ch"),
        ("eguma.base_url=https://", "names no host", "https://api.e-guma.ch"),
        ("eguma.base_url=https://api e-guma.ch", "names no host", "https://api.e-guma.ch"),
        ("eguma.base_url=https://api.e-guma.ch:99999", "is no address", "https://api.e-guma.ch"),
        ("eguma.base_url=https://[::1", "is no address", "https://api.e-guma.ch"),
        ("eguma.base_url=https://api.e-guma.ch/v1/vouchers", "holds a path", "added by the gate"),
        ("eguma.base_url=https://u:pw@api.e-guma.ch", "holds a user name or password", "eguma.api_key"),
        ("eguma.base_url=https://api.e-guma.ch?apikey=x", "holds a query", "eguma.api_key"),
        ("display.gate_name=Haupteingang 2", "beside a code", "1 to 12 letters"),
        ("display.gate_name=Tor (2)", "beside a code", "1 to 12 letters"),
        ("display.gate_name=入口", "beside a code", "1 to 12 letters"),
        ("eguma.user_id=a b", "is no user id", "id of this gate's user"),
        ("eguma.warm_seconds=-1", "less than 0", "seconds from 0 to 3600"),
        ("admission.price_cents=", "is no whole number", "25.00 is 2500"),
        ("admission.price_cents=0", "less than 1", "25.00 is 2500"),
        ("admission.price_cents=-2500", "less than 1", "25.00 is 2500"),
        ("admission.price_cents=25.00", "is no whole number", "25.00 is 2500"),
        ("admission.price_cents=1000001", "more than 1000000", "25.00 is 2500"),
        ("admission.price_cents=CHF 25", "is no whole number", "25.00 is 2500"),
        ("admission.currency=USD", "no E-GUMA account has", "CHF, EUR"),
        ("admission.verdict_seconds=5.1", "more than 5", "from 0.5 to 5"),
        ("admission.verdict_seconds=0.1", "less than 0.5", "from 0.5 to 5"),
        ("admission.verdict_seconds=soon", "is no number", "from 0.5 to 5"),
        ("admission.settle_seconds=nan", "is no number", "seconds from 1"),
        ("scanner.port=ttyACM0", "is no path of a device", "/dev/serial/by-id"),
        ("scanner.baud=9601", "is no usual speed", "9600"),
        ("relay.pulse_seconds=0", "less than 0.01", "from 0.01 to 10"),
        ("relay.pulse_seconds=-1", "less than 0.01", "from 0.01 to 10"),
        ("relay.pulse_seconds=10.1", "more than 10", "from 0.01 to 10"),
        ("relay.pulse_seconds=nan", "is no number", "from 0.01 to 10"),
        ("relay.pulse_seconds=inf", "more than 10", "from 0.01 to 10"),
        ("relay.active_high=maybe", "neither true nor false", "true or false"),
        ("display.languages=", "names no language", "de, fr, it, en"),
        ("display.languages=de,,fr", "an empty place is no language", "de, fr, it, en"),
        ("display.languages=de,rm", "rm is no language", "de, fr, it, en"),
        ("display.languages=de,fr,de", "names a language twice", "each once"),
        ("display.driver=oled", "is not known", "ssd1306"),
        ("web.host=a b", "is no address", "127.0.0.1"),
        ("web.port=65536", "more than 65535", "0 to turn the page off"),
        ("log.level=loud", "is not known", "debug, info"),
    ],
)
def test_a_mistake_names_setting_value_origin_and_remedy(override: str, why: str, remedy: str) -> None:
    name = override.partition("=")[0]

    [line] = mistakes(override)

    assert line.startswith(f"{name} is ")
    assert why in line
    assert ": argument: " in line
    assert remedy in line.rpartition(": argument: ")[2]


@pytest.mark.parametrize(("text", "address"), [("0x3c", 0x3C), ("60", 60), ("0", 0), (" 0X27 ", 0x27)])
def test_an_address_is_read_as_i2cdetect_shows_it(text: str, address: int) -> None:
    assert loaded(f"display.address={text}").settings.display.address == address


@pytest.mark.parametrize("text", ["0x3", "0x78", "3c", "-1", "0x"])
def test_an_address_that_no_device_has_is_refused(text: str) -> None:
    [line] = mistakes(f"display.address={text}")

    assert "give it as i2cdetect shows it, from 0x08 to 0x77" in line


@pytest.mark.parametrize("text", ["22:00-07:00", " 22:00 - 07:00 ", "", "none"])
def test_quiet_hours_are_two_times_or_none(text: str) -> None:
    assert loaded(f"buzzer.quiet={text}").settings.buzzer.quiet in {"22:00-07:00", ""}


@pytest.mark.parametrize("text", ["22-7", "25:00-07:00", "22:00", "22:60-07:00", "night"])
def test_a_span_that_is_no_hours_is_refused(text: str) -> None:
    [line] = mistakes(f"buzzer.quiet={text}")

    assert "give two times such as 22:00-07:00" in line


@pytest.mark.parametrize("key", ["with blank", "täg", "tab\there", "two\nlines", "", "a" * 257, '"quo ted"'])
def test_an_unusable_key_is_refused_without_being_shown(key: str) -> None:
    [line] = mistakes(GATE_EGUMA__API_KEY=key)

    assert line.startswith("eguma.api_key ")
    assert "environment GATE_EGUMA__API_KEY" in line
    assert not key or key not in line


def test_the_key_is_in_no_repr() -> None:
    settings = loaded()

    assert SECRET not in repr(settings)
    assert settings.settings.eguma.api_key.get_secret_value() == SECRET


def test_every_default_is_accepted_by_its_own_reader() -> None:
    by_default = loaded().settings

    spelt_out = Settings.model_validate(by_default.model_dump())

    assert spelt_out == by_default


def test_settings_built_by_hand_read_nothing_behind_the_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_RELAY__PIN", "5")
    given = loaded().settings

    assert Settings.model_validate(given.model_dump()).relay.pin == FIELDS["relay.pin"].default


def test_settings_cannot_be_changed() -> None:
    settings = loaded().settings

    with pytest.raises(ValueError, match="frozen"):
        settings.relay.pin = 5  # type: ignore[misc]  # that it is refused is the point


def test_the_languages_are_those_of_the_texts() -> None:
    assert set(LANGUAGES) == set(Language)
