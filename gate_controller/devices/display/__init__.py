"""
Displays: what a message looks like on one of a given size, and the drivers that put it there.

`card.py` is what is handed in. `typesetting/` makes pages of its words, in pixels or in rows of letters, and is pure.
`panels/` has a file for each family of panels (`panel.py`), which declares its drivers (`driver.py`), and the buses;
`drivers.py` knows them all, and `make.py` makes the one that is set. `player.py` shows cards in a thread of its own:
`reel.py` says which page is due, `live_panel.py` keeps the panel through its faults.
"""
