"""
What stands on a receipt, in the languages of the house: the labels, and one sentence about the money.

Each label is at most 12 letters, so that its value stands beside it on a narrow roll. The sentence of each `Receipted`
claims what is certain, and no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from gate_controller.texts.languages import Language


class Receipted(Enum):
    """What became of the money, as a receipt may say it."""

    CHARGED = auto()
    """Charged, and admitted."""
    KEPT = auto()
    """Charged and not used: good for one admission."""
    GIVEN_BACK = auto()
    NOT_CHARGED = auto()
    CHECKED_BY_STAFF = auto()
    """A person has settled it; how is between him and the visitor."""
    UNCERTAIN = auto()
    """It is being looked up, given back, or needs a person."""
    TOPPED_UP = auto()
    SOLD = auto()
    """A depot voucher, which is worth its amount from now on."""
    TAKEN_BACK = auto()
    """A depot voucher, which is worth nothing any more."""
    PART_GIVEN_BACK = auto()
    """Of an earlier charge, by an errand of its own."""
    NOT_DONE = auto()
    """An errand of staff that changed nothing at E-GUMA."""
    BEING_CHECKED = auto()
    """An errand of staff whose fate nobody knows yet."""


@dataclass(frozen=True, slots=True)
class ReceiptWording:
    """Everything that receipts say in one language."""

    title: str
    copy: str
    gate: str
    time: str
    voucher: str
    incident: str
    amount: str
    balance: str
    voided: str
    """What of the amount was given back since."""
    vat: str
    """Of vouchers that are sold: none is due before they are redeemed."""
    outcomes: Mapping[Receipted, str]


RECEIPTS: Final[Mapping[Language, ReceiptWording]] = {
    Language.DE: ReceiptWording(
        title="Quittung",
        copy="Kopie",
        gate="Eingang",
        time="Zeit",
        voucher="Gutschein",
        incident="Vorfall",
        amount="Betrag",
        balance="Rest",
        voided="Zurück",
        vat="MwSt. 0 %",
        outcomes={
            Receipted.CHARGED: "Eintritt, dem Gutschein belastet.",
            Receipted.KEPT: "Belastet und nicht benutzt. Gilt für einen Eintritt.",
            Receipted.GIVEN_BACK: "Belastet und wieder gutgeschrieben.",
            Receipted.NOT_CHARGED: "Nicht belastet.",
            Receipted.CHECKED_BY_STAFF: "Vom Personal erledigt.",
            Receipted.UNCERTAIN: "Belastung wird geprüft. Bitte wenden Sie sich ans Personal.",
            Receipted.TOPPED_UP: "Auf den Gutschein geladen.",
            Receipted.SOLD: "Gutschein verkauft. Wert gemäss Betrag.",
            Receipted.TAKEN_BACK: "Gutschein zurückgenommen. Kein Wert mehr.",
            Receipted.PART_GIVEN_BACK: "Dem Gutschein zurückgeschrieben.",
            Receipted.NOT_DONE: "Nicht ausgeführt.",
            Receipted.BEING_CHECKED: "Wird geprüft. Bitte wenden Sie sich ans Personal.",
        },
    ),
    Language.FR: ReceiptWording(
        title="Quittance",
        copy="Copie",
        gate="Entrée",
        time="Heure",
        voucher="Bon",
        incident="Incident",
        amount="Montant",
        balance="Solde",
        voided="Recrédité",
        vat="TVA 0 %",
        outcomes={
            Receipted.CHARGED: "Entrée, débitée sur le bon.",
            Receipted.KEPT: "Débité, non utilisé. Valable pour une entrée.",
            Receipted.GIVEN_BACK: "Débit annulé.",
            Receipted.NOT_CHARGED: "Aucun débit.",
            Receipted.CHECKED_BY_STAFF: "Réglé par le personnel.",
            Receipted.UNCERTAIN: "Vérification du débit en cours. Veuillez vous adresser au personnel.",
            Receipted.TOPPED_UP: "Ajouté au bon.",
            Receipted.SOLD: "Bon vendu, d’une valeur égale au montant.",
            Receipted.TAKEN_BACK: "Bon repris, désormais sans valeur.",
            Receipted.PART_GIVEN_BACK: "Recrédité sur le bon.",
            Receipted.NOT_DONE: "Non exécuté.",
            Receipted.BEING_CHECKED: "Vérification en cours. Veuillez vous adresser au personnel.",
        },
    ),
    Language.IT: ReceiptWording(
        title="Ricevuta",
        copy="Copia",
        gate="Ingresso",
        time="Ora",
        voucher="Buono",
        incident="Caso",
        amount="Importo",
        balance="Saldo",
        voided="Riaccredito",
        vat="IVA 0 %",
        outcomes={
            Receipted.CHARGED: "Ingresso, addebitato sul buono.",
            Receipted.KEPT: "Addebitato e non utilizzato. Valido per un ingresso.",
            Receipted.GIVEN_BACK: "Addebito annullato.",
            Receipted.NOT_CHARGED: "Nessun addebito.",
            Receipted.CHECKED_BY_STAFF: "Risolto dal personale.",
            Receipted.UNCERTAIN: "Addebito in corso di verifica. Si rivolga al personale.",
            Receipted.TOPPED_UP: "Caricato sul buono.",
            Receipted.SOLD: "Buono venduto, del valore dell’importo.",
            Receipted.TAKEN_BACK: "Buono ritirato, ormai senza valore.",
            Receipted.PART_GIVEN_BACK: "Riaccreditato sul buono.",
            Receipted.NOT_DONE: "Non eseguito.",
            Receipted.BEING_CHECKED: "In corso di verifica. Si rivolga al personale.",
        },
    ),
    Language.EN: ReceiptWording(
        title="Receipt",
        copy="Copy",
        gate="Gate",
        time="Time",
        voucher="Voucher",
        incident="Incident",
        amount="Amount",
        balance="Left",
        voided="Given back",
        vat="VAT 0 %",
        outcomes={
            Receipted.CHARGED: "Admission, charged to the voucher.",
            Receipted.KEPT: "Charged and not used. Good for one admission.",
            Receipted.GIVEN_BACK: "Charged and refunded.",
            Receipted.NOT_CHARGED: "Not charged.",
            Receipted.CHECKED_BY_STAFF: "Settled by staff.",
            Receipted.UNCERTAIN: "The charge is being checked. Please ask a member of staff.",
            Receipted.TOPPED_UP: "Put on the voucher.",
            Receipted.SOLD: "Voucher sold, worth the amount.",
            Receipted.TAKEN_BACK: "Voucher taken back, worth nothing now.",
            Receipted.PART_GIVEN_BACK: "Given back to the voucher.",
            Receipted.NOT_DONE: "Not carried out.",
            Receipted.BEING_CHECKED: "Being checked. Please ask a member of staff.",
        },
    ),
}
