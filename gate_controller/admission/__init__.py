"""
The core: what a gate decides, and nothing else.

Events in, commands out. No file here does I/O, asks a clock, draws a random number, starts a thread or imports asyncio;
live running, recovery, the campaign and the tests drive the same code. `words` is what is said, `attempt` one scan and
its money, `gate` the lane. Start reading in `gate/gate.py`.
"""
