"""
The pages of a card in the order in which they are shown.

A verdict is told whole in one language, then in the next; a resting card goes round, and shows the first page of every
language before the second of any. What is the same in several languages, such as E-GUMA's own text, is told once.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.typesetting.layout import leaves
from gate_controller.devices.display.typesetting.page import Page, reading_seconds
from gate_controller.devices.display.typesetting.sheet import Leaf, Lettering


def pages(card: Card, letterings: Callable[[Face], Sequence[Lettering]]) -> tuple[Page, ...]:
    """Return the pages of a card whose faces hold only what can be shown."""
    found: list[Page] = []
    for number, face in enumerate(card.faces):
        if face in card.faces[:number]:
            continue
        set_in = leaves(face, letterings(face), is_resting=card.is_resting)
        if len(set_in) > 1 and any(face.detail == earlier.detail for earlier in card.faces[:number]):
            bare = replace(face, detail="")
            set_in = leaves(bare, letterings(bare), is_resting=card.is_resting)
        found += (_page(card, leaf, number, place, len(set_in)) for place, leaf in enumerate(set_in, start=1))
    if card.is_resting:
        found.sort(key=lambda page: page.number)
    return tuple(found)


def _page(card: Card, leaf: Leaf, face: int, number: int, count: int) -> Page:
    return Page(
        area=leaf.sheet.area,
        symbol=card.symbol,
        symbol_box=leaf.sheet.symbol,
        signal=card.signal,
        lines=leaf.lines,
        bands=leaf.bands,
        seconds=reading_seconds(leaf.lines),
        face=face,
        number=number,
        count=count,
    )
