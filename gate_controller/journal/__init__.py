"""
The journal: facts on disk.

`store.py` is the file and its rules; `writer.py` gives it a thread of its own, so that no sync ever holds up the loop.
"""
