"""What gates and their venue answer to orders from the page of a house; rows as in `sayings.py`."""

from typing import Final

# ruff: noqa: E501 - a row is read side by side

HOUSE_SAYINGS: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "price {} from {} on",
        "Der Preis ist {} ab {}.",
        "Le prix est de {} dès le {}.",
        "Il prezzo è {} dal {}.",
    ),
    (
        "price {} from {} on, as soon as nobody is being served",
        "Der Preis ist {} ab {}, sobald kein Gast bedient wird.",
        "Le prix est de {} dès le {}, dès que personne n’est servi.",
        "Il prezzo è {} dal {}, appena nessuno è al varco.",
    ),
    (
        "the price is kept, and counts",
        "Der Preis ist gesetzt und gilt.",
        "Le prix est fixé et vaut.",
        "Il prezzo è fissato e vale.",
    ),
    (
        "the price was not kept",
        "Der Preis wurde nicht gesetzt.",
        "Le prix n’a pas été fixé.",
        "Il prezzo non è stato fissato.",
    ),
    (
        "the gate is not connected: nothing was sent",
        "Der Eingang ist nicht verbunden: Es wurde nichts gesendet.",
        "L’entrée n’est pas reliée : rien n’a été envoyé.",
        "L’ingresso non è collegato: non è stato inviato nulla.",
    ),
    (
        "it is no gate of this house",
        "Das ist kein Eingang dieses Hauses.",
        "Ce n’est pas une entrée de cette maison.",
        "Non è un ingresso di questa casa.",
    ),
    (
        "there is no such gate",
        "Diesen Eingang gibt es nicht.",
        "Cette entrée n’existe pas.",
        "Questo ingresso non esiste.",
    ),
    (
        "there is no such group",
        "Diese Gruppe gibt es nicht.",
        "Ce groupe n’existe pas.",
        "Questo gruppo non esiste.",
    ),
    (
        "the order could not be given ({}): look at the list of orders, then try again",
        "Die Anordnung konnte nicht gegeben werden ({}): Schauen Sie in die Liste der Anordnungen, dann versuchen Sie es nochmals.",
        "L’ordre n’a pas pu être donné ({}) : regardez la liste des ordres, puis réessayez.",
        "L’ordine non è stato dato ({}): guardi l’elenco degli ordini, poi riprovi.",
    ),
    (
        "{} is not over: close it tomorrow",
        "{} ist noch nicht vorbei: Schliessen Sie den Tag morgen ab.",
        "{} n’est pas terminé : clôturez ce jour demain.",
        "{} non è finito: chiuda il giorno domani.",
    ),
    (
        "{} was not closed before {} was: what it came to is in that closing",
        "{} wurde nicht vor {} abgeschlossen: Was an diesem Tag war, steht in jenem Abschluss.",
        "{} n’a pas été clôturé avant {} : son total est dans cette clôture.",
        "{} non è stato chiuso prima di {}: il suo totale è in quella chiusura.",
    ),
)
