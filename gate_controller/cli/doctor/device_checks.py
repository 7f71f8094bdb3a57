"""The devices, without moving any: through the running gate where one has them, else as far as looking leads."""

import os
import socket
from collections.abc import Iterator

from gate_controller.cli.doctor.asking_system import said_by
from gate_controller.cli.doctor.finding import Diagnosis, absent, bad, ok, warn
from gate_controller.cli.doctor.patient import Patient
from gate_controller.cli.exits import CommandError
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio_lines import header_lines
from gate_controller.devices.lgpio_import import is_lgpio_there
from gate_controller.devices.usb import find_scanner, is_keyboard
from gate_controller.settings.models import PINS, value_of

_OURS = ("lg", "gate-controller", "gpiozero")
"""How lines are called that a gate has: lgpio gives them its own name."""
_PAGE_SECONDS = 3.0


def scanner(patient: Patient) -> Iterator[Diagnosis]:
    """Tell where the scanner is."""
    manager = said_by("systemctl", "is-active", "ModemManager") if patient.machine.is_this else ""
    if (fault := _fault(patient, "scanner")) is not None:
        at = (_status(patient) or {}).get("scanner") or "the port that the running gate has"
        yield bad("scanner", *_parted(fault)) if fault else ok("scanner", f"at {at}")
    elif is_keyboard(port := patient.settings.scanner.port):
        yield from _at(patient, port, "plug it in; it needs the udev rules of hardware/udev")
    else:
        try:
            yield from _at(patient, find_scanner(port), "plug it in, switch it to USB-COM, or set scanner.port")
        except DeviceError as error:
            yield bad("scanner", *_parted(str(error)))
    if manager == "active":
        yield warn(
            "scanner", "ModemManager runs, and takes scanners for modems", "sudo systemctl disable --now ModemManager"
        )


def _at(patient: Patient, port: str, remedy: str) -> Iterator[Diagnosis]:
    path = patient.machine.at(port)
    if not path.exists():
        yield bad("scanner", f"{port} is not there", remedy)
    elif not os.access(path, os.R_OK | os.W_OK):
        yield warn(
            "scanner", f"{port} may not be opened by this user", "use sudo: the service may, by the group dialout"
        )
    else:
        yield ok("scanner", f"there is one at {port}; `gate-controller test scanner` shows what it sends")


def gpio(patient: Patient) -> Iterator[Diagnosis]:
    """Tell whether the pins can be had, by which library, and who else has one."""
    chips = [patient.machine.at(path) for path in patient.machine.found("/dev/gpiochip*")]
    wanted = {pin: name for name in PINS if isinstance(pin := value_of(patient.settings, name), int)}
    if not chips:
        yield absent("GPIO", "this machine has no GPIO chip")
        return
    # Whoever has chosen another back end of gpiozero's has no need of it.
    if not is_lgpio_there() and not os.environ.get("GPIOZERO_PIN_FACTORY"):
        yield bad("GPIO", "the library lgpio is missing", "sudo apt-get install python3-lgpio, and restart the gate")
    try:
        lines = header_lines(chips, wanted)
    except PermissionError as error:
        remedy = "use sudo; the service needs the group gpio and the udev rules of hardware/udev"
        yield warn("GPIO", f"{error.filename} may not be opened by this user", remedy)
        return
    except OSError as error:
        yield absent("GPIO", f"the chips do not tell who has which line ({error.strerror})")
        return
    if lines is None:
        yield bad(
            "GPIO", "no chip has the pins of the header", "is this a Raspberry Pi? its kernel names one pinctrl-…"
        )
        return
    is_running = _status(patient) is not None
    foreign = {pin: by for pin, by in lines.taken.items() if not (is_running and by.startswith(_OURS))}
    for pin, by in foreign.items():
        remedy = f"end it, take its dtoverlay out of config.txt, or give {wanted[pin]} another pin"
        yield bad("GPIO", f"GPIO{pin} ({wanted[pin]}) is taken by {by}", remedy)
    if not foreign:
        yield ok("GPIO", f"{len(wanted)} pins, none taken by others; {lines.chip}")


def buses(patient: Patient) -> Iterator[Diagnosis]:
    """Tell which buses there are for displays."""
    i2c, spi = patient.machine.found("/dev/i2c-*"), patient.machine.found("/dev/spidev*")
    display = patient.settings.display
    if display.driver not in {"none", "image"}:
        has = f"/dev/i2c-{display.bus}" in i2c if display.interface == "i2c" else bool(spi)
        if not has:
            line = "dtparam=i2c_arm=on" if display.interface == "i2c" else "dtparam=spi=on"
            yield bad(
                "buses",
                f"the display needs {display.interface.upper()}, which is off",
                f"{line} in config.txt, and restart",
            )
            return
    if not i2c and not spi:
        yield absent("buses", "neither I2C nor SPI is on, and no display needs one")
    else:
        yield ok("buses", ", ".join((*i2c, *spi)))


def display(patient: Patient) -> Iterator[Diagnosis]:
    """Tell whether the display answers."""
    settings = patient.settings.display
    if settings.driver == "none":
        yield absent("display", "none is fitted (display.driver)")
    elif (fault := _fault(patient, "display")) is not None:
        yield (
            warn("display", *_parted(fault))
            if fault
            else ok("display", f"{settings.driver}, shown by the running gate")
        )
    elif settings.driver == "image" or settings.interface == "spi":
        yield ok("display", f"{settings.driver}; `gate-controller test display` shows its pictures")
    else:
        from gate_controller.devices.display.drivers import DRIVERS  # noqa: PLC0415 - where there is a display

        address = settings.address or DRIVERS[settings.driver].address or 0
        try:
            from gate_controller.devices.display.panels.i2c import answering  # noqa: PLC0415 - the same

            found = answering(settings.bus, [address])
        except ImportError as error:
            yield bad("display", f"a library is not installed ({error})", "install the extra of the display")
        except DeviceError as error:
            yield warn("display", *_parted(str(error)))
        else:
            where = f"{settings.driver} at 0x{address:02x} on /dev/i2c-{settings.bus}"
            remedy = "look at its power and its four wires; `i2cdetect -y 1` shows what answers"
            yield ok("display", f"{where} answers") if found else warn("display", f"{where} does not answer", remedy)


def printer(patient: Patient) -> Iterator[Diagnosis]:
    """Tell whether the printer is there."""
    settings = patient.settings.printer
    if settings.driver == "none":
        yield absent("printer", "none is fitted (printer.driver)")
    elif (fault := _fault(patient, "printer")) is not None:
        yield warn("printer", *_parted(fault)) if fault else ok("printer", f"{settings.driver}, nothing amiss")
    elif settings.driver == "network":
        yield ok("printer", f"at {settings.host}; the running gate tells how it is")
    else:
        ports = patient.machine.found("/dev/usb/lp*") if settings.port == "auto" else [settings.port]
        is_there = any(patient.machine.at(port).exists() for port in ports)
        where = settings.port if settings.port != "auto" else ports[0] if ports else "/dev/usb/lp*"
        yield (
            ok("printer", f"there is one at {where}")
            if is_there
            else warn("printer", f"{where} is not there", "switch it on and plug it in (hardware/printer.md)")
        )


def page(patient: Patient) -> Iterator[Diagnosis]:
    """Tell whether the staff's page answers."""
    web = patient.settings.web
    if web.port == 0:
        yield absent("page", "turned off (web.port)")
        return
    if _status(patient) is None:
        yield absent("page", "no gate runs that would serve it")
        return
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(web.host, web.host)  # noqa: S104 - not listened to
    try:
        with socket.create_connection((host, web.port), _PAGE_SECONDS):
            yield ok("page", f"answers at {host}, port {web.port}")
    except OSError as error:
        remedy = "`gate-controller gate status` tells why; is another program at that port? (`ss -ltnp`)"
        yield warn("page", f"does not answer at {host}, port {web.port} ({error.strerror or 'in time'})", remedy)


def _status(patient: Patient) -> dict[str, object] | None:
    try:
        return patient.status()
    except (CommandError, PermissionError):
        return None


def _fault(patient: Patient, what: str) -> str | None:
    """Return what the running gate says is wrong with a device, empty where nothing is; None where no gate runs."""
    status = patient_status = _status(patient)
    if status is None or patient_status is None:
        return None
    ailments = [*_listed(status["faults"]), *_listed(status["missing"])]
    return next((ailment["why"] for ailment in ailments if ailment["what"] == what), "")


def _listed(told: object) -> list[dict[str, str]]:
    return list(told) if isinstance(told, list | tuple) else []


def _parted(text: str) -> tuple[str, str]:
    """Return what is wrong and what to do, as the devices say it in one line."""
    what, _, remedy = text.partition(": ")
    return (what, remedy) if remedy else (text, "`gate-controller test` tries it by itself")
