"""
What the gate answers to staff's orders and says of its parts, in the languages of the house.

The core and the shell say it once, in English, for log and command line; here is the same for the page. A saying that
is in no row stays English: it names what a technician looks up.
"""

import re
from functools import cache
from typing import Final

from gate_controller.texts.house_sayings import HOUSE_SAYINGS
from gate_controller.texts.languages import Language

# ruff: noqa: E501 - a row is read side by side

_ROWS: Final[tuple[tuple[str, str, str, str], ...]] = (
    # -- what became of an order
    ("released", "Der Eingang hat geöffnet.", "L’entrée s’est ouverte.", "L’ingresso si è aperto."),
    ("held open by staff", "Der Eingang steht offen.", "L’entrée reste ouverte.", "L’ingresso resta aperto."),
    ("locked by staff", "Der Eingang ist geschlossen.", "L’entrée est fermée.", "L’ingresso è chiuso."),
    (
        "put out of service",
        "Der Eingang ist ausser Betrieb.",
        "L’entrée est hors service.",
        "L’ingresso è fuori servizio.",
    ),
    (
        "resumed",
        "Der Eingang ist wieder in Betrieb.",
        "L’entrée est de nouveau en service.",
        "L’ingresso è di nuovo in servizio.",
    ),
    (
        "settings: nothing has changed",
        "An den Einstellungen hat sich nichts geändert.",
        "Rien n’a changé dans les réglages.",
        "Nelle impostazioni non è cambiato nulla.",
    ),
    (
        "settings: changed: {}; after a restart of the gate: {}",
        "Ab dem nächsten Besucher gilt: {}. Erst nach einem Neustart: {}.",
        "À partir du prochain visiteur : {}. Seulement après un redémarrage : {}.",
        "Dal prossimo visitatore: {}. Solo dopo un riavvio: {}.",
    ),
    (
        "settings: changed: {}",
        "Ab dem nächsten Besucher gilt: {}.",
        "À partir du prochain visiteur : {}.",
        "Dal prossimo visitatore: {}.",
    ),
    (
        "settings: after a restart of the gate: {}",
        "Erst nach einem Neustart gilt: {}.",
        "Seulement après un redémarrage : {}.",
        "Solo dopo un riavvio: {}.",
    ),
    (
        "next scan: check balance",
        "Der nächste Scan zeigt das Guthaben. Es wird nichts belastet.",
        "Le prochain scan affiche le solde. Rien n’est débité.",
        "La prossima scansione mostra il saldo. Nessun addebito.",
    ),
    (
        "next scan: second price",
        "Der nächste Eintritt kostet den anderen Preis.",
        "La prochaine entrée est à l’autre tarif.",
        "Il prossimo ingresso è all’altra tariffa.",
    ),
    (
        "counted",
        "Die Zahl gilt ab jetzt.",
        "Ce nombre est désormais retenu.",
        "Il numero vale da adesso.",
    ),
    ("settled", "Erledigt.", "Clos.", "Chiuso."),
    (
        "refunded",
        "Das Geld ist zurück auf dem Gutschein.",
        "L’argent est de retour sur le bon.",
        "Il denaro è di nuovo sul buono.",
    ),
    ("being refunded", "Das Geld wird zurückgegeben.", "Le remboursement est en cours.", "Il rimborso è in corso."),
    ("in doubt", "Ob belastet wurde, wird geprüft.", "Le débit est en vérification.", "L’addebito è in verifica."),
    (
        "under way: ask again with the same id",
        "Es läuft. Das geht von selbst weiter.",
        "C’est en cours. Cela continue tout seul.",
        "È in corso. Prosegue da solo.",
    ),
    # -- why a day is not closed
    (
        "is not over yet: close it after midnight",
        "Er ist noch nicht vorbei: Schliessen Sie ihn nach Mitternacht ab.",
        "Il n’est pas encore terminé : clôturez-le après minuit.",
        "Non è ancora finito: lo chiuda dopo mezzanotte.",
    ),
    (
        "days are closed in their order: close {} first",
        "Tage werden der Reihe nach abgeschlossen: zuerst {}.",
        "Les jours se clôturent dans l’ordre : d’abord {}.",
        "I giorni si chiudono in ordine: prima {}.",
    ),
    (
        "{} is closed already, and days are closed in their order",
        "{} ist schon abgeschlossen, und Tage werden der Reihe nach abgeschlossen.",
        "{} est déjà clôturé, et les jours se clôturent dans l’ordre.",
        "{} è già chiuso, e i giorni si chiudono in ordine.",
    ),
    (
        "others close days just now: try again",
        "Gerade schliesst noch jemand Tage ab: Versuchen Sie es nochmals.",
        "Quelqu’un d’autre clôture des jours en ce moment : réessayez.",
        "Qualcun altro sta chiudendo dei giorni: riprovi.",
    ),
    # -- why nothing is printed
    (
        "printer.driver is none: set it in the settings",
        "Es ist kein Drucker eingestellt.",
        "Aucune imprimante n’est configurée.",
        "Nessuna stampante è configurata.",
    ),
    ("not printed: {}", "Nicht gedruckt: {}", "Non imprimé : {}", "Non stampato: {}"),
    (
        "perhaps printed, perhaps a part of it: {}",
        "Vielleicht gedruckt, vielleicht nur zum Teil: {}",
        "Peut-être imprimé, peut-être en partie : {}",
        "Forse stampato, forse solo in parte: {}",
    ),
    # -- why it is not carried out
    (
        "staff have something done to its voucher just now",
        "Für seinen Gutschein läuft gerade etwas am Schalter.",
        "Son bon est en cours de traitement au guichet.",
        "Il suo buono è in lavorazione allo sportello.",
    ),
    (
        "it takes no scans: {}",
        "Der Eingang nimmt keine Scans an: {}",
        "L’entrée n’accepte aucun scan : {}",
        "L’ingresso non accetta scansioni: {}",
    ),
    (
        "{} holds it open: `gate-controller gate resume` ends that",
        "{} hält ihn offen («Normalbetrieb» beendet das).",
        "{} la tient ouverte (« Reprendre le service » y met fin).",
        "{} lo tiene aperto («Servizio normale» lo termina).",
    ),
    (
        "{} has locked it: `gate-controller gate resume` ends that",
        "{} hat ihn geschlossen («Normalbetrieb» beendet das).",
        "{} l’a fermée (« Reprendre le service » y met fin).",
        "{} lo ha chiuso («Servizio normale» lo termina).",
    ),
    (
        "{} has put it out of service: `gate-controller gate resume` ends that",
        "{} hat ihn ausser Betrieb gesetzt («Normalbetrieb» beendet das).",
        "{} l’a mise hors service (« Reprendre le service » y met fin).",
        "{} lo ha messo fuori servizio («Servizio normale» lo termina).",
    ),
    (
        "it was stopped meanwhile",
        "Der Eingang wurde inzwischen angehalten: Sehen Sie im Journal nach, bevor Sie es wiederholen.",
        "L’entrée a été arrêtée entre-temps : consultez le journal avant de répéter.",
        "Nel frattempo l’ingresso è stato arrestato: controlli il giornale prima di ripetere.",
    ),
    (
        "was begun earlier: incident {}",
        "Das wurde schon früher begonnen: Sehen Sie nach, was aus Vorfall {} wurde.",
        "Cela a déjà commencé plus tôt : voyez ce qu’est devenu l’incident {}.",
        "È già iniziato in precedenza: veda com’è andato il caso {}.",
    ),
    (
        "was carried out earlier: incident {}",
        "Das wurde schon früher ausgeführt (Vorfall {}).",
        "Cela a déjà été exécuté (incident {}).",
        "È già stato eseguito (caso {}).",
    ),
    (
        "did not open the gate, and does not any more: incident {}",
        "Der Eingang hat dafür nicht geöffnet und tut es auch nicht mehr (Vorfall {}).",
        "L’entrée ne s’est pas ouverte pour cela et ne s’ouvrira plus (incident {}).",
        "L’ingresso non si è aperto per questo e non si aprirà più (caso {}).",
    ),
    (
        "was given to another order ({}): take a new one for each",
        "Diese Seite hat schon einen anderen Auftrag geschickt ({}): Laden Sie sie neu.",
        "Cette page a déjà envoyé un autre ordre ({}) : rechargez-la.",
        "Questa pagina ha già inviato un altro ordine ({}): la ricarichi.",
    ),
    (
        "the journal cannot be read: nobody can tell now whether this was done already",
        "Das Journal lässt sich nicht lesen: Ob das schon geschehen ist, weiss im Moment niemand.",
        "Le journal est illisible : personne ne peut dire si cela a déjà été fait.",
        "Il giornale non è leggibile: nessuno può dire se sia già stato fatto.",
    ),
    (
        "say how many, from 1 to {}",
        "Sagen Sie, wie viele: 1 bis {}.",
        "Indiquez combien : de 1 à {}.",
        "Indichi quanti: da 1 a {}.",
    ),
    (
        "as many people are inside as may be: wait until some have left",
        "Es sind so viele Personen drinnen wie erlaubt: Warten Sie, bis einige gegangen sind.",
        "Il y a autant de personnes à l’intérieur que permis : attendez que quelques-unes soient sorties.",
        "All’interno ci sono tante persone quante permesse: attenda che qualcuna esca.",
    ),
    (
        "this lane leads out: nobody is admitted at it",
        "Dieser Durchgang führt hinaus: Hier wird niemand eingelassen.",
        "Ce passage mène dehors : personne n’y est admis.",
        "Questo varco porta fuori: qui non si fa entrare nessuno.",
    ),
    (
        "it can be told to admit 1 to {} persons at a time",
        "Auf einmal lassen sich 1 bis {} Personen einlassen.",
        "On peut laisser entrer 1 à {} personnes à la fois.",
        "Si possono far entrare da 1 a {} persone alla volta.",
    ),
    (
        "the gate is still starting: try again in a moment",
        "Der Eingang startet noch: Versuchen Sie es gleich nochmals.",
        "L’entrée démarre encore : réessayez dans un instant.",
        "L’ingresso si sta ancora avviando: riprovi tra poco.",
    ),
    (
        "the amount has to be more than nothing",
        "Der Betrag muss grösser als null sein.",
        "Le montant doit être supérieur à zéro.",
        "L’importo dev’essere maggiore di zero.",
    ),
    (
        "a top-up needs an amount",
        "Eine Aufladung braucht einen Betrag.",
        "Une recharge demande un montant.",
        "Una ricarica richiede un importo.",
    ),
    (
        "name the charge and the amount of which a part is to be given back",
        "Nennen Sie die Belastung und den Betrag, der zurück soll.",
        "Indiquez le débit et le montant à recréditer.",
        "Indichi l’addebito e l’importo da riaccreditare.",
    ),
    (
        "this is for a technician",
        "Das ist Sache der Technik.",
        "C’est réservé à un technicien.",
        "È riservato a un tecnico.",
    ),
    (
        "{} are more than the {} cents that you may move at a time",
        "{} Rappen sind mehr als die {}, die Sie auf einmal bewegen dürfen.",
        "{} centimes, c’est plus que les {} que vous pouvez traiter en une fois.",
        "{} centesimi sono più dei {} che può trattare in una volta.",
    ),
    (
        "others are asking E-GUMA just now: try again in a moment",
        "Andere fragen gerade bei E-GUMA: Versuchen Sie es gleich nochmals.",
        "D’autres interrogent E-GUMA : réessayez dans un instant.",
        "Altri stanno interrogando E-GUMA: riprovi tra poco.",
    ),
    (
        "it is more than whoever ordered it may move at a time",
        "Das ist mehr, als Sie auf einmal bewegen dürfen.",
        "C’est plus que ce que vous pouvez traiter en une fois.",
        "È più di quanto lei possa trattare in una volta.",
    ),
    (
        "is not at its end: give the whole back, or settle it first",
        "Der Vorfall ist noch nicht zu Ende: Geben Sie alles zurück, oder erledigen Sie ihn zuerst.",
        "L’opération n’est pas terminée : recréditez le tout, ou réglez-la d’abord.",
        "L’operazione non è conclusa: riaccrediti tutto, o la sistemi prima.",
    ),
    (
        "only {} cents of it are left to give back",
        "Davon sind nur noch {} Rappen zurückzugeben.",
        "Il n’en reste que {} centimes à recréditer.",
        "Ne restano solo {} centesimi da riaccreditare.",
    ),
    (
        "that is all that is left of it: give the whole back",
        "Das ist alles, was davon bleibt: Geben Sie das Ganze zurück.",
        "C’est tout ce qu’il en reste : recréditez le tout.",
        "È tutto ciò che ne resta: riaccrediti il totale.",
    ),
    (
        "somebody is being served: wait until the lane is free",
        "Gerade wird jemand bedient: Warten Sie, bis der Durchgang frei ist.",
        "Quelqu’un est en train de passer : attendez que le passage soit libre.",
        "Qualcuno sta passando: attenda che il varco sia libero.",
    ),
    (
        "no second price is set (admission.second_price_cents)",
        "Es ist kein anderer Preis eingestellt (admission.second_price_cents).",
        "Aucun autre tarif n’est réglé (admission.second_price_cents).",
        "Non è impostata un’altra tariffa (admission.second_price_cents).",
    ),
    (
        "the gate takes no scans just now",
        "Der Eingang nimmt gerade keine Scans an.",
        "L’entrée n’accepte pas de scans en ce moment.",
        "L’ingresso non accetta scansioni in questo momento.",
    ),
    (
        "it cannot open: {}",
        "Der Eingang kann nicht öffnen: {}",
        "L’entrée ne peut pas s’ouvrir : {}",
        "L’ingresso non può aprirsi: {}",
    ),
    (
        "it did not open: {}",
        "Der Eingang hat nicht geöffnet: {}",
        "L’entrée ne s’est pas ouverte : {}",
        "L’ingresso non si è aperto: {}",
    ),
    (
        "it stands open already",
        "Der Eingang steht schon offen.",
        "L’entrée est déjà ouverte.",
        "L’ingresso è già aperto.",
    ),
    (
        "the fire contact still reports an alarm: it has to close first",
        "Der Feuerkontakt meldet noch Alarm: Er muss zuerst schliessen.",
        "Le contact incendie signale encore une alarme : il doit d’abord se fermer.",
        "Il contatto antincendio segnala ancora un allarme: deve prima chiudersi.",
    ),
    (
        "there is no alarm, and nothing holds by order: nothing to resume from",
        "Es gibt weder Alarm noch Anordnung: Der Betrieb läuft schon normal.",
        "Il n’y a ni alarme ni ordre en cours : le service est déjà normal.",
        "Non c’è né allarme né ordine in corso: il servizio è già normale.",
    ),
    (
        "is not an open item: there is nothing to settle",
        "Das ist kein offener Posten (mehr): Es gibt nichts zu erledigen.",
        "Ce n’est pas (plus) un cas ouvert : il n’y a rien à clore.",
        "Non è (più) un caso aperto: non c’è nulla da chiudere.",
    ),
    (
        "a cancellation of it is under way, and may be accepted",
        "Gerade wird das Geld zurückgegeben, und das kann gelingen: Versuchen Sie es gleich nochmals.",
        "Un remboursement est en cours et peut aboutir : réessayez dans un instant.",
        "Un rimborso è in corso e può riuscire: riprovi tra un momento.",
    ),
    (
        "the gate has still work with it",
        "Der Eingang arbeitet noch daran: Versuchen Sie es gleich nochmals.",
        "L’entrée s’en occupe encore : réessayez dans un instant.",
        "L’ingresso se ne sta ancora occupando: riprovi tra un momento.",
    ),
    (
        "is not an open item: nobody is owed an admission for it",
        "Das ist kein offener Posten (mehr): Niemand hat dafür einen Eintritt zugut.",
        "Ce n’est pas (plus) un cas ouvert : aucune entrée n’est due.",
        "Non è (più) un caso aperto: nessuno ha diritto a un’entrata.",
    ),
    (
        "holds no charge that is certain: open once if he shall go in, and settle this apart",
        "Eine Belastung steht nicht fest: Öffnen Sie einmal, wenn der Gast hinein soll, und erledigen Sie den Posten getrennt.",
        "Aucun débit n’est certain : ouvrez une fois si la personne doit entrer, et réglez ce cas à part.",
        "Nessun addebito è certo: apra una volta se la persona deve entrare, e chiuda questo caso a parte.",
    ),
    (
        "may not have been charged: open once if he shall go in, and settle this apart",
        "Vielleicht wurde nichts belastet: Öffnen Sie einmal, wenn der Gast hinein soll, und erledigen Sie den Posten getrennt.",
        "Il n’y a peut-être pas eu de débit : ouvrez une fois si la personne doit entrer, et réglez ce cas à part.",
        "Forse non c’è stato addebito: apra una volta se la persona deve entrare, e chiuda questo caso a parte.",
    ),
    (
        "may have been given back already: open once if he shall go in, and settle this apart",
        "Vielleicht ist das Geld schon zurück: Öffnen Sie einmal, wenn der Gast hinein soll, und erledigen Sie den Posten getrennt.",
        "L’argent est peut-être déjà rendu : ouvrez une fois si la personne doit entrer, et réglez ce cas à part.",
        "Forse il denaro è già stato restituito: apra una volta se la persona deve entrare, e chiuda questo caso a parte.",
    ),
    (
        "was let in on that charge already: settle this, or give the money back",
        "Dafür war der Gast schon drin: Erledigen Sie den Posten, oder geben Sie das Geld zurück.",
        "La personne est déjà entrée pour ce débit : réglez ce cas ou remboursez.",
        "La persona è già entrata per questo addebito: chiuda il caso o rimborsi.",
    ),
    (
        "has been given back already: open once if he shall go in",
        "Das Geld ist schon zurück: Öffnen Sie einmal, wenn der Gast hinein soll.",
        "L’argent est déjà rendu : ouvrez une fois si la personne doit entrer.",
        "Il denaro è già stato restituito: apra una volta se la persona deve entrare.",
    ),
    (
        "holds no charge: there is nothing to give back",
        "Es wurde nichts belastet: Es gibt nichts zurückzugeben.",
        "Rien n’a été débité : il n’y a rien à rembourser.",
        "Non è stato addebitato nulla: non c’è nulla da rimborsare.",
    ),
    (
        "has been given back already",
        "Das Geld ist schon zurückgegeben.",
        "L’argent est déjà rendu.",
        "Il denaro è già stato restituito.",
    ),
    (
        "has no redeem token, so E-GUMA cannot cancel it: give it back by hand, then settle it",
        "E-GUMA kann diese Belastung nicht stornieren: Geben Sie das Geld von Hand zurück und erledigen Sie dann den Posten.",
        "E-GUMA ne peut pas annuler ce débit : rendez l’argent à la main, puis réglez le cas.",
        "E-GUMA non può annullare questo addebito: restituisca il denaro a mano, poi chiuda il caso.",
    ),
    (
        "was settled by {} ({}): a refund now would give it back twice",
        "Schon erledigt von {} ({}): Eine Rückgabe wäre jetzt doppelt.",
        "Déjà réglé par {} ({}) : un remboursement le rendrait deux fois.",
        "Già chiuso da {} ({}): un rimborso lo restituirebbe due volte.",
    ),
    (
        "the journal cannot be written just now",
        "Der Eingang kann im Moment nichts verbuchen: Versuchen Sie es später.",
        "L’entrée ne peut rien enregistrer en ce moment : réessayez plus tard.",
        "L’ingresso non può registrare nulla in questo momento: riprovi più tardi.",
    ),
    (
        "its visitor is being served",
        "Der Gast wird gerade bedient.",
        "La personne est en train de passer.",
        "La persona sta passando.",
    ),
    (
        "{}, of the same voucher, is not settled yet",
        "{}, vom selben Gutschein, ist noch nicht geklärt.",
        "{}, du même bon, n’est pas encore réglé.",
        "{}, dello stesso buono, non è ancora chiarito.",
    ),
    (
        "a second charge of it is being looked for",
        "Es wird noch nach einer zweiten Belastung gesucht.",
        "Un second débit est encore recherché.",
        "Si sta ancora cercando un secondo addebito.",
    ),
    (
        "it is being given back already",
        "Das Geld wird schon zurückgegeben.",
        "Le remboursement est déjà en cours.",
        "Il rimborso è già in corso.",
    ),
    (
        "its end has passed already: name a later one",
        "Das Ende ist schon vorbei: Nennen Sie ein späteres.",
        "La fin est déjà passée : indiquez-en une plus tardive.",
        "La fine è già passata: ne indichi una successiva.",
    ),
    (
        "it is being stopped",
        "Der Eingang wird gerade abgeschaltet.",
        "L’entrée est en cours d’arrêt.",
        "L’ingresso si sta spegnendo.",
    ),
    (
        "the gate is being stopped",
        "Der Eingang wird gerade abgeschaltet.",
        "L’entrée est en cours d’arrêt.",
        "L’ingresso si sta spegnendo.",
    ),
    (
        "it is still starting: try again in a moment",
        "Der Eingang startet noch: Versuchen Sie es gleich nochmals.",
        "L’entrée démarre encore : réessayez dans un instant.",
        "L’ingresso si sta ancora avviando: riprovi tra un momento.",
    ),
    (
        "the fire alarm holds it open: it cannot be locked",
        "Der Feueralarm hält den Eingang offen: Er kann nicht geschlossen werden.",
        "L’alarme incendie tient l’entrée ouverte : elle ne peut pas être fermée.",
        "L’allarme incendio tiene aperto l’ingresso: non può essere chiuso.",
    ),
    (
        "another test is under way: wait for its end",
        "Eine andere Probe läuft: Warten Sie, bis sie zu Ende ist.",
        "Un autre essai est en cours : attendez sa fin.",
        "Un’altra prova è in corso: ne attenda la fine.",
    ),
    (
        "it stands open for everybody, and must go on saying so: test it later",
        "Der Eingang steht für alle offen und muss das weiter zeigen: Probieren Sie es später.",
        "L’entrée est ouverte à tous et doit continuer à l’indiquer : essayez plus tard.",
        "L’ingresso è aperto a tutti e deve continuare a indicarlo: provi più tardi.",
    ),
    (
        "a visitor is being served: wait until the lane is free",
        "Gerade wird jemand bedient: Warten Sie, bis der Durchgang frei ist.",
        "Quelqu’un est en train de passer : attendez que le passage soit libre.",
        "Qualcuno sta passando: attenda che il varco sia libero.",
    ),
    # -- what ails a part, and what to do
    (
        "this is no Raspberry Pi that gpiozero knows: set GPIOZERO_PIN_FACTORY ({})",
        "gpiozero kennt diesen Rechner nicht: Die Technik muss GPIOZERO_PIN_FACTORY setzen ({}).",
        "gpiozero ne connaît pas cette machine : la technique doit régler GPIOZERO_PIN_FACTORY ({}).",
        "gpiozero non conosce questa macchina: il tecnico deve impostare GPIOZERO_PIN_FACTORY ({}).",
    ),
    (
        "{}: this board has no such pin: set another ({})",
        "{}: Diesen Anschluss gibt es hier nicht: Die Technik muss einen anderen setzen ({}).",
        "{} : cette carte n’a pas cette broche : la technique doit en choisir une autre ({}).",
        "{}: questa scheda non ha quel pin: il tecnico deve sceglierne un altro ({}).",
    ),
    (
        "it sees somebody, since {}",
        "Der Durchgangssensor sieht dauernd jemanden (seit {}): Schauen Sie, was davor steht.",
        "Le capteur de passage voit toujours quelqu’un (depuis {}) : voyez ce qui est devant.",
        "Il sensore di passaggio vede sempre qualcuno (da {}): guardi che cosa c’è davanti.",
    ),
    (
        "scanner {} types without pause: is a key stuck? unplug it and plug it in again, or set scanner.port",
        "Der Scanner ({}) tippt ohne Pause: Stecken Sie ihn aus und wieder ein.",
        "Le scanner ({}) tape sans arrêt : débranchez-le et rebranchez-le.",
        "Lo scanner ({}) digita senza pausa: lo scolleghi e lo ricolleghi.",
    ),
    (
        "scanner {} cannot work at {} baud: set scanner.baud",
        "Der Scanner ({}) kann {} Baud nicht: Die Technik muss scanner.baud setzen.",
        "Le scanner ({}) ne peut pas {} bauds : la technique doit régler scanner.baud.",
        "Lo scanner ({}) non può {} baud: il tecnico deve impostare scanner.baud.",
    ),
    # -- devices, network and journal, as those who stand beside them read it
    (
        "no scanner found: plug it in, switch it to USB-COM (not keyboard) mode, or set scanner.port",
        "Kein Scanner gefunden: Stecken Sie ihn ein; sonst muss ihn die Technik auf USB-COM stellen.",
        "Aucun scanner trouvé : branchez-le ; sinon la technique doit le régler sur USB-COM.",
        "Nessuno scanner trovato: lo colleghi; altrimenti il tecnico deve impostarlo su USB-COM.",
    ),
    (
        "several ports could be the scanner: set scanner.port to one of {}",
        "Mehrere Anschlüsse könnten der Scanner sein: Die Technik muss einen wählen ({}).",
        "Plusieurs ports pourraient être le scanner : la technique doit en choisir un ({}).",
        "Più porte potrebbero essere lo scanner: il tecnico deve sceglierne una ({}).",
    ),
    (
        "scanner {} is not there: plug it in, switch it to USB-COM (not keyboard) mode, or set scanner.port",
        "Der Scanner ({}) ist nicht da: Stecken Sie ihn ein.",
        "Le scanner ({}) n’est pas là : branchez-le.",
        "Lo scanner ({}) non c’è: lo colleghi.",
    ),
    (
        "scanner {} was unplugged or switched off: plug it in again ({})",
        "Der Scanner ({}) wurde ausgesteckt oder ausgeschaltet: Stecken Sie ihn wieder ein ({}).",
        "Le scanner ({}) a été débranché ou éteint : rebranchez-le ({}).",
        "Lo scanner ({}) è stato scollegato o spento: lo ricolleghi ({}).",
    ),
    (
        "scanner {} does not answer: unplug it and plug it in again",
        "Der Scanner ({}) antwortet nicht: Stecken Sie ihn aus und wieder ein.",
        "Le scanner ({}) ne répond pas : débranchez-le et rebranchez-le.",
        "Lo scanner ({}) non risponde: lo scolleghi e lo ricolleghi.",
    ),
    (
        "scanner {} is held by another program (ModemManager?): stop it, or set scanner.port",
        "Ein anderes Programm hält den Scanner ({}): Die Technik muss es beenden.",
        "Un autre programme retient le scanner ({}) : la technique doit l’arrêter.",
        "Un altro programma tiene lo scanner ({}): il tecnico deve fermarlo.",
    ),
    (
        "scanner {} may not be opened by this user: add the user to the group dialout",
        "Der Eingang darf den Scanner ({}) nicht öffnen: Die Technik muss ihn in die Gruppe «dialout» nehmen.",
        "L’entrée n’a pas le droit d’ouvrir le scanner ({}) : la technique doit l’ajouter au groupe « dialout ».",
        "L’ingresso non può aprire lo scanner ({}): il tecnico deve aggiungerlo al gruppo «dialout».",
    ),
    (
        "scanner {} is not a serial port: set scanner.port",
        "{} ist kein Scanner-Anschluss: Die Technik muss scanner.port setzen.",
        "{} n’est pas un port de scanner : la technique doit régler scanner.port.",
        "{} non è una porta per lo scanner: il tecnico deve impostare scanner.port.",
    ),
    (
        "scanner {} cannot be opened ({}): plug it in again, or set scanner.port",
        "Der Scanner ({}) lässt sich nicht öffnen ({}): Stecken Sie ihn neu ein.",
        "Le scanner ({}) ne s’ouvre pas ({}) : rebranchez-le.",
        "Lo scanner ({}) non si apre ({}): lo ricolleghi.",
    ),
    (
        "scanner {} sends without pause: wrong baud rate? set scanner.baud to the scanner's",
        "Der Scanner ({}) sendet ohne Pause: Die Technik muss seine Baudrate prüfen.",
        "Le scanner ({}) envoie sans arrêt : la technique doit vérifier son débit.",
        "Lo scanner ({}) trasmette senza pausa: il tecnico deve controllarne la velocità.",
    ),
    (
        "no GPIO back end works: sudo apt-get install python3-lgpio, or set GPIOZERO_PIN_FACTORY ({})",
        "Die GPIO-Ansteuerung fehlt: Die Technik muss python3-lgpio installieren ({}).",
        "La commande GPIO manque : la technique doit installer python3-lgpio ({}).",
        "Manca il controllo GPIO: il tecnico deve installare python3-lgpio ({}).",
    ),
    (
        "this user may not use GPIO: add the user to the group gpio ({})",
        "Der Eingang darf die Anschlüsse nicht benutzen: Die Technik muss ihn in die Gruppe «gpio» nehmen ({}).",
        "L’entrée n’a pas le droit d’utiliser les broches : la technique doit l’ajouter au groupe « gpio » ({}).",
        "L’ingresso non può usare i pin: il tecnico deve aggiungerlo al gruppo «gpio» ({}).",
    ),
    (
        "{}: another program holds the pin: stop it, or set another pin ({})",
        "{}: Ein anderes Programm hält den Anschluss: Die Technik muss es beenden ({}).",
        "{} : un autre programme retient la broche : la technique doit l’arrêter ({}).",
        "{}: un altro programma tiene il pin: il tecnico deve fermarlo ({}).",
    ),
    (
        "{}: the pin does not work: check the wiring and the GPIO back end, then restart the gate ({})",
        "{}: Der Anschluss arbeitet nicht: Die Technik muss die Verdrahtung prüfen und neu starten ({}).",
        "{} : la broche ne fonctionne pas : la technique doit vérifier le câblage et redémarrer ({}).",
        "{}: il pin non funziona: il tecnico deve controllare i cavi e riavviare ({}).",
    ),
    (
        "{}: the pin is used twice: give each device a pin of its own in the settings ({})",
        "{}: Der Anschluss ist doppelt vergeben: Die Technik muss das ändern ({}).",
        "{} : la broche est attribuée deux fois : la technique doit corriger ({}).",
        "{}: il pin è assegnato due volte: il tecnico deve correggerlo ({}).",
    ),
    (
        "E-GUMA was not reached ({}), nothing was sent: check the network and eguma.base_url",
        "E-GUMA ist nicht erreichbar ({}): Prüfen Sie das Netz.",
        "E-GUMA est injoignable ({}) : vérifiez le réseau.",
        "E-GUMA non è raggiungibile ({}): controlli la rete.",
    ),
    (
        "E-GUMA is out of reach: visitors are sent to the staff ({})",
        "E-GUMA ist nicht erreichbar: Gäste werden ans Personal gewiesen ({}).",
        "E-GUMA est injoignable : les visiteurs sont envoyés au personnel ({}).",
        "E-GUMA non è raggiungibile: i visitatori sono mandati dal personale ({}).",
    ),
    (
        "E-GUMA is out of reach: visitors are sent to the staff",
        "E-GUMA ist nicht erreichbar: Gäste werden ans Personal gewiesen.",
        "E-GUMA est injoignable : les visiteurs sont envoyés au personnel.",
        "E-GUMA non è raggiungibile: i visitatori sono mandati dal personale.",
    ),
    (
        "E-GUMA is out of reach: {} were let in free, which is the limit: nobody else is ({})",
        "E-GUMA ist nicht erreichbar: {} Gäste traten gratis ein, mehr erlaubt die Regel nicht ({}).",
        "E-GUMA est injoignable : {} entrées gratuites, la règle n’en permet pas plus ({}).",
        "E-GUMA non è raggiungibile: {} entrate gratuite, la regola non ne permette altre ({}).",
    ),
    (
        "E-GUMA is out of reach: {} were let in free, which is the limit: nobody else is",
        "E-GUMA ist nicht erreichbar: {} Gäste traten gratis ein, mehr erlaubt die Regel nicht.",
        "E-GUMA est injoignable : {} entrées gratuites, la règle n’en permet pas plus.",
        "E-GUMA non è raggiungibile: {} entrate gratuite, la regola non ne permette altre.",
    ),
    (
        "E-GUMA is out of reach: visitors are let in free, {} so far ({})",
        "E-GUMA ist nicht erreichbar: Gäste treten gratis ein, bisher {} ({}).",
        "E-GUMA est injoignable : les visiteurs entrent gratuitement, {} jusqu’ici ({}).",
        "E-GUMA non è raggiungibile: i visitatori entrano gratis, finora {} ({}).",
    ),
    (
        "E-GUMA is out of reach: visitors are let in free, {} so far",
        "E-GUMA ist nicht erreichbar: Gäste treten gratis ein, bisher {}.",
        "E-GUMA est injoignable : les visiteurs entrent gratuitement, {} jusqu’ici.",
        "E-GUMA non è raggiungibile: i visitatori entrano gratis, finora {}.",
    ),
    (
        "no answer from E-GUMA ({})",
        "E-GUMA antwortet nicht ({}).",
        "E-GUMA ne répond pas ({}).",
        "E-GUMA non risponde ({}).",
    ),
    (
        "E-GUMA does not accept the API key (401): check eguma.api_key: {}",
        "E-GUMA nimmt den Schlüssel nicht an: Die Technik muss ihn prüfen ({}).",
        "E-GUMA n’accepte pas la clé : la technique doit la vérifier ({}).",
        "E-GUMA non accetta la chiave: il tecnico deve controllarla ({}).",
    ),
    (
        "E-GUMA does not accept the API key (401): check eguma.api_key",
        "E-GUMA nimmt den Schlüssel nicht an: Die Technik muss ihn prüfen.",
        "E-GUMA n’accepte pas la clé : la technique doit la vérifier.",
        "E-GUMA non accetta la chiave: il tecnico deve controllarla.",
    ),
    (
        "E-GUMA answered {}",
        "E-GUMA antwortete unerwartet ({}).",
        "Réponse inattendue d’E-GUMA ({}).",
        "Risposta inattesa di E-GUMA ({}).",
    ),
    (
        "journal {} cannot be used: {}",
        "Das Journal ({}) lässt sich nicht benutzen ({}): Rufen Sie die Technik; bis dahin wird niemand belastet.",
        "Le journal ({}) est inutilisable ({}) : appelez la technique ; d’ici là, personne n’est débité.",
        "Il giornale ({}) non è utilizzabile ({}): chiami il tecnico; fino ad allora nessuno viene addebitato.",
    ),
    (
        "it has seen nobody in {} releases in a row",
        "Der Durchgangssensor sah bei {} Öffnungen nacheinander niemanden: Wischen Sie ihn ab.",
        "Le capteur de passage n’a vu personne lors de {} ouvertures de suite : nettoyez-le.",
        "Il sensore di passaggio non ha visto nessuno in {} aperture di fila: lo pulisca.",
    ),
    (
        "it saw somebody {} times within {}: it chatters",
        "Der Durchgangssensor flattert ({} Mal in {}): Die Technik muss ihn prüfen.",
        "Le capteur de passage vibre ({} fois en {}) : la technique doit le vérifier.",
        "Il sensore di passaggio oscilla ({} volte in {}): il tecnico deve controllarlo.",
    ),
    (
        "display {}: {} does not send ({})",
        "Die Anzeige {} ({}) nimmt nichts an ({}): Die Technik muss die Verdrahtung prüfen.",
        "L’affichage {} ({}) n’accepte rien ({}) : la technique doit vérifier le câblage.",
        "Il display {} ({}) non accetta dati ({}): il tecnico deve controllare i cavi.",
    ),
    (
        "the fire contact is open: an alarm, or a broken wire",
        "Der Feuerkontakt ist offen: ein Alarm oder ein gebrochener Draht.",
        "Le contact incendie est ouvert : une alarme ou un fil coupé.",
        "Il contatto antincendio è aperto: un allarme o un filo rotto.",
    ),
    (
        "the alarm has cleared: staff have to say so (gate-controller gate resume)",
        "Der Alarm ist vorbei: Das Personal muss das bestätigen («Normalbetrieb»).",
        "L’alarme est levée : le personnel doit le confirmer (« Reprendre le service »).",
        "L’allarme è cessato: il personale deve confermarlo («Servizio normale»).",
    ),
    (
        "the service key holds it open: turn it back",
        "Der Schlüsselschalter hält offen: Drehen Sie ihn zurück.",
        "L’interrupteur à clé tient l’entrée ouverte : tournez-le en arrière.",
        "L’interruttore a chiave tiene aperto: lo riporti indietro.",
    ),
    (
        "the service key has closed it: turn it back",
        "Der Schlüsselschalter hat geschlossen: Drehen Sie ihn zurück.",
        "L’interrupteur à clé a fermé l’entrée : tournez-le en arrière.",
        "L’interruttore a chiave ha chiuso: lo riporti indietro.",
    ),
    (
        "the gate's own contact says that it cannot move: look what is in its way",
        "Der Durchgang meldet, dass er sich nicht bewegen kann: Schauen Sie, was im Weg ist.",
        "Le portillon signale qu’il ne peut pas bouger : voyez ce qui le gêne.",
        "Il varco segnala che non può muoversi: guardi che cosa lo blocca.",
    ),
    (
        "the disk takes no writes: look for its errors (journalctl -k), then mount it anew or replace the card",
        "Der Speicher nimmt nichts an: Lassen Sie die Technik nachsehen (journalctl -k) und die Karte ersetzen.",
        "Le stockage n’accepte plus rien : faites regarder la technique (journalctl -k) et remplacer la carte.",
        "La memoria non accetta scritture: faccia controllare dal tecnico (journalctl -k) e sostituire la scheda.",
    ),
    (
        "the disk is nearly full ({} % free): make room, or use a larger card",
        "Der Speicher ist fast voll ({} % frei): Schaffen Sie Platz oder nehmen Sie eine grössere Karte.",
        "Le stockage est presque plein ({} % libre) : faites de la place ou prenez une carte plus grande.",
        "La memoria è quasi piena ({} % libero): faccia spazio o usi una scheda più grande.",
    ),
    (
        "the supply sags (under-voltage): use one of 3 A (Pi 5: 5 A), or feed the relay apart",
        "Die Spannung bricht ein: Nehmen Sie ein Netzteil mit 3 A (Pi 5: 5 A) oder speisen Sie das Relais getrennt.",
        "La tension chute : prenez une alimentation de 3 A (Pi 5 : 5 A) ou alimentez le relais à part.",
        "La tensione cala: usi un alimentatore da 3 A (Pi 5: 5 A) o alimenti il relè a parte.",
    ),
    (
        "the processor is hot (over {} °C): give the enclosure air or shade",
        "Der Prozessor ist heiss (über {} °C): Geben Sie dem Gehäuse Luft oder Schatten.",
        "Le processeur est chaud (plus de {} °C) : aérez le boîtier ou mettez-le à l’ombre.",
        "Il processore è caldo (oltre {} °C): dia aria o ombra alla custodia.",
    ),
    (
        "the processor has slowed itself down: look at its supply and its cooling",
        "Der Prozessor hat sich verlangsamt: Prüfen Sie Stromversorgung und Kühlung.",
        "Le processeur s’est ralenti : vérifiez l’alimentation et le refroidissement.",
        "Il processore ha rallentato: controlli alimentazione e raffreddamento.",
    ),
    *HOUSE_SAYINGS,
)

_IN_ENGLISH: Final = {
    "released": "The gate opened.",
    "held open by staff": "The gate stands open.",
    "locked by staff": "The gate is closed.",
    "put out of service": "The gate is out of service.",
    "resumed": "The gate is back in service.",
    "next scan: check balance": "The next scan tells the balance. Nothing is charged.",
    "next scan: second price": "The next admission is charged the other price.",
    "settings: nothing has changed": "Nothing has changed in the settings.",
    "counted": "It is counted on from this number.",
    "settled": "Settled.",
    "refunded": "The money is back on the voucher.",
    "being refunded": "The money is being given back.",
    "in doubt": "Whether it was charged is being checked.",
    "under way: ask again with the same id": "It is under way. This goes on by itself.",
}
"""Outcomes as a person reads them, where a program's word is another."""

_PLACES: Final = {Language.DE: 1, Language.FR: 2, Language.IT: 3}
_ABOUT: Final = re.compile(
    r"(?:gate|errand|voucher|ticket|amount_cents|persons|no printer|id [!-~]{1,64}|day [0-9-]{10}|incident [0-9A-Z]{5,12}): "
)
"""What a saying is about: on the page it stands beside it."""


def saying(english: str, language: Language) -> str:
    """Return what the gate says in a language; as it is where there is no row for it."""
    text = _ABOUT.sub("", english, count=1) if _ABOUT.match(english) else english
    if language is Language.EN:
        return _IN_ENGLISH.get(text, text)
    for pattern, row in _patterns():
        if (found := pattern.fullmatch(text)) is not None:
            return row[_PLACES[language]].format(*(saying(part, language) for part in found.groups()))
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], tuple[str, str, str, str]], ...]:
    return tuple((re.compile(re.escape(row[0]).replace(r"\{\}", "(.+)"), re.DOTALL), row) for row in _ROWS)


def sayings() -> tuple[tuple[str, str, str, str], ...]:
    """Return all rows: English, German, French, Italian."""
    return _ROWS
