"""
A face becomes pages: as few as can be read, each of whole sentences.

Pure, and the same for pixels and for cells: a `Lettering` says how much room there is and how large the letters are.
Ways are tried from the best to the last, which always succeeds: all on one page; in few words on one page; with the
money sentence on every page while the detail goes on; title and money first, the detail after them. Only a sentence
that no page has room for is parted: one of E-GUMA's, or any on a display that is very small.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gate_controller.devices.display.card import Face
from gate_controller.devices.display.typesetting.composing import Whole, filled
from gate_controller.devices.display.typesetting.fitting import sentences
from gate_controller.devices.display.typesetting.page import Part
from gate_controller.devices.display.typesetting.sheet import Leaf, Lettering, Stand

# A message so long is set in the smallest letters at once: trying larger ones takes time and gives more pages.
_MANY_PAGES = 8


def leaves(forms: Sequence[Face], families: Sequence[Sequence[Lettering]]) -> list[Leaf]:
    """
    Return the pages of a face, of which there are `forms`, the best first.

    The letterings of a family go from the best to that which has room for all that any of them has, and so do the
    families; the last of all is the last resort.
    """
    for face in forms:
        for family in families[:-1]:
            page = _on_one_page(face, family)
            if page is not None:
                return [page.leaf()]
    pages = _fewest(forms[-1], [family[-1] for family in families])
    return [page.leaf() if isinstance(page, Whole) else page for page in pages]


def _on_one_page(face: Face, family: Sequence[Lettering]) -> Whole | None:
    def page(lettering: Lettering) -> Whole | None:
        return Whole.of(lettering, face.title, sentences(face.detail), sentences(face.money))

    smallest = page(family[-1])
    if smallest is None:
        return None
    return next((found for found in map(page, family[:-1]) if found is not None), smallest)


_Pages = list[Whole | Leaf]
"""A page whose sentences are not all whole is a leaf already."""


def _fewest(face: Face, letterings: Sequence[Lettering]) -> _Pages:
    """Return pages of whole sentences if there can be, in the largest letters that need no more pages than others."""
    *unbroken, last_resort = letterings
    smallest = _best(face, unbroken[-1])
    if _has_parted(smallest):
        smallest = min((smallest, _best(face, last_resort)), key=len)
    if len(smallest) > _MANY_PAGES:
        return smallest
    most = len(smallest)
    tried = (_best(face, lettering, most) for lettering in unbroken)
    return next((pages for pages in tried if pages and _has_parted(pages) <= _has_parted(smallest)), smallest)


def _has_parted(pages: _Pages) -> bool:
    return any(isinstance(page, Leaf) for page in pages)


def _best(face: Face, lettering: Lettering, most: int = 0) -> _Pages:
    """Return the pages in one lettering; none where these are more than `most`."""
    stays = _money_stays(face, lettering)
    first = _money_first(face, lettering, len(stays) or most)
    pages = stays if stays and (not first or len(stays) <= len(first)) else first
    return [] if most and len(pages) > most else pages


def _money_stays(face: Face, lettering: Lettering) -> _Pages:
    """Return pages that all have title and money; none where a sentence of the detail does not fit beside these."""
    pages: _Pages = []
    left = _Left("", sentences(face.money), sentences(face.detail))
    while left.detail and face.money:
        page, rest = _fullest(lettering, face.title, left)
        if page is None or rest.money or rest.detail == left.detail:
            return []
        pages.append(page)
        left = replace(rest, money=left.money)
    return pages


def _money_first(face: Face, lettering: Lettering, most: int) -> _Pages:
    """
    Return pages that begin with title and money; a sentence that is too long for one is parted.

    None, where these are more than `most`; of 0, any number will do.
    """
    left = _Left(face.title, sentences(face.money), sentences(face.detail))
    pages: _Pages = []
    while not pages or left != _NOTHING:
        if most and len(pages) == most:
            return []
        page: Whole | Leaf | None
        page, rest = _of_whole_sentences(lettering, face.title, left)
        if page is None:
            page, rest = _parted(lettering, face.title, left)
        pages.append(page)
        left = rest
    return pages


@dataclass(frozen=True, slots=True)
class _Left:
    """What is still to be set, in its order."""

    title: str
    money: Sequence[str]
    detail: Sequence[str]


_NOTHING = _Left("", (), ())


def _of_whole_sentences(lettering: Lettering, title: str, left: _Left) -> tuple[Whole | None, _Left]:
    """Return one page, and what is left; None where not even the next sentence fits on it."""
    if left.title or left == _NOTHING:
        return _fullest(lettering, left.title, left)
    titled = _fullest(lettering, title, left)
    if not lettering.may_lack_title:
        return titled
    plain = _fullest(lettering, "", left)
    return plain if plain[0] is not None and plain[1] != titled[1] else titled


def _parted(lettering: Lettering, title: str, left: _Left) -> tuple[Leaf, _Left]:
    """Return a page of what is too long for one, and what is left."""
    if left.title:
        page, text = filled(lettering, "", left.title, Part.TITLE)
        return page, replace(left, title=text)
    part = Part.MONEY if left.money else Part.DETAIL
    first, *others = left.money or left.detail
    page, text = filled(lettering, "" if lettering.may_lack_title else title, first, part)
    unread = (text, *others) if text else tuple(others)
    return page, replace(left, money=unread) if left.money else replace(left, detail=unread)


def _fullest(lettering: Lettering, title: str, left: _Left) -> tuple[Whole | None, _Left]:
    """Return a page with a title and as many whole sentences as fit: first of the money, then of the detail."""

    def with_money(count: int) -> Whole | None:
        return Whole.of(lettering, title, (), left.money[:count])

    def with_detail(count: int) -> Whole | None:
        return Whole.of(lettering, title, left.detail[:count], left.money)

    # A page of a title alone gets somewhere only where the title was left; one of nothing, only where nothing is.
    is_title_left = bool(title) and title == left.title
    page = Whole.of(lettering, title, (), ()) if is_title_left or left == _NOTHING else None
    rest = replace(left, title="") if page is not None else left
    if left.money:
        count, fuller = _most(len(left.money), with_money)
        page, rest = fuller or page, _Left("", left.money[count:], left.detail) if fuller else rest
        # In cells there is no band that would tell the detail from the money.
        is_told_apart = bool(title) or lettering.sheet.stand is not Stand.BEFORE
        if count < len(left.money) or not is_told_apart:
            return page, rest
    count, fuller = _most(len(left.detail), with_detail)
    return (page, rest) if fuller is None else (fuller, _Left("", (), left.detail[count:]))


def _most(most: int, page_of: Callable[[int], Whole | None]) -> tuple[int, Whole | None]:
    """Return the largest number for which there is a page, and that; what has no room for some has none for more."""
    fits, page, too_many = 0, None, most + 1
    tried = 1
    while fits + 1 < too_many:
        found = page_of(min(tried, most))
        if found is None:
            too_many = min(tried, most)
        else:
            fits, page = min(tried, most), found
        tried = 2 * fits if too_many > most and fits else (fits + too_many) // 2
    return fits, page
