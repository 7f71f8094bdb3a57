"""
The sections of the settings: every setting with its default and its meaning, one class for each section.

A new setting is a field here. Its description is what docs/settings.md says of it; its range is said by the reader that
checks it (`values.py`, `pins.py`, `addresses.py`, `displays.py`). `python -m tests.docs.settings_table` writes its row
into the page. The sections are put together in `models.py`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr
from typing_extensions import override

from gate_controller.admission.words.money import Currency
from gate_controller.settings import addresses, displays, pins
from gate_controller.settings import values as read
from gate_controller.settings.mistakes import Given, Mistake, variable
from gate_controller.settings.values import ReadBy

Flag = Annotated[bool, ReadBy(read.flag)]
OptionalPin = Annotated[int | None, ReadBy(pins.pin_or_none)]


class Section(BaseModel, frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True):
    """Settings that belong together: a table in the TOML file, a part of the name elsewhere."""

    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        """Yield what is wrong with settings of this section that are each right by themselves."""
        del given
        yield from ()


class EgumaSection(Section, frozen=True):
    """E-GUMA's API, and who this gate is there."""

    base_url: Annotated[str, ReadBy(addresses.base_url)] = Field(
        default="https://api.e-guma.ch", description="address of the API; `http://` only for this machine"
    )
    api_key: Annotated[SecretStr, ReadBy(read.key)] = Field(
        description="this gate's key, here or in a file; it is never printed"
    )
    api_key_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="file that holds the key, in place of `eguma.api_key`"
    )
    user_id: Annotated[str | None, ReadBy(read.user_id)] = Field(
        default=None,
        description="id of the key's user at E-GUMA; counts once a charge is listed under it, without it two teach it",
    )
    warm_seconds: Annotated[float, ReadBy(read.seconds(0, 3600))] = Field(
        default=45.0,
        description="longest the connection stays idle before it is used to keep it warm; 0 turns that off",
    )


class AdmissionSection(Section, frozen=True):
    """The price, and how long things take."""

    price_cents: Annotated[int, ReadBy(read.price), read.WHILE_RUNNING] = Field(
        description="the fixed price of an admission"
    )
    second_price_cents: Annotated[int | None, ReadBy(read.price_or_none), read.WHILE_RUNNING] = Field(
        default=None,
        description="another price, for the next scan alone, chosen by `price_button.pin`, `service_cards.price` or "
        "staff on their page",
    )
    currency: Annotated[Currency, ReadBy(read.currency)] = Field(
        default=Currency.CHF, description="currency of the account at E-GUMA: CHF or EUR"
    )
    expired: Annotated[str, ReadBy(read.one_of(("accept", "refuse"))), read.WHILE_RUNNING] = Field(
        default="accept",
        description="what becomes of a voucher that has expired and that E-GUMA would still redeem; `refuse` asks for "
        "its validity beside its balance",
    )
    # Promise 5 of the gate: no visitor waits longer than 5 s. Under 0.5 s hardly any answer arrives.
    verdict_seconds: Annotated[float, ReadBy(read.seconds(0.5, 5))] = Field(
        default=5.0, description="longest time from scan to verdict"
    )
    credit_minutes: Annotated[float, ReadBy(read.number(0, 1440, "minutes")), read.WHILE_RUNNING] = Field(
        default=10.0,
        description="how long a paid admission nobody used opens the gate once more, before it is refunded",
    )
    repeat_seconds: Annotated[float, ReadBy(read.seconds(0, 60)), read.WHILE_RUNNING] = Field(
        default=5.0,
        description="how long after its admission the same code is a repeat; 0: not even while it still lies there",
    )
    settle_seconds: Annotated[float, ReadBy(read.seconds(1, 3600)), read.WHILE_RUNNING] = Field(
        default=120.0,
        description="how long until an unknown redemption without a trace counts as not charged",
    )
    hold_seconds: Annotated[float, ReadBy(read.seconds(0, 60)), read.WHILE_RUNNING] = Field(
        default=3.0, description="`drive.kind` pulse without a passage sensor: how long a release takes the lane"
    )
    several_vouchers: Annotated[Flag, read.WHILE_RUNNING] = Field(
        default=False,
        description="whether several vouchers may pay one admission: a balance below the price is held for 20 s, until "
        "other vouchers bring the rest",
    )


class ScannerSection(Section, frozen=True):
    """The scanner."""

    port: Annotated[str, ReadBy(read.scanner_port)] = Field(
        default="auto",
        description="path of the serial device, or `auto` to find it by its USB identity; a keyboard scanner's is "
        "under /dev/input, or /dev/gate-scanner-kbd with the udev rules of hardware/udev",
    )
    baud: Annotated[int, ReadBy(read.baud)] = Field(default=9600, description="speed of the line")
    layout: Annotated[str, ReadBy(read.one_of(("us", "uk", "de", "ch", "fr", "it")))] = Field(
        default="us", description="keyboard scanners: the layout the scanner types in"
    )
    gap_seconds: Annotated[float, ReadBy(read.seconds(0.005, 1))] = Field(
        default=0.05, description="silence that ends a scan which has neither CR nor LF"
    )


class RelaySection(Section, frozen=True):
    """The relay that opens the gate."""

    pin: Annotated[int, ReadBy(pins.pin)] = Field(default=17, description="BCM number")
    active_high: Flag = Field(default=True, description="whether a high level pulls the relay")
    # A coil needs about 10 ms to pull; the upper bound is the relay's own ceiling (devices/relay.py).
    pulse_seconds: Annotated[float, ReadBy(read.seconds(0.01, 10))] = Field(
        default=0.5, description="length of the pulse that releases the gate"
    )


class DriveSection(Section, frozen=True):
    """What the relay moves, and how long that takes."""

    kind: Annotated[str, ReadBy(read.one_of(("pulse", "hold", "motor", "maglock")))] = Field(
        default="pulse",
        description="`pulse`: tripod or full-height turnstile; `hold`: barrier or swing gate, open until somebody has "
        "passed; `motor`: one relay opens, another closes; `maglock`: a magnet that holds while its relay is on",
    )
    # The upper bound is the drive's own ceiling (devices/drive.py): a gate that is stuck is not kept open for longer.
    open_seconds: Annotated[float, ReadBy(read.seconds(0.5, 60))] = Field(
        default=8.0, description="`hold`, `motor`, `maglock`: longest time a gate stays open for one person"
    )
    close_seconds: Annotated[float, ReadBy(read.seconds(0, 30))] = Field(
        default=2.0, description="`hold`, `motor`: how long closing takes; nobody else is served meanwhile"
    )
    close_pin: OptionalPin = Field(default=None, description="BCM number; `motor`: the relay that closes the gate")
    exit_pin: OptionalPin = Field(
        default=None, description="BCM number; the relay that releases the way out, where that is another one"
    )

    @override
    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        if self.kind == "motor" and self.close_pin is None:
            yield Mistake(
                "drive.kind is motor, and no relay closes it",
                given["drive.kind"].place,
                f"set {variable('drive.close_pin')}, or another drive.kind",
            )


class FeedbackSection(Section, frozen=True):
    """What the gate's own contacts tell of it; one that tells that it has turned is the passage sensor."""

    open_pin: OptionalPin = Field(default=None, description="BCM number; active while the gate is open")
    blocked_pin: OptionalPin = Field(default=None, description="BCM number; active while the gate cannot move")
    active_low: Flag = Field(default=True, description="whether connected to ground is active")


class LampsSection(Section, frozen=True):
    """The lamps; an empty pin turns one off."""

    mode: Annotated[str, ReadBy(read.one_of(("separate", "traffic", "rgb"))), read.WHILE_RUNNING] = Field(
        default="separate",
        description="`separate`: dark while idle; `traffic`: red while the gate is shut; `rgb`: one lamp of three "
        "colours on the three pins, blue on the yellow one's",
    )
    active_high: Flag = Field(default=True, description="whether a high level lights a lamp")
    green_pin: OptionalPin = Field(default=22, description="BCM number; admitted")
    red_pin: OptionalPin = Field(default=27, description="BCM number; refused, out of service: told apart by rhythm")
    yellow_pin: OptionalPin = Field(default=24, description="BCM number; checking")


class BuzzerSection(Section, frozen=True):
    """The buzzer."""

    pin: OptionalPin = Field(default=None, description="BCM number")
    kind: Annotated[str, ReadBy(read.one_of(("active", "passive")))] = Field(
        default="active", description="`active`: sounds by itself; `passive`: is given its tone"
    )
    active_high: Flag = Field(default=True, description="whether a high level makes it sound")
    quiet: Annotated[str, ReadBy(read.span_of_day), read.WHILE_RUNNING] = Field(
        default="", description="hours of the day, local time, in which it is silent"
    )


class PassageSection(Section, frozen=True):
    """The sensor that tells that a person went through."""

    pin: OptionalPin = Field(default=None, description="BCM number")
    active_low: Flag = Field(default=True, description="whether a low level reports a person")
    seconds: Annotated[float, ReadBy(read.seconds(0.1, 300))] = Field(
        default=8.0,
        description="how long a released gate waits for the person; where it stays open, `drive.open_seconds` at most",
    )
    # By default somebody who runs (3 m/s) and is 0.1 m thick; noise from a relay or a lamp lasts some milliseconds.
    least_seconds: Annotated[float, ReadBy(read.seconds(0.001, 1))] = Field(
        default=0.03, description="how long a person is before it at least; what is shorter is noise"
    )
    ignore_seconds: Annotated[float, ReadBy(read.seconds(0, 5))] = Field(
        default=0.2,
        description="for so long after a release what it begins to see is the gate itself, unless it lasts longer",
    )
    stuck_seconds: Annotated[float, ReadBy(read.seconds(1, 3600))] = Field(
        default=20.0,
        description="what it sees for longer is no person: it is stuck, and until it moves visitors count as admitted",
    )


class ExitButtonSection(Section, frozen=True):
    """The button that lets people out."""

    pin: OptionalPin = Field(default=None, description="BCM number")
    active_low: Flag = Field(default=True, description="whether a low level is a pressed button")


class FireContactSection(Section, frozen=True):
    """The contact of the fire alarm: closed to ground while all is well, so that a broken wire is an alarm."""

    pin: OptionalPin = Field(default=None, description="BCM number")
    resume: Annotated[str, ReadBy(read.one_of(("contact", "staff")))] = Field(
        default="contact",
        description="who ends an alarm: `contact`, by closing again, or `staff`, after that, by "
        "`gate-controller gate resume`",
    )


class TamperSection(Section, frozen=True):
    """The contact of the housing: closed to ground while all is well."""

    pin: OptionalPin = Field(default=None, description="BCM number")


class ServiceKeySection(Section, frozen=True):
    """The staff's key switch."""

    pin: OptionalPin = Field(default=None, description="BCM number")
    active_low: Flag = Field(default=True, description="whether a low level is a turned key")
    does: Annotated[str, ReadBy(read.one_of(("close", "open")))] = Field(
        default="close", description="what a turned key does: `close` the gate, or hold it `open`"
    )


class DisplaySection(Section, frozen=True):
    """What the visitor reads."""

    driver: Annotated[str, ReadBy(displays.driver)] = Field(
        default="none", description="kind of display; `image` writes its picture to a file"
    )
    interface: Annotated[str, ReadBy(displays.interface)] = Field(
        default="i2c", description="how it is connected; colour displays have SPI only, character displays I2C"
    )
    bus: Annotated[int, ReadBy(read.whole(0, 20, "give the number of the bus, as in /dev/i2c-1"))] = Field(
        default=1, description="number of the I2C bus; SPI is always bus 0, device 0"
    )
    address: Annotated[int, ReadBy(read.i2c_address)] = Field(
        default=0, description="address on the I2C bus, such as 0x3c; 0 takes the driver's usual one"
    )
    dc_pin: OptionalPin = Field(default=None, description="BCM number; SPI: data or command")
    reset_pin: OptionalPin = Field(default=None, description="BCM number; SPI: reset")
    width: Annotated[int, ReadBy(read.whole(0, 800, "give pixels or columns; 0 is as usual"))] = Field(
        default=0, description="pixels, or columns of a character display; 0 takes the driver's usual ones"
    )
    height: Annotated[int, ReadBy(read.whole(0, 800, "give pixels or rows; 0 is as usual"))] = Field(
        default=0, description="pixels, or rows of a character display; 0 takes the driver's usual ones"
    )
    rotate: Annotated[int, ReadBy(read.whole(0, 3, "give quarter turns from 0 to 3"))] = Field(
        default=0, description="quarter turns by which the picture is turned"
    )
    column_offset: Annotated[int | None, ReadBy(displays.column_offset)] = Field(
        default=None,
        description="SH1106: the column of its memory at which the glass begins; by default 2, on some modules 0",
    )
    rom: Annotated[str, ReadBy(displays.rom)] = Field(
        default="a00", description="characters a HD44780 knows: `a00` (usual) or `a02`"
    )
    image_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None,
        description="`image`: the file, a PNG; by default in `$RUNTIME_DIRECTORY`, else in the state directory",
    )
    gate_name: Annotated[str | None, ReadBy(read.gate_name), read.WHILE_RUNNING] = Field(
        default=None, description="what people call the gate; shown beside an incident code, for houses with several"
    )
    languages: Annotated[tuple[str, ...], ReadBy(read.languages), read.WHILE_RUNNING] = Field(
        default=read.LANGUAGES, description="languages of the house; the first is the default"
    )
    verdict_seconds: Annotated[float, ReadBy(read.seconds(0.1, 60)), read.WHILE_RUNNING] = Field(
        default=5.0, description="how long a verdict stays if nobody scans"
    )


class WebSection(Section, frozen=True):
    """The page for the staff."""

    host: Annotated[str, ReadBy(addresses.web_host)] = Field(default="127.0.0.1", description="address it listens on")
    port: Annotated[int, ReadBy(addresses.web_port)] = Field(default=8080, description="0 turns it off")
    tls: Annotated[str, ReadBy(read.one_of(("auto", "off")))] = Field(
        default="auto",
        description="`auto`: https, but plain http on a loopback `web.host`; `off`: plain http, behind a proxy that "
        "has https itself: else passwords cross the network in the clear",
    )
    certificate_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None,
        description="file with the certificate and its chain, in PEM; without one the gate makes its own at its first "
        "start",
    )
    key_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="file with the certificate's private key, in PEM"
    )
    names: Annotated[tuple[str, ...], ReadBy(addresses.host_names)] = Field(
        default=(),
        description="further names under which people call the page up, such as `gate.museum.ch`; its addresses, "
        "`localhost` and this machine's name are known",
    )
    idle_minutes: Annotated[float, ReadBy(read.number(1, 1440, "minutes"))] = Field(
        default=60.0, description="how long somebody stays logged in without using the page; not for viewers"
    )
    session_hours: Annotated[float, ReadBy(read.number(0.1, 720, "hours"))] = Field(
        default=12.0, description="how long somebody stays logged in at most; viewers for 30 days"
    )

    @override
    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        for present, lacking in (("certificate_file", "key_file"), ("key_file", "certificate_file")):
            if getattr(self, present) is not None and getattr(self, lacking) is None:
                yield Mistake(
                    f"web.{present} is set, and web.{lacking} is not",
                    given[f"web.{present}"].place,
                    f"set {variable(f'web.{lacking}')} too, or neither",
                )


class JournalSection(Section, frozen=True):
    """How long the journal remembers."""

    keep_days: Annotated[int, ReadBy(read.whole(30, 36500, "give whole days from 30 to 36500")), read.WHILE_RUNNING] = (
        Field(default=400, description="days after which closed attempts move to the archive beside the journal")
    )


class LogSection(Section, frozen=True):
    """The log."""

    level: Annotated[str, ReadBy(read.one_of(("debug", "info", "warning", "error"))), read.WHILE_RUNNING] = Field(
        default="info", description="least severe level written"
    )
