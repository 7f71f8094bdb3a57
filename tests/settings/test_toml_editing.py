"""A settings file changed by a program: only what is to change is touched, whoever wrote the rest."""

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.settings.toml_editing import EditingError, changed, replace_file

PLACE = Path("/etc/gate-controller/gate.toml")

BY_HAND = """\
# The east gate. Ask Anna before you change it.
id = "east"   # by the lake

[admission]
price_cents = 2_500   # since May
# end of the prices

# relay board from the cellar
[relay]
pin = 17

[[prices]]
name = "children"
price_cents = 900
"""


def test_a_value_is_changed_in_its_place_and_its_remark_stays() -> None:
    assert changed(BY_HAND, {"admission.price_cents": 2700}, path=PLACE) == BY_HAND.replace("2_500", "2700")


def test_a_value_that_is_there_already_stays_as_it_is_written() -> None:
    assert changed(BY_HAND, {"admission.price_cents": 2500, "relay.pin": 17}, path=PLACE) == BY_HAND


def test_a_new_setting_stands_behind_those_of_its_section_with_its_meaning() -> None:
    new = changed(BY_HAND, {"admission.currency": "EUR"}, path=PLACE)
    since = "price_cents = 2_500   # since May\n"
    meaning = "# currency of the account at E-GUMA: CHF or EUR\n"
    assert new == BY_HAND.replace(since, f'{since}{meaning}currency = "EUR"\n')


def test_a_setting_of_no_section_stands_before_the_first() -> None:
    new = changed(BY_HAND, {"state_dir": "/var/lib/gate-controller"}, path=PLACE)
    lines = new.splitlines()
    assert lines.index('state_dir = "/var/lib/gate-controller"') < lines.index("[admission]")


def test_a_setting_is_taken_out_and_one_that_is_not_there_is_nothing_to_do() -> None:
    assert changed(BY_HAND, {"relay.pin": None, "buzzer.pin": None}, path=PLACE) == BY_HAND.replace("pin = 17\n", "")


def test_the_only_setting_of_a_section_is_taken_out_however_it_is_written() -> None:
    for text in ("admission.price_cents = 1\nrelay.pin = 5\n", "admission = {price_cents = 1}\nrelay = {pin = 5}\n"):
        new = tomllib.loads(changed(text, {"admission.price_cents": None}, path=PLACE))
        assert new.pop("relay") == {"pin": 5}
        assert new in ({}, {"admission": {}})


def test_rules_for_other_prices_are_put_in_the_place_of_those_that_are_there() -> None:
    rules = [{"name": "kids", "product_id": "7", "price_cents": 900}, {"name": "all", "price_cents": 1000}]
    for text in ("", BY_HAND):
        new = changed(text, {"prices": rules, "relay.pin": 5}, path=PLACE)
        assert tomllib.loads(new)["prices"] == rules
        assert tomllib.loads(new)["relay"]["pin"] == 5


def test_an_empty_file_becomes_a_whole_one() -> None:
    new = changed("", {"id": "east", "admission.price_cents": 2500, "display.languages": ["de", "en"]}, path=PLACE)
    assert new == (
        "# names the gate in reports and reference numbers; by default the host name\n"
        'id = "east"\n'
        "\n"
        "[admission]\n"
        "# the fixed price of an admission\n"
        "price_cents = 2500\n"
        "\n"
        "[display]\n"
        "# languages of the house; the first is the default\n"
        'languages = ["de", "en"]\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "relay = {pin = 17}\n",
        "relay.pin = 17\nadmission.price_cents = 2500\n",
        "[relay] # [relay]\npin = 17",
        "[ relay ]\npin = 17\n[admission]\nprice_cents = 2500\n",
        '["relay"]\npin = 17\n',
        "[relay]\r\npin = 17\r\n",
        '[relay]\npin = 17\n# [admission]\n[display]\nlanguages = [\n  "de", # [first]\n  "fr",\n]\n',
        'id = """\n[relay]\npin = 5\n"""\n[relay]\npin = 17\n',
        "# \u2028 a line end of somebody else's\n[relay]\npin = 17\n",
    ],
)
def test_however_a_file_is_written_it_holds_what_was_wanted_and_nothing_else_changed(text: str) -> None:
    wanted = {"relay.active_high": False, "admission.price_cents": 2700, "relay.pin": 5, "id": "west"}
    tree = tomllib.loads(text)
    new = tomllib.loads(changed(text, wanted, path=PLACE))
    assert new.pop("id") == "west"
    assert new.pop("relay") == {"pin": 5, "active_high": False}
    assert new.pop("admission") == {"price_cents": 2700}
    assert new == {key: value for key, value in tree.items() if key not in {"id", "relay", "admission"}}


def test_line_ends_of_another_system_stay() -> None:
    new = changed("[relay]\r\npin = 17\r\n", {"relay.active_high": False}, path=PLACE)
    assert new.count("\r\n") == new.count("\n") == 4


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=80))
def test_no_text_of_a_remark_is_lost(remark: str) -> None:
    quiet = "".join(letter for letter in remark if letter.isprintable())
    text = f"[relay]\npin = 17  #{quiet}\n#{quiet}\n"
    new = changed(text, {"relay.pin": 5, "relay.active_high": False}, path=PLACE)
    assert new.count(f"#{quiet}") >= 2


def test_what_is_no_toml_is_told_with_its_line() -> None:
    with pytest.raises(EditingError, match=r"no TOML .*: /etc/gate-controller/gate.toml line 2, .*: correct"):
        changed("[relay]\npin = \n", {"relay.pin": 5}, path=PLACE)


def test_a_section_that_is_none_is_told_and_not_written_over() -> None:
    with pytest.raises(EditingError, match=r"cannot change safely: .*: set by hand: relay.pin"):
        changed("relay = 5\n", {"relay.pin": 5}, path=PLACE)


def test_a_file_that_is_replaced_keeps_its_mode_and_a_link_its_place(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "gate.toml"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.toml", "real.toml"]


def test_a_new_file_can_be_read_by_the_gate_and_one_with_a_secret_by_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / ".secret.new").write_text("what a power cut has left")
    replace_file(tmp_path / "gate.toml", b"x")
    replace_file(tmp_path / "secret", b"x", mode=0o600)
    assert stat.S_IMODE((tmp_path / "gate.toml").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.toml", "secret"]
