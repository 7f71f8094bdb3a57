"""German as written in Switzerland: ss instead of ß, no-break spaces only inside amounts."""

from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.texts.wording import Wording, Words

WORDING = Wording(
    messages={
        MessageKind.IDLE: Words(
            "Hier scannen",
            "Halten Sie den Code Ihres Gutscheins vor den Scanner. Eintritt: {price}.",
        ),
        MessageKind.CHECKING: Words(
            "Wird geprüft",
            "Ihr Gutschein wird geprüft. Bitte warten Sie einen Augenblick.",
        ),
        MessageKind.ONE_MOMENT: Words(
            "Einen Moment",
            "Vor Ihnen tritt noch jemand ein. Bitte warten Sie, Sie sind gleich an der Reihe.",
        ),
        MessageKind.ADMITTED: Words(
            "Willkommen",
            "Bitte gehen Sie durch.",
        ),
        MessageKind.ADMITTED_ON_CREDIT: Words("Willkommen", "Ihr Eintritt ist schon bezahlt. Bitte gehen Sie durch."),
        MessageKind.NOBODY_PASSED: Words(
            "Tor wieder zu",
            "Niemand ging durch. Scannen Sie denselben Gutschein, das Tor öffnet ohne neue Belastung.",
        ),
        MessageKind.ALREADY_ADMITTED: Words(
            "Schon bezahlt",
            "Bitte gehen Sie durch. Für eine weitere Person scannen Sie den Gutschein danach nochmals.",
        ),
        MessageKind.SCAN_AGAIN_LATER: Words(
            "Schon bezahlt",
            "Für eine weitere Person scannen Sie den Gutschein in {seconds} Sekunden nochmals.",
            "Für eine weitere Person scannen Sie den Gutschein später nochmals.",
        ),
        MessageKind.NOT_A_VOUCHER: Words(
            "Kein Gutschein",
            "Das ist kein Gutschein. Bitte scannen Sie den Code auf Ihrem Gutschein.",
        ),
        MessageKind.NOT_REDEEMABLE: Words(
            "Nicht einlösbar",
            "{eguma_text}",
            "Dieser Gutschein kann nicht eingelöst werden. Bitte wenden Sie sich ans Personal{incident}.",
        ),
        MessageKind.BALANCE_TOO_LOW: Words(
            "Guthaben zu tief",
            "Der Gutschein hat noch {balance}, der Eintritt kostet {price}. Bitte scannen Sie einen anderen.",
            "Das Guthaben deckt den Eintritt von {price} nicht. Bitte scannen Sie einen anderen Gutschein.",
        ),
        MessageKind.WRONG_CURRENCY: Words(
            "Falsche Währung",
            "Dieser Gutschein lautet nicht auf {currency}. Bitte scannen Sie einen anderen Gutschein.",
        ),
        MessageKind.REFUSED_BY_EGUMA: Words(
            "Abgelehnt",
            "{eguma_text}",
            "Der Gutschein wurde abgelehnt. Bitte wenden Sie sich ans Personal{incident}.",
        ),
        MessageKind.UNREACHABLE: Words(
            "Keine Verbindung",
            "Der Gutschein konnte nicht geprüft werden. Bitte scannen Sie ihn in einer Minute nochmals.",
        ),
        MessageKind.BEING_CHECKED: Words(
            "In Abklärung",
            "Wir klären, ob der Gutschein belastet wurde. Bitte wenden Sie sich ans Personal.",
        ),
        MessageKind.NOT_CHARGED_AFTER_ALL: Words(
            "Nicht belastet",
            "Der frühere Scan hat nichts belastet. Bitte scannen Sie den Gutschein nochmals.",
        ),
        MessageKind.REFUND_UNDER_WAY: Words(
            "Rückerstattung",
            "Eine frühere Belastung wird wieder gutgeschrieben. Bitte scannen Sie in einer Minute nochmals.",
        ),
        MessageKind.CHARGE_CANCELLED: Words(
            "Storniert",
            "Der Eintritt konnte nicht verbucht werden. Bitte wenden Sie sich ans Personal{incident}.",
        ),
        MessageKind.PAID_BUT_SHUT: Words(
            "Tor blockiert",
            "Bezahlt, aber das Tor ging nicht auf. Bitte wenden Sie sich ans Personal{incident}.",
        ),
        MessageKind.PAID_NOT_NEEDED: Words(
            "Durchgang offen",
            "Der Durchgang ist für alle geöffnet. Ihre Zahlung bleibt gutgeschrieben oder wird erstattet.",
        ),
        MessageKind.LANE_BUSY: Words(
            "Eingang besetzt",
            "Der Eingang war noch besetzt. Bitte scannen Sie nochmals, sobald er frei ist.",
        ),
        MessageKind.REFUSED_OUT_OF_SERVICE: Words(
            "Ausser Betrieb",
            "Dieser Eingang ist ausser Betrieb. Bitte wenden Sie sich ans Personal.",
        ),
        MessageKind.OUT_OF_SERVICE: Words(
            "Ausser Betrieb",
            "Dieser Eingang ist ausser Betrieb. Bitte wenden Sie sich ans Personal.",
        ),
    },
    faults={
        Fault.FIRE: Words(
            "Notausgang",
            "Der Durchgang ist offen. Bitte gehen Sie ruhig hinaus.",
        ),
        Fault.HELD_OPEN: Words(
            "Durchgang frei",
            "Der Durchgang ist offen. Bitte gehen Sie durch, ohne zu scannen.",
        ),
        Fault.STOPPING: Words(
            "Ausser Betrieb",
            "Der Eingang wird abgeschaltet. Wenn Sie warten, wenden Sie sich bitte ans Personal.",
        ),
        Fault.SERVICE: Words(
            "Geschlossen",
            "Dieser Eingang ist zurzeit geschlossen. Bitte benutzen Sie einen anderen Eingang.",
        ),
        Fault.STARTING: Words(
            "Bitte warten",
            "Der Eingang wird gestartet. Bitte warten Sie einen Augenblick.",
        ),
        Fault.JOURNAL: Words(
            "Ausser Betrieb",
            "Der Eingang kann nichts verbuchen. Bitte wenden Sie sich ans Personal.",
        ),
        Fault.KEY: Words(
            "Ausser Betrieb",
            "Der Eingang ist beim Gutscheinsystem nicht angemeldet. Bitte wenden Sie sich ans Personal.",
        ),
        Fault.RELAY: Words(
            "Ausser Betrieb",
            "Das Tor lässt sich nicht öffnen. Bitte wenden Sie sich ans Personal.",
        ),
        Fault.BLOCKED: Words(
            "Ausser Betrieb",
            "Der Durchgang ist blockiert. Bitte wenden Sie sich an das Personal.",
        ),
        Fault.SCANNER: Words(
            "Ausser Betrieb",
            "Der Scanner ist nicht bereit. Bitte wenden Sie sich ans Personal.",
        ),
    },
    money={
        MoneyFate.NOTHING_YET: "",
        MoneyFate.NOT_CHARGED: "Nicht belastet.",
        MoneyFate.CHARGED: "{price} belastet{left}.",
        MoneyFate.CHARGED_BEFORE: "Nicht nochmals belastet.",
        MoneyFate.CREDIT: "{price} belastet{left}. Gilt für einen Eintritt.",
        MoneyFate.REFUND_UNDER_WAY: "Rückerstattung von {price} läuft. Nicht nochmals belastet.",
        MoneyFate.CANCELLED: "Belastung von {price} storniert{left}.",
        MoneyFate.BEING_CHECKED: "Wird geprüft, bitte nicht nochmals scannen{incident}.",
    },
    incident=", Vorfall {code}",
    left=", noch {balance} auf dem Gutschein",
)
