"""
What somebody far from the gate is told, in the languages of the house: a line for a subject, and a few for a mail.

Placeholders are `str.format` fields: `{since}` and `{until}` (day and time), `{incident}`, `{text}` (what happened, or
a part's own sentence), `{more}` (how many more).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gate_controller.texts.languages import Language


@dataclass(frozen=True, slots=True)
class NoticeWording:
    """Everything that notices say in one language."""

    begun: Mapping[str, str]
    """By concern, without an end."""
    over: Mapping[str, str]
    faults: Mapping[str, str]
    """Why the gate takes no scans: a clause behind a colon."""
    open_item: str
    settled: str
    gone: str
    """How an item is settled whose record is in the archive."""
    more_items: str
    more: str
    """Behind a subject that names the first notice of several."""
    technical: str
    """Before a part's own sentence, which is English everywhere."""
    trial: str
    trial_text: str


NOTICES: Final[Mapping[Language, NoticeWording]] = {
    Language.DE: NoticeWording(
        begun={
            "out_of_service": "ausser Betrieb seit {since}",
            "ordered": "vom Personal geschlossen oder offen gehalten seit {since}",
            "supply": "Speisung zu schwach (Unterspannung) seit {since}",
            "disk": "Speicher fast voll oder schreibgeschützt seit {since}",
            "eguma": "E-GUMA nicht erreichbar seit {since}",
        },
        over={
            "out_of_service": "wieder in Betrieb (ausser Betrieb von {since} bis {until})",
            "ordered": "die Anordnung des Personals ist beendet (von {since} bis {until})",
            "supply": "Speisung wieder in Ordnung (zu schwach von {since} bis {until})",
            "disk": "Speicher wieder in Ordnung (von {since} bis {until} nicht)",
            "eguma": "E-GUMA wieder erreichbar (nicht erreichbar von {since} bis {until})",
        },
        faults={
            "fire": "Feueralarm, oder die Leitung des Feuerkontakts ist unterbrochen",
            "unprovisioned": "der Eingang ist noch nicht eingerichtet",
            "journal": "das Journal lässt sich nicht schreiben",
            "key": "E-GUMA nimmt den Schlüssel des Eingangs nicht an",
            "relay": "das Relais lässt sich nicht schalten",
            "blocked": "der Durchgang ist blockiert",
            "scanner": "der Scanner ist nicht bereit",
            "starting": "der Eingang wird mit dem Start nicht fertig",
            "held_by_staff": "vom Personal offen gehalten",
            "locked": "vom Personal gesperrt",
            "withdrawn": "vom Personal ausser Betrieb genommen",
            "held_open": "mit dem Schlüsselschalter offen gehalten",
            "service": "mit dem Schlüsselschalter geschlossen",
        },
        open_item="Vorfall {incident} braucht das Personal: {text}",
        settled="Vorfall {incident} ist erledigt: {text}",
        gone="er ist nicht mehr offen",
        more_items="Dazu {more} weitere offene Vorgänge.",
        more=" (und {more} mehr)",
        technical="Der Eingang meldet: {text}",
        trial="Probe",
        trial_text="Das ist eine Probe. So meldet sich der Eingang, wenn er jemanden braucht.",
    ),
    Language.FR: NoticeWording(
        begun={
            "out_of_service": "hors service depuis le {since}",
            "ordered": "fermée ou maintenue ouverte par le personnel depuis le {since}",
            "supply": "alimentation trop faible (sous-tension) depuis le {since}",
            "disk": "stockage presque plein ou protégé en écriture depuis le {since}",
            "eguma": "E-GUMA injoignable depuis le {since}",
        },
        over={
            "out_of_service": "de nouveau en service (hors service du {since} au {until})",
            "ordered": "l’ordre du personnel a pris fin (du {since} au {until})",
            "supply": "alimentation rétablie (trop faible du {since} au {until})",
            "disk": "stockage de nouveau en ordre (en défaut du {since} au {until})",
            "eguma": "E-GUMA de nouveau joignable (injoignable du {since} au {until})",
        },
        faults={
            "fire": "alarme incendie, ou ligne du contact incendie interrompue",
            "unprovisioned": "l’entrée n’est pas encore mise en service",
            "journal": "impossible d’écrire le journal",
            "key": "E-GUMA n’accepte pas la clé de l’entrée",
            "relay": "le relais ne peut pas être commandé",
            "blocked": "le portillon est bloqué",
            "scanner": "le scanner n’est pas prêt",
            "starting": "l’entrée ne finit pas de démarrer",
            "held_by_staff": "maintenue ouverte par le personnel",
            "locked": "fermée par le personnel",
            "withdrawn": "mise hors service par le personnel",
            "held_open": "maintenue ouverte par l’interrupteur à clé",
            "service": "fermée par l’interrupteur à clé",
        },
        open_item="L’incident {incident} est à traiter : {text}",
        settled="L’incident {incident} est réglé : {text}",
        gone="il n’est plus ouvert",
        more_items="Et {more} autres incidents à traiter.",
        more=" (et {more} de plus)",
        technical="L’entrée signale : {text}",
        trial="Essai",
        trial_text="Ceci est un essai. C’est ainsi que l’entrée s’annonce quand elle a besoin de quelqu’un.",
    ),
    Language.IT: NoticeWording(
        begun={
            "out_of_service": "fuori servizio dal {since}",
            "ordered": "chiuso o tenuto aperto dal personale dal {since}",
            "supply": "alimentazione troppo debole (sottotensione) dal {since}",
            "disk": "memoria quasi piena o protetta da scrittura dal {since}",
            "eguma": "E-GUMA non raggiungibile dal {since}",
        },
        over={
            "out_of_service": "di nuovo in servizio (fuori servizio dal {since} al {until})",
            "ordered": "l’ordine del personale è terminato (dal {since} al {until})",
            "supply": "alimentazione di nuovo in ordine (troppo debole dal {since} al {until})",
            "disk": "memoria di nuovo in ordine (in difetto dal {since} al {until})",
            "eguma": "E-GUMA di nuovo raggiungibile (non raggiungibile dal {since} al {until})",
        },
        faults={
            "fire": "allarme incendio, o linea del contatto antincendio interrotta",
            "unprovisioned": "l’ingresso non è ancora in servizio",
            "journal": "impossibile scrivere il giornale",
            "key": "E-GUMA non accetta la chiave dell’ingresso",
            "relay": "il relè non risponde ai comandi",
            "blocked": "il varco è bloccato",
            "scanner": "lo scanner non è pronto",
            "starting": "l’ingresso non termina l’avvio",
            "held_by_staff": "tenuto aperto dal personale",
            "locked": "chiuso dal personale",
            "withdrawn": "messo fuori servizio dal personale",
            "held_open": "tenuto aperto con l’interruttore a chiave",
            "service": "chiuso con l’interruttore a chiave",
        },
        open_item="Il caso {incident} è da gestire: {text}",
        settled="Il caso {incident} è risolto: {text}",
        gone="non è più aperto",
        more_items="E altri {more} casi da gestire.",
        more=" (e altri {more})",
        technical="L’ingresso segnala: {text}",
        trial="Prova",
        trial_text="Questa è una prova. Così si annuncia l’ingresso quando ha bisogno di qualcuno.",
    ),
    Language.EN: NoticeWording(
        begun={
            "out_of_service": "out of service since {since}",
            "ordered": "closed or held open by staff since {since}",
            "supply": "supply too weak (under-voltage) since {since}",
            "disk": "disk nearly full or read-only since {since}",
            "eguma": "no answer from E-GUMA since {since}",
        },
        over={
            "out_of_service": "in service again (out of service from {since} to {until})",
            "ordered": "what staff had ordered is over (from {since} to {until})",
            "supply": "supply well again (too weak from {since} to {until})",
            "disk": "disk well again (at fault from {since} to {until})",
            "eguma": "E-GUMA answers again (no answer from {since} to {until})",
        },
        faults={
            "fire": "fire alarm, or the fire contact's wire is broken",
            "unprovisioned": "the gate is not set up yet",
            "journal": "the journal cannot be written",
            "key": "E-GUMA does not accept the gate's key",
            "relay": "the relay cannot be switched",
            "blocked": "the gate is blocked",
            "scanner": "the scanner is not ready",
            "starting": "the gate does not finish starting",
            "held_by_staff": "held open by staff",
            "locked": "locked by staff",
            "withdrawn": "put out of service by staff",
            "held_open": "held open by the service key",
            "service": "closed by the service key",
        },
        open_item="Incident {incident} needs a person: {text}",
        settled="Incident {incident} is settled: {text}",
        gone="it is open no more",
        more_items="And {more} more incidents that need a person.",
        more=" (and {more} more)",
        technical="The gate says: {text}",
        trial="Trial",
        trial_text="This is a trial. It is how the gate speaks up when it needs somebody.",
    ),
}
