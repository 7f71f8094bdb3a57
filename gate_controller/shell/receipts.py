"""
Receipts, off the settings: the template is read and checked once, and each receipt made of the journal's record.

Nothing here is brought in by a gate without a printer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from gate_controller.admission.words.facts import Fact
from gate_controller.devices.printer.code_page import encode
from gate_controller.devices.printer.escpos import PrintItem, QrCode, Raster, TextLine, encoded
from gate_controller.devices.printer.logo import LogoError, read_logo
from gate_controller.devices.printer.printer import PRINT_SECONDS, Printer
from gate_controller.devices.printer.printer_line import network_line, serial_line, usb_line
from gate_controller.settings import Settings
from gate_controller.settings.printer_section import PrinterSection
from gate_controller.texts.languages import Language
from gate_controller.texts.receipt import FIELDS, fields
from gate_controller.texts.receipt_template import (
    DEFAULT,
    LONGEST,
    TemplateError,
    TemplateLine,
    read_template,
    too_long,
)
from gate_controller.texts.receipt_wording import RECEIPTS, ReceiptWording

# ruff: noqa: PLC0415 - what is no receipt is brought in by whoever prints it

_MOST_BYTES: Final = 64 * 1024
"""Of a template: what is longer is another file."""


class UnusableReceipt(ValueError):
    """Receipts cannot be made as the settings have them. `mistakes` holds a line for each: what, where, what to do."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = tuple(mistakes)


class ReceiptMaker:
    """Makes receipts of attempts' facts, for one gate. Raises `UnusableReceipt` with all that is wrong."""

    def __init__(self, settings: Settings) -> None:
        self._printer = settings.printer
        self._languages = tuple(map(Language, settings.printer.languages or settings.display.languages[:1]))
        self._currency = settings.admission.currency
        self._gate = settings.display.gate_name or settings.id
        self._lines: tuple[TemplateLine, ...] = ()
        self._logo: Raster | None = None
        mistakes: list[str] = []
        template, logo = settings.printer.template_file, settings.printer.logo_file
        try:
            self._lines = self._template(template)
        except TemplateError as error:
            mistakes += [f"printer.template_file {template or 'none'}: {mistake}" for mistake in error.mistakes]
        try:
            self._logo = None if logo is None else read_logo(logo, settings.printer.columns)
        except LogoError as error:
            mistakes.append(f"printer.logo_file {logo}: {error}")
        if mistakes:
            raise UnusableReceipt(mistakes)

    def items(self, facts: tuple[Fact, ...], incident: str, *, is_copy: bool, is_full: bool) -> Iterator[PrintItem]:
        """Yield what stands on the receipt, from the top; the code masked unless in full. Raises `NoReceipt`."""
        how = {"is_copy": is_copy, "is_full": is_full}
        told = [
            fields(facts, incident, language=each, currency=self._currency, gate=self._gate, **how)
            for each in self._languages
        ]
        yield from self._filled(self._lines, told)

    def balance(self, told: Mapping[str, Any], at: float) -> Iterator[PrintItem]:
        """Yield what stands on a slip about a voucher, from what E-GUMA said of it at a moment (wall clock)."""
        from gate_controller.texts.slip import BALANCE_FIELDS, BALANCE_SLIP, balance_fields

        how: dict[str, Any] = {"currency": self._currency, "gate": self._gate, "at": at}
        fields_of = [balance_fields(told, language=each, **how) for each in self._languages]
        yield from self._filled(read_template(BALANCE_SLIP, BALANCE_FIELDS), fields_of)

    def closing(self, told: Mapping[str, Any]) -> Iterator[PrintItem]:
        """Yield what stands on a day's closing: for the office, in one language."""
        from gate_controller.texts.slip import closing_lines

        for line, text in closing_lines(told, language=self._languages[0], gate=self._gate):
            yield from self._placed(line, text)

    def _filled(self, lines: Iterable[TemplateLine], told: Sequence[Mapping[str, str]]) -> Iterator[PrintItem]:
        for line in lines:
            # What reads alike in several languages stands there once.
            for text in dict.fromkeys(line.filled(each) for each in told):
                if text is not None:
                    yield from self._placed(line, text)

    def commands(self, items: Iterable[PrintItem]) -> bytes:
        """Return a receipt as the printer takes it."""
        return encoded(items, page=self._printer.code_page, cut=self._printer.cut)

    def text(self, items: Iterable[PrintItem]) -> str:
        """Return a receipt as a text, a QR code as what it says."""
        rows = []
        for item in items:
            match item:
                case TextLine(text=text):
                    rows.append(text.center(self._printer.columns).rstrip() if item.is_centred else text)
                case QrCode(text=text):
                    rows.append(f"[QR {text}]")
                case Raster():
                    rows.append("[logo]")
        return "\n".join(rows)

    def _placed(self, line: TemplateLine, text: str) -> Iterator[PrintItem]:
        if "qr" in line.marks:
            yield QrCode(text)
        elif "logo" in line.marks:
            yield from () if self._logo is None else (self._logo,)
        elif "rule" in line.marks:
            yield TextLine("-" * self._printer.columns)
        else:
            is_large = "large" in line.marks
            for row in _rows(text, self._printer.columns // 2 if is_large else self._printer.columns):
                yield TextLine(row, "bold" in line.marks, is_large, "centre" in line.marks)

    def _template(self, path: Path | None) -> tuple[TemplateLine, ...]:
        lines = read_template(DEFAULT if path is None else _read(path))
        wrong = dict.fromkeys(
            mistake
            for language in self._languages
            for mistake in too_long(lines, self._longest(language), self._printer.columns, _width)
        )
        if wrong:
            raise TemplateError(tuple(wrong))
        return lines

    def _longest(self, language: Language) -> Mapping[str, str]:
        words: ReceiptWording = RECEIPTS[language]
        labels = {name: getattr(words, name.removesuffix("_label")) for name in FIELDS if name.endswith("_label")}
        return {**labels, **LONGEST, "title": words.title, "copy": words.copy, "gate": self._gate, "outcome": ""}


def receipt_mistakes(settings: Settings) -> tuple[str, ...]:
    """Return what is wrong with the files that receipts are made of, a line for each mistake."""
    try:
        ReceiptMaker(settings)
    except UnusableReceipt as error:
        return error.mistakes
    return ()


def make_printer(section: PrinterSection) -> Printer:
    """Return the printer of the settings; nothing is opened before it is asked."""
    match section.driver:
        case "usb":
            open_line = partial(usb_line, section.port)
        case "serial":
            open_line = partial(serial_line, section.port, section.baud, section.flow)
        case _:
            open_line = partial(network_line, section.host, section.tcp_port)
    return Printer(open_line, answers=section.answers, print_seconds=PRINT_SECONDS)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise TemplateError((f"it cannot be read ({error.strerror})",)) from None
    except UnicodeDecodeError:
        raise TemplateError(("it is no text in UTF-8",)) from None


def _width(text: str) -> int:
    return len(encode(text))


def _rows(text: str, columns: int) -> Iterator[str]:
    """Yield a line as rows that fit: what stands behind a `|` at the right, long words broken."""
    left, bar, right = text.partition("|")
    if bar and _width(right) <= columns:
        if _width(left) + 1 + _width(right) <= columns:
            yield left + " " * (columns - _width(left) - _width(right)) + right
        else:
            yield from _rows(left, columns)
            yield " " * (columns - _width(right)) + right
        return
    row = ""
    for word in f"{left} {right}".split() if bar else text.split(" "):
        rest = word
        if row and _width(f"{row} {rest}") > columns:
            yield row
            row = ""
        while _width(rest) > columns:
            yield rest[:columns]
            rest = rest[columns:]
        row = f"{row} {rest}" if row else rest
    yield row
