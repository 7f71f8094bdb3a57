"""The reset pin of a display, for the modules that have one and do not reset themselves."""

import time

from gate_controller.devices.gpio import Output

# Longer than the datasheets ask for: low for 3 us (SSD1306) or 10 us (SH1106, ST7735, ILI9341), and after it up to
# 120 ms until commands are taken (ST7735, ILI9341).
_LOW_SECONDS = 0.001
_WAKE_SECONDS = 0.12


def reset(pin: int) -> Output:
    """Reset a display through its pin (BCM) and return the pin, which has to stay high. Raises `DeviceError`."""
    output = Output(pin, name="display reset", active_high=False)
    try:
        output.on()
        time.sleep(_LOW_SECONDS)
        output.off()
    except BaseException:
        output.close()
        raise
    time.sleep(_WAKE_SECONDS)
    return output
