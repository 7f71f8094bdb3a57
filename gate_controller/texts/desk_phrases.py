"""
What the desk of the staff's page says, and what it tells of errands: English, German, French and Italian side by side.

Rows of the table in `phrases.py`, and by its rules.
"""

from typing import Final

DESK_ROWS: Final[tuple[tuple[str, str, str, str], ...]] = (
    # -- the desk
    ("Desk", "Schalter", "Guichet", "Sportello"),
    (
        "Desk: balance, top-up, sale",
        "Schalter: Guthaben, Aufladung, Verkauf",
        "Guichet : solde, recharge, vente",
        "Sportello: saldo, ricarica, vendita",
    ),
    ("Voucher code", "Gutscheincode", "Code du bon", "Codice del buono"),
    ("Look up", "Nachsehen", "Vérifier", "Verifica"),
    ("Keypad", "Tastenfeld", "Pavé de touches", "Tastierino"),
    (
        "Delete the last character",
        "Letztes Zeichen löschen",
        "Effacer le dernier caractère",
        "Cancella l’ultimo carattere",
    ),
    (
        "Asking E-GUMA…",
        "E-GUMA wird gefragt…",
        "Demande en cours chez E-GUMA…",
        "Richiesta a E-GUMA in corso…",
    ),
    (
        "No voucher code has {letters} in it: only letters from A to Z, digits and dots.",
        "Kein Gutscheincode enthält {letters}: nur Buchstaben von A bis Z, Ziffern und Punkte.",
        "Aucun code de bon ne contient {letters} : seulement des lettres de A à Z, des chiffres et des points.",
        "Nessun codice di buono contiene {letters}: solo lettere dalla A alla Z, cifre e punti.",
    ),
    (
        "These are {n} characters: a voucher code has 12, a ShortCode two digits.",
        "Das sind {n} Zeichen: Ein Gutscheincode hat 12, ein ShortCode zwei Ziffern.",
        "Cela fait {n} caractères : un code de bon en a 12, un ShortCode deux chiffres.",
        "Sono {n} caratteri: un codice di buono ne ha 12, uno ShortCode due cifre.",
    ),
    ("Balance {amount}", "Guthaben {amount}", "Solde {amount}", "Saldo {amount}"),
    ("Balance", "Guthaben", "Solde", "Saldo"),
    ("of {amount}", "von {amount}", "sur {amount}", "su {amount}"),
    ("Original value", "Ursprünglicher Wert", "Valeur d’origine", "Valore originario"),
    ("Worth", "Wert", "Valeur", "Valore"),
    ("Valid until", "Gültig bis", "Valable jusqu’au", "Valido fino al"),
    ("Description", "Beschreibung", "Description", "Descrizione"),
    ("Cannot be redeemed", "Nicht einlösbar", "Ne peut pas être utilisé", "Non utilizzabile"),
    ("Can be sold", "Kann verkauft werden", "Peut être vendu", "Può essere venduto"),
    (
        "Can be sold for {amount}",
        "Kann für {amount} verkauft werden",
        "Peut être vendu pour {amount}",
        "Può essere venduto per {amount}",
    ),
    (
        "E-GUMA gave no answer",
        "E-GUMA hat nicht geantwortet",
        "E-GUMA n’a pas répondu",
        "E-GUMA non ha risposto",
    ),
    (
        "What this gate had to do with it",
        "Was dieser Eingang damit zu tun hatte",
        "Ce que cette entrée en a vu",
        "Che cosa ne ha visto questo ingresso",
    ),
    ("Nothing yet.", "Noch nichts.", "Rien jusqu’ici.", "Ancora nulla."),
    (
        "Orders need JavaScript.",
        "Aufträge brauchen JavaScript.",
        "Les ordres demandent JavaScript.",
        "Gli ordini richiedono JavaScript.",
    ),
    ("Top up…", "Aufladen…", "Recharger…", "Ricaricare…"),
    ("Top up", "Aufladen", "Recharger", "Ricarica"),
    (
        "Puts on the voucher what the visitor has paid.",
        "Lädt auf den Gutschein, was der Gast bezahlt hat.",
        "Crédite le bon de ce que le visiteur a payé.",
        "Carica sul buono ciò che il visitatore ha pagato.",
    ),
    ("Sell…", "Verkaufen…", "Vendre…", "Vendere…"),
    ("Sell", "Verkaufen", "Vendre", "Vendi"),
    (
        "From here on it is worth what has been paid for it.",
        "Ab jetzt ist er so viel wert, wie dafür bezahlt wurde.",
        "Dès maintenant, il vaut ce qui a été payé.",
        "Da ora vale ciò che è stato pagato.",
    ),
    ("Take back…", "Zurücknehmen…", "Reprendre…", "Ritirare…"),
    ("Take back", "Zurücknehmen", "Reprendre", "Ritira"),
    (
        "It is worth nothing any more.",
        "Danach ist er nichts mehr wert.",
        "Ensuite, il ne vaut plus rien.",
        "Dopo non vale più nulla.",
    ),
    ("Returned by the customer", "Vom Gast zurückgebracht", "Rendu par le client", "Restituito dal cliente"),
    ("Sold by mistake", "Irrtümlich verkauft", "Vendu par erreur", "Venduto per errore"),
    (
        "Payment number (may be empty)",
        "Zahlungsnummer (darf leer sein)",
        "Numéro de paiement (facultatif)",
        "Numero del pagamento (facoltativo)",
    ),
    ("Amount in {currency}", "Betrag in {currency}", "Montant en {currency}", "Importo in {currency}"),
    (
        "Amount in {currency} (empty: all of it)",
        "Betrag in {currency} (leer: alles)",
        "Montant en {currency} (vide : le tout)",
        "Importo in {currency} (vuoto: tutto)",
    ),
    (
        "Give an amount such as 25.00.",
        "Geben Sie einen Betrag wie 25.00 ein.",
        "Indiquez un montant comme 25.00.",
        "Indichi un importo come 25.00.",
    ),
    ("Give back…", "Zurückgeben…", "Rembourser…", "Rimborsare…"),
    (
        "Onto the voucher, through E-GUMA: all of it, or a part.",
        "Über E-GUMA auf den Gutschein: alles oder einen Teil.",
        "Par E-GUMA, sur le bon : le tout ou une partie.",
        "Tramite E-GUMA, sul buono: tutto o una parte.",
    ),
    ("Child’s price", "Kinderpreis", "Tarif enfant", "Tariffa bambini"),
    (
        "{amount} of it can be given back.",
        "Davon lassen sich {amount} zurückgeben.",
        "{amount} peuvent en être remboursés.",
        "Se ne possono rimborsare {amount}.",
    ),
    # -- what became of an errand
    (
        "It is not known yet whether E-GUMA did it. Do not repeat it: the gate goes on looking.",
        "Noch ist nicht bekannt, ob E-GUMA es ausgeführt hat. Nicht wiederholen: Der Eingang sucht weiter.",
        "On ne sait pas encore si E-GUMA l’a exécuté. Ne le répétez pas : l’entrée continue de chercher.",
        "Non si sa ancora se E-GUMA l’ha eseguito. Non lo ripeta: l’ingresso continua a cercare.",
    ),
    ("Nothing has changed.", "Es hat sich nichts geändert.", "Rien n’a changé.", "Non è cambiato nulla."),
    ("New balance: {amount}.", "Neues Guthaben: {amount}.", "Nouveau solde : {amount}.", "Nuovo saldo: {amount}."),
    ("Incident {incident}.", "Vorgang {incident}.", "Incident {incident}.", "Caso {incident}."),
)
