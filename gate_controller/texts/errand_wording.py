"""
What staff read of errands, in each language: a top-up, a depot voucher sold or taken back, a charge given back in part.

Placeholders are those of `story_wording.py`, and `{amount}` and `{name}` (what it is called).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.texts.languages import Language


@dataclass(frozen=True, slots=True)
class ErrandWording:
    """Everything that stories say of errands in one language."""

    names: Mapping[ErrandKind, str]
    """As it begins a line."""
    begun: Mapping[ErrandKind, str]
    done: Mapping[ErrandKind, str]
    refused: str
    doubted: str
    not_done: str
    part_voided: str
    """In the story of the charge itself."""
    part_doubted: str
    """The same, where nobody can tell whether it was."""
    summary: str
    """Of one that is done."""
    summary_refused: str
    summary_not_done: str
    summary_checking: str
    summary_part_voided: str
    item: str
    """What an open item is about."""
    torn: str
    """What it is called where the journal has lost its beginning."""


ERRANDS: Final[Mapping[Language, ErrandWording]] = {
    Language.EN: ErrandWording(
        names={
            ErrandKind.PART_VOID: "Partial refund",
            ErrandKind.TOP_UP: "Top-up",
            ErrandKind.SALE: "Sale of a depot voucher",
            ErrandKind.TAKING_BACK: "Return of a depot voucher",
        },
        begun={
            ErrandKind.PART_VOID: "{by} ordered that {amount} be given back to voucher {code}{reason}.",
            ErrandKind.TOP_UP: "{by} ordered a top-up of {amount} for voucher {code}{reason}.",
            ErrandKind.SALE: "{by} ordered that depot voucher {code} be sold for {amount}{reason}.",
            ErrandKind.TAKING_BACK: "{by} ordered that depot voucher {code} be taken back{reason}.",
        },
        done={
            ErrandKind.PART_VOID: "{amount} were given back: {why}{left}.",
            ErrandKind.TOP_UP: "{amount} were put on the voucher: {why}{left}.",
            ErrandKind.SALE: "It is sold, and worth {amount}: {why}.",
            ErrandKind.TAKING_BACK: "It is taken back, and worth nothing now: {why}.",
        },
        refused="{by} ordered this for voucher {code}; it was not begun: {why}. Nothing has changed at E-GUMA.",
        doubted="Whether E-GUMA carried it out was not known ({why}); the gate looked it up.",
        not_done="It was not carried out: {why}. Nothing has changed at E-GUMA.",
        part_voided="{by} gave {amount} of the charge back{reason}.",
        part_doubted="Whether a part of the charge was given back is not known: see {text}.",
        summary="{name}: {amount}",
        summary_refused="{name} – not possible: {why}",
        summary_not_done="{name} – not carried out: {why}",
        summary_checking="{name} – being checked",
        summary_part_voided="Charged; {amount} of it given back",
        item="At {time}, {name}, {amount}, voucher {code}: {why}.",
        torn="An order from the desk",
    ),
    Language.DE: ErrandWording(
        names={
            ErrandKind.PART_VOID: "Teilgutschrift",
            ErrandKind.TOP_UP: "Aufladung",
            ErrandKind.SALE: "Verkauf eines Depotgutscheins",
            ErrandKind.TAKING_BACK: "Rücknahme eines Depotgutscheins",
        },
        begun={
            ErrandKind.PART_VOID: "{by} liess dem Gutschein {code} {amount} zurückschreiben{reason}.",
            ErrandKind.TOP_UP: "{by} liess den Gutschein {code} mit {amount} aufladen{reason}.",
            ErrandKind.SALE: "{by} verkaufte den Depotgutschein {code} für {amount}{reason}.",
            ErrandKind.TAKING_BACK: "{by} nahm den Depotgutschein {code} zurück{reason}.",
        },
        done={
            ErrandKind.PART_VOID: "{amount} sind zurückgeschrieben: {why}{left}.",
            ErrandKind.TOP_UP: "{amount} sind auf den Gutschein geladen: {why}{left}.",
            ErrandKind.SALE: "Er ist verkauft und {amount} wert: {why}.",
            ErrandKind.TAKING_BACK: "Er ist zurückgenommen und nichts mehr wert: {why}.",
        },
        refused="{by} wollte dies für den Gutschein {code}; es wurde nicht begonnen: {why}. Nichts ist verändert.",
        doubted="Ob E-GUMA es ausgeführt hat, war nicht bekannt ({why}); der Eingang sah nach.",
        not_done="Es wurde nicht ausgeführt: {why}. Bei E-GUMA ist alles wie zuvor.",
        part_voided="{by} schrieb {amount} der Belastung zurück{reason}.",
        part_doubted="Ob ein Teil der Belastung zurückgeschrieben wurde, ist nicht bekannt: siehe {text}.",
        summary="{name}: {amount}",
        summary_refused="{name} – nicht möglich: {why}",
        summary_not_done="{name} – nicht ausgeführt: {why}",
        summary_checking="{name} – wird geprüft",
        summary_part_voided="Belastet; {amount} davon zurückgeschrieben",
        item="Um {time} Uhr, {name}, {amount}, Gutschein {code}: {why}.",
        torn="Ein Auftrag vom Schalter",
    ),
    Language.FR: ErrandWording(
        names={
            ErrandKind.PART_VOID: "Remboursement partiel",
            ErrandKind.TOP_UP: "Recharge",
            ErrandKind.SALE: "Vente d’un bon de dépôt",
            ErrandKind.TAKING_BACK: "Reprise d’un bon de dépôt",
        },
        begun={
            ErrandKind.PART_VOID: "{by} a fait recréditer {amount} sur le bon {code}{reason}.",
            ErrandKind.TOP_UP: "{by} a fait recharger le bon {code} de {amount}{reason}.",
            ErrandKind.SALE: "{by} a vendu le bon de dépôt {code} pour {amount}{reason}.",
            ErrandKind.TAKING_BACK: "{by} a repris le bon de dépôt {code}{reason}.",
        },
        done={
            ErrandKind.PART_VOID: "{amount} ont été recrédités : {why}{left}.",
            ErrandKind.TOP_UP: "{amount} ont été ajoutés au bon : {why}{left}.",
            ErrandKind.SALE: "Il est vendu et vaut {amount} : {why}.",
            ErrandKind.TAKING_BACK: "Il est repris et ne vaut plus rien : {why}.",
        },
        refused="{by} l’a demandé pour le bon {code} ; rien n’a été entrepris : {why}. Rien n’a changé chez E-GUMA.",
        doubted="On ignorait si E-GUMA l’avait exécuté ({why}) ; le portillon a vérifié.",
        not_done="Cela n’a pas été exécuté : {why}. Rien n’a changé chez E-GUMA.",
        part_voided="{by} a recrédité {amount} sur ce débit{reason}.",
        part_doubted="On ignore si une partie de ce débit a été recréditée : voir {text}.",
        summary="{name} : {amount}",
        summary_refused="{name} – impossible : {why}",
        summary_not_done="{name} – non exécuté : {why}",
        summary_checking="{name} – vérification en cours",
        summary_part_voided="Débité ; {amount} recrédités",
        item="À {time}, {name}, {amount}, bon {code} : {why}.",
        torn="Un ordre du guichet",
    ),
    Language.IT: ErrandWording(
        names={
            ErrandKind.PART_VOID: "Rimborso parziale",
            ErrandKind.TOP_UP: "Ricarica",
            ErrandKind.SALE: "Vendita di un buono in deposito",
            ErrandKind.TAKING_BACK: "Ritiro di un buono in deposito",
        },
        begun={
            ErrandKind.PART_VOID: "{by} ha fatto riaccreditare {amount} sul buono {code}{reason}.",
            ErrandKind.TOP_UP: "{by} ha fatto ricaricare il buono {code} di {amount}{reason}.",
            ErrandKind.SALE: "{by} ha venduto il buono in deposito {code} per {amount}{reason}.",
            ErrandKind.TAKING_BACK: "{by} ha ritirato il buono in deposito {code}{reason}.",
        },
        done={
            ErrandKind.PART_VOID: "{amount} sono stati riaccreditati: {why}{left}.",
            ErrandKind.TOP_UP: "{amount} sono stati caricati sul buono: {why}{left}.",
            ErrandKind.SALE: "È venduto e vale {amount}: {why}.",
            ErrandKind.TAKING_BACK: "È ritirato e non vale più nulla: {why}.",
        },
        refused="{by} lo ha chiesto per il buono {code}; non è stato avviato: {why}. Nulla è cambiato.",
        doubted="Non si sapeva se E-GUMA l’avesse eseguito ({why}); il varco ha verificato.",
        not_done="Non è stato eseguito: {why}. Presso E-GUMA non è cambiato nulla.",
        part_voided="{by} ha riaccreditato {amount} di questo addebito{reason}.",
        part_doubted="Non si sa se una parte di questo addebito sia stata riaccreditata: vedere {text}.",
        summary="{name}: {amount}",
        summary_refused="{name} – non possibile: {why}",
        summary_not_done="{name} – non eseguito: {why}",
        summary_checking="{name} – in verifica",
        summary_part_voided="Addebitato; {amount} riaccreditati",
        item="Alle {time}, {name}, {amount}, buono {code}: {why}.",
        torn="Un ordine dallo sportello",
    ),
}
