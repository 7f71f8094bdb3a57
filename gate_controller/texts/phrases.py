"""
What the staff's page says, in the languages of the house: English, German, French and Italian side by side.

The English words stand in the templates and name the row; a test goes through all of them. Placeholders are
`str.format` fields, the same in every language. What visitors are told stands in the tables of `texts/de.py` and so on.
"""

from collections.abc import Mapping
from typing import Final

from gate_controller.texts.languages import Language

# ruff: noqa: E501 - a row is read side by side

_ROWS: Final[tuple[tuple[str, str, str, str], ...]] = (
    # -- every page
    ("To the content", "Zum Inhalt", "Aller au contenu", "Al contenuto"),
    ("Light or dark", "Hell oder dunkel", "Clair ou sombre", "Chiaro o scuro"),
    ("Tools", "Werkzeuge", "Outils", "Strumenti"),
    ("Log out", "Abmelden", "Se déconnecter", "Esci"),
    ("Log in", "Anmelden", "Se connecter", "Accedi"),
    ("Back to the gate", "Zurück zum Eingang", "Retour à l’entrée", "Torna all’ingresso"),
    ("as of {time}", "Stand {time}", "état à {time}", "situazione alle {time}"),
    ("live, {time}", "live, {time}", "en direct, {time}", "in diretta, {time}"),
    (
        "no connection since {time} ({age}), trying again",
        "keine Verbindung seit {time} ({age}), neuer Versuch läuft",
        "pas de liaison depuis {time} ({age}), nouvel essai en cours",
        "nessun collegamento dalle {time} ({age}), nuovo tentativo in corso",
    ),
    (
        "This page does not follow the gate by itself without JavaScript.",
        "Ohne JavaScript folgt diese Seite dem Eingang nicht von selbst.",
        "Sans JavaScript, cette page ne suit pas l’entrée d’elle-même.",
        "Senza JavaScript questa pagina non segue l’ingresso da sola.",
    ),
    ("Load it anew", "Neu laden", "La recharger", "Ricaricala"),
    ("{n} s", "{n} s", "{n} s", "{n} s"),
    ("{n} min", "{n} min", "{n} min", "{n} min"),
    ("{n} h", "{n} h", "{n} h", "{n} h"),
    ("{n} days", "{n} Tage", "{n} jours", "{n} giorni"),
    # -- what the gate does now
    ("What the display shows", "Was das Display zeigt", "Ce qu’affiche l’écran", "Ciò che mostra il display"),
    ("Lane free", "Durchgang frei für den nächsten Gast", "Passage libre", "Varco libero"),
    ("Starting", "Startet", "Démarrage", "Avvio in corso"),
    ("Voucher {voucher}", "Gutschein {voucher}", "Bon {voucher}", "Buono {voucher}"),
    ("incident {incident}", "Vorgang {incident}", "incident {incident}", "caso {incident}"),
    ("since {age}", "seit {age}", "depuis {age}", "da {age}"),
    ("since {time}", "seit {time}", "depuis {time}", "dalle {time}"),
    ("by {name}: {reason}", "von {name}: {reason}", "par {name} : {reason}", "da {name}: {reason}"),
    ("until {time}", "bis {time}", "jusqu’à {time}", "fino alle {time}"),
    ("in doubt", "wird geprüft", "en vérification", "in verifica"),
    # -- what needs a person
    ("Needs you", "Braucht Sie", "À traiter", "Da gestire"),
    ("Out of service", "Ausser Betrieb", "Hors service", "Fuori servizio"),
    ("The whole story", "Der ganze Ablauf", "Toute l’histoire", "Tutta la storia"),
    ("Let in", "Einlassen", "Laisser entrer", "Far entrare"),
    ("Give the money back", "Geld zurückgeben", "Rembourser", "Rimborsare"),
    ("Settle with a reason", "Mit Begründung erledigen", "Clore avec un motif", "Chiudere con un motivo"),
    # -- find, list
    ("Find a visit", "Einen Besuch finden", "Trouver une visite", "Trovare una visita"),
    ("Scan or type a code", "Scannen oder Code tippen", "Scannez ou tapez un code", "Scansioni o digiti un codice"),
    ("Find", "Suchen", "Chercher", "Cerca"),
    ("Searching…", "Wird gesucht…", "Recherche…", "Ricerca…"),
    (
        "Nothing found for {text}. An incident code has 5 characters, a voucher 12.",
        "Nichts gefunden zu {text}. Ein Vorgangscode hat 5 Zeichen, ein Gutschein 12.",
        "Rien trouvé pour {text}. Un code d’incident a 5 caractères, un bon 12.",
        "Nessun risultato per {text}. Un codice del caso ha 5 caratteri, un buono 12.",
    ),
    ("Last scans", "Letzte Scans", "Derniers scans", "Ultime scansioni"),
    ("Earlier", "Frühere", "Plus anciens", "Precedenti"),
    ("Later", "Spätere", "Plus récents", "Successivi"),
    ("All scans", "Alle Scans", "Tous les scans", "Tutte le scansioni"),
    (
        "Nobody has scanned yet.",
        "Noch niemand hat gescannt.",
        "Personne n’a encore scanné.",
        "Nessuno ha ancora scansionato.",
    ),
    ("Nothing here.", "Hier ist nichts.", "Il n’y a rien ici.", "Qui non c’è nulla."),
    # -- the day
    ("Today", "Heute", "Aujourd’hui", "Oggi"),
    ("Admitted", "Eingelassen", "Entrées", "Entrati"),
    ("Refused", "Abgewiesen", "Refusés", "Respinti"),
    ("Not charged after all", "Doch nicht belastet", "Finalement pas débité", "Infine non addebitato"),
    ("Charged, {currency}", "Belastet, {currency}", "Débité, {currency}", "Addebitato, {currency}"),
    (
        "{clock}: {admitted} admitted, {refused} refused",
        "{clock}: {admitted} eingelassen, {refused} abgewiesen",
        "{clock} : {admitted} entrées, {refused} refusés",
        "{clock}: {admitted} entrati, {refused} respinti",
    ),
    (
        "Admissions and refusals per quarter hour",
        "Einlass und Abweisungen je Viertelstunde",
        "Entrées et refus par quart d’heure",
        "Entrate e rifiuti per quarto d’ora",
    ),
    # -- parts
    ("Parts", "Teile", "Composants", "Componenti"),
    ("What to do", "Was zu tun ist", "Que faire", "Cosa fare"),
    ("Scanner", "Scanner", "Scanner", "Scanner"),
    ("Relay", "Relais", "Relais", "Relè"),
    ("Journal", "Journal", "Journal", "Giornale"),
    ("Lamps", "Lampen", "Lampes", "Lampade"),
    ("Buzzer", "Summer", "Buzzer", "Cicalino"),
    ("Display", "Display", "Écran", "Display"),
    ("Passage sensor", "Durchgangssensor", "Capteur de passage", "Sensore di passaggio"),
    ("Fire alarm", "Feueralarm", "Alarme incendie", "Allarme incendio"),
    ("Service key", "Schlüsselschalter", "Interrupteur à clé", "Interruttore a chiave"),
    ("Gate", "Durchgang", "Portillon", "Varco"),
    ("Disk", "Speicher", "Stockage", "Memoria"),
    ("Clock", "Uhr", "Horloge", "Orologio"),
    ("Temperature", "Temperatur", "Température", "Temperatura"),
    ("Power", "Stromversorgung", "Alimentation", "Alimentazione"),
    ("Page", "Seite", "Page", "Pagina"),
    ("Key", "Schlüssel", "Clé", "Chiave"),
    ("ready", "bereit", "prêt", "pronto"),
    ("at fault", "gestört", "en panne", "guasto"),
    ("not opened yet", "noch nicht geöffnet", "pas encore ouvert", "non ancora aperto"),
    ("not asked yet", "noch nicht gefragt", "pas encore interrogé", "non ancora interrogato"),
    (
        "answered {age} ago, in {ms} ms",
        "vor {age} geantwortet, in {ms} ms",
        "a répondu il y a {age}, en {ms} ms",
        "ha risposto {age} fa, in {ms} ms",
    ),
    (
        "no answer since {time}",
        "keine Antwort seit {time}",
        "sans réponse depuis {time}",
        "nessuna risposta dalle {time}",
    ),
    ("at fault since {time}", "gestört seit {time}", "en panne depuis {time}", "guasto dalle {time}"),
    ("{percent} % free", "{percent} % frei", "{percent} % libre", "{percent} % libero"),
    ("{degrees} °C", "{degrees} °C", "{degrees} °C", "{degrees} °C"),
    ("as E-GUMA’s", "wie bei E-GUMA", "comme celle d’E-GUMA", "come quello di E-GUMA"),
    ("not confirmed yet", "noch nicht bestätigt", "pas encore confirmée", "non ancora confermato"),
    ("enough", "genügend", "suffisante", "sufficiente"),
    ("not known", "nicht bekannt", "inconnue", "non nota"),
    # -- orders
    ("Open once", "Einmal öffnen", "Ouvrir une fois", "Aprire una volta"),
    ("Open now", "Jetzt öffnen", "Ouvrir maintenant", "Apri ora"),
    ("Hold open…", "Offen halten…", "Laisser ouvert…", "Tenere aperto…"),
    ("Hold open", "Offen halten", "Laisser ouvert", "Tenere aperto"),
    ("Close…", "Schliessen…", "Fermer…", "Chiudere…"),
    ("Close the gate", "Eingang schliessen", "Fermer l’entrée", "Chiudere l’ingresso"),
    ("Back to normal", "Normalbetrieb", "Reprendre le service", "Servizio normale"),
    (
        "For one person, without a charge.",
        "Für eine Person, ohne Belastung.",
        "Pour une personne, sans débit.",
        "Per una persona, senza addebito.",
    ),
    (
        "For everybody. Nobody is charged meanwhile.",
        "Für alle. Solange wird niemand belastet.",
        "Pour tout le monde. Personne n’est débité entre-temps.",
        "Per tutti. Nel frattempo nessuno paga.",
    ),
    (
        "Nobody is let in; whoever wants out is let out.",
        "Niemand kommt hinein; wer hinaus will, kommt hinaus.",
        "Personne n’entre ; on peut toujours sortir.",
        "Nessuno entra; chi vuole uscire può uscire.",
    ),
    ("How", "Wie", "Comment", "Come"),
    ("Until a time", "Bis zu einer Zeit", "Jusqu’à une heure", "Fino a un’ora"),
    ("Until somebody opens it", "Bis jemand öffnet", "Jusqu’à réouverture", "Fino alla riapertura"),
    ("Until", "Bis", "Jusqu’à", "Fino alle"),
    (
        "What visitors read (as you write it)",
        "Was Gäste lesen (so wie Sie es schreiben)",
        "Ce que lisent les visiteurs (tel quel)",
        "Ciò che leggono i visitatori (così come lo scrive)",
    ),
    ("Why, for the books", "Warum, für das Journal", "Pourquoi, pour le journal", "Perché, per il giornale"),
    ("Cancel", "Abbrechen", "Annuler", "Annulla"),
    ("Close", "Schliessen", "Fermer", "Chiudi"),
    ("Being done…", "Wird ausgeführt…", "En cours…", "In corso…"),
    ("Done at {time}.", "Erledigt um {time}.", "Fait à {time}.", "Fatto alle {time}."),
    (
        "It is under way. This goes on by itself.",
        "Es läuft. Das geht von selbst weiter.",
        "C’est en cours. Cela continue tout seul.",
        "È in corso. Prosegue da solo.",
    ),
    (
        "No connection to the gate. Trying again: it acts once at most.",
        "Keine Verbindung zum Eingang. Neuer Versuch: Es geschieht höchstens einmal.",
        "Pas de liaison avec l’entrée. Nouvel essai : l’ordre n’est exécuté qu’une fois.",
        "Nessun collegamento con l’ingresso. Nuovo tentativo: l’ordine è eseguito una sola volta.",
    ),
    (
        "No connection to the gate.",
        "Keine Verbindung zum Eingang.",
        "Pas de liaison avec l’entrée.",
        "Nessun collegamento con l’ingresso.",
    ),
    (
        "That did not work ({status}). Look at the gate, then try again.",
        "Das ging nicht ({status}). Schauen Sie zum Eingang und versuchen Sie es nochmals.",
        "Cela n’a pas marché ({status}). Regardez l’entrée, puis réessayez.",
        "Non ha funzionato ({status}). Guardi l’ingresso e riprovi.",
    ),
    ("15 min", "15 min", "15 min", "15 min"),
    ("1 h", "1 h", "1 h", "1 h"),
    ("4 h", "4 h", "4 h", "4 h"),
    ("Pram or wheelchair", "Kinderwagen oder Rollstuhl", "Poussette ou fauteuil", "Passeggino o carrozzina"),
    ("Group", "Gruppe", "Groupe", "Gruppo"),
    ("Helping a visitor", "Hilfe für einen Gast", "Aide à un visiteur", "Aiuto a un visitatore"),
    ("Trial", "Probe", "Essai", "Prova"),
    ("Open day", "Tag der offenen Tür", "Portes ouvertes", "Giornata aperta"),
    ("Large group", "Grosse Gruppe", "Grand groupe", "Gruppo numeroso"),
    ("Maintenance", "Unterhalt", "Entretien", "Manutenzione"),
    ("Night", "Nacht", "Nuit", "Notte"),
    ("Cleaning", "Reinigung", "Nettoyage", "Pulizia"),
    ("Defect", "Defekt", "Panne", "Guasto"),
    (
        "The gate opens once, and the item is settled.",
        "Der Eingang öffnet einmal, und der Posten ist erledigt.",
        "L’entrée s’ouvre une fois et le cas est clos.",
        "L’ingresso si apre una volta e il caso è chiuso.",
    ),
    ("Let in now", "Jetzt einlassen", "Laisser entrer maintenant", "Far entrare ora"),
    (
        "Was charged and stood outside",
        "Wurde belastet und stand draussen",
        "Débité, resté dehors",
        "Addebitato, rimasto fuori",
    ),
    (
        "Through E-GUMA, onto the voucher.",
        "Über E-GUMA, auf den Gutschein.",
        "Par E-GUMA, sur le bon.",
        "Tramite E-GUMA, sul buono.",
    ),
    ("Give back", "Zurückgeben", "Rembourser", "Rimborsa"),
    ("Was not let in", "Wurde nicht eingelassen", "N’a pas pu entrer", "Non è entrato"),
    ("Charged by mistake", "Irrtümlich belastet", "Débité par erreur", "Addebitato per errore"),
    (
        "The item goes off the list; no money moves.",
        "Der Posten verschwindet von der Liste; es fliesst kein Geld.",
        "Le cas quitte la liste ; aucun argent ne bouge.",
        "Il caso esce dall’elenco; nessun denaro si muove.",
    ),
    ("Settle", "Erledigen", "Clore", "Chiudi caso"),
    ("Given back in cash", "Bar zurückgegeben", "Rendu en espèces", "Restituito in contanti"),
    ("Was let in already", "Wurde schon eingelassen", "Déjà entré", "È già entrato"),
    # -- one attempt
    ("What happened", "Was geschah", "Ce qui s’est passé", "Che cosa è successo"),
    ("What can be done", "Was Sie tun können", "Ce que vous pouvez faire", "Che cosa può fare"),
    ("Show the whole code", "Ganzen Code zeigen", "Afficher le code entier", "Mostra il codice intero"),
    ("This is recorded.", "Das wird aufgezeichnet.", "Ceci est enregistré.", "Questo viene registrato."),
    ("Voucher", "Gutschein", "Bon", "Buono"),
    ("Incident", "Vorgang", "Incident", "Caso"),
    ("Amount", "Betrag", "Montant", "Importo"),
    ("Balance before", "Guthaben vorher", "Solde avant", "Saldo prima"),
    ("Balance after", "Guthaben nachher", "Solde après", "Saldo dopo"),
    ("Began", "Beginn", "Début", "Inizio"),
    ("Raw facts", "Rohe Fakten", "Faits bruts", "Fatti grezzi"),
    (
        "There is no such visit.",
        "Diesen Besuch gibt es nicht.",
        "Cette visite n’existe pas.",
        "Questa visita non esiste.",
    ),
    # -- without users
    (
        "Nobody has been added yet: this page answers on this machine only, and only shows. Add somebody with",
        "Noch niemand ist erfasst: Diese Seite antwortet nur auf diesem Gerät und zeigt nur an. Erfassen Sie jemanden mit",
        "Personne n’est encore inscrit : cette page ne répond que sur cet appareil, en lecture seule. Inscrivez quelqu’un avec",
        "Nessuno è ancora registrato: questa pagina risponde solo su questo dispositivo e mostra soltanto. Aggiunga qualcuno con",
    ),
    # -- tools
    ("Try the devices", "Geräte ausprobieren", "Essayer les appareils", "Provare i dispositivi"),
    (
        "Lamps, sound and display show each signal in turn.",
        "Lampen, Ton und Display zeigen der Reihe nach jedes Signal.",
        "Lampes, son et écran montrent chaque signal à tour de rôle.",
        "Lampade, suono e display mostrano ogni segnale a turno.",
    ),
    ("Try lamps", "Lampen probieren", "Essayer les lampes", "Prova lampade"),
    ("Try sound", "Ton probieren", "Essayer le son", "Prova suono"),
    ("Try display", "Display probieren", "Essayer l’écran", "Prova display"),
    ("Who is logged in", "Wer angemeldet ist", "Qui est connecté", "Chi è connesso"),
    ("What was done", "Was getan wurde", "Ce qui a été fait", "Che cosa è stato fatto"),
    ("Download the log", "Log herunterladen", "Télécharger le journal technique", "Scarica il log"),
    ("End", "Beenden", "Terminer", "Termina"),
    ("Name", "Name", "Nom", "Nome"),
    ("Role", "Rolle", "Rôle", "Ruolo"),
    ("From", "Von", "Depuis", "Da"),
    ("Last seen", "Zuletzt", "Dernière activité", "Ultima attività"),
    ("When", "Wann", "Quand", "Quando"),
    ("What", "Was", "Quoi", "Che cosa"),
    # -- errors
    ("That is not here.", "Das gibt es hier nicht.", "Cela n’existe pas ici.", "Questo qui non c’è."),
    ("You may not do that.", "Das dürfen Sie nicht.", "Vous n’y êtes pas autorisé.", "Non è autorizzato."),
    (
        "The page has failed. The gate goes on.",
        "Die Seite hat einen Fehler. Der Eingang läuft weiter.",
        "La page a échoué. L’entrée continue.",
        "La pagina ha avuto un errore. L’ingresso continua.",
    ),
)

_TABLES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.EN: {row[0]: row[0] for row in _ROWS},
    Language.DE: {row[0]: row[1] for row in _ROWS},
    Language.FR: {row[0]: row[2] for row in _ROWS},
    Language.IT: {row[0]: row[3] for row in _ROWS},
}


def phrase(english: str, language: Language) -> str:
    """Return a phrase in a language. Raises KeyError for one that is in no row: a test finds those."""
    return _TABLES[language][english]


def phrases() -> tuple[tuple[str, str, str, str], ...]:
    """Return all rows: English, German, French, Italian."""
    return _ROWS
