"""
The demo: the real gate with nothing connected. Simulator, scanner, pins, display and journal are all of this process.

`stage.py` builds it, with the wires of `wiring.py` and the display of `memory_display.py`; `trouble.py` says what can
go wrong on it. `script.py` plays scans without a screen. `screen.py` is the gate in a terminal: `viewing.py` looks at
the stage, `drawing.py` lays it out, `terminal.py` draws it, and `keys.py` hears the person. The display's picture is
drawn by `painting.py`, as the terminal can. The staff's page plays with the stage too, as `web/playground.py` asks it.
"""
