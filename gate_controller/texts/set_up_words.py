"""
What the gate says while it is set up by codes before its scanner: for whoever holds them, and never for a visitor.

Placeholders: `{have}`, `{total}` and `{missing}` (parts), `{changes}` (what will change, by lines of `changes_in`),
`{house}` (which is asked).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gate_controller.texts.languages import Language
from gate_controller.texts.set_up_table import WORDS, SetUpMessage, SetUpWords


@dataclass(frozen=True, slots=True)
class Changes:
    """What a set of codes would change, as far as a display may show it. Empty or None: it stays as it is."""

    gate: str = ""
    price: str = ""
    """As it is written in the language."""
    networks: tuple[str, ...] = ()
    has_key: bool = False
    people: int = 0
    others: int = 0
    """How many settings besides."""
    house: str = ""
    """What the house that it joins calls itself."""


_GATE, _PRICE, _NETWORK, _KEY, _PEOPLE, _OTHERS, _NOTHING, _HOUSE = range(8)
_CHANGES: Final[Mapping[Language, Sequence[str]]] = {
    Language.DE: (
        "Eingang {}.",
        "Preis {}.",
        "WLAN {}.",
        "Neuer Schlüssel von E-GUMA.",
        "Personen: {}.",
        "Weitere Angaben: {}.",
        "Nur Schlüssel.",
        "Haus {}.",
    ),
    Language.FR: (
        "Entrée {}.",
        "Prix {}.",
        "Wi-Fi {}.",
        "Nouvelle clé E-GUMA.",
        "Personnes: {}.",
        "Autres données: {}.",
        "Clés seulement.",
        "Maison {}.",
    ),
    Language.IT: (
        "Ingresso {}.",
        "Prezzo {}.",
        "Wi-Fi {}.",
        "Nuova chiave E-GUMA.",
        "Persone: {}.",
        "Altri dati: {}.",
        "Solo chiavi.",
        "Casa {}.",
    ),
    Language.EN: (
        "Gate {}.",
        "Price {}.",
        "Wi-Fi {}.",
        "New E-GUMA key.",
        "People: {}.",
        "Other settings: {}.",
        "Keys only.",
        "House {}.",
    ),
}


def set_up_words(message: SetUpMessage, language: Language, **values: object) -> SetUpWords:
    """Return the words of a message with its values in them."""
    words = WORDS[language][message]
    return SetUpWords(words.title, words.detail.format(**values), words.short.format(**values))


def changes_in(changes: Changes, language: Language) -> str:
    """Return what will change, in short sentences; secrets are only said to be among it."""
    words = _CHANGES[language]
    lines = [
        words[_GATE].format(changes.gate) if changes.gate else "",
        words[_HOUSE].format(changes.house) if changes.house else "",
        words[_PRICE].format(changes.price) if changes.price else "",
        *(words[_NETWORK].format(name) for name in changes.networks),
        words[_KEY] if changes.has_key else "",
        words[_PEOPLE].format(changes.people) if changes.people else "",
        words[_OTHERS].format(changes.others) if changes.others else "",
    ]
    return " ".join(line for line in lines if line) or words[_NOTHING]
