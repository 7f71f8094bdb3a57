"""One attempt, from its scan to the end of its money: what each state does with each event (`transitions.py`)."""
