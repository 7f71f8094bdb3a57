"""
Displays: what a message looks like on one of a given size, and the drivers that put it there.

`card.py` is what is handed in; `canvas.py` lays it out in pixels and `characters.py` in rows of letters, both pure;
`player.py` shows its pages in a thread of its own; every other file is one kind of display. `make.py` chooses.
"""
