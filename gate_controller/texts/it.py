"""Italian as written in Switzerland, with the polite Lei and the typographic apostrophe."""

from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.texts.wording import Wording, Words

WORDING = Wording(
    messages={
        MessageKind.IDLE: Words(
            "Scansionare qui",
            "Avvicini il codice del Suo buono allo scanner. Ingresso: {price}.",
        ),
        MessageKind.CHECKING: Words(
            "Verifica",
            "Stiamo verificando il Suo buono. Attenda un istante.",
        ),
        MessageKind.ONE_MOMENT: Words(
            "Un momento",
            "Un’altra persona sta entrando. Attenda, tra poco tocca a Lei.",
        ),
        MessageKind.ADMITTED: Words(
            "Benvenuti",
            "Può entrare.",
        ),
        MessageKind.ADMITTED_ON_CREDIT: Words("Benvenuti", "L’ingresso è già pagato. Può entrare."),
        MessageKind.NOBODY_PASSED: Words(
            "Varco richiuso",
            "Nessuno è passato. Scansioni di nuovo lo stesso buono: il varco si apre senza addebito.",
        ),
        MessageKind.ALREADY_ADMITTED: Words(
            "Già pagato",
            "Può entrare. Per un’altra persona, scansioni poi di nuovo il buono.",
        ),
        MessageKind.SCAN_AGAIN_LATER: Words(
            "Già pagato",
            "Per un’altra persona, scansioni di nuovo il buono tra {seconds} secondi.",
            "Per un’altra persona, scansioni di nuovo il buono più tardi.",
        ),
        MessageKind.NOT_A_VOUCHER: Words(
            "Non è un buono",
            "Questo non è un buono. Scansioni il codice riportato sul Suo buono.",
        ),
        MessageKind.NOT_REDEEMABLE: Words(
            "Buono non valido",
            "{eguma_text}",
            "Questo buono non può essere utilizzato. Si rivolga al personale{incident}.",
        ),
        MessageKind.BALANCE_TOO_LOW: Words(
            "Saldo basso",
            "Sul buono restano {balance}, l’ingresso costa {price}. Scansioni un altro buono.",
            "Il saldo non basta per l’ingresso da {price}. Scansioni un altro buono.",
        ),
        MessageKind.WRONG_CURRENCY: Words(
            "Valuta diversa",
            "Questo buono non è in {currency}. Scansioni un altro buono.",
        ),
        MessageKind.REFUSED_BY_EGUMA: Words(
            "Rifiutato",
            "{eguma_text}",
            "Il buono è stato rifiutato. Si rivolga al personale{incident}.",
        ),
        MessageKind.UNREACHABLE: Words(
            "Nessuna risposta",
            "Non è stato possibile verificare il buono. Lo scansioni di nuovo tra un minuto.",
        ),
        MessageKind.BEING_CHECKED: Words(
            "Da verificare",
            "Stiamo verificando se il buono è stato addebitato. Si rivolga al personale.",
        ),
        MessageKind.NOT_CHARGED_AFTER_ALL: Words(
            "Non addebitato", "La scansione precedente non ha addebitato nulla. Scansioni di nuovo il buono."
        ),
        MessageKind.REFUND_UNDER_WAY: Words(
            "Rimborso", "È in corso il rimborso di un addebito precedente. Scansioni di nuovo tra un minuto."
        ),
        MessageKind.CHARGE_CANCELLED: Words(
            "Annullato",
            "Non è stato possibile registrare l’ingresso. Si rivolga al personale{incident}.",
        ),
        MessageKind.PAID_BUT_SHUT: Words(
            "Varco bloccato",
            "Pagato, ma il varco non si è aperto. Si rivolga al personale{incident}.",
        ),
        MessageKind.PAID_NOT_NEEDED: Words(
            "Varco aperto",
            "Il varco è aperto a tutti. Il Suo pagamento resta valido o Le viene rimborsato.",
        ),
        MessageKind.LANE_BUSY: Words(
            "Varco occupato",
            "Il varco era ancora occupato. Scansioni di nuovo appena è libero.",
        ),
        MessageKind.REFUSED_OUT_OF_SERVICE: Words(
            "Fuori servizio",
            "Questo ingresso è fuori servizio. Si rivolga al personale.",
        ),
        MessageKind.OUT_OF_SERVICE: Words(
            "Fuori servizio",
            "Questo ingresso è fuori servizio. Si rivolga al personale.",
        ),
    },
    faults={
        Fault.FIRE: Words(
            "Uscita emergenza",
            "Il varco è aperto. Esca con calma.",
        ),
        Fault.HELD_OPEN: Words(
            "Passaggio libero",
            "Il varco è aperto. Passi senza scansionare.",
        ),
        Fault.STOPPING: Words(
            "Fuori servizio",
            "Questo ingresso viene spento. Se sta aspettando, si rivolga al personale.",
        ),
        Fault.SERVICE: Words(
            "Chiuso",
            "Questo ingresso è chiuso al momento. Utilizzi un altro ingresso.",
        ),
        Fault.STARTING: Words(
            "Un momento",
            "L’ingresso è in fase di avvio. Attenda un istante.",
        ),
        Fault.JOURNAL: Words(
            "Fuori servizio",
            "L’ingresso non può registrare nulla. Si rivolga al personale.",
        ),
        Fault.KEY: Words(
            "Fuori servizio",
            "L’ingresso non è riconosciuto dal sistema dei buoni. Si rivolga al personale.",
        ),
        Fault.RELAY: Words(
            "Fuori servizio",
            "Il varco non può aprirsi. Si rivolga al personale.",
        ),
        Fault.BLOCKED: Words(
            "Fuori servizio",
            "Il varco è bloccato. Si rivolga al personale.",
        ),
        Fault.SCANNER: Words(
            "Fuori servizio",
            "Lo scanner non è pronto. Si rivolga al personale.",
        ),
    },
    money={
        MoneyFate.NOTHING_YET: "",
        MoneyFate.NOT_CHARGED: "Nessun addebito.",
        MoneyFate.CHARGED: "Addebito di {price}{left}.",
        MoneyFate.CHARGED_BEFORE: "Nessun nuovo addebito.",
        MoneyFate.CREDIT: "Addebito di {price}{left}. Valido per un ingresso.",
        MoneyFate.REFUND_UNDER_WAY: "Rimborso di {price} in corso. Nessun nuovo addebito.",
        MoneyFate.CANCELLED: "Addebito di {price} annullato{left}.",
        MoneyFate.BEING_CHECKED: "Verifica in corso, per favore non scansioni di nuovo{incident}.",
    },
    incident=", caso {code}",
    left=", saldo del buono: {balance}",
)
