"""What can be set, and where each value came from: `load_settings` returns `Settings` and their origins."""

from gate_controller.settings.loading import LoadedSettings, ReadAlone, SettingsError, load_settings, read_alone
from gate_controller.settings.models import Settings, secrets_of, value_of

__all__ = [
    "LoadedSettings",
    "ReadAlone",
    "Settings",
    "SettingsError",
    "load_settings",
    "read_alone",
    "secrets_of",
    "value_of",
]
