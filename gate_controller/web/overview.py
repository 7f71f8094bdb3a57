"""The gate at a glance: everything that the live page shows, looked up once and rendered part by part."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gate_controller.desk.control_socket import ControlError
from gate_controller.shell.status import GateStatus
from gate_controller.texts import Language
from gate_controller.web import views
from gate_controller.web.display_picture import Picture, picture_of
from gate_controller.web.house import House
from gate_controller.web.parts import parts_view
from gate_controller.web.people import Role
from gate_controller.web.playground import Scene
from gate_controller.web.playing import StageView, stage_view
from gate_controller.web.templating import environment
from gate_controller.web.visits import Need, Visit, day_view, needs_view, visits_view

_log = logging.getLogger(__name__)

PARTS: Final = ("now", "need", "stage", "scans", "today", "inside", "parts", "bar")
LAST_SCANS: Final = 8
MOST_OPEN_ITEMS: Final = 20
"""The newest: nobody sees to more at a glance, and each change would be rendered with all."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What the gate, its journal and its display tell at one moment."""

    status: GateStatus
    scans: Mapping[Language, Sequence[Mapping[str, Any]]]
    """In words of each language that is looked at."""
    open_items: Mapping[Language, Sequence[Mapping[str, Any]]]
    day: Mapping[str, Any]
    picture: Picture | None
    rows: tuple[str, ...]
    scene: Scene | None
    """What is played; only a demo has something."""
    is_whole: bool = True
    """Whether the journal could be read."""


async def look(house: House, languages: Sequence[Language]) -> Overview:
    """Ask everything once. A journal that cannot be read leaves its parts empty, and is asked again with each look."""
    scans: dict[Language, Any] = dict.fromkeys(languages, ())
    open_items: dict[Language, Any] = dict.fromkeys(languages, ())
    day: Mapping[str, Any] = {}
    is_whole = True
    try:
        for each in languages:
            scans[each] = await house.ask("page", limit=LAST_SCANS, language=each.value)
            open_items[each] = await house.ask("open", limit=MOST_OPEN_ITEMS, language=each.value)
        day = await house.ask("day")
    except ControlError:
        is_whole = False
    shown = await asyncio.to_thread(_display, house)
    picture = shown if isinstance(shown, Picture) else None
    rows = shown if isinstance(shown, tuple) else ()
    scene = house.playground.scene() if house.playground is not None else None
    return Overview(house.status(), scans, open_items, day, picture, rows, scene, is_whole)


def _display(house: House) -> Picture | tuple[str, ...] | None:
    try:
        shown = house.draw_display()
        return shown if shown is None or isinstance(shown, tuple) else picture_of(shown)
    except Exception:  # noqa: BLE001 - a picture for staff is no reason to fail, whatever a library raises
        _log.exception("page=no_picture")
        return None


@dataclass(frozen=True, slots=True)
class GateView:
    """What the live page's templates get."""

    at: float
    clock: str
    offset: int
    tab: str
    now: views.Now
    need: Sequence[Need]
    more: int
    """How many open items there are besides."""
    scans: Sequence[Visit]
    day: Any
    inside: views.Inside | None
    """None where nobody counts who leaves."""
    parts: Sequence[views.PartView]
    stage: StageView | None
    unread: str
    """That the journal cannot be read, in words; empty where it can."""
    may_act: bool
    can_resume: str
    second_price: str
    """The amount that staff may have the next scan charged; empty: there is none."""
    spans: Any
    script_words: str


def gate_view(house: House, seen: Overview, language: Language, role: Role) -> GateView:
    """Return what the page shows to somebody of a role, in words."""
    t, status = views.says(language), seen.status
    now = views.now_view(house, status, language)
    if (picture := seen.picture) is not None:
        source = {"source": f"/display/{picture.name}.png", "width": picture.width, "height": picture.height}
        now = replace(now, picture=source)
    elif seen.rows:
        now = replace(now, rows=seen.rows)
    return GateView(
        at=status.at,
        clock=views.clock(status.at, seconds=True),
        offset=views.offset(status.at),
        tab=views.tab_title(house, status),
        now=now,
        need=needs_view(house, status, seen.open_items[language], language, role),
        more=max(0, status.money.open_items - len(seen.open_items[language])) if seen.is_whole else 0,
        scans=visits_view(seen.scans[language], now=status.at),
        day=day_view(house, seen.day, language),
        inside=views.inside_view(status),
        parts=parts_view(status, language),
        stage=stage_view(house, seen.scene, language) if seen.scene is not None else None,
        unread="" if seen.is_whole else t("The journal cannot be read just now."),
        may_act=role >= Role.STAFF,
        can_resume=views.can_resume(status, t),
        second_price="" if house.second_price is None else views.amount(house, house.second_price, language),
        spans=views.spans(t),
        script_words=views.script_words(t),
    )


def render(house: House, seen: Overview, language: Language, role: Role) -> dict[str, str]:
    """Return each part of the page as HTML. Takes some milliseconds: not in the loop."""
    view = gate_view(house, seen, language, role)
    known = {"view": view, "t": views.says(language), "house": house}
    return {name: environment().get_template(f"_{name}.html").render(known) for name in PARTS}
