"""
Provisioning by the gate's own scanner: what is in the codes, who may have made them, and when they are taken.

Rules: bytes, keys and moments come in as arguments; nothing here reads a file, a clock or a device. What was scanned is
hostile until a key that root trusts has signed it; every refusal is one of `Rejection`. The library for signatures is
brought in by `venue_keys.py` and `sealed.py` alone, which are brought in only where something is provisioned.
"""
