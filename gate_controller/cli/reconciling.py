"""`gate-controller journal reconcile`: a day of the journal against E-GUMA's list of redemptions."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gate_controller.admission.words.codes import mask
from gate_controller.cli.asking import ask
from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.in_force import load
from gate_controller.cli.json_output import print_json
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from gate_controller.journal.reconcile import Charge, Difference

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

DEADLINE_SECONDS = 60.0


def reconcile(
    day: Annotated[str, typer.Option("--date", metavar="DATE", help="The day, such as 2026-11-23.")],
    config: ConfigOption = None,
    overrides: SetOption = None,
    zone: Annotated[str, typer.Option(metavar="ZONE", help="The zone of E-GUMA's local times.")] = "Europe/Zurich",
    as_json: JsonOption = False,
    full: Annotated[bool, typer.Option("--full", help="Show voucher codes whole: they are money.")] = False,
) -> int:
    """
    Compare a day of the journal with E-GUMA's list of redemptions, and name every difference.

    Ends with 0 if there is none, 1 if there are some, and 3 if E-GUMA does not give the list. Redemptions of other
    users (tills, other gates) are left out, once the gate's own user is known: from eguma.user_id, or from the
    day's own charges.

    Example:
      gate-controller journal reconcile --date 2026-11-23
    """
    from gate_controller.cli.enquiry import enquire
    from gate_controller.eguma.answers import entry_of
    from gate_controller.eguma.api import redemptions_between
    from gate_controller.journal.reconcile import MARGIN_SECONDS, Charge, differences, own_user_in

    begin, end, local = _span(day, zone)
    margin = timedelta(seconds=MARGIN_SECONDS)
    settings = load(config, overrides).settings
    window = {"since": (begin - margin).timestamp(), "until": (end + margin).timestamp()}
    ours = _charges(config, overrides, window, begin, end)
    first, last = (begin - margin).astimezone(local), (end + margin).astimezone(local)
    listed = enquire(
        settings, redemptions_between(first.replace(tzinfo=None), last.replace(tzinfo=None)), DEADLINE_SECONDS
    )
    user = settings.eguma.user_id or own_user_in([entry_of(entry) for entry in listed], ours)
    theirs = [
        Charge(
            entry["code"],
            entry["redeemed_amount_in_cents"],
            entry["redeemed_at"].replace(tzinfo=local).astimezone(UTC).isoformat(),
            inside=begin <= entry["redeemed_at"].replace(tzinfo=local) < end,
            user=entry.get("user_id") or "",
        )
        for entry in listed
        if user is None or entry.get("user_id") == user
    ]
    found = differences(ours, theirs)
    if user is None:
        # Other tills' redemptions are in the list too, and cannot be told apart.
        found = [difference for difference in found if difference.charge.incident]
    _print(found, as_json=as_json, full=full, counts=(len(ours), len(theirs)), user=user)
    return ExitCode.NO if found else ExitCode.OK


def _span(day: str, zone: str) -> "tuple[datetime, datetime, ZoneInfo]":
    local = zone_of(zone)
    try:
        first = date.fromisoformat(day)
    except ValueError:
        raise CommandError(ExitCode.SETTINGS, f"{day!r} is no date: option --date: write 2026-11-23") from None
    begin = datetime(first.year, first.month, first.day, tzinfo=local)
    after = first + timedelta(days=1)
    return begin, datetime(after.year, after.month, after.day, tzinfo=local), local


def zone_of(zone: str) -> "ZoneInfo":
    """Return a time zone by its name; raise `CommandError` where there is none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise CommandError(
            ExitCode.SETTINGS, f"{zone!r} is no time zone: option --zone: write Europe/Zurich, or install tzdata"
        ) from None


def _charges(
    config: Path | None, overrides: list[str] | None, window: dict[str, Any], begin: datetime, end: datetime
) -> "list[Charge]":
    from gate_controller.journal.reconcile import Charge

    charges, before = [], None
    while page := ask(config, overrides, "page", before=before, full=True, **window):
        for record in page:
            before = record["number"]
            if record["charged"]:
                at = datetime.fromisoformat(record["begun"])
                charges.append(
                    Charge(
                        record["voucher_code"],
                        record["amount_cents"],
                        record["begun"],
                        inside=begin <= at < end,
                        incident=record["incident"],
                        refunded=record["refunded"],
                        left_cents=record["amount_cents"] - record["voided_cents"] if record["voided_cents"] else None,
                    )
                )
    return charges


def _print(found: "list[Difference]", *, as_json: bool, full: bool, counts: tuple[int, int], user: str | None) -> None:
    if as_json:
        rows = [{"what": one.what, **asdict(one.charge)} for one in found]
        for row in rows:
            row["voucher_code"] = row["voucher_code"] if full else mask(row["voucher_code"])
        print_json(rows)
        return
    print(
        f"journal: {counts[0]} charges; E-GUMA: {counts[1]} redemptions; " + (f"user {user}" if user else "all users")
    )
    if user is None:
        print("the gate's own user is not known: entries unknown to the journal are not shown (set eguma.user_id)")
    for one in found:
        code = one.charge.voucher_code if full else mask(one.charge.voucher_code)
        name = one.charge.incident or f"user {one.charge.user}"
        print(f"{one.charge.at}  {code}  {one.charge.amount_cents / 100:.2f}  {name}: {one.what}")
    if not found:
        print("no difference")
