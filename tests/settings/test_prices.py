"""The house's price rules and its outage: what may stand there, and what each mistake is told as."""

import json
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.outage_rules import OutageConduct
from gate_controller.admission.words.tariff import PriceRule, Terms, TimeOfWeek, VoucherKind
from gate_controller.settings.price_dates import price_dates
from gate_controller.settings.reference import as_text
from gate_controller.settings.values import UnusableError
from gate_controller.shell.policies import policy_of
from tests.rig.settings import loaded, mistakes

IN_THE_FILE = """
id = "east"
[eguma]
api_key = "0123456789abcdef"
[admission]
price_cents = 2500
expired = "refuse"
[[prices]]
products = [17, "18"]
price_cents = 1000
[[prices]]
days = ["fr", "sa"]
from = 17:30:00
until = "02:00"
price_cents = 1500
[[prices]]
kind = "maison"
free = true
[[prices]]
products = ["30"]
refuse = {de = "Nur im Bad.", en = "Baths only."}
[outage]
policy = "free"
most_persons = 20
most_cents = 50000
"""


def of(*rules: dict[str, Any]) -> str:
    return f"prices={json.dumps(rules)}"


def read(*rules: dict[str, Any]) -> tuple[PriceRule, ...]:
    return loaded(of(*rules)).settings.prices.rules


def test_no_rules_are_the_default() -> None:
    assert read() == ()
    policy = policy_of(loaded().settings)
    assert (policy.tariff.rules, policy.refuses_expired, policy.outage.conduct) == ((), False, OutageConduct.CLOSED)


def test_a_file_with_all_of_it_is_what_the_core_decides_by(empty_directory: Path) -> None:
    (empty_directory / "gate.toml").write_text(IN_THE_FILE)
    settings = loaded(config=empty_directory / "gate.toml").settings
    child, night, maison, spa = settings.prices.rules
    assert (child.terms, child.price) == (Terms.PRICE, 1_000)
    assert child.products == {"17", "18"}
    assert (night.price, night.time) == (1_500, TimeOfWeek(frozenset({4, 5}), 17 * 60 + 30, 2 * 60))
    assert (maison.terms, maison.kind) == (Terms.FREE, VoucherKind.MAISON)
    assert (spa.terms, dict(spa.texts)) == (Terms.REFUSED, {"de": "Nur im Bad.", "en": "Baths only."})
    policy = policy_of(settings)
    assert policy.tariff.rules == settings.prices.rules
    assert (policy.refuses_expired, policy.outage.conduct) == (True, OutageConduct.FREE)
    assert (policy.outage.most_persons, policy.outage.most_cents) == (20, 50_000)


def test_the_rules_can_be_written_down_as_they_can_be_typed() -> None:
    rules = read({"products": ["7"], "whole_balance": True}, {"position": True, "products": ["8"]})
    typed = as_text(
        loaded(of({"products": ["7"], "whole_balance": True}, {"position": True, "products": ["8"]})).settings.prices
    )
    assert loaded(f"prices={typed}").settings.prices.rules == rules


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({}, "where rule 1 says nothing about the price: argument: give it exactly one of"),
        ({"free": False}, "where rule 1 says nothing about the price"),
        ({"free": True, "price_cents": 5}, "where rule 1 says price_cents and free"),
        ({"colour": "red", "free": True}, "where rule 1 has colour, which is nothing known"),
        ({"price_cents": 0}, "where rule 1 has price_cents = 0, and E-GUMA is never asked for nothing"),
        ({"price_cents": -5}, "where rule 1 has price_cents, which is less than 1"),
        ({"price_cents": 12.5}, "where rule 1 has price_cents, which is no whole number"),
        ({"free": "yes"}, "where rule 1 has free, which is neither true nor false"),
        ({"free": True, "products": []}, "where rule 1 has products, which is no list of product ids"),
        ({"free": True, "products": "7"}, "where rule 1 has products, which is no list of product ids"),
        ({"free": True, "products": [True]}, "where rule 1 has products, in which something is no product id"),
        ({"free": True, "days": ["monday"]}, "where rule 1 has days, where monday is no day"),
        ({"free": True, "days": []}, "where rule 1 has days, which is no list of days"),
        ({"free": True, "from": "25:00"}, "where rule 1 has from, which is no time of day"),
        ({"free": True, "from": 9}, "where rule 1 has from, which is no text"),
        ({"free": True, "from": "10:00", "until": "10:00"}, "where rule 1 has the same time for from and until"),
        ({"free": True, "from": "24:00"}, "where rule 1 has 24:00 for from"),
        ({"free": True, "kind": "gift"}, "where rule 1 has kind, which is not known"),
        ({"refuse": {}}, "where rule 1 has refuse, which holds no texts"),
        ({"refuse": "no"}, "where rule 1 has refuse, which holds no texts"),
        ({"refuse": {"rm": "na"}}, "where rule 1 has refuse, where rm is no language of the gate"),
        ({"refuse": {"de": " "}}, "where rule 1 has refuse, where a text is empty"),
        ({"refuse": {"de": "x" * 201}}, "where rule 1 has refuse, where a text has over 200 characters"),
    ],
)
def test_a_rule_that_cannot_be_is_told_with_its_place(rule: dict[str, Any], why: str) -> None:
    [line] = mistakes(of(rule))
    assert line.startswith("prices is ")
    assert why in line


def test_the_place_is_that_of_the_rule_that_is_wrong() -> None:
    [line] = mistakes(of({"free": True}, {"free": True}, {"days": ["xx"], "free": True}))
    assert "where rule 3 has days" in line


@pytest.mark.parametrize("text", ["{}", "7", "[", '["free"]'])
def test_what_is_no_list_of_tables_is_a_mistake(text: str) -> None:
    [line] = mistakes(f"prices={text}")
    assert line.startswith("prices is ")


@pytest.mark.parametrize("given", ["outage.policy=open", "outage.most_persons=-1", "admission.expired=maybe"])
def test_what_no_house_can_want_of_an_outage_is_a_mistake(given: str) -> None:
    [line] = mistakes(given)
    assert line.startswith(f"{given.partition('=')[0]} is ")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('[{"from": "2027-13-01", "price_cents": 2700}]', "which is no date"),
        ('[{"from": "2027-01-01T00:00:00Z", "price_cents": 2700}]', "which is no date"),
        ('[{"from": "1027-01-01", "price_cents": 2700}]', "too far away"),
        ('[{"price_cents": 2700}]', "has no from"),
        ('[{"from": "2027-01-01"}]', "has no price_cents"),
        ('[{"from": "2027-01-01", "price": 2700}]', "nothing known"),
        ('[{"from": "2027-01-01", "price_cents": 0}]', "change 1 has price_cents"),
        ('[{"from": "2027-01-01", "price_cents": 1}, {"from": "2027-01-01 00:00", "price_cents": 2}]', "two begin at"),
    ],
)
def test_a_mistake_in_a_date_says_where_and_what(value: str, why: str) -> None:
    with pytest.raises(UnusableError) as refused:
        price_dates(value)
    assert why in refused.value.why


def test_dates_of_prices_and_seasons_are_read_from_the_file(empty_directory: Path) -> None:
    (empty_directory / "gate.toml").write_text(
        "[[price_changes]]\nfrom = 2027-07-01T06:00:00\nprice_cents = 2900\n"
        "[[price_changes]]\nfrom = 2027-01-01\nprice_cents = 2700\n"
        '[[prices]]\nfrom_date = 2026-12-01\nuntil_date = "2026-12-31"\nprice_cents = 900\n'
    )
    settings = loaded(config=empty_directory / "gate.toml").settings
    changes = settings.price_changes.changes
    assert [(one.since.written(), one.price) for one in changes] == [
        ("2027-01-01 00:00", 2_700),
        ("2027-07-01 06:00", 2_900),
    ]
    [rule] = settings.prices.rules
    assert rule.season.since is not None
    assert rule.season.until is not None
    assert (rule.season.since.written(), rule.season.until.written()) == ("2026-12-01 00:00", "2027-01-01 00:00")
