"""The one family of errors that devices raise, kept apart: catching one loads no hardware library."""


class DeviceError(Exception):
    """A device does not do what it was told. The text says what, where, and what to do, in one line."""
