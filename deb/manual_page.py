"""The man page: drawn from the program's own help, all commands on one page."""

import re
import time
from collections.abc import Iterator

import typer
from typer.main import get_command

from gate_controller import __version__
from gate_controller.cli.entry import app


def manual_page(epoch: int) -> str:
    """Return gate-controller(1) in roff, dated as given (seconds since 1970)."""
    date = time.strftime("%Y-%m-%d", time.gmtime(epoch))
    command = get_command(app)
    lines = [f'.TH GATE-CONTROLLER 1 "{date}" "gate-controller {__version__}" "Admission gate"', ".SH NAME"]
    lines += [r"gate\-controller \- an admission gate that takes E\-GUMA gift vouchers"]
    lines += [".SH SYNOPSIS", r".B gate\-controller", r"[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGUMENTS\fR]"]
    lines += [".SH DESCRIPTION", *_prose(command.help or "")]
    lines += [".SH COMMANDS"]
    for name, help_text in _commands(command, "gate-controller"):
        lines += [f".SS {_plain(name)}", ".nf", *(_plain(line) for line in help_text.splitlines()), ".fi"]
    lines += [".SH FILES"]
    for path, what in (
        ("/etc/gate-controller/gate.toml", "settings"),
        ("/etc/gate-controller/eguma.api_key", "the key, for root alone"),
        ("/var/lib/gate-controller", "journal and state"),
        ("/opt/gate-controller", "the releases of the program; \\(dqcurrent\\(dq is the one that runs"),
    ):
        lines += [".TP", f".I {path}", what]
    lines += [".SH SEE ALSO", r"systemctl(1), journalctl(1)"]
    return "\n".join(lines) + "\n"


def _commands(command: object, path: str) -> Iterator[tuple[str, str]]:
    """Yield every command that does something, with its help as `--help` prints it."""
    children: dict[str, object] = getattr(command, "commands", {})
    for name, child in children.items():
        here = f"{path} {name}"
        if getattr(child, "commands", None):
            yield from _commands(child, here)
        else:
            with typer.Context(child, info_name=here, max_content_width=78, terminal_width=78) as context:  # type: ignore[arg-type]  # what get_command made
                yield here, child.get_help(context)  # type: ignore[attr-defined]  # as above


def _prose(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text.replace("\b\n", "\b")):
        if paragraph.startswith("\b") or "\n " in paragraph:
            yield from (".PP", ".nf", *(_plain(line) for line in paragraph.lstrip("\b").splitlines()), ".fi")
        elif paragraph.isupper() and "\n" not in paragraph.strip():
            yield f".SS {_plain(paragraph.strip())}"
        else:
            yield from (".PP", *(_plain(line) for line in paragraph.strip().splitlines()))


def _plain(line: str) -> str:
    escaped = line.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
