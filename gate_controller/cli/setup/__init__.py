"""
`gate-controller setup`: from nothing to a gate that can start, by questions in a terminal or by a file of answers.

`interview` asks and tries, `answer_file` takes a file in place of that, `keeping_settings` alone writes.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.options import ConfigOption

if TYPE_CHECKING:
    from gate_controller.cli.setup.wanted import WantedGate

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them


def setup(
    config: ConfigOption = None,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", show_default=False, help="Take the answers from this TOML file."),
    ] = None,
) -> int:
    """
    Set a gate up, by questions: price, languages, scanner, relay, lamps, display, inputs, key.

    Asks with what is in force as the answer that Enter gives, and tries what it was told: the scanner is found by a
    scan, displays on their bus, the relay by a pulse that you confirm, the key by asking E-GUMA. A voucher can be
    tried: its balance is asked, nothing is charged. THE GATE MOVES: keep people out of it.

    Nothing is written before the last question, where you see what changes; Ctrl-C at any question writes nothing.
    What you wrote into the settings file stays, comments too. The key goes to a place of its own, encrypted where
    systemd can. A gate that runs as a service is stopped for it, if you like, and started again.

    With --answers nobody is asked and no device moves: the file has settings as the settings file has them, the key
    too, and [setup] with secrets (file or encrypted), service (restart, start or leave), check (true or false) and
    test_voucher. All mistakes are told at once, with exit code 2, and nothing is written.

    Examples:
      sudo gate-controller setup
      sudo gate-controller setup --answers east.toml
    """
    from gate_controller.cli.setup.keeping_settings import may_write
    from gate_controller.cli.setup.wanted import WantedGate

    wanted = WantedGate.on(config)
    if why := may_write(wanted.path):
        raise CommandError(ExitCode.NO, why)
    if answers is not None:
        return _by_answers(answers, wanted)
    from gate_controller.cli.setup.guided_setup import guided_setup

    return guided_setup(wanted)


def _by_answers(file: Path, wanted: "WantedGate") -> int:
    import asyncio

    from gate_controller.cli.setup import answer_file, keeping_settings, rehearsal
    from gate_controller.eguma import route
    from gate_controller.settings.mistakes import KEY
    from gate_controller.systemd import unit

    how = answer_file.read(file, wanted)
    draft = keeping_settings.drafted(wanted)
    kept = keeping_settings.how_kept(draft.path, KEY, how.secrets)
    known = wanted.before.get(KEY)
    key = wanted.secrets.get(KEY) or ("" if known is None else known.get_secret_value())
    if how.check and key:
        way = route.examine(str(wanted.of("eguma.base_url")), key)
        if way.is_key_refused and (refused := way.failed) is not None:
            raise CommandError(ExitCode.SETTINGS, f"{refused.seen}: {file}: {refused.remedy}")
        if (failed := way.failed) is not None:
            complain(f"the key is not tried: {failed.seen}: {failed.remedy}", kind="warning")
        elif how.test_voucher:
            print(asyncio.run(rehearsal.rehearsed(wanted.settings(), how.test_voucher)))
    if draft.changes_nothing:
        print(f"{draft.path}: all of it is so already")
    else:
        for line in keeping_settings.write(draft, kept, is_wished=bool(how.secrets)):
            print(f"written: {line}")
    is_to_start = how.service == answer_file.START
    is_to_restart = how.service == answer_file.RESTART and not draft.changes_nothing and unit.is_active()
    if is_to_restart or is_to_start:
        try:
            if unit.is_active() and not draft.changes_nothing:
                unit.stop()
            unit.start(enable=is_to_start)
        except unit.UnitError as error:
            raise CommandError(ExitCode.NO, str(error)) from None
        print("the gate is being started: `gate-controller gate status` tells how it is")
    return ExitCode.OK
