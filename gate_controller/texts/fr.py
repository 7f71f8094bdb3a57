"""French as written in Switzerland: narrow no-break space before : ; ! ?, typographic apostrophe."""

from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.texts.wording import Wording, Words

WORDING = Wording(
    messages={
        MessageKind.IDLE: Words(
            "Scannez ici",
            "Présentez le code de votre bon cadeau devant le scanner. Entrée : {price}.",
        ),
        MessageKind.CHECKING: Words(
            "Vérification",
            "Nous vérifions votre bon cadeau. Veuillez patienter un instant.",
        ),
        MessageKind.ONE_MOMENT: Words(
            "Un instant",
            "Une autre personne est en train d’entrer. Veuillez patienter, c’est bientôt votre tour.",
        ),
        MessageKind.ADMITTED: Words(
            "Bienvenue",
            "Vous pouvez entrer.",
        ),
        MessageKind.ADMITTED_ON_CREDIT: Words("Bienvenue", "Votre entrée est déjà payée. Vous pouvez entrer."),
        MessageKind.NOBODY_PASSED: Words(
            "Accès refermé",
            "Personne n’est passé. Scannez le même bon à nouveau : l’accès s’ouvre sans nouveau débit.",
        ),
        MessageKind.ALREADY_ADMITTED: Words(
            "Déjà payé",
            "Vous pouvez entrer. Pour une autre personne, scannez ensuite le bon à nouveau.",
        ),
        MessageKind.SCAN_AGAIN_LATER: Words(
            "Déjà payé",
            "Pour une autre personne, scannez le bon à nouveau dans {seconds} secondes.",
            "Pour une autre personne, scannez le bon à nouveau plus tard.",
        ),
        MessageKind.NOT_A_VOUCHER: Words(
            "Pas un bon",
            "Ce n’est pas un bon cadeau. Veuillez scanner le code qui figure sur votre bon.",
        ),
        MessageKind.NOT_REDEEMABLE: Words(
            "Bon non valable",
            "{eguma_text}",
            "Ce bon cadeau ne peut pas être utilisé. Veuillez vous adresser au personnel{incident}.",
        ),
        MessageKind.BALANCE_TOO_LOW: Words(
            "Solde trop bas",
            "Il reste {balance} sur le bon, l’entrée coûte {price}. Veuillez scanner un autre bon.",
            "Le solde ne suffit pas pour l’entrée à {price}. Veuillez scanner un autre bon.",
        ),
        MessageKind.WRONG_CURRENCY: Words(
            "Autre monnaie",
            "Ce bon cadeau n’est pas en {currency}. Veuillez scanner un autre bon.",
        ),
        MessageKind.REFUSED_BY_EGUMA: Words(
            "Refusé",
            "{eguma_text}",
            "Le bon cadeau a été refusé. Veuillez vous adresser au personnel{incident}.",
        ),
        MessageKind.UNREACHABLE: Words(
            "Pas de connexion",
            "Le bon cadeau n’a pas pu être vérifié. Veuillez le scanner à nouveau dans une minute.",
        ),
        MessageKind.BEING_CHECKED: Words(
            "À vérifier",
            "Nous vérifions si le bon a été débité. Veuillez vous adresser au personnel.",
        ),
        MessageKind.NOT_CHARGED_AFTER_ALL: Words(
            "Bon non débité", "Le scan précédent n’a rien débité. Veuillez scanner le bon à nouveau."
        ),
        MessageKind.REFUND_UNDER_WAY: Words(
            "Remboursement",
            "Un débit antérieur est en cours de remboursement. Veuillez scanner à nouveau dans une minute.",
        ),
        MessageKind.CHARGE_CANCELLED: Words(
            "Annulé",
            "L’entrée n’a pas pu être enregistrée. Veuillez vous adresser au personnel{incident}.",
        ),
        MessageKind.PAID_BUT_SHUT: Words(
            "Accès bloqué",
            "Payé, mais le portillon ne s’est pas ouvert. Veuillez vous adresser au personnel{incident}.",
        ),
        MessageKind.PAID_NOT_NEEDED: Words(
            "Accès ouvert",
            "L’accès est ouvert à tous. Votre paiement reste acquis au bon, ou vous est remboursé.",
        ),
        MessageKind.LANE_BUSY: Words(
            "Passage occupé",
            "Le passage était encore occupé. Veuillez scanner à nouveau dès qu’il est libre.",
        ),
        MessageKind.REFUSED_OUT_OF_SERVICE: Words(
            "Hors service",
            "Cette entrée est hors service. Veuillez vous adresser au personnel.",
        ),
        MessageKind.OUT_OF_SERVICE: Words(
            "Hors service",
            "Cette entrée est hors service. Veuillez vous adresser au personnel.",
        ),
    },
    faults={
        Fault.FIRE: Words(
            "Issue de secours",
            "L’accès est ouvert. Veuillez sortir calmement.",
        ),
        Fault.HELD_OPEN: Words(
            "Accès libre",
            "L’accès est ouvert. Veuillez passer sans scanner.",
        ),
        Fault.STOPPING: Words(
            "Hors service",
            "Cette entrée va être arrêtée. Si vous attendez, veuillez vous adresser au personnel.",
        ),
        Fault.SERVICE: Words(
            "Fermé",
            "Cette entrée est fermée pour le moment. Veuillez utiliser une autre entrée.",
        ),
        Fault.STARTING: Words(
            "Un instant",
            "L’entrée est en cours de démarrage. Veuillez patienter un instant.",
        ),
        Fault.JOURNAL: Words(
            "Hors service",
            "L’entrée ne peut rien enregistrer. Veuillez vous adresser au personnel.",
        ),
        Fault.KEY: Words(
            "Hors service",
            "L’entrée n’est pas reconnue par le système de bons. Veuillez vous adresser au personnel.",
        ),
        Fault.RELAY: Words(
            "Hors service",
            "Le portillon ne peut pas s’ouvrir. Veuillez vous adresser au personnel.",
        ),
        Fault.BLOCKED: Words(
            "Hors service",
            "Le portillon est bloqué. Veuillez vous adresser au personnel.",
        ),
        Fault.SCANNER: Words(
            "Hors service",
            "Le scanner n’est pas prêt. Veuillez vous adresser au personnel.",
        ),
    },
    money={
        MoneyFate.NOTHING_YET: "",
        MoneyFate.NOT_CHARGED: "Aucun débit.",
        MoneyFate.CHARGED: "Débit de {price}{left}.",
        MoneyFate.CHARGED_BEFORE: "Aucun nouveau débit.",
        MoneyFate.CREDIT: "Débit de {price}{left}. Valable pour une entrée.",
        MoneyFate.REFUND_UNDER_WAY: "Remboursement de {price} en cours. Aucun nouveau débit.",
        MoneyFate.CANCELLED: "Débit de {price} annulé{left}.",
        MoneyFate.BEING_CHECKED: "Vérification en cours, veuillez ne pas scanner à nouveau{incident}.",
    },
    incident=", incident {code}",
    left=", solde du bon : {balance}",
)
