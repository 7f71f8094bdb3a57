"""The languages the gate speaks."""

from enum import StrEnum


class Language(StrEnum):
    """A language of the texts, by its ISO 639-1 code."""

    DE = "de"
    """As written in Switzerland: ss, never ß."""
    FR = "fr"
    IT = "it"
    EN = "en"
