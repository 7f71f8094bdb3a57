"""What visitors with tickets read, and those whom a lane's way or a full house concerns, in each language."""

from collections.abc import Mapping
from typing import Final

from gate_controller.admission.words.messages import MessageKind
from gate_controller.texts.wording import Words

GERMAN: Final[Mapping[MessageKind, Words]] = {
    MessageKind.TICKET_ADMITTED: Words(
        "Willkommen", "Bitte gehen Sie durch.", short_title="Bitte gehen", short="", later=""
    ),
    MessageKind.TICKET_OUT: Words(
        "Auf Wiedersehen", "Bitte gehen Sie durch.", short_title="Bitte gehen", short="", later=""
    ),
    MessageKind.TICKET_NOT_FOUND: Words(
        "Unbekannt",
        "Dieses Ticket ist nicht bekannt. Bitte wenden Sie sich ans Personal.",
        short="Bitte ans Personal wenden.",
    ),
    MessageKind.TICKET_DELETED: Words(
        "Nicht gültig",
        "Dieses Ticket wurde annulliert. Bitte wenden Sie sich ans Personal.",
        short="Bitte ans Personal wenden.",
    ),
    MessageKind.TICKET_ALREADY_IN: Words(
        "Schon benutzt",
        "Mit diesem Ticket ist um {since} jemand eingetreten. Bitte wenden Sie sich ans Personal.",
        "Mit diesem Ticket ist schon jemand eingetreten. Bitte wenden Sie sich ans Personal.",
        short="Um {since}. Personal fragen.",
        short_bare="Bitte ans Personal wenden.",
    ),
    MessageKind.TICKET_NOT_IN: Words(
        "Nicht drin",
        "Mit diesem Ticket ist niemand eingetreten. Bitte wenden Sie sich ans Personal.",
        short="Bitte ans Personal wenden.",
    ),
    MessageKind.TICKET_REFUSED: Words(
        "Abgelehnt",
        "{eguma_text}",
        "Bitte wenden Sie sich ans Personal{incident}.",
        short_bare="Bitte ans Personal{incident}.",
        later="{eguma_text}",
    ),
    MessageKind.TICKET_BEING_CHECKED: Words(
        "Wird geprüft",
        "Ihr Ticket wird noch geprüft. Bitte wenden Sie sich ans Personal{incident}.",
        short="Bitte ans Personal{incident}.",
    ),
    MessageKind.TICKET_SCAN_AGAIN: Words(
        "Geprüft", "Bitte scannen Sie das Ticket nochmals.", short="Bitte nochmals scannen."
    ),
    MessageKind.TICKET_KEPT: Words(
        "Wieder zu",
        "Niemand ging durch. Scannen Sie dasselbe Ticket nochmals: Der Durchgang öffnet nochmals.",
        short="Bitte nochmals scannen.",
        later="Niemand ging durch. Bitte scannen Sie dasselbe Ticket nochmals.",
    ),
    MessageKind.TICKET_SHUT: Words(
        "Blieb zu",
        "Ihr Ticket bleibt gültig, aber der Durchgang ging nicht auf. Bitte wenden Sie sich ans Personal{incident}.",
        short="Bitte ans Personal{incident}.",
    ),
    MessageKind.WAY_OUT: Words(
        "Nur Ausgang",
        "Hier geht es hinaus. Bitte scannen Sie den Gutschein am Eingang.",
        short="Bitte am Eingang scannen.",
    ),
    MessageKind.HOUSE_FULL: Words(
        "Alles besetzt",
        "Im Moment sind alle Plätze besetzt. Bitte warten Sie, und scannen Sie später nochmals.",
        short="Bitte später scannen.",
        later="Es waren alle Plätze besetzt. Bitte scannen Sie nochmals.",
        later_short="Bitte nochmals scannen.",
    ),
}

FRENCH: Final[Mapping[MessageKind, Words]] = {
    MessageKind.TICKET_ADMITTED: Words("Bienvenue", "Veuillez passer.", short_title="Passez", short="", later=""),
    MessageKind.TICKET_OUT: Words("Au revoir", "Veuillez passer.", short_title="Passez", short="", later=""),
    MessageKind.TICKET_NOT_FOUND: Words(
        "Billet inconnu",
        "Ce billet n’est pas connu. Adressez-vous au personnel.",
        short="Demandez au personnel.",
    ),
    MessageKind.TICKET_DELETED: Words(
        "Non valable",
        "Ce billet a été annulé. Adressez-vous au personnel.",
        short="Demandez au personnel.",
    ),
    MessageKind.TICKET_ALREADY_IN: Words(
        "Déjà utilisé",
        "Quelqu’un est entré avec ce billet à {since}. Adressez-vous au personnel.",
        "Quelqu’un est déjà entré avec ce billet. Adressez-vous au personnel.",
        short="À {since}. Voir le personnel.",
        short_bare="Demandez au personnel.",
    ),
    MessageKind.TICKET_NOT_IN: Words(
        "Pas entré",
        "Personne n’est entré avec ce billet. Adressez-vous au personnel.",
        short="Demandez au personnel.",
    ),
    MessageKind.TICKET_REFUSED: Words(
        "Billet refusé",
        "{eguma_text}",
        "Adressez-vous au personnel{incident}.",
        short_bare="Voir le personnel{incident}.",
        later="{eguma_text}",
    ),
    MessageKind.TICKET_BEING_CHECKED: Words(
        "Vérification",
        "Votre billet est en cours de vérification. Adressez-vous au personnel{incident}.",
        short="Voir le personnel{incident}.",
    ),
    MessageKind.TICKET_SCAN_AGAIN: Words(
        "Vérifié", "Veuillez scanner à nouveau le billet.", short="Scannez à nouveau."
    ),
    MessageKind.TICKET_KEPT: Words(
        "Refermé",
        "Personne n’est passé. Scannez à nouveau le même billet\u202f: le passage s’ouvre encore une fois.",
        short="Scannez à nouveau.",
        later="Personne n’est passé. Veuillez scanner à nouveau le même billet.",
    ),
    MessageKind.TICKET_SHUT: Words(
        "Resté fermé",
        "Votre billet reste valable, mais le passage ne s’est pas ouvert. Adressez-vous au personnel{incident}.",
        short="Voir le personnel{incident}.",
    ),
    MessageKind.WAY_OUT: Words(
        "Sortie seule",
        "C’est la sortie. Veuillez scanner le bon à l’entrée.",
        short="Scannez à l’entrée.",
    ),
    MessageKind.HOUSE_FULL: Words(
        "Complet",
        "Toutes les places sont occupées. Veuillez attendre et scanner à nouveau plus tard.",
        short="Scannez plus tard.",
        later="Toutes les places étaient occupées. Veuillez scanner à nouveau.",
        later_short="Scannez à nouveau.",
    ),
}

ITALIAN: Final[Mapping[MessageKind, Words]] = {
    MessageKind.TICKET_ADMITTED: Words("Benvenuti", "Prego, passi.", short_title="Prego, passi", short="", later=""),
    MessageKind.TICKET_OUT: Words("Arrivederci", "Prego, passi.", short_title="Prego, passi", short="", later=""),
    MessageKind.TICKET_NOT_FOUND: Words(
        "Sconosciuto",
        "Questo biglietto non è conosciuto. Si rivolga al personale.",
        short="Chieda al personale.",
    ),
    MessageKind.TICKET_DELETED: Words(
        "Non valido",
        "Questo biglietto è stato annullato. Si rivolga al personale.",
        short="Chieda al personale.",
    ),
    MessageKind.TICKET_ALREADY_IN: Words(
        "Già usato",
        "Con questo biglietto qualcuno è entrato alle {since}. Si rivolga al personale.",
        "Con questo biglietto qualcuno è già entrato. Si rivolga al personale.",
        short="Alle {since}. Veda personale.",
        short_bare="Chieda al personale.",
    ),
    MessageKind.TICKET_NOT_IN: Words(
        "Non entrato",
        "Con questo biglietto nessuno è entrato. Si rivolga al personale.",
        short="Chieda al personale.",
    ),
    MessageKind.TICKET_REFUSED: Words(
        "Rifiutato",
        "{eguma_text}",
        "Si rivolga al personale{incident}.",
        short_bare="Al personale{incident}.",
        later="{eguma_text}",
    ),
    MessageKind.TICKET_BEING_CHECKED: Words(
        "In verifica",
        "Il Suo biglietto è ancora in verifica. Si rivolga al personale{incident}.",
        short="Al personale{incident}.",
    ),
    MessageKind.TICKET_SCAN_AGAIN: Words("Verificato", "Scansioni di nuovo il biglietto.", short="Scansioni di nuovo."),
    MessageKind.TICKET_KEPT: Words(
        "Richiuso",
        "Nessuno è passato. Scansioni di nuovo lo stesso biglietto: il varco si apre ancora una volta.",
        short="Scansioni di nuovo.",
        later="Nessuno è passato. Scansioni di nuovo lo stesso biglietto.",
    ),
    MessageKind.TICKET_SHUT: Words(
        "Rimasto chiuso",
        "Il Suo biglietto resta valido, ma il varco non si è aperto. Si rivolga al personale{incident}.",
        short="Al personale{incident}.",
    ),
    MessageKind.WAY_OUT: Words(
        "Solo uscita",
        "Questa è l’uscita. Scansioni il buono all’entrata.",
        short="Scansioni all’entrata.",
    ),
    MessageKind.HOUSE_FULL: Words(
        "Tutto occupato",
        "Al momento tutti i posti sono occupati. Attenda e scansioni di nuovo più tardi.",
        short="Scansioni più tardi.",
        later="Tutti i posti erano occupati. Scansioni di nuovo.",
        later_short="Scansioni di nuovo.",
    ),
}

ENGLISH: Final[Mapping[MessageKind, Words]] = {
    MessageKind.TICKET_ADMITTED: Words("Welcome", "Please go through.", short_title="Please go in", short="", later=""),
    MessageKind.TICKET_OUT: Words("Goodbye", "Please go through.", short_title="Please go", short="", later=""),
    MessageKind.TICKET_NOT_FOUND: Words(
        "Unknown ticket",
        "This ticket is not known. Please ask a member of staff.",
        short="Ask the staff.",
    ),
    MessageKind.TICKET_DELETED: Words(
        "Not valid",
        "This ticket has been cancelled. Please ask a member of staff.",
        short="Ask the staff.",
    ),
    MessageKind.TICKET_ALREADY_IN: Words(
        "Already used",
        "Somebody went in with this ticket at {since}. Please ask a member of staff.",
        "Somebody has already gone in with this ticket. Please ask a member of staff.",
        short="At {since}. Ask the staff.",
        short_bare="Please ask the staff.",
    ),
    MessageKind.TICKET_NOT_IN: Words(
        "Not inside",
        "Nobody has gone in with this ticket. Please ask a member of staff.",
        short="Ask the staff.",
    ),
    MessageKind.TICKET_REFUSED: Words(
        "Ticket refused",
        "{eguma_text}",
        "Please ask a member of staff{incident}.",
        short_bare="Ask the staff{incident}.",
        later="{eguma_text}",
    ),
    MessageKind.TICKET_BEING_CHECKED: Words(
        "Being checked",
        "Your ticket is still being checked. Please ask a member of staff{incident}.",
        short="Ask the staff{incident}.",
    ),
    MessageKind.TICKET_SCAN_AGAIN: Words("Checked", "Please scan the ticket again.", short="Please scan again."),
    MessageKind.TICKET_KEPT: Words(
        "Gate closed",
        "Nobody went through. Scan the same ticket again: the gate opens once more.",
        short="Please scan again.",
        later="Nobody went through. Please scan the same ticket again.",
    ),
    MessageKind.TICKET_SHUT: Words(
        "Gate stayed shut",
        "Your ticket stays valid, but the gate did not open. Please ask a member of staff{incident}.",
        short_title="Did not open",
        short="Ask the staff{incident}.",
    ),
    MessageKind.WAY_OUT: Words(
        "Way out only",
        "This is the way out. Please scan the voucher at the entrance.",
        short="Scan at the entrance.",
    ),
    MessageKind.HOUSE_FULL: Words(
        "House full",
        "All places are taken just now. Please wait, and scan again later.",
        short="Please scan later.",
        later="All places were taken. Please scan again.",
        later_short="Please scan again.",
    ),
}
