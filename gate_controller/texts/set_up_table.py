"""The words of each message of a set-up by codes, in each language; `set_up_words.py` puts values into them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from gate_controller.texts.languages import Language


class SetUpMessage(Enum):
    """What can be said."""

    PARTS = auto()
    WANTS_PASSPHRASE = auto()
    CONFIRM = auto()
    DONE = auto()
    FAILED = auto()
    DAMAGED = auto()
    NOT_TRUSTED = auto()
    EXPIRED = auto()
    USED = auto()
    OTHER_GATE = auto()
    WRONG_PASSPHRASE = auto()
    OTHER_SET = auto()
    READ_FIRST = auto()
    UNUSABLE = auto()
    ASKS_HOUSE = auto()
    HOUSE_AWAY = auto()
    HOUSE_REFUSES = auto()
    NOT_NOW = auto()


@dataclass(frozen=True, slots=True)
class SetUpWords:
    """One message: a title of at most 20 characters, what to do, and that in at most 30."""

    title: str
    detail: str
    short: str


WORDS: Final[Mapping[Language, Mapping[SetUpMessage, SetUpWords]]] = {
    Language.DE: {
        SetUpMessage.PARTS: SetUpWords(
            "Einrichtung",
            "{have} von {total} Codes gelesen. Bitte noch scannen: {missing}.",
            "{have}/{total}, es fehlt: {missing}",
        ),
        SetUpMessage.WANTS_PASSPHRASE: SetUpWords(
            "Einrichtung", "Alle Codes gelesen. Bitte den Passwort-Code scannen.", "Passwort-Code scannen."
        ),
        SetUpMessage.CONFIRM: SetUpWords("Stimmt das?", "{changes} Wenn ja: Bestätigungs-Code scannen.", "{changes}"),
        SetUpMessage.DONE: SetUpWords("Eingerichtet", "Der Eingang startet neu.", "Startet neu."),
        SetUpMessage.FAILED: SetUpWords(
            "Nicht gespeichert", "Die Speicherkarte nimmt nichts an. Bitte die Technik rufen.", "Speicherkarte prüfen."
        ),
        SetUpMessage.DAMAGED: SetUpWords(
            "Code unlesbar", "Bitte den Code noch einmal scannen.", "Noch einmal scannen."
        ),
        SetUpMessage.NOT_TRUSTED: SetUpWords(
            "Fremder Code",
            "Diesem Schlüssel vertraut der Eingang nicht. Nichts wurde geändert.",
            "Schlüssel unbekannt.",
        ),
        SetUpMessage.EXPIRED: SetUpWords(
            "Code abgelaufen", "Bitte neue Codes herstellen. Nichts wurde geändert.", "Neue Codes nötig."
        ),
        SetUpMessage.USED: SetUpWords(
            "Code verbraucht", "Diese Codes galten schon einmal. Bitte neue herstellen.", "Neue Codes nötig."
        ),
        SetUpMessage.OTHER_GATE: SetUpWords(
            "Anderer Eingang", "Diese Codes sind für einen andern Eingang. Nichts wurde geändert.", "Nicht für diesen."
        ),
        SetUpMessage.WRONG_PASSPHRASE: SetUpWords(
            "Falsches Passwort", "Bitte den Passwort-Code dieses Satzes scannen.", "Anderen Code scannen."
        ),
        SetUpMessage.OTHER_SET: SetUpWords(
            "Anderer Satz", "Dieser Code gehört zu einem andern Satz.", "Falscher Satz."
        ),
        SetUpMessage.READ_FIRST: SetUpWords(
            "Zuerst lesen", "Bitte zuerst lesen, was sich ändert, dann bestätigen.", "Erst lesen."
        ),
        SetUpMessage.UNUSABLE: SetUpWords(
            "Unbrauchbar",
            "Eine Angabe gilt hier nicht; das Protokoll sagt welche. Nichts wurde geändert.",
            "Siehe Protokoll.",
        ),
        SetUpMessage.ASKS_HOUSE: SetUpWords("Einen Moment", "Der Eingang fragt {house}.", "Fragt beim Haus an."),
        SetUpMessage.HOUSE_AWAY: SetUpWords(
            "Haus nicht erreicht",
            "Das Haus antwortet nicht. Bitte das Netz prüfen, dann alle Codes neu scannen.",
            "Netz prüfen.",
        ),
        SetUpMessage.HOUSE_REFUSES: SetUpWords(
            "Nicht aufgenommen",
            "Der Code des Hauses gilt nicht oder nicht mehr; das Protokoll sagt warum. Nichts wurde geändert.",
            "Siehe Protokoll.",
        ),
        SetUpMessage.NOT_NOW: SetUpWords(
            "Jetzt nicht", "Nur ohne Besucher, und mit gedrehtem Schlüsselschalter.", "Schlüssel drehen."
        ),
    },
    Language.FR: {
        SetUpMessage.PARTS: SetUpWords(
            "Mise en service",
            "{have} codes sur {total} lus. Veuillez encore scanner: {missing}.",
            "{have}/{total}, reste: {missing}",
        ),
        SetUpMessage.WANTS_PASSPHRASE: SetUpWords(
            "Mise en service",
            "Tous les codes sont lus. Veuillez scanner le code du mot de passe.",
            "Code du mot de passe.",
        ),
        SetUpMessage.CONFIRM: SetUpWords(
            "Est-ce correct?", "{changes} Si oui: scanner le code de confirmation.", "{changes}"
        ),
        SetUpMessage.DONE: SetUpWords("En service", "Le portillon redémarre.", "Redémarrage."),
        SetUpMessage.FAILED: SetUpWords(
            "Non enregistré", "La carte mémoire n’accepte rien. Veuillez appeler le technicien.", "Carte à vérifier."
        ),
        SetUpMessage.DAMAGED: SetUpWords(
            "Code illisible", "Veuillez scanner ce code encore une fois.", "Scanner à nouveau."
        ),
        SetUpMessage.NOT_TRUSTED: SetUpWords(
            "Code étranger", "Le portillon ne connaît pas cette clé. Rien n’a été changé.", "Clé inconnue."
        ),
        SetUpMessage.EXPIRED: SetUpWords(
            "Code expiré", "Veuillez faire de nouveaux codes. Rien n’a été changé.", "Nouveaux codes svp."
        ),
        SetUpMessage.USED: SetUpWords(
            "Code déjà utilisé", "Ces codes ont déjà servi. Veuillez en faire de nouveaux.", "Nouveaux codes svp."
        ),
        SetUpMessage.OTHER_GATE: SetUpWords(
            "Autre entrée", "Ces codes sont pour une autre entrée. Rien n’a été changé.", "Pas pour celle-ci."
        ),
        SetUpMessage.WRONG_PASSPHRASE: SetUpWords(
            "Mot de passe faux", "Veuillez scanner le code du mot de passe de ce jeu.", "Autre code svp."
        ),
        SetUpMessage.OTHER_SET: SetUpWords("Autre jeu", "Ce code fait partie d’un autre jeu.", "Mauvais jeu."),
        SetUpMessage.READ_FIRST: SetUpWords(
            "Lire d’abord", "Veuillez d’abord lire ce qui change, puis confirmer.", "Lire d’abord."
        ),
        SetUpMessage.UNUSABLE: SetUpWords(
            "Inutilisable",
            "Une donnée ne vaut pas ici; le journal dit laquelle. Rien n’a été changé.",
            "Voir le journal.",
        ),
        SetUpMessage.ASKS_HOUSE: SetUpWords("Un instant", "Le portillon interroge {house}.", "Interroge la maison."),
        SetUpMessage.HOUSE_AWAY: SetUpWords(
            "Maison non jointe",
            "La maison ne répond pas. Veuillez vérifier le réseau, puis scanner tous les codes à nouveau.",
            "Vérifier le réseau.",
        ),
        SetUpMessage.HOUSE_REFUSES: SetUpWords(
            "Pas admis",
            "Le code de la maison ne vaut pas ou plus; le journal dit pourquoi. Rien n’a été changé.",
            "Voir le journal.",
        ),
        SetUpMessage.NOT_NOW: SetUpWords(
            "Pas maintenant", "Seulement sans visiteur, et avec la clé de service tournée.", "Tourner la clé."
        ),
    },
    Language.IT: {
        SetUpMessage.PARTS: SetUpWords(
            "Configurazione",
            "{have} codici su {total} letti. Scansionare ancora: {missing}.",
            "{have}/{total}, resta: {missing}",
        ),
        SetUpMessage.WANTS_PASSPHRASE: SetUpWords(
            "Configurazione",
            "Tutti i codici sono letti. Scansionare il codice della password.",
            "Codice della password.",
        ),
        SetUpMessage.CONFIRM: SetUpWords(
            "È corretto?", "{changes} Se sì: scansionare il codice di conferma.", "{changes}"
        ),
        SetUpMessage.DONE: SetUpWords("Configurato", "Il varco si riavvia.", "Si riavvia."),
        SetUpMessage.FAILED: SetUpWords(
            "Non salvato", "La scheda di memoria non accetta nulla. Chiamare il tecnico.", "Controllare scheda."
        ),
        SetUpMessage.DAMAGED: SetUpWords(
            "Codice illeggibile", "Scansionare il codice un’altra volta.", "Scansionare ancora."
        ),
        SetUpMessage.NOT_TRUSTED: SetUpWords(
            "Codice estraneo", "Il varco non conosce questa chiave. Nulla è cambiato.", "Chiave sconosciuta."
        ),
        SetUpMessage.EXPIRED: SetUpWords("Codice scaduto", "Creare nuovi codici. Nulla è cambiato.", "Nuovi codici."),
        SetUpMessage.USED: SetUpWords(
            "Codice già usato", "Questi codici sono già serviti. Crearne di nuovi.", "Nuovi codici."
        ),
        SetUpMessage.OTHER_GATE: SetUpWords(
            "Altro ingresso", "Questi codici sono per un altro ingresso. Nulla è cambiato.", "Non per questo."
        ),
        SetUpMessage.WRONG_PASSPHRASE: SetUpWords(
            "Password errata", "Scansionare il codice della password di questa serie.", "Altro codice."
        ),
        SetUpMessage.OTHER_SET: SetUpWords("Altra serie", "Questo codice è di un’altra serie.", "Serie sbagliata."),
        SetUpMessage.READ_FIRST: SetUpWords(
            "Prima leggere", "Leggere prima che cosa cambia, poi confermare.", "Prima leggere."
        ),
        SetUpMessage.UNUSABLE: SetUpWords(
            "Inutilizzabile", "Un dato qui non vale; il registro dice quale. Nulla è cambiato.", "Vedi registro."
        ),
        SetUpMessage.ASKS_HOUSE: SetUpWords("Un momento", "Il varco interroga {house}.", "Interroga la casa."),
        SetUpMessage.HOUSE_AWAY: SetUpWords(
            "Casa non raggiunta",
            "La casa non risponde. Controllare la rete, poi scansionare di nuovo tutti i codici.",
            "Controllare la rete.",
        ),
        SetUpMessage.HOUSE_REFUSES: SetUpWords(
            "Non ammesso",
            "Il codice della casa non vale o non vale più; il registro dice perché. Nulla è cambiato.",
            "Vedi registro.",
        ),
        SetUpMessage.NOT_NOW: SetUpWords(
            "Non adesso", "Solo senza visitatori, e con la chiave di servizio girata.", "Girare la chiave."
        ),
    },
    Language.EN: {
        SetUpMessage.PARTS: SetUpWords(
            "Set-up",
            "{have} of {total} codes read. Please scan: {missing}.",
            "{have}/{total}, missing: {missing}",
        ),
        SetUpMessage.WANTS_PASSPHRASE: SetUpWords(
            "Set-up", "All codes are read. Please scan the passphrase code.", "Scan passphrase code."
        ),
        SetUpMessage.CONFIRM: SetUpWords("Is this right?", "{changes} If so: scan the confirmation code.", "{changes}"),
        SetUpMessage.DONE: SetUpWords("Set up", "The gate starts anew.", "Starts anew."),
        SetUpMessage.FAILED: SetUpWords(
            "Not saved", "The memory card takes nothing. Please call a technician.", "Check memory card."
        ),
        SetUpMessage.DAMAGED: SetUpWords("Code not readable", "Please scan this code once more.", "Scan once more."),
        SetUpMessage.NOT_TRUSTED: SetUpWords(
            "Unknown key", "The gate does not trust this key. Nothing was changed.", "Key not trusted."
        ),
        SetUpMessage.EXPIRED: SetUpWords(
            "Code expired", "Please make new codes. Nothing was changed.", "Make new codes."
        ),
        SetUpMessage.USED: SetUpWords(
            "Code used already", "These codes were used before. Please make new ones.", "Make new codes."
        ),
        SetUpMessage.OTHER_GATE: SetUpWords(
            "Another gate", "These codes are for another gate. Nothing was changed.", "Not for this gate."
        ),
        SetUpMessage.WRONG_PASSPHRASE: SetUpWords(
            "Wrong passphrase", "Please scan the passphrase code of this set.", "Scan another code."
        ),
        SetUpMessage.OTHER_SET: SetUpWords("Another set", "This code belongs to another set.", "Wrong set."),
        SetUpMessage.READ_FIRST: SetUpWords("Read first", "Please read what will change, then confirm.", "Read first."),
        SetUpMessage.UNUSABLE: SetUpWords(
            "Not usable", "A value is not valid here; the log says which. Nothing was changed.", "See the log."
        ),
        SetUpMessage.ASKS_HOUSE: SetUpWords("One moment", "The gate asks {house}.", "Asks the house."),
        SetUpMessage.HOUSE_AWAY: SetUpWords(
            "House not reached",
            "The house does not answer. Please look at the network, then scan all codes again.",
            "Look at the network.",
        ),
        SetUpMessage.HOUSE_REFUSES: SetUpWords(
            "Not taken in",
            "The house’s code is not valid, or no more; the log says why. Nothing was changed.",
            "See the log.",
        ),
        SetUpMessage.NOT_NOW: SetUpWords(
            "Not now", "Only without visitors, and with the service key turned.", "Turn service key."
        ),
    },
}
