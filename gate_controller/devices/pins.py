"""
Which pins a Raspberry Pi's 40-pin header has, in BCM numbers. It stands alone, so that settings load no GPIO
library.
"""

GPIO_PINS = range(2, 28)
"""
The pins a device may be connected to. GPIO 0 and 1 are on the header too, but belong to the EEPROM of add-on
boards.
"""
