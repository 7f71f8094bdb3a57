"""
What staff read of tickets, in each language: checked in and let in, or checked out and let out.

Placeholders are those of `story_wording.py`; `{code}` is the ticket's number, masked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gate_controller.admission.words.facts import Fact
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.ticket_facts import (
    EntryKept,
    EntryLapsed,
    EntryUndoBegun,
    EntryUndone,
    OccupancySet,
    TicketDoubted,
    TicketEvidence,
    TicketIntended,
    TicketLeft,
    TicketLetOut,
    TicketNotTaken,
)
from gate_controller.texts.languages import Language


class TicketCause(Enum):
    """A reason that the gate itself gives about a ticket; each value is the pattern of its words in the journal."""

    NO_TRACE = "no trace of a check-in after the settling time"
    NOT_TOLD = "whether the ticket was checked in cannot be told: E-GUMA does not say how it stands"
    PERHAPS_TWICE = "E-GUMA refused the check-in, and may have carried it out: it may have been sent twice on the way"
    UNSURE = "let in on a check-in that something else may explain"
    CONFIRMED_LATE = "the check-in was confirmed after the visitor had been refused"
    STOPPED_BEFORE_RELEASE = "the gate stopped between the check-in and the release"
    NOT_CHECKED_OUT = "E-GUMA did not check the ticket out: (.*)"
    NEVER_ANSWERED = "whether the ticket was checked out could not be learnt within a day"
    OUT_NOT_TOLD = "whether the ticket was checked out cannot be told: E-GUMA does not say how it stands"
    IN_ALREADY = "the ticket is checked in already"
    NOT_IN = "the ticket is not checked in"
    NOT_IN_ANY_MORE = "it is not checked in any more"
    REFUSED = "refused: (.*)"
    SCANNED_AGAIN = "scanned again before its check-out was known"


@dataclass(frozen=True, slots=True)
class TicketWording:
    """Everything that stories say of tickets in one language."""

    steps: Mapping[type[Fact], str]
    entered: Mapping[TicketEvidence, str]
    wants_out: str
    """`TicketIntended` on a lane that leads out."""
    let_out_unknown: str
    """`TicketLetOut` while the check-out is not known."""
    summaries: Mapping[type[Fact], str]
    """In a few words, without an end; of what else is newest it is being checked."""
    checking: str
    admitted: str
    refusals: Mapping[MessageKind, str]
    """A clause, and a summary too."""
    causes: Mapping[TicketCause, str]
    ticket: str
    item: str
    """What an open item is about."""


def _wording(
    ticket: str, sentences: tuple[str, ...], refusals: tuple[str, ...], causes: tuple[str, ...]
) -> TicketWording:
    """Return a table from its rows, each in the order of the lists below."""
    said = iter(sentences)
    steps = {kind: next(said) for kind in _STEPS}
    entered = {evidence: next(said) for evidence in TicketEvidence}
    wants_out, let_out_unknown = next(said), next(said)
    summaries = {kind: next(said) for kind in _SUMMARIES}
    checking, admitted, item = next(said), next(said), next(said)
    return TicketWording(
        steps,
        entered,
        wants_out,
        let_out_unknown,
        summaries,
        checking,
        admitted,
        dict(zip(_REFUSALS, refusals, strict=True)),
        dict(zip(TicketCause, causes, strict=True)),
        ticket,
        item,
    )


_STEPS: Final[tuple[type[Fact], ...]] = (
    TicketIntended,
    TicketNotTaken,
    TicketDoubted,
    EntryKept,
    EntryLapsed,
    EntryUndoBegun,
    EntryUndone,
    TicketLetOut,
    TicketLeft,
    OccupancySet,
)
_SUMMARIES: Final[tuple[type[Fact], ...]] = (
    TicketNotTaken,
    EntryKept,
    EntryLapsed,
    EntryUndoBegun,
    EntryUndone,
    TicketLetOut,
    TicketLeft,
    OccupancySet,
)
_REFUSALS: Final = (
    MessageKind.TICKET_NOT_FOUND,
    MessageKind.TICKET_DELETED,
    MessageKind.TICKET_ALREADY_IN,
    MessageKind.TICKET_NOT_IN,
    MessageKind.TICKET_REFUSED,
)

TICKETS: Final[Mapping[Language, TicketWording]] = {
    Language.DE: _wording(
        "Ticket {code}",
        (
            "{voucher} wurde gescannt und sollte eingecheckt werden.",
            "Das Ticket wurde nicht angenommen: {why}.",
            "Ob das Ticket eingecheckt wurde, war unklar ({why}); der Eingang fragte nach.",
            "Der Eintritt wurde nicht benutzt: {why}. Er gilt{until} für dieses Ticket.",
            "Der Eintritt wurde nicht benutzt; das Ticket bleibt eingecheckt.",
            "Der Eingang begann, das Ticket wieder auszuchecken.",
            "Das Ticket ist wieder ausgecheckt: {why}.",
            "Der Durchgang wurde für den Ausgang geöffnet.",
            "Das Ticket ist ausgecheckt.",
            "{by} hat gesagt, wie viele Gäste drin sind: {count}.",
            "E-GUMA hat das Ticket eingecheckt.",
            "Die Nachfrage bei E-GUMA zeigt, dass das Ticket eingecheckt wurde.",
            "Das Ticket war schon eingecheckt und darf in dieser Zeit nochmals hinein.",
            "Das Ticket ist eingecheckt, vielleicht aus anderem Grund: gilt als eingecheckt.",
            "{voucher} wurde am Ausgang gescannt und sollte ausgecheckt werden.",
            "Der Durchgang wurde für den Ausgang geöffnet, bevor das Auschecken bekannt war: {why}.",
            "Nicht angenommen: {why}",
            "Gültig{until}: {why}",
            "Eintritt nicht benutzt",
            "Wird ausgecheckt",
            "Eintritt zurückgenommen",
            "Hinausgelassen, wird ausgecheckt",
            "Hinausgelassen",
            "{by}: {count} Gäste sind drin",
            "In Abklärung",
            "Eingelassen",
            "Um {time} wurde das Ticket {code} gescannt: {why}.",
        ),
        (
            "das Ticket ist nicht bekannt",
            "das Ticket wurde annulliert",
            "das Ticket war schon eingecheckt",
            "das Ticket war nicht eingecheckt",
            "von E-GUMA abgelehnt",
        ),
        (
            "bei E-GUMA ist keine Spur davon",
            "E-GUMA sagt nicht, wie das Ticket steht",
            "E-GUMA hat abgelehnt und vielleicht doch eingecheckt: die Anfrage kann doppelt angekommen sein",
            "eingelassen, obwohl das Ticket aus anderem Grund eingecheckt sein kann",
            "das Einchecken wurde erst bestätigt, als der Gast schon abgewiesen war",
            "der Eingang wurde zwischen Einchecken und Öffnung beendet",
            "E-GUMA hat das Ticket nicht ausgecheckt ({text})",
            "seit einem Tag war nicht zu erfahren, ob das Ticket ausgecheckt ist",
            "E-GUMA sagt nicht, ob das Ticket ausgecheckt ist",
            "das Ticket ist schon eingecheckt",
            "das Ticket ist nicht eingecheckt",
            "es ist nicht mehr eingecheckt",
            "E-GUMA hat abgelehnt ({text})",
            "es wurde nochmals gescannt, bevor das Auschecken bekannt war",
        ),
    ),
    Language.FR: _wording(
        "Billet {code}",
        (
            "{voucher} a été scanné et devait être enregistré à l’entrée.",
            "Le billet n’a pas été accepté\u202f: {why}.",
            "On ne savait pas si l’entrée du billet était enregistrée ({why})\u202f; le portillon s’est renseigné.",
            "L’entrée n’a pas été utilisée\u202f: {why}. Elle reste valable{until} pour ce billet.",
            "L’entrée n’a pas été utilisée\u202f; le billet reste enregistré comme entré.",
            "Le portillon a commencé à annuler l’entrée du billet.",
            "L’entrée du billet est annulée\u202f: {why}.",
            "Le passage a été ouvert pour la sortie.",
            "La sortie du billet est enregistrée.",
            "{by} a indiqué combien de personnes sont à l’intérieur\u202f: {count}.",
            "E-GUMA a enregistré l’entrée du billet.",
            "E-GUMA, interrogé, indique que l’entrée du billet est enregistrée.",
            "Le billet était déjà entré et peut entrer à nouveau pendant ce temps.",
            "Le billet est enregistré, peut-être pour une autre raison\u202f: considéré comme entré.",
            "{voucher} a été scanné à la sortie et devait être enregistré comme sorti.",
            "Le passage a été ouvert pour la sortie avant que celle-ci soit enregistrée\u202f: {why}.",
            "Pas accepté\u202f: {why}",
            "Valable{until}\u202f: {why}",
            "Entrée non utilisée",
            "Annulation de l’entrée en cours",
            "Entrée annulée",
            "Sorti, enregistrement en cours",
            "Sorti",
            "{by}\u202f: {count} personnes à l’intérieur",
            "En vérification",
            "Entré",
            "À {time}, le billet {code} a été scanné\u202f: {why}.",
        ),
        (
            "le billet n’est pas connu",
            "le billet a été annulé",
            "le billet était déjà entré",
            "le billet n’était pas entré",
            "refusé par E-GUMA",
        ),
        (
            "E-GUMA n’en montre aucune trace",
            "E-GUMA ne dit pas où en est le billet",
            "E-GUMA a refusé et a peut-être tout de même enregistré\u202f: la demande a pu arriver deux fois",
            "entré, bien que le billet puisse être enregistré pour une autre raison",
            "l’entrée n’a été confirmée qu’une fois la personne refusée",
            "le portillon s’est arrêté entre l’enregistrement et l’ouverture",
            "E-GUMA n’a pas enregistré la sortie du billet ({text})",
            "depuis un jour, on n’a pas pu savoir si la sortie du billet est enregistrée",
            "E-GUMA ne dit pas si la sortie du billet est enregistrée",
            "le billet est déjà entré",
            "le billet n’est pas entré",
            "il n’est plus enregistré comme entré",
            "E-GUMA a refusé ({text})",
            "il a été scanné à nouveau avant que sa sortie soit connue",
        ),
    ),
    Language.IT: _wording(
        "Biglietto {code}",
        (
            "{voucher} è stato scansionato e doveva essere registrato all’entrata.",
            "Il biglietto non è stato accettato: {why}.",
            "Non era chiaro se l’entrata del biglietto fosse registrata ({why}); il varco si è informato.",
            "L’entrata non è stata usata: {why}. Resta valida{until} per questo biglietto.",
            "L’entrata non è stata usata; il biglietto resta registrato come entrato.",
            "Il varco ha iniziato ad annullare l’entrata del biglietto.",
            "L’entrata del biglietto è annullata: {why}.",
            "Il varco è stato aperto per l’uscita.",
            "L’uscita del biglietto è registrata.",
            "{by} ha indicato quante persone sono dentro: {count}.",
            "E-GUMA ha registrato l’entrata del biglietto.",
            "E-GUMA, interrogato, indica che l’entrata del biglietto è registrata.",
            "Il biglietto era già entrato e in questo tempo può entrare di nuovo.",
            "Il biglietto è registrato, forse per un altro motivo: considerato entrato.",
            "{voucher} è stato scansionato all’uscita e doveva essere registrato come uscito.",
            "Il varco è stato aperto per l’uscita prima che questa fosse registrata: {why}.",
            "Non accettato: {why}",
            "Valido{until}: {why}",
            "Entrata non usata",
            "Annullamento dell’entrata in corso",
            "Entrata annullata",
            "Uscito, registrazione in corso",
            "Uscito",
            "{by}: {count} persone dentro",
            "In verifica",
            "Entrato",
            "Alle {time} è stato scansionato il biglietto {code}: {why}.",
        ),
        (
            "il biglietto non è conosciuto",
            "il biglietto è stato annullato",
            "il biglietto era già entrato",
            "il biglietto non era entrato",
            "rifiutato da E-GUMA",
        ),
        (
            "E-GUMA non ne mostra traccia",
            "E-GUMA non dice a che punto è il biglietto",
            "E-GUMA ha rifiutato e forse ha registrato comunque: la richiesta può essere arrivata due volte",
            "entrato, benché il biglietto possa essere registrato per un altro motivo",
            "l’entrata è stata confermata solo quando la persona era già stata respinta",
            "il varco si è fermato tra la registrazione e l’apertura",
            "E-GUMA non ha registrato l’uscita del biglietto ({text})",
            "da un giorno non si è potuto sapere se l’uscita del biglietto è registrata",
            "E-GUMA non dice se l’uscita del biglietto è registrata",
            "il biglietto è già entrato",
            "il biglietto non è entrato",
            "non è più registrato come entrato",
            "E-GUMA ha rifiutato ({text})",
            "è stato scansionato di nuovo prima che l’uscita fosse nota",
        ),
    ),
    Language.EN: _wording(
        "Ticket {code}",
        (
            "{voucher} was scanned and was to be checked in.",
            "The ticket was not taken: {why}.",
            "Whether the ticket was checked in was not known ({why}); the gate looked it up.",
            "The entry was not used: {why}. It is kept for this ticket{until}.",
            "The entry was not used; the ticket stays checked in.",
            "The gate began to check the ticket out again.",
            "The ticket is checked out again: {why}.",
            "The gate was opened for the way out.",
            "The ticket is checked out.",
            "{by} said how many people are inside: {count}.",
            "E-GUMA checked the ticket in.",
            "E-GUMA, when asked, shows that the ticket was checked in.",
            "The ticket was checked in already, and may go in again for a while.",
            "The ticket is checked in, perhaps for another reason: taken as checked in.",
            "{voucher} was scanned at the way out and was to be checked out.",
            "The gate was opened for the way out before the check-out was known: {why}.",
            "Not taken: {why}",
            "Kept{until}: {why}",
            "Entry not used",
            "Being checked out",
            "Entry undone",
            "Let out, being checked out",
            "Let out",
            "{by}: {count} people are inside",
            "Being checked",
            "Admitted",
            "At {time} ticket {code} was scanned: {why}.",
        ),
        (
            "the ticket is not known",
            "the ticket has been cancelled",
            "the ticket was checked in already",
            "the ticket was not checked in",
            "refused by E-GUMA",
        ),
        (
            "E-GUMA shows no trace of it",
            "E-GUMA does not say how the ticket stands",
            "E-GUMA refused, and may have checked it in all the same: the request may have arrived twice",
            "let in, although the ticket may be checked in for another reason",
            "the check-in was confirmed only after the visitor had been refused",
            "the gate stopped between check-in and release",
            "E-GUMA did not check the ticket out ({text})",
            "for a day it could not be learnt whether the ticket is checked out",
            "E-GUMA does not say whether the ticket is checked out",
            "the ticket is checked in already",
            "the ticket is not checked in",
            "it is not checked in any more",
            "E-GUMA refused ({text})",
            "it was scanned again before its check-out was known",
        ),
    ),
}
"""Each language's table."""
