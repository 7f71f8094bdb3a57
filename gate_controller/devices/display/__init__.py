"""
Displays: what a message looks like on one of a given size, and the drivers that put it there.

`card.py` is what is handed in; `canvas.py` lays it out in pixels and `characters.py` in rows of letters, both pure.
`player.py` shows cards in a thread of its own: `reel.py` says which page is due, `screen.py` keeps one panel
(`panel.py`) through its faults. `oled.py`, `lcd.py`, `hd44780.py` and `image.py` are the panels, on the buses of
`i2c.py` and `spi.py`; `make.py` chooses.
"""
