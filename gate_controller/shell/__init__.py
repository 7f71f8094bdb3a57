"""What carries the commands of the core out, and reports back to it as events (`runner.py`)."""
