"""The lane: whose turn it is, what contacts and people bring about, what an idle display shows (`gate.py`)."""
