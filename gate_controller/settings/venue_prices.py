"""
Prices that the venue has ordered, as they lie in the state directory: dates of the usual price, beside those that the
settings have themselves.

A price that is to hold from now on holds until somebody says another, there or here: once the usual price of the
settings is another than when it was ordered, it counts no more. It has begun once and for all: a clock that is put back
does not undo it. One of a date holds from that date on, whatever the settings say of the usual price.
"""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from gate_controller.admission.words.frozen import frozen
from gate_controller.settings.house_dates import moment
from gate_controller.settings.mistakes import Mistake
from gate_controller.settings.models import Settings
from gate_controller.settings.price_dates import MOST_CHANGES, PriceDates, price_dates
from gate_controller.settings.toml_editing import replace_file
from gate_controller.settings.values import UnusableError

VENUE_PRICES_FILE: Final = "venue-prices.json"
ORIGIN: Final = "ordered by the venue"
_MOST_BYTES: Final = 262_144
_VERSION: Final = 1


class VenuePricesError(Exception):
    """The file cannot be used: what, where, what to do."""


@frozen
class VenuePrice:
    """From a moment on the usual price is another, because the venue said so."""

    since: str
    """Date and time of the house's clock: `2026-11-26 18:30`."""
    price_cents: int
    order: str
    """The id of the order."""
    by: str
    over: int | None = None
    """The usual price of the settings when it was ordered, where it was to hold from then on; None: of a date."""


def read_venue_prices(directory: Path) -> tuple[VenuePrice, ...]:
    """Return what was ordered, in that order; nothing where there is no file. Raises `OSError`, `VenuePricesError`."""
    path = directory / VENUE_PRICES_FILE
    try:
        with path.open("rb") as file:
            packed = file.read(_MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    try:
        tree = json.loads(packed)
        if tree["version"] != _VERSION:
            raise ValueError(tree["version"])  # noqa: TRY301 - damaged in one more way
        return tuple(_read(entry) for entry in tree["prices"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UnusableError):
        raise VenuePricesError(f"{path}: is damaged: remove it, and order the price again") from None


def write_venue_prices(directory: Path, prices: Sequence[VenuePrice]) -> None:
    """Write what was ordered, in place of what was there. Raises `OSError`."""
    told = {"version": _VERSION, "prices": [asdict(one) for one in prices]}
    replace_file(directory / VENUE_PRICES_FILE, json.dumps(told, indent=1, ensure_ascii=False).encode(), mode=0o600)


def with_price(prices: Sequence[VenuePrice], new: VenuePrice, now: str) -> tuple[VenuePrice, ...]:
    """
    Return what was ordered with one more. It takes the place of others of that moment, and those that are over go: of
    what is past (`now`: the latest date and time that the house's clock has shown) only the newest counts.
    """
    past = [one for one in prices if one.since <= now]
    newest = max((one.since for one in past), default="")
    kept = [one for one in prices if one.since != new.since and (one.since > now or one.since == newest)]
    if new.over is not None:  # one that was ordered to count at once is no later one: the clock was set back since
        kept = [one for one in kept if one.over is None or one.since <= now]
    return (*kept, new)


def with_venue_prices(settings: Settings, prices: Sequence[VenuePrice]) -> Settings:
    """Return settings with the dates that the venue has ordered. Raises `UnusableError`: they are too many, say."""
    usual = settings.admission.price_cents
    counting = [one for one in prices if one.over is None or one.over == usual]
    if not counting:
        return settings
    dates = _tables(settings)
    for one in counting:
        dates[one.since] = {**dates.get(one.since, {}), "from": one.since, "price_cents": one.price_cents}
    if len(dates) > MOST_CHANGES:
        raise UnusableError(f"with those of the venue they are more than {MOST_CHANGES}", "leave out old ones")
    begun = {one.since for one in counting if one.over is not None}
    dated = {one.since for one in counting if one.over is None}
    return _dated(settings, [dates[since] for since in sorted(dates)], (_begun(settings) - dated) | begun)


def without_moments(settings: Settings, moments: Collection[str]) -> Settings:
    """Return settings without the dates of these moments."""
    kept = [table for since, table in _tables(settings).items() if since not in moments]
    return _dated(settings, kept, _begun(settings))


def _begun(settings: Settings) -> set[str]:
    return {one.since.written() for one in settings.price_changes.changes if one.has_begun}


def _dated(settings: Settings, tables: Sequence[Mapping[str, Any]], begun: Collection[str]) -> Settings:
    """Return settings with these dates, of which some have begun whatever the clock shows."""
    dates = price_dates(list(tables))
    changes = tuple(replace(one, has_begun=one.since.written() in begun) for one in dates.changes)
    return settings.model_copy(update={"price_changes": PriceDates(changes, str(dates))})


def _tables(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the dates as they are written, each by its moment, in their order."""
    written: list[dict[str, Any]] = json.loads(str(settings.price_changes) or "[]")
    named = {moment(table["from"]).written(): table for table in written}
    return {since: named[since] for since in sorted(named)}


def add_venue_prices(settings: Settings, mistakes: list[Mistake], warnings: list[Mistake]) -> Settings:
    """Return settings with what the venue has ordered by now; what cannot be read is a mistake."""
    place = str(settings.state_dir / VENUE_PRICES_FILE)
    try:
        return with_venue_prices(settings, read_venue_prices(settings.state_dir))
    except PermissionError as error:
        # Whoever may not look into the gate's folder may still ask for its settings: the gate itself may.
        found = mistakes if os.access(settings.state_dir, os.X_OK) else warnings
        what = f"prices that the venue ordered cannot be read ({error.strerror})"
        found.append(Mistake(what, place, "use sudo: they are the gate's own"))
    except OSError as error:
        why = error.strerror or type(error).__name__
        mistakes.append(Mistake(f"prices that the venue ordered cannot be read ({why})", place, "see to the disk"))
    except VenuePricesError:
        remedy = "remove it, and order the price again"
        mistakes.append(Mistake("the file of prices that the venue ordered is damaged", place, remedy))
    except UnusableError as error:
        mistakes.append(Mistake(f"price_changes is a list {error.why}", place, error.remedy))
    return settings


def _read(entry: dict[str, Any]) -> VenuePrice:
    found = VenuePrice(**entry)
    texts, numbers = (found.since, found.order, found.by), (found.price_cents, found.over or 0)
    if not all(isinstance(each, str) for each in texts) or not all(type(each) is int for each in numbers):
        raise TypeError("another type")
    moment(found.since)
    return found
