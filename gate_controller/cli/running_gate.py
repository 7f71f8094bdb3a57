"""`gate-controller gate`: what staff ask of the gate that is running, and tell it to do."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gate_controller.admission.words.money import Cents, Currency
from gate_controller.cli.asking import ask_gate, name_of
from gate_controller.cli.exits import ExitCode, on_one_line
from gate_controller.cli.json_output import print_json
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ByOption, ConfigOption, JsonOption, SetOption

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

UntilOption = Annotated[str, typer.Option(metavar="WHEN", help="18:30, 2026-11-30 18:30 or 90min.")]
ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the books.")]


def status(
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Tell how the running gate is: whether it takes scans, what is wrong, and what somebody should look at.

    Ends with 0 if it takes scans, else with 1. Times are this machine's; in JSON they are seconds since 1970. A mistake
    in the settings file is warned of: the running gate goes by what it has read.

    Example:
      gate-controller gate status
    """
    answer = _ask(config, overrides, "status")
    if as_json:
        print_json(answer)
    else:
        print("takes scans" if answer["takes_scans"] else "out of service")
        for what, words in _status_lines(answer):
            print(f"{what:<12}{on_one_line(words)}")
    return ExitCode.OK if answer["takes_scans"] else ExitCode.NO


def _status_lines(status: dict[str, Any]) -> Iterator[tuple[str, str]]:
    from gate_controller.texts import Language, format_amount

    def amount(cents: int) -> str:
        return format_amount(Cents(cents), Currency(status["currency"]), Language.EN)

    def since(moment: float) -> str:
        return f"since {_local(moment)} ({_long(status['at'] - moment)})"

    yield "since", since(status["since"]).removeprefix("since ")
    for fault in status["faults"]:
        yield fault["what"], f"{fault['why']} ({since(fault['since'])})"
    if status["most_inside"] or status["inside"]:
        most = f" of {status['most_inside']}" if status["most_inside"] else ""
        yield "inside", f"{status['inside']}{most}"
    lane = status["lane"]
    in_lane = f"{lane['state']} {lane['incident']}, voucher {lane['voucher']}"
    yield "lane", f"{in_lane} ({since(lane['since'])})" if lane["since"] else lane["state"]
    yield "held open", "yes" if status["state"] == "held open" else "no"
    yield "gate", status["movement"] or "as it should be"
    yield "contacts", ", ".join(status["contacts"]) or "none active"
    for why in dict.fromkeys(ailment["why"] for ailment in status["missing"]):
        lacking = [ailment for ailment in status["missing"] if ailment["why"] == why]
        names = ", ".join(ailment["what"] for ailment in lacking)
        yield "missing", f"{why if names in why else f'{names}: {why}'} ({since(lacking[0]['since'])})"
    if not status["missing"]:
        yield "missing", "nothing"
    yield "E-GUMA", _eguma(status["eguma"], status["at"], since)
    money = status["money"]
    if money["open_items"]:
        what = f"{money['open_items']}, {amount(money['open_cents'])}: look at them with `gate-controller journal open`"
        yield "open items", what
    else:
        yield "open items", "none"
    in_doubt = f"{money['in_doubt']}, {amount(money['in_doubt_cents'])}: being looked up"
    yield "in doubt", in_doubt if money["in_doubt"] else "none"
    yield "scanner", status["scanner"] or "not opened yet"
    yield from _machine(status["machine"], since)
    yield "build", f"{status['build']['version']}, Python {status['build']['python']}"


def _machine(machine: dict[str, Any], since: Callable[[float], str]) -> Iterator[tuple[str, str]]:
    def told(value: Any, words: str) -> str:
        return "unknown" if value is None else words

    free, celsius, sags = machine["disk_free"], machine["celsius"], machine["is_undervolted"]
    yield "disk", told(free, f"{100 * (free or 0):.0f} % free")
    yield "processor", told(celsius, f"{celsius or 0:.0f} °C")
    yield "supply", told(sags, "sags" if sags else "sagged earlier" if machine["was_undervolted"] else "good")
    yield "clock", "confirmed by E-GUMA" if machine["is_clock_sure"] else "not confirmed yet"
    for ailment in machine["ailments"]:
        yield "machine", f"{ailment['why']} ({since(ailment['since'])})"


def _eguma(eguma: dict[str, Any], now: float, since: Callable[[float], str]) -> str:
    answered = "not reached yet"
    if eguma["answered_at"] is not None:
        answered = f"answered {_long(now - eguma['answered_at'])} ago, in {1000 * eguma['latency_seconds']:.0f} ms"
    if not eguma["trouble"]:
        return answered
    return f"{eguma['trouble']} ({since(eguma['trouble_since'])}; {answered})"


def _local(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def _long(seconds: float) -> str:
    """Return how long that is, in the largest unit of which it has two."""
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def release(
    reason: ReasonOption,
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Open the running gate once, for one person and without a charge. It is recorded.

    Example:
      gate-controller gate release --reason "helper of a visitor" --by Anna
    """
    print(_ask(config, overrides, "release", by=name_of(by), reason=reason))
    return ExitCode.OK


def hold_open(
    until: UntilOption,
    reason: ReasonOption,
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Hold the running gate open for everybody until a moment. Nobody is charged meanwhile.

    Example:
      gate-controller gate hold-open --until 18:30 --reason "open day" --by Anna
    """
    print(_ask(config, overrides, "hold_open", by=name_of(by), reason=reason, until=until))
    return ExitCode.OK


def lock(
    until: UntilOption,
    reason: ReasonOption,
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Lock the running gate until a moment: nobody is let in, whoever wants out is.

    Example:
      gate-controller gate lock --until "2026-12-01 08:00" --reason "closed for the night" --by Anna
    """
    print(_ask(config, overrides, "lock", by=name_of(by), reason=reason, until=until))
    return ExitCode.OK


def out_of_service(
    reason: ReasonOption,
    text: Annotated[str, typer.Option(metavar="TEXT", help="What visitors read; otherwise that they ask staff.")] = "",
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Put the running gate out of service, until `gate resume`. The visitor in the lane is served to the end.

    Example:
      gate-controller gate out-of-service --reason "belt torn" --text "Please use the west entrance" --by Anna
    """
    print(_ask(config, overrides, "out_of_service", by=name_of(by), reason=reason, text=text))
    return ExitCode.OK


def resume(by: ByOption = "", config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    End what holds the gate open, locked or out of service by order, or a fire alarm that has cleared.

    A fire alarm waits for this where fire_contact.resume = staff, once its contact has closed again.

    Example:
      gate-controller gate resume --by Anna
    """
    print(_ask(config, overrides, "resume", by=name_of(by)))
    return ExitCode.OK


def occupancy(
    inside: Annotated[int, typer.Argument(metavar="N", help="How many people are inside.")],
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Tell the gate how many people are inside: it counts on from there.

    Example:
      gate-controller gate occupancy 42 --by Anna
    """
    print(_ask(config, overrides, "count_people", inside=inside, by=name_of(by)))
    return ExitCode.OK


def _ask(config: Path | None, overrides: list[str] | None, do: str, **request: Any) -> Any:
    remedy = "state_dir: start it, or name its settings with --config"
    return ask_gate(config, overrides, do, remedy=remedy, **request)


gate = typer.Typer(
    name="gate",
    help="Ask the running gate how it stands, open it, lock it, end that or an alarm.",
    rich_markup_mode=None,
    add_completion=False,
)
gate.command(help=manual(status))(status)
gate.command(help=manual(release))(release)
gate.command("hold-open", help=manual(hold_open))(hold_open)
gate.command(help=manual(lock))(lock)
gate.command("out-of-service", help=manual(out_of_service))(out_of_service)
gate.command(help=manual(resume))(resume)
gate.command(help=manual(occupancy))(occupancy)
