"""
Where a face's words stand: beside and below a large symbol, on as few pages as can be read.

Pure, and the same for pixels and for cells: a `Sheet` says how much room there is, a `Lettering` how large the letters
are. Ways of laying out are tried from the best to the last, which always succeeds: all on one page; the money sentence
on every page while the detail goes on; title and money first, the detail after them; all of it flowing from page to
page.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from gate_controller.devices.display.card import Face
from gate_controller.devices.display.typesetting.fitting import sentences
from gate_controller.devices.display.typesetting.page import Part
from gate_controller.devices.display.typesetting.sheet import Foot, Leaf, Lettering, Setter

# Beside a money sentence that stays: with fewer lines, turning pages would take longer than reading them.
_LEAST_DETAIL_LINES = 2
# A message so long is set in the smallest letters at once: trying larger ones takes time and gives more pages.
_MANY_PAGES = 8


def leaves(face: Face, letterings: Sequence[Lettering], *, is_resting: bool) -> list[Leaf]:
    """
    Return the pages of a face; every word is on one of them.

    `letterings` are tried in their order, the best first; the last is the smallest. Where a resting face needs more
    than one page, its last sentence comes first: the price, or what to do.
    """
    if (page := _first(_whole, face, letterings)) is not None:
        return [page]
    if is_resting:
        last, before = _parted(face)
        page = _first(_whole, last, letterings)
        opening = [page] if page else _fewest(_flowing, last, letterings) or []
        return [*opening, *(_fewest(_going_on, before, letterings) or [])]
    if face.money:
        ways = [_fewest(_money_stays, face, letterings), _money_first(face, letterings)]
        if found := [pages for pages in ways if pages]:
            return min(found, key=len)
    return _fewest(_flowing, face, letterings) or []


def _whole(face: Face, lettering: Lettering) -> Leaf | None:
    """Return all of a face on one page, or None where there is no room for it."""
    if not lettering.suits(face.title):
        return None
    for is_below in (True, False):
        foot = Foot.of(face.money, lettering)
        if foot is None:
            break
        page = Setter(lettering, bottom=foot.top)
        if page.title(face.title, is_centred=is_below):
            continue
        if not page.detail(face.detail, is_below=is_below):
            return page.leaf(foot)
    page = Setter(lettering)
    if page.title(face.title) or page.detail(face.detail) or page.money(face.money):
        return None
    return page.leaf()


def _money_stays(face: Face, lettering: Lettering, *, by_sentences: bool) -> list[Leaf] | None:
    foot = Foot.of(face.money, lettering)
    if foot is None or not lettering.suits(face.title):
        return None
    pages, rest = [], face.detail
    while rest:
        page = Setter(lettering, bottom=foot.top)
        if page.title(face.title):
            return None
        rest = page.detail(rest, by_sentences=by_sentences)
        if rest and page.lines_of(Part.DETAIL) < _LEAST_DETAIL_LINES:
            return None
        pages.append(page.leaf(foot))
    return pages


def _money_first(face: Face, letterings: Sequence[Lettering]) -> list[Leaf] | None:
    page = _first(_whole, replace(face, detail=""), letterings)
    if page is None:
        return None
    return [page, *(_fewest(_going_on, replace(face, money=""), letterings) or [])]


def _going_on(face: Face, lettering: Lettering, *, by_sentences: bool) -> list[Leaf] | None:
    return _flow("", face, lettering, by_sentences=by_sentences)


def _flowing(face: Face, lettering: Lettering, *, by_sentences: bool) -> list[Leaf] | None:
    return _flow(face.title, face, lettering, by_sentences=by_sentences)


def _flow(title: str, face: Face, lettering: Lettering, *, by_sentences: bool) -> list[Leaf] | None:
    if title and not lettering.suits(title):
        return None
    pages: list[Leaf] = []
    money, detail = face.money, face.detail
    while title or money or detail:
        page = Setter(lettering)
        if title:
            title = page.title(title)
        elif page.has_room_for_title(face.title):
            page.title(face.title)
        if not title:
            money = page.money(money, by_sentences=by_sentences)
        if not title and not money:
            detail = page.detail(detail, by_sentences=by_sentences)
        pages.append(page.leaf())
    return pages


class _OnePage(Protocol):
    def __call__(self, face: Face, lettering: Lettering, /) -> Leaf | None: ...


class _Pages(Protocol):
    def __call__(self, face: Face, lettering: Lettering, /, *, by_sentences: bool) -> list[Leaf] | None: ...


def _first(way: _OnePage, face: Face, letterings: Sequence[Lettering]) -> Leaf | None:
    return next((page for page in (way(face, lettering) for lettering in letterings) if page is not None), None)


def _fewest(way: _Pages, face: Face, letterings: Sequence[Lettering]) -> list[Leaf] | None:
    """Return pages in the largest letters that need no more of them than the smallest, ending with sentences if so."""
    fewest = way(face, letterings[-1], by_sentences=False)
    if fewest is None:
        return None
    few = letterings if len(fewest) <= _MANY_PAGES else letterings[-1:]
    tried = (way(face, lettering, by_sentences=by_sentences) for lettering in few for by_sentences in (True, False))
    best = (-_tells_money_first(fewest), len(fewest))
    return next((pages for pages in tried if pages and (-_tells_money_first(pages), len(pages)) <= best), fewest)


def _tells_money_first(pages: Sequence[Leaf]) -> bool:
    return any(line.part is Part.MONEY for page in pages[:1] for line in page.lines)


def _parted(face: Face) -> tuple[Face, Face]:
    parts = sentences(face.detail)
    return replace(face, detail=parts[-1]), replace(face, detail=" ".join(parts[:-1]), money="")
