"""
`gate-controller doctor`: what is wrong with a gate and its machine, and what to do about it.

It looks, and changes nothing: no device moves, no journal is written, nothing is charged. `examining` has the list of
all checks; each file of checks knows one part.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gate_controller.cli.exits import ExitCode, on_one_line
from gate_controller.cli.json_output import print_json
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption

if TYPE_CHECKING:
    from gate_controller.cli.doctor.finding import Diagnosis
    from gate_controller.cli.doctor.patient import Patient

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them


def doctor(
    config: ConfigOption = None,
    overrides: SetOption = None,
    as_json: JsonOption = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", show_default=False, help="Write an archive for whoever helps: FILE.tar.gz."
        ),
    ] = None,
) -> int:
    """
    Look at everything that a gate needs, and say what is wrong and what to do.

    Each line has a verdict: "ok", "warn" (somebody should see to it), "bad" (it keeps the gate from its work, or soon
    will), "not here" (nothing to look at). It works beside a running gate and without one, changes nothing, moves
    nothing and charges nothing. As root it sees more: use sudo.

    With --report it writes an archive (.tar.gz) for whoever helps: the findings, the settings without secrets, the last
    lines of the log, versions, and figures of the journal. Keys, passwords and codes are taken out of all of it.

    Ends with 0 if all is well, with 1 if there are warnings, with 4 if something is bad.

    Examples:
      sudo gate-controller doctor
      sudo gate-controller doctor --report gate.tar.gz
    """
    from gate_controller.cli.doctor.examining import examined
    from gate_controller.cli.doctor.finding import Severity, worst

    patient = _patient(config, overrides)
    findings = []
    for finding in examined(patient):
        findings.append(finding)
        if not as_json:
            print(_line(finding), flush=True)
    verdict = worst(findings)
    table: dict[str, Any] = {
        "verdict": verdict.value,
        "checks": [
            {"what": one.what, "verdict": one.verdict.value, "seen": one.seen, "remedy": one.remedy} for one in findings
        ],
    }
    if as_json:
        print_json(table)
    if report is not None:
        from gate_controller.cli.doctor import bundle

        bundle.write(report, patient, "\n".join(map(_line, findings)) + "\n", table)
        if not as_json:
            print(f"written: {report}: look into it before you send it")
    codes = {Severity.WARN: ExitCode.NO, Severity.BAD: ExitCode.UNWELL}
    return codes.get(verdict, ExitCode.OK)


def _line(finding: "Diagnosis") -> str:
    line = f"{finding.verdict.value:<9} {finding.what:<16} {on_one_line(finding.seen)}"
    return f"{line}\n{'':<27}-> {on_one_line(finding.remedy)}" if finding.remedy else line


def _patient(config: Path | None, overrides: list[str] | None) -> "Patient":
    from gate_controller.cli.asking import ask_if_running
    from gate_controller.cli.doctor.patient import Patient
    from gate_controller.cli.doctor.settings_known import settings_in_force
    from gate_controller.desk.control_socket import NotRunning
    from gate_controller.eguma.route import examine

    known = settings_in_force(config, overrides)

    def ask(do: str) -> Any:
        try:
            return ask_if_running(known.settings.state_dir, do)
        except NotRunning:
            return None

    return Patient(known, ask=ask, examine=examine)
