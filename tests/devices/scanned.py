"""A scanner's bytes in a time that is only counted, and what visitors hold under a scanner instead of a voucher."""

from gate_controller.admission.words.codes import Code, read_code
from gate_controller.devices.framing import Dropped, Framer

GAP = 0.05
STILLNESS = 0.5
CODE = b"L4FU5LQTKJR3"
OTHER_CODE = b"AB12CD34EF56"

QR_BILL = (
    b"SPC\r\n0200\r\n1\r\nCH4431999123000889012\r\nS\r\nMuster AG\r\nGrosse Gasse\r\n28\r\n9400\r\nRorschach\r\nCH\r\n"
    b"\r\n\r\n\r\n\r\n\r\n\r\n\r\n199.95\r\nCHF\r\n"
    b"S\r\nPia Rutschmann\r\nMarktgasse\r\n28\r\n9400\r\nRorschach\r\nCH\r\n"
    b"QRR\r\n210000000003139471430009017\r\nBestellung 42\r\nEPD"
)
VCARD = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Muster;Max\r\nFN:Max Muster\r\nTITLE:42\r\nL4FU5LQTKJR3\r\n28\r\n07\r\n"
    b"TEL:+41 44 123 45 67\r\nEND:VCARD\r\n"
)
ADDRESS = b"Grosse Gasse\n28\n9400\n\r"
MAGAZINE = b"]E04006381333931\r]E128\r"
"""An EAN with a supplement of two digits, as the AIM guidelines have it sent: as a line of its own."""
TEXTS = [
    QR_BILL,
    VCARD,
    ADDRESS,
    MAGAZINE,
    QR_BILL.replace(b"\r\n", b"\n"),
    QR_BILL.replace(b"\r\n", b"\r"),
    VCARD.replace(b"\r\n", b"\n\r"),
    b"4006381333931\r28\r",
    b"28\r9400\r",
    b"28\n28\n",
    b"\r\n28\r\n07\r\n",
    "Grüezi\r\n28\r\nZürich\r\n".encode(),
    "Grüezi\r\n28\r\nZürich\r\n".encode("latin-1"),
    "Gasse\r\n28\r\n".encode("utf-16"),
    "28\r\n07\r\n".encode("utf-16-le"),
    "28\r\n07\r\n".encode("utf-16-be"),
    b"WIFI:S:Museum;T:WPA;P:28;;\r42\r",
    b"x" * 5000 + b"\r\n28\r\n",
    b"]C101034531200000111719112510ABCD1234\x1d2142\r42\r",
    b"\x1d010345312000001117191125\x1d42\r\n42\r\n",
    b"X28\r28\r",
]


class Line:
    """A framer and a clock: what is sent, what pauses, and what came of it."""

    def __init__(self, framer: Framer | None = None, *, gap: float = GAP) -> None:
        self.framer = framer or Framer(gap)
        self.now = 100.0
        self.frames: list[bytes] = []
        self.dropped: list[Dropped] = []

    def send(self, *pieces: bytes, pause: float = 0.0) -> "Line":
        """Send pieces with a pause between them."""
        for number, piece in enumerate(pieces):
            if number:
                self.pause(pause)
            self._take(self.framer.feed(piece, self.now))
        return self

    def pause(self, seconds: float) -> "Line":
        """Be silent for so long."""
        self.now += seconds
        self._take(self.framer.silent(self.now))
        return self

    def wait(self) -> "Line":
        """Be silent for longer than anything waits."""
        return self.pause(60)

    @property
    def scans(self) -> list[Code]:
        """The codes that would be asked for."""
        return codes(self.frames)

    def _take(self, outcomes: list[bytes | Dropped]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Dropped):
                self.dropped.append(outcome)
            else:
                self.frames.append(outcome)


def codes(frames: list[bytes]) -> list[Code]:
    """Return what frames hold that can be a voucher."""
    return [code for frame in frames if isinstance(code := read_code(frame), str)]


def knowing(end: bytes = b"\r") -> Line:
    """Return the line of a scanner that has sent a voucher with this end."""
    line = Line().send(OTHER_CODE + end).wait()
    line.frames.clear()
    return line
