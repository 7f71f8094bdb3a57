"""Attempts on a terminal: lists, open items and stories for people, in this machine's time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from gate_controller.cli.exits import on_one_line

_COMMANDS = {"let_in": "let-in", "refund": "refund", "settle": "settle"}
"""The command of `gate-controller journal` that gives each order."""


def print_list(records: Iterable[dict[str, Any]]) -> None:
    """Print attempts, a line each."""
    print(f"{'incident':<10}{'since':<21}{'voucher':<15}{'amount':>10}  what")
    for record in records:
        amount = f"{record['amount_cents'] / 100:.2f}" if record["amount_cents"] else "-"
        voucher, what = record["voucher_code"] or "-", on_one_line(record["summary"])
        print(f"{record['incident']:<10}{local(record['since']):<21}{voucher:<15}{amount:>10}  {what}")


def print_items(items: Iterable[dict[str, Any]]) -> None:
    """Print open items: what happened, and what can be done."""
    for item in items:
        print(f"{item['incident']}  {local(item['begun'])}  {on_one_line(item['happened'])}")
        print(f"       {_possible(item)}")


def print_story(attempt: dict[str, Any]) -> None:
    """Print what happened to an attempt, sentence by sentence, and what can be done."""
    print(f"{attempt['incident']}  {local(attempt['begun'])}  {on_one_line(attempt['summary'])}")
    print()
    for sentence in attempt["story"]:
        print(f"{sentence['clock']}  {on_one_line(sentence['text'])}")
    if attempt["can"]:
        print()
        print(_possible(attempt))


def print_facts(attempt: dict[str, Any]) -> None:
    """Print an attempt's fields, and its facts as they are in the journal."""
    facts = attempt.pop("facts")
    for name, value in attempt.items():
        if value:
            print(f"{name:<22}{on_one_line(_said(name, value))}")
    print()
    for fact in facts:
        at, kind = fact.pop("at"), fact.pop("fact")
        rest = " ".join(f"{name}={on_one_line(_said(name, value))}" for name, value in fact.items())
        print(f"{local(at)}  {kind:<17}{rest}")


def local(moment: str | float) -> str:
    """Return a moment (ISO 8601, or seconds since 1970) as date and time of this machine's zone."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else datetime.fromtimestamp(moment).astimezone()
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _possible(attempt: dict[str, Any]) -> str:
    orders = [f"gate-controller journal {_COMMANDS[order]} {attempt['incident']}" for order in attempt["can"]]
    return f"possible now: {', '.join(orders)}"


def _said(name: str, value: Any) -> str:
    if name in {"begun", "ended", "since", "until"}:
        return local(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value) if not isinstance(value, bool) else ("yes" if value else "no")
