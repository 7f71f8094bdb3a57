"""
The demo: the real gate with nothing connected. Simulator, scanner, pins and journal are all of this process.

`stage.py` builds it, `script.py` plays scans without a screen, `screen.py` is the gate in a terminal.
"""
