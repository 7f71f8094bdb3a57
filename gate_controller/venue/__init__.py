"""
A venue of gates: one service that follows all gates of a house by MQTT, keeps their events, and signs orders to them.

Its rules: a broker is no store, so events are kept by gate, journal and number, gaps are asked for, and what comes
twice is kept once; a clock that is wrong orders nothing; what is old is said to be old; and only gates move money.
"""

from gate_controller.settings.installed import find_venue_libraries

find_venue_libraries()
