"""
What the pages about days say, and what is printed besides receipts: English, German, French and Italian side by side.

Rows of the table in `phrases.py`, and by its rules.
"""

from collections.abc import Mapping
from typing import Final

from gate_controller.texts.languages import Language

ENTRY_WORDS: Final[Mapping[str, str]] = {
    "admitted_on_charge": "Admitted on a charge",
    "admitted_on_credit": "Admitted on an earlier charge",
    "admitted_free": "Admitted free of charge",
    "admitted_on_ticket": "Admitted on a ticket",
    "let_out_on_ticket": "Let out on a ticket",
    "let_in": "Let in by staff",
    "opened_by_staff": "Opened by staff",
    "refused": "Refused",
    "charged": "Charged",
    "charged_of_product": "Of that, by product",
    "refunded": "Refunded",
    "voided_in_part": "Given back in part",
    "topped_up": "Topped up",
    "sold": "Sold",
    "taken_back": "Taken back",
    "open_item": "Open items",
    "unfinished": "Not settled yet",
}
"""What each line of a closing is called, by the name that programs read (`BookedKind`)."""

HELD: Final[Mapping[Language, str]] = {
    Language.DE: "Weiterer Gutschein verlangt",
    Language.FR: "Autre bon demandé",
    Language.IT: "Chiesto un altro buono",
    Language.EN: "Another voucher asked for",
}
"""Why a voucher was not charged that was held towards the price."""

FREE_WORDS: Final[Mapping[str, str]] = {"rule": "by a rule of the house", "outage": "in an outage"}
"""Why somebody was let in free of charge, by the name that programs read (`FreeGrounds`)."""

DIFFERENCE_WORDS: Final[Mapping[str, str]] = {
    "charged by the journal, not in E-GUMA's list": "Charged here, not in the list",
    "in E-GUMA's list, unknown to the journal": "In the list, not charged here",
}

DAY_ROWS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("Days", "Tage", "Jours", "Giorni"),
    ("Monday", "Montag", "Lundi", "Lunedì"),
    ("Tuesday", "Dienstag", "Mardi", "Martedì"),
    ("Wednesday", "Mittwoch", "Mercredi", "Mercoledì"),
    ("Thursday", "Donnerstag", "Jeudi", "Giovedì"),
    ("Friday", "Freitag", "Vendredi", "Venerdì"),
    ("Saturday", "Samstag", "Samedi", "Sabato"),
    ("Sunday", "Sonntag", "Dimanche", "Domenica"),
    ("goes on", "läuft noch", "en cours", "in corso"),
    ("closed", "abgeschlossen", "clôturé", "chiuso"),
    ("not closed yet", "noch nicht abgeschlossen", "pas encore clôturé", "non ancora chiuso"),
    ("nothing to close", "nichts abzuschliessen", "rien à clôturer", "nulla da chiudere"),
    (
        "Closed by {name}, {time}",
        "Abgeschlossen von {name}, {time}",
        "Clôturé par {name}, {time}",
        "Chiuso da {name}, {time}",
    ),
    ("{n} admitted", "{n} eingelassen", "{n} entrées", "{n} entrati"),
    ("Day before", "Tag davor", "Jour précédent", "Giorno prima"),
    ("Day after", "Tag danach", "Jour suivant", "Giorno dopo"),
    ("All days", "Alle Tage", "Tous les jours", "Tutti i giorni"),
    ("There is no such day.", "Diesen Tag gibt es nicht.", "Ce jour n’existe pas.", "Questo giorno non esiste."),
    # -- one day
    ("What was booked", "Was gebucht wurde", "Ce qui a été comptabilisé", "Che cosa è stato registrato"),
    ("Number", "Anzahl", "Nombre", "Numero"),
    ("Admitted free of charge", "Eingelassen, ohne Belastung", "Entrées gratuites", "Entrati gratuitamente"),
    (
        "by a rule of the house",
        "nach einer Regel des Hauses",
        "selon une règle de la maison",
        "per una regola della casa",
    ),
    ("in an outage", "während eines Ausfalls", "pendant une panne", "durante un’interruzione"),
    ("Of that, by product", "Davon nach Produkt", "Dont, par produit", "Di cui, per prodotto"),
    ("Admitted on a charge", "Eingelassen, belastet", "Entrées débitées", "Entrati con addebito"),
    (
        "Admitted on an earlier charge",
        "Eingelassen, schon früher belastet",
        "Entrées débitées plus tôt",
        "Entrati, addebito precedente",
    ),
    ("Admitted on a ticket", "Mit Ticket eingelassen", "Entrées avec billet", "Entrati con biglietto"),
    ("Let out on a ticket", "Mit Ticket hinausgelassen", "Sorties avec billet", "Usciti con biglietto"),
    ("Let in by staff", "Vom Personal eingelassen", "Admis par le personnel", "Fatti entrare dal personale"),
    ("Opened by staff", "Vom Personal geöffnet", "Ouvert par le personnel", "Aperto dal personale"),
    ("Charged", "Belastet", "Débité", "Addebitato"),
    ("Refunded", "Zurückgegeben", "Remboursé", "Rimborsato"),
    ("Given back in part", "Teilweise zurückgegeben", "Remboursé en partie", "Rimborsato in parte"),
    ("Topped up", "Aufgeladen", "Rechargé", "Ricaricato"),
    ("Sold", "Verkauft", "Vendu", "Venduto"),
    ("Taken back", "Zurückgenommen", "Repris", "Ritirato"),
    ("Not settled yet", "Noch nicht erledigt", "Pas encore réglé", "Non ancora risolto"),
    (
        "Charged, less what was given back",
        "Belastet, ohne Zurückgegebenes",
        "Débité, moins les remboursements",
        "Addebitato, meno i rimborsi",
    ),
    ("E-GUMA’s list", "Liste von E-GUMA", "Liste d’E-GUMA", "Elenco di E-GUMA"),
    ("Redemptions: {n}", "Einlösungen: {n}", "Utilisations : {n}", "Riscossioni: {n}"),
    ("No difference.", "Kein Unterschied.", "Aucune différence.", "Nessuna differenza."),
    ("Differences: {n}", "Unterschiede: {n}", "Différences : {n}", "Differenze: {n}"),
    (
        "Charged here, not in the list",
        "Hier belastet, nicht auf der Liste",
        "Débité ici, absent de la liste",
        "Addebitato qui, non nell’elenco",
    ),
    (
        "In the list, not charged here",
        "Auf der Liste, hier nicht belastet",
        "Dans la liste, pas débité ici",
        "Nell’elenco, non addebitato qui",
    ),
    (
        "{n} more: see gate-controller journal reconcile",
        "{n} weitere: siehe gate-controller journal reconcile",
        "{n} de plus : voir gate-controller journal reconcile",
        "Altre {n}: vedi gate-controller journal reconcile",
    ),
    (
        "Not compared with E-GUMA’s list.",
        "Nicht mit der Liste von E-GUMA verglichen.",
        "Non comparé à la liste d’E-GUMA.",
        "Non confrontato con l’elenco di E-GUMA.",
    ),
    (
        "{n} entries of the list cannot be read.",
        "{n} Einträge der Liste sind nicht lesbar.",
        "{n} lignes de la liste sont illisibles.",
        "{n} voci dell’elenco sono illeggibili.",
    ),
    (
        "The gate’s own user at E-GUMA is not known: what the list has besides is not shown.",
        "Der eigene Benutzer bei E-GUMA ist nicht bekannt: Was die Liste sonst enthält, wird nicht gezeigt.",
        "L’utilisateur de cette entrée chez E-GUMA n’est pas connu : le reste de la liste n’est pas montré.",
        "L’utente di questo ingresso presso E-GUMA non è noto: il resto dell’elenco non è mostrato.",
    ),
    (
        "{n} of it are of earlier days, and were recorded only when those had been closed.",
        "{n} davon sind von früheren Tagen und wurden erst nach deren Abschluss festgehalten.",
        "{n} en sont de jours précédents, enregistrés seulement après leur clôture.",
        "{n} sono di giorni precedenti, registrati solo dopo la loro chiusura.",
    ),
    (
        "Charges of this day may be missing: a part of the journal was lost, or archived before.",
        "Belastungen dieses Tages können fehlen: Ein Teil des Journals ging verloren oder war schon archiviert.",
        "Des débits de ce jour peuvent manquer : une partie du journal a été perdue ou déjà archivée.",
        "Possono mancare addebiti di questo giorno: una parte del giornale è andata persa o era già archiviata.",
    ),
    ("Close this day…", "Tag abschliessen…", "Clôturer ce jour…", "Chiudere il giorno…"),
    ("Close this day", "Tag abschliessen", "Clôturer ce jour", "Chiudere il giorno"),
    (
        "This is done once and is not changed any more. What is done later counts on the day on which it is done.",
        "Das geschieht einmal und ändert sich nicht mehr. Was später geschieht, zählt an seinem Tag.",
        "Cela se fait une fois et ne change plus. Ce qui est fait plus tard compte le jour où c’est fait.",
        "Si fa una volta e non cambia più. Ciò che avviene dopo conta nel giorno in cui avviene.",
    ),
    ("Download as CSV", "Als CSV herunterladen", "Télécharger en CSV", "Scarica come CSV"),
    ("Print the balance", "Guthaben drucken", "Imprimer le solde", "Stampare il saldo"),
    ("Print", "Drucken", "Imprimer", "Stampa"),
    ("Being printed…", "Wird gedruckt…", "Impression…", "Stampa in corso…"),
    # -- on paper
    ("Receipt", "Quittung", "Quittance", "Ricevuta"),
    (
        "As it would be printed now",
        "Wie sie jetzt gedruckt würde",
        "Telle qu’elle serait imprimée",
        "Come verrebbe stampata ora",
    ),
    ("Print the receipt", "Quittung drucken", "Imprimer la quittance", "Stampare la ricevuta"),
    (
        "What may be on paper already is marked as a copy.",
        "Was schon auf Papier sein kann, wird als Kopie bezeichnet.",
        "Ce qui est peut-être déjà sur papier est marqué comme copie.",
        "Ciò che forse è già su carta è segnato come copia.",
    ),
    ("Day’s closing", "Tagesabschluss", "Clôture", "Chiusura"),
)
