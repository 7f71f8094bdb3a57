"""The one family of errors that devices raise, kept apart: catching one loads no hardware library."""


class DeviceError(Exception):
    """A device does not do what it was told. The text says what, where, and what to do, in one line."""


def remedy_of(error: Exception) -> str:
    """
    Return what to do about an error of a GPIO back end, whichever there is.

    By its words as well: a back end raises what it likes (lgpio.error is a plain Exception, RPi.GPIO raises
    RuntimeError), and which one there is must not matter here.
    """
    match error:
        case ImportError():
            return "no GPIO back end works: sudo apt-get install python3-lgpio, or set GPIOZERO_PIN_FACTORY"
        case PermissionError():
            return "this user may not use GPIO: add the user to the group gpio"
        case _ if "busy" in str(error).lower():  # lgpio's "GPIO busy", the kernel's EBUSY
            return "another program holds the pin: stop it, or set another pin"
        case _:
            return "the pin does not work: check the wiring and the GPIO back end, then restart the gate"
