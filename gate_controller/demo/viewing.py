"""From the stage to the picture: what the display, the pins, E-GUMA's books and the log have to show just now."""

import logging
import os
from collections import deque
from time import monotonic

from typing_extensions import override

from gate_controller.admission.words.codes import NotAVoucher, read_code
from gate_controller.admission.words.events import Contact
from gate_controller.demo.drawing import Heard, View
from gate_controller.demo.painting import Graphics, Painter
from gate_controller.demo.stage import Stage
from gate_controller.demo.trouble import Trouble
from gate_controller.texts import Language, Text

_LOG_LINES = 50

_CONTACTS = {Contact.EXIT_BUTTON: "exit", Contact.FIRE: "alarm", Contact.SERVICE_KEY: "key"}

_NO_PICTURES = Painter(Graphics.TEXT)

# A beep is over before anybody has read what it was.
_HEARD_SECONDS = 1.5


class LogLines(logging.Handler):
    """Keeps the newest lines of the log for the picture; what the display says is there already."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: deque[str] = deque(maxlen=_LOG_LINES)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if not text.startswith("display="):
            self.lines.append(text)


class Viewer:
    """Looks at a stage."""

    def __init__(self, stage: Stage, log: LogLines) -> None:
        self._stage = stage
        self._log = log
        self._shown: tuple[object, float] = (stage.message, monotonic())
        self._heard = (0, float("-inf"))

    def view(
        self,
        language: Language,
        *,
        typed: str = "",
        is_ending: bool = False,
        painter: Painter = _NO_PICTURES,
    ) -> View:
        """Return how things stand, for a terminal that shows pictures as its painter draws them."""
        stage = self._stage
        picture = None if stage.display is None or painter.graphics is Graphics.TEXT else stage.display.picture
        # The words turn with the picture, which an idle gate shares with what is still to be read.
        card = None if stage.display is None else stage.display.on_show
        face = None if card is None else card.faces[0]
        shown = stage.message if card is None else card
        if self._shown[0] is not shown:
            self._shown = (shown, monotonic())
        return View(
            text=stage.texts.render(stage.message, language)
            if face is None
            else Text(face.title, face.detail, face.money),
            signal=shown.signal,
            seconds=monotonic() - self._shown[1],
            lamps=stage.lamps,
            is_open=stage.arm_is_open,
            books=self._books(language),
            vouchers=stage.holdings,
            trouble=self._trouble(),
            log=tuple(self._log.lines),
            page=stage.page,
            typed=typed,
            is_ending=is_ending,
            contacts={_CONTACTS[contact]: is_active for contact, is_active in stage.wiring.contacts.items()},
            heard=self._hear(),
            letters=() if stage.display is None else stage.display.rows,
            cells_wide=None if picture is None else painter.cells_wide(*picture.size),
        )

    def _hear(self) -> Heard | None:
        stage, now = self._stage, monotonic()
        beeps, is_sounding = stage.wiring.beeps, stage.wiring.is_sounding
        if is_sounding or beeps != self._heard[0]:
            self._heard = (beeps, now)
        if stage.sound is None or now - self._heard[1] > _HEARD_SECONDS:
            return None
        return Heard(stage.sound.name.lower(), beeps - stage.sounds_from, is_sounding)

    def _books(self, language: Language) -> str:
        stage = self._stage
        charged = f"{stage.amount(stage.charged, language)} charged in all"
        code = read_code(os.fsencode(stage.scanned))
        voucher = None if isinstance(code, NotAVoucher) else stage.voucher(code)
        if voucher is None:
            return charged
        return f"{voucher.code}: {stage.amount(voucher.balance_in_cents, language)} left; {charged}"

    def _trouble(self) -> str:
        stage = self._stage
        chosen = [] if stage.trouble is Trouble.NONE else [stage.trouble.title]
        dark = [] if stage.display is None or stage.display.fault is None else [stage.display.fault]
        status = stage.app.board.status()
        needs = [fault.why for fault in status.faults] or list(status.needs)  # in few words: the line is short
        return "; ".join([*chosen, *needs, *dark])
