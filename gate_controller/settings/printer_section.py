"""
The section of the receipt printer: how it is connected, what it can do, and what is printed.

Readers as in `values.py`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field
from typing_extensions import override

from gate_controller.settings import values as read
from gate_controller.settings.mistakes import Given, Mistake, variable
from gate_controller.settings.sections import Flag, Section
from gate_controller.settings.values import ReadBy, UnusableError

_HOST = r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}"


def _port(value: object) -> str:
    """Read `auto` or the path of a device."""
    remedy = "give auto, or a path such as /dev/usb/lp0"
    text = read.plain_text(value, remedy)
    if text.lower() == "auto":
        return "auto"
    if not text.startswith("/"):
        raise UnusableError("which is no path of a device", remedy)
    return text


def _host(value: object) -> str:
    remedy = "give the printer's address or name, such as 192.168.1.50, or leave it empty"
    text = "" if read.is_none(value) else read.plain_text(value, remedy)
    if text and not re.fullmatch(_HOST, text):
        raise UnusableError("which names no host", remedy)
    return text


def _languages(value: object) -> tuple[str, ...]:
    return () if read.is_none(value) or value in ((), []) else read.languages(value)


class PrinterSection(Section, frozen=True):
    """The receipt printer."""

    driver: Annotated[str, ReadBy(read.one_of(("none", "usb", "serial", "network")))] = Field(
        default="none", description="how the printer is connected; it takes ESC/POS, as nearly all do"
    )
    port: Annotated[str, ReadBy(_port)] = Field(
        default="auto", description="`usb`: path of the device, `auto` is the first /dev/usb/lp; `serial`: its path"
    )
    baud: Annotated[int, ReadBy(read.baud)] = Field(default=9600, description="`serial`: speed of the line")
    flow: Annotated[str, ReadBy(read.one_of(("xonxoff", "rtscts", "none")))] = Field(
        default="xonxoff", description="`serial`: how the printer says that it takes no more, as it is set"
    )
    host: Annotated[str, ReadBy(_host)] = Field(default="", description="`network`: address or name")
    tcp_port: Annotated[int, ReadBy(read.whole(1, 65535, "give a port from 1 to 65535"))] = Field(
        default=9100, description="`network`: the port"
    )
    answers: Flag = Field(
        default=True,
        description="whether it tells how it is; without, what it takes counts as printed, whatever becomes of it",
    )
    code_page: Annotated[int, ReadBy(read.whole(0, 255, "give the number that the printer's manual has"))] = Field(
        default=16, description="the printer's number for WPC1252 (Windows-1252)"
    )
    columns: Annotated[int, ReadBy(read.whole(24, 64, "give letters of a line from 24 to 64"))] = Field(
        default=42, description="letters of a line: 42 or 48 with rolls of 80 mm, 32 with 58 mm"
    )
    cut: Annotated[str, ReadBy(read.one_of(("partial", "full", "none")))] = Field(
        default="partial", description="how a receipt is cut off"
    )
    prints: Annotated[str, ReadBy(read.one_of(("none", "admissions")))] = Field(
        default="none", description="which receipts are printed by themselves; others are when somebody asks"
    )
    languages: Annotated[tuple[str, ...], ReadBy(_languages)] = Field(
        default=(), description="languages of a receipt; by default the first of `display.languages`"
    )
    template_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="file that says what stands on a receipt; by default one of the gate's own"
    )
    logo_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="picture that `[logo]` of a template prints, at the top of the gate's own"
    )

    @override
    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        needs = {"network": ("host", not self.host), "serial": ("port", self.port == "auto")}
        if self.driver == "none" and self.prints != "none":
            yield Mistake(
                f"printer.prints is {self.prints}, and there is no printer",
                given["printer.prints"].place,
                f"set {variable('printer.driver')}",
            )
        lacking, is_lacking = needs.get(self.driver, ("", False))
        if is_lacking:
            yield Mistake(
                f"printer.driver is {self.driver}, and nobody says where it is",
                given["printer.driver"].place,
                f"set {variable(f'printer.{lacking}')}",
            )
