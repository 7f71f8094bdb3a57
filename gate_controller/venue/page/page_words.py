"""What every page of the house needs: its scripts' words, who may what, and what is said where there is nothing."""

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.texts import Language
from gate_controller.venue.page.day_views import day_from_memory
from gate_controller.venue.page.shown_house import ShownHouse, shown_house_of
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.people import Role
from gate_controller.web.resources import person_of
from gate_controller.web.templating import page

LOOKS_AGAIN_SECONDS: Final = 15


def house_script_words(language: Language) -> str:
    """Return what the scripts of the house's pages say, as JSON."""
    t = views.says(language)
    words = {
        **json.loads(views.script_words(t)),
        "unreachable": t("No connection to the house."),
        "unreachable_trying": t("No connection to the house. Trying again: it acts once at most."),
        "failed": t("That did not work ({status}). Look at the house, then try again."),
    }
    return json.dumps(words, ensure_ascii=False)


def words_for(request: Request) -> dict[str, Any]:
    """Return what every page of the house gives its script."""
    language, person = language_of(request), person_of(request)
    return {
        "script_words": house_script_words(language),
        "spans": views.spans(views.says(language)),
        "may_act": views.may_act(person),
        "may_set": person.role >= Role.TECHNICIAN,
        **views.clocks(shown_house_of(request).view.now()),
    }


def number_of(request: Request, name: str = "before") -> int | None:
    """Return a number that an address has; None where it has none."""
    said = request.query_params.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 17 else None  # noqa: PLR2004 - fits into SQLite


async def nothing(request: Request, words: str, status: int = 404) -> Response:
    """Return a page that says why there is nothing."""
    return await page(request, "none.html", status, words=views.says(language_of(request))(words))


def history_away(house: ShownHouse, language: Language) -> str:
    """Return in words that what happened before cannot be read, and since when where that is known."""
    t, since = views.says(language), house.view.store_gone_since()
    if since is None:
        return t("The store of the house cannot be read just now.")
    said = t("What happened before cannot be read since {time}. It is tried again by itself, and nothing is lost.")
    return said.format(time=views.short_day_and_clock(since, house.view.now()))


async def unread(request: Request) -> Response:
    """Return the page of a store that cannot be read: what of today is known all the same, and it looks again."""
    house, language = shown_house_of(request), language_of(request)
    day = day_from_memory(house.shown(), language)
    answer = await page(request, "unread.html", 503, words=history_away(house, language), day=day)
    answer.headers["Refresh"] = str(LOOKS_AGAIN_SECONDS)
    return answer


def names_of(house: ShownHouse) -> Mapping[str, str]:
    """Return what the gates are called, by their ids."""
    return {tile.gate_id: tile.name for tile in house.view.tiles()}
