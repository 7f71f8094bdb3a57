"""
What people hold before a scanner, what each of it is a wish to pay with, and how scanners send it.

What is wished is said here by hand, not by the product's own reading of it.
"""

from dataclasses import dataclass

WISHES: dict[bytes, str] = {
    b"L4FU5LQTKJR3": "L4FU5LQTKJR3",
    b"L4FU-5LQT-KJR3": "L4FU5LQTKJR3",
    b"EXACTLY1PAID": "EXACTLY1PAID",
    b"NEARLY2PAIDS": "NEARLY2PAIDS",
    b"WINTERGIFT07": "WINTERGIFT07",
    b"08SUMMERGIFT": "08SUMMERGIFT",
    b"UNKNOWNCODE1": "UNKNOWNCODE1",
    # What follows a voucher in the same text is none.
    b"L4FU5LQTKJR3\r\n07\r\n08": "L4FU5LQTKJR3",
    b"07": "07",
    b"08": "08",
}
"""The code that somebody who holds this there wishes to pay with."""

TEXTS = (
    b"Grosse Gasse\n07\n9400\n",
    b"SPC\r\n0200\r\n1\r\nCH4431999123000889012\r\nS\r\nMuster AG\r\nGasse\r\n07\r\n9400\r\nRorschach\r\n08\r\nEPD",
    b"BEGIN:VCARD\r\nN:Muster;Max\r\nTITLE:07\r\nL4FU5LQTKJR3\r\n08\r\n07\r\nEND:VCARD",
    b"https://x.y/?t=07",
    b"WIFI:S:Museum;T:WPA;P:08;;\r07",
    b"4006381333931\r07",
    b"07\r\n9400\r\nRorschach",
    b"07\r\n08",
    b"X07",
    b"0-8",
    b"x" * 90 + b"\r\n07",
    "Grüezi\r\n07\r\nZürich".encode("latin-1"),
    "Gasse\r\n07\r\n".encode("utf-16"),
)
"""Nobody who holds one of these there wishes to pay, though live ShortCodes stand in them."""

NOISES = (b"\x00", b"\x03", b"\t", b"\x7f", b"\r", b"\n", b"\r\n", b"\xff", b"\xff\r")
"""What a line brings that nobody held there."""

PREFIXES = (b"", b"]C0", b"]Q2\\000026", b"\x02", b"s", b"D")
SUFFIXES = (b"\r", b"\n", b"\r\n", b"\r\x00", b"\x03\r", b"", b"\x03", b"\t")


@dataclass(frozen=True, slots=True)
class ScannerKind:
    """How a scanner is set: what it sends before and behind everything it reads."""

    prefix: bytes = b""
    suffix: bytes = b"\r"

    @property
    def sends_ends(self) -> bool:
        """Whether a line of its own ends in CR or LF."""
        return b"\r" in self.suffix or b"\n" in self.suffix

    @property
    def can_show_short_codes(self) -> bool:
        """Whether nothing before two digits is a letter of its own: "s07" is none (design.md, "Scan")."""
        return not self.prefix.isalpha()
