"""Prices that the venue ordered: they come to the dates of the settings, and the newest word counts."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from gate_controller.settings import LoadedSettings, SettingsError, load_settings
from gate_controller.settings.venue_prices import (
    VENUE_PRICES_FILE,
    VenuePrice,
    read_venue_prices,
    with_price,
    write_venue_prices,
)

NOW = "2026-11-26 18:30"
PRICE = VenuePrice(NOW, 3_000, "o-1", "Anna (venue)", 2_500)


def _loaded(state_dir: Path, *given: str) -> LoadedSettings:
    usual = ("eguma.api_key=k3y-of-the-gate", "admission.price_cents=2500", f"state_dir={state_dir}")
    return load_settings(config=Path(os.devnull), overrides=(*usual, *given), environ={})


def _dates(loaded: LoadedSettings) -> list[tuple[str, int, int | None]]:
    return [(one.since.written(), int(one.price), one.second_price) for one in loaded.settings.price_changes.changes]


def test_they_come_to_the_dates_of_the_settings_and_go_over_them(tmp_path: Path) -> None:
    write_venue_prices(tmp_path, [PRICE, VenuePrice("2027-01-01 00:00", 3_200, "o-2", "Anna (venue)")])
    assert (tmp_path / VENUE_PRICES_FILE).stat().st_mode & 0o777 == 0o600
    dates = json.dumps(
        [
            {"from": "2027-01-01", "price_cents": 2_700, "second_price_cents": 900},
            {"from": "2028-01-01", "price_cents": 2_800},
        ]
    )
    loaded = _loaded(tmp_path, f"price_changes={dates}")
    assert _dates(loaded) == [(NOW, 3_000, None), ("2027-01-01 00:00", 3_200, 900), ("2028-01-01 00:00", 2_800, None)]
    assert loaded.origins["price_changes"] == "argument, and ordered by the venue"


def test_a_price_from_now_on_ends_where_the_usual_price_is_set_anew_and_one_of_a_date_does_not(tmp_path: Path) -> None:
    write_venue_prices(tmp_path, [PRICE, VenuePrice("2027-01-01 00:00", 3_200, "o-2", "Anna (venue)")])
    assert [price for _, price, _ in _dates(_loaded(tmp_path, "admission.price_cents=2600"))] == [3_200]
    assert [price for _, price, _ in _dates(_loaded(tmp_path))] == [3_000, 3_200]


def test_of_what_is_past_only_the_newest_is_kept() -> None:
    prices: tuple[VenuePrice, ...] = ()
    for minute in range(30):
        moment = f"2026-11-26 18:{minute:02}"
        prices = with_price(prices, replace(PRICE, since=moment, order=f"o-{minute}"), moment)
    prices = with_price(prices, VenuePrice("2027-01-01 00:00", 3_200, "o-x", "Anna"), "2026-11-26 18:29")
    assert [one.order for one in prices] == ["o-29", "o-x"]
    assert [one.order for one in with_price(prices, replace(PRICE, since="2027-01-01 00:00"), NOW)] == ["o-29", "o-1"]


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "[]",
        '{"version": 2, "prices": []}',
        '{"version": 1, "prices": [{}]}',
        '{"version": 1, "prices": [7]}',
        "[" * 5000,
        json.dumps(
            {
                "version": 1,
                "prices": [{"since": "soon", "price_cents": 1, "order": "o", "by": "b", "over": None}],
            }
        ),
    ],
)
def test_a_damaged_file_is_a_mistake_and_no_other_price(tmp_path: Path, damaged: str) -> None:
    (tmp_path / VENUE_PRICES_FILE).write_text(damaged)
    with pytest.raises(SettingsError, match=r"venue-prices\.json: remove it, and order the price again"):
        _loaded(tmp_path)


def test_a_price_that_no_admission_can_have_is_a_mistake(tmp_path: Path) -> None:
    write_venue_prices(tmp_path, [replace(PRICE, price_cents=-1)])
    with pytest.raises(SettingsError, match="price_changes is a list"):
        _loaded(tmp_path)


def test_a_gate_without_a_venue_has_none(tmp_path: Path) -> None:
    assert read_venue_prices(tmp_path) == ()
    assert read_venue_prices(tmp_path / "missing") == ()
    assert _loaded(tmp_path).origins["price_changes"] == "default"


def test_in_the_hour_that_comes_twice_the_price_that_was_ordered_last_counts() -> None:
    summer = with_price((), replace(PRICE, since="2026-10-25 02:50", order="summer"), "2026-10-25 02:50")
    coming = VenuePrice("2026-10-25 08:00", 3_200, "coming", "Anna")
    winter = replace(PRICE, since="2026-10-25 02:10", price_cents=2_000, order="winter")
    found = with_price(with_price(summer, coming, "2026-10-25 02:55"), winter, "2026-10-25 02:10")
    assert [one.order for one in found] == ["coming", "winter"]
    assert [one.order for one in with_price(summer, coming, "2026-10-25 02:10")] == ["summer", "coming"]
