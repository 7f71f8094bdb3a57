"""
What the staff's page says of tickets and of who is inside: English, German, French and Italian side by side.

Rows of the table in `phrases.py`, and by its rules.
"""

from typing import Final

TICKET_ROWS: Final[tuple[tuple[str, str, str, str], ...]] = (
    # -- a ticket at the desk
    ("Ticket", "Ticket", "Billet", "Biglietto"),
    ("Checked in", "Eingecheckt", "Entrée enregistrée", "Entrata registrata"),
    ("Not checked in", "Nicht eingecheckt", "Entrée non enregistrée", "Entrata non registrata"),
    (
        "E-GUMA tells nothing of this ticket",
        "E-GUMA sagt nichts zu diesem Ticket",
        "E-GUMA ne dit rien de ce billet",
        "E-GUMA non dice nulla di questo biglietto",
    ),
    ("Checked in since", "Eingecheckt seit", "Entrée enregistrée depuis", "Entrata registrata dal"),
    ("Price", "Preis", "Prix", "Prezzo"),
    ("Event or admission", "Anlass oder Eintritt", "Événement ou entrée", "Evento o ingresso"),
    ("Check in…", "Einchecken…", "Enregistrer l’entrée…", "Registrare l’entrata…"),
    ("Check in", "Einchecken", "Enregistrer l’entrée", "Registra l’entrata"),
    ("Check out…", "Auschecken…", "Enregistrer la sortie…", "Registrare l’uscita…"),
    ("Check out", "Auschecken", "Enregistrer la sortie", "Registra l’uscita"),
    (
        "At E-GUMA. The gate opens for nobody by it.",
        "Bei E-GUMA. Der Eingang öffnet davon für niemanden.",
        "Chez E-GUMA. L’entrée ne s’ouvre pas pour autant.",
        "Presso E-GUMA. L’ingresso non si apre per questo.",
    ),
    # -- who is inside
    ("Inside", "Drinnen", "À l’intérieur", "All’interno"),
    ("People inside", "Personen drinnen", "Personnes à l’intérieur", "Persone all’interno"),
    ("At most", "Höchstens", "Au plus", "Al massimo"),
    (
        "Full: whoever comes is asked to wait.",
        "Voll: Wer kommt, wird gebeten zu warten.",
        "Complet : qui arrive est prié d’attendre.",
        "Completo: chi arriva è pregato di attendere.",
    ),
    ("Set it right…", "Berichtigen…", "Corriger…", "Correggere…"),
    ("Set it right", "Berichtigen", "Corriger", "Correggi"),
    (
        "It is counted on from the number that you give.",
        "Ab der Zahl, die Sie angeben, wird weitergezählt.",
        "Le compte continue à partir du nombre que vous donnez.",
        "Il conto prosegue dal numero che Lei indica.",
    ),
    (
        "How many are inside",
        "Wie viele drinnen sind",
        "Combien de personnes à l’intérieur",
        "Quante persone all’interno",
    ),
)
