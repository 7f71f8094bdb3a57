"""
The pages of a card in the order in which they are shown.

A verdict is told whole in one language, then in the next; a resting card goes round, and shows the first page of every
language before the second of any. What is still to be read of the card before takes turns with it, one language at a
time, so that the next visitor need not wait for all of it. What is the same in several languages, such as E-GUMA's own
text, is told once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.typesetting.page import Page, reading_seconds
from gate_controller.devices.display.typesetting.sheet import Leaf


def pages(card: Card, set_face: Callable[[Face], list[Leaf]]) -> tuple[Page, ...]:
    """Return the pages of a card; `set_face` sets the words of one face."""
    found: list[Page] = []
    for number, face in enumerate(card.faces):
        if face in card.faces[:number]:
            continue
        set_in = set_face(face)
        if len(set_in) > 1 and any(face.detail == earlier.detail for earlier in card.faces[:number]):
            set_in = set_face(without_detail(face))
        found += (_page(card, leaf, number, place, len(set_in)) for place, leaf in enumerate(set_in, start=1))
    if card.is_resting:
        found.sort(key=lambda page: page.number)
    if card.unread is not None:
        found = list(_taking_turns(pages(replace(card.unread, is_resting=False), set_face), found))
    return tuple(found)


def _taking_turns(unread: Sequence[Page], resting: Sequence[Page]) -> Iterator[Page]:
    """Yield what is to be read, with a page of the resting card after each language of it."""
    turns = 0
    for _, in_one_language in groupby(unread, key=lambda page: page.face):
        yield from in_one_language
        yield resting[turns % len(resting)]
        turns += 1
    yield from resting[turns:]


def without_detail(face: Face) -> Face:
    """Return a face without what all faces have in common."""
    return replace(face, detail="", short=replace(face.short, detail="") if face.short is not None else None)


def _page(card: Card, leaf: Leaf, face: int, number: int, count: int) -> Page:
    return Page(
        area=leaf.area,
        symbol=card.symbol,
        symbol_box=leaf.symbol,
        signal=card.signal,
        lines=leaf.lines,
        bands=leaf.bands,
        seconds=reading_seconds(leaf.lines),
        face=face,
        number=number,
        count=count,
    )
