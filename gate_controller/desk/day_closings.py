"""
Days in figures, and their closing: what a day came to, against E-GUMA's list, written down once when a person says so.

A day is closed when it is over, as a till is: never before, and never again. What has been written is what everybody
gets from then on. E-GUMA's list is laid beside it as far as it can be had; without it the closing is as complete.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from gate_controller.admission.words.calls import CallFailed, CallFault, ListedRedemption
from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.money import Currency
from gate_controller.desk.control_socket import AskedWrongly, ControlError, JournalAway
from gate_controller.desk.moments import date_of, span_of_day
from gate_controller.desk.wants import who_and_why
from gate_controller.journal.closings import BookedKind, ClosedTo, DayToClose
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import Reader
from gate_controller.journal.reconcile import MARGIN_SECONDS, Charge, differences, own_user_in
from gate_controller.journal.records import moment
from gate_controller.journal.store import Store
from gate_controller.journal.writer import Journal
from gate_controller.shell.books import Books
from gate_controller.shell.today import Days

LIST_SECONDS: Final = 20.0
"""How long the closing waits for E-GUMA's list."""

MOST_NAMED: Final = 50
"""Differences that a closing names; of more it holds how many."""

LIST_ZONE: Final = "Europe/Zurich"
"""The zone of the list's local times, unless another is named."""

DAYS: Final = 14
MOST_DAYS: Final = 62
"""Of a list of days."""

_ADMITTED: Final = frozenset({BookedKind.ADMITTED_ON_CHARGE, BookedKind.ADMITTED_ON_CREDIT, BookedKind.LET_IN})

_TRIES: Final = 5
_EVER: Final = 2**62


class DayClosings:
    """Tells of the days of one journal, and closes them."""

    def __init__(
        self,
        reader: Reader,
        journal: Journal,
        books: Books,
        *,
        now: Callable[[], Instant],
        currency: Callable[[], Currency],
        read: Callable[[Callable[[], Any]], Awaitable[Any]],
        list_seconds: float = LIST_SECONDS,
    ) -> None:
        """`read` asks the journal in a thread; `list_seconds` is how long E-GUMA's list is waited for."""
        self._reader = reader
        self._days = Days(reader)
        self._journal = journal
        self._books = books
        self._now = now
        self._currency = currency
        self._read = read
        self._list_seconds = list_seconds

    async def day(self, request: dict[str, Any]) -> dict[str, Any]:
        """
        Return a day (`date`, else today) in numbers: see `shell/today.py`; and its `closing`, where it has been closed.
        Days are those of the gate's zone.
        """
        today = date_of(self._now().wall)
        day = day_named(request.get("date") or today)
        since, until = span_of_day(day)
        count = self._days.today if day == today else self._days.past
        counted = await self._read(lambda: count(since, until))
        closing = None if day == today else await self.closed(day)
        return {"date": day, "currency": self._currency().value, **counted, "closing": closing}

    async def days(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """
        Return days, the latest first, from today or before the day `before`: `limit` at most, and none from before the
        journal begins. Each with whether it is over, was closed (when, by whom) or waits for it, and what it came to.
        """
        now, limit = self._now().wall, min(int(request.get("limit") or DAYS), MOST_DAYS)
        last = date.fromisoformat(date_of(now)).toordinal()
        if request.get("before"):
            last = min(last, date.fromisoformat(day_named(request["before"])).toordinal() - 1)
        dates = [date.fromordinal(each).isoformat() for each in range(last, max(last - limit, 0), -1)]
        if not dates:
            return []
        found: list[dict[str, Any]] = await self._read(lambda: self._listed(dates, now))
        return found

    def _listed(self, dates: list[str], now: float) -> list[dict[str, Any]]:
        begun, closed, last = (
            self._reader.begun(),
            self._reader.closings_between(dates[-1], dates[0]),
            self._reader.closed_to(),
        )
        first, listed = "9999" if begun is None else date_of(begun), []
        for day in dates:
            written = closed.get(day)
            if written is None and day < first:
                continue
            since, until = span_of_day(day)
            is_over, is_due = until <= now, False
            if written is None and is_over and (last is None or day > last.date):
                after = last or ClosedTo("", since, _EVER, self._reader.place_of(since))
                is_due = self._reader.first_to_close(after, since, until) is not None
            listed.append({"date": day, "is_over": is_over, "is_due": is_due, **self._summed(written, since, until)})
        return listed

    def _summed(self, written: dict[str, Any] | None, since: float, until: float) -> dict[str, Any]:
        if written is None:
            counted = self._days.past(since, until)
            came_to = {name: counted[name] for name in ("admissions", "revenue_cents")}
            return {"closed_at": None, "closed_by": "", **came_to}
        came_in = sum(each["times"] for each in written["entries"] if each["entry"] in _ADMITTED)
        told = {name: written[name] for name in ("closed_at", "closed_by", "revenue_cents")}
        return {**told, "admissions": came_in}

    async def closed(self, day: str) -> dict[str, Any] | None:
        """Return what was written when a day was closed; None where it has not been."""
        written: dict[str, Any] | None = await self._read(lambda: self._reader.closing(day))
        return written

    async def close_day(self, request: dict[str, Any]) -> dict[str, Any]:
        """
        Close the day `date`, and return what was written; with `is_new`, whether it was now.

        `zone` is that of the list's local times. Raises `ControlError` for a day that is not over, or not next.
        """
        by, _ = who_and_why(request, needs_reason=False)
        day, zone = day_named(request.get("date")), _zone(request.get("zone"))
        since, until = span_of_day(day)
        if (written := await self.closed(day)) is not None:
            return {**written, "is_new": False}
        if self._now().wall < until:
            raise ControlError(f"day {day}: is not over yet: close it after midnight")
        await self._read(lambda: self._after(day, since))  # before E-GUMA is asked for nothing
        beside = await self._beside_list(since, until, zone)
        for _ in range(_TRIES):
            counted = await self._read(lambda: self._reader.to_close(day, since, until, self._after(day, since)))
            told = await self._written(counted, by, since, until, beside)
            if told is not None:
                return {**told, "is_new": True}
            if (written := await self.closed(day)) is not None:  # by somebody else, in this moment
                return {**written, "is_new": False}
        raise ControlError(f"day {day}: others close days just now: try again")

    def _after(self, day: str, since: float) -> ClosedTo:
        """Return up to where days have been closed, if this one may be next. Raises `ControlError`."""
        last = self._reader.closed_to()
        if last is None:  # the first that is ever closed: what was before it is in no closing
            return ClosedTo("", since, _EVER, self._reader.place_of(since))
        if day < last.date:
            raise ControlError(f"day {day}: {last.date} is closed already, and days are closed in their order")
        begin, _ = span_of_day((date.fromisoformat(last.date) + timedelta(days=1)).isoformat())
        first = self._reader.first_to_close(last, begin, since)
        if first is not None:
            raise ControlError(f"day {day}: days are closed in their order: close {date_of(first)} first")
        return last

    async def _written(
        self, counted: DayToClose, by: str, since: float, until: float, beside: dict[str, Any]
    ) -> dict[str, Any] | None:
        told: dict[str, Any] = {
            "date": counted.closed_to.date,
            "since": moment(since),
            "until": moment(until),
            "closed_at": moment(self._now().wall),
            "closed_by": by,
            "currency": self._currency().value,
            **counted.as_dict(),
            "eguma": beside,
        }

        def write(store: Store) -> bool:
            told["lacks_charges"] = store.may_lack_charges_since(since) or store.is_archived_since(since)
            return store.close_day(counted, told)

        try:
            return told if await self._journal.read(write) else None
        except JournalError as error:
            raise JournalAway(str(error)) from None

    async def _beside_list(self, since: float, until: float, zone: tzinfo) -> dict[str, Any]:
        deadline = time.monotonic() + self._list_seconds
        first, last = since - MARGIN_SECONDS, until + MARGIN_SECONDS
        listed = await self._books.listed(first, last, deadline, urgent=False)
        if isinstance(listed, CallFailed):
            is_refusal = listed.fault is CallFault.REFUSED
            why = f"E-GUMA refused the list ({listed.text})" if is_refusal else listed.text
            return _compared(why=why)
        told: dict[str, Any] = await self._read(lambda: self._compare(listed, since, until, zone))
        return told

    def _compare(
        self, listed: tuple[ListedRedemption, ...], since: float, until: float, zone: tzinfo
    ) -> dict[str, Any]:
        ours = self._reader.charges(since, until)
        user = self._books.own_user.known or own_user_in(listed, ours)
        theirs = []
        for entry in listed:
            at = datetime.fromtimestamp(entry.at, UTC).replace(tzinfo=zone).timestamp()
            is_near = since - MARGIN_SECONDS <= at < until + MARGIN_SECONDS
            if entry.voucher_code is not None and entry.amount is not None and is_near and user in {None, entry.user}:
                inside = since <= at < until
                theirs.append(Charge(entry.voucher_code, entry.amount, moment(at), inside=inside, user=entry.user))
        found = differences(ours, theirs)
        if user is None:
            # Other tills' redemptions are in the list too, and cannot be told apart.
            found = [one for one in found if one.charge.incident]
        within = [entry.amount_cents for entry in theirs if entry.inside]
        return _compared(
            is_compared=True,
            user=user or "",
            listed=len(within),
            listed_cents=sum(within),
            unreadable=sum(entry.voucher_code is None or entry.amount is None for entry in listed),
            differences=len(found),
            named=[
                {
                    "what": one.what,
                    "at": one.charge.at,
                    "incident": one.charge.incident,
                    "voucher_code": mask(one.charge.voucher_code),
                    "amount_cents": one.charge.amount_cents,
                }
                for one in found[:MOST_NAMED]
            ],
        )


def day_named(said: object) -> str:
    """Return a day as people and programs name it, in the one way in which it is kept. Raises `AskedWrongly`."""
    text = str(said or "").strip()
    span_of_day(text)
    return date.fromisoformat(text).isoformat()


def _compared(
    *,
    is_compared: bool = False,
    why: str = "",
    user: str = "",
    listed: int = 0,
    listed_cents: int = 0,
    unreadable: int = 0,
    differences: int = 0,
    named: tuple[Any, ...] | list[Any] = (),
) -> dict[str, Any]:
    return {
        "is_compared": is_compared,
        "why": why,
        "user": user,
        "listed": listed,
        "listed_cents": listed_cents,
        "unreadable": unreadable,
        "differences": differences,
        "named": list(named),
    }


def _zone(said: object) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - not for a gate's start: a day is closed once

    name = str(said or LIST_ZONE)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise AskedWrongly(f"zone: {name!r} is no time zone: write Europe/Zurich, or install tzdata") from None
