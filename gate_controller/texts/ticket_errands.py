"""What staff read of tickets that they had checked in or out, by the shape of `errand_wording.py`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.texts.errand_wording import ERRANDS, ErrandWording
from gate_controller.texts.languages import Language

TICKET_ERRANDS: Final[Mapping[Language, ErrandWording]] = {
    Language.EN: replace(
        ERRANDS[Language.EN],
        names={ErrandKind.CHECK_IN: "Ticket checked in", ErrandKind.CHECK_OUT: "Ticket checked out"},
        begun={
            ErrandKind.CHECK_IN: "{by} ordered that ticket {code} be checked in{reason}.",
            ErrandKind.CHECK_OUT: "{by} ordered that ticket {code} be checked out{reason}.",
        },
        done={
            ErrandKind.CHECK_IN: "It is checked in: {why}.",
            ErrandKind.CHECK_OUT: "It is checked out: {why}.",
        },
        refused="{by} ordered this for ticket {code}; it was not begun: {why}. Nothing has changed at E-GUMA.",
        summary="{name}",
        item="At {time}, {name}, ticket {code}: {why}.",
    ),
    Language.DE: replace(
        ERRANDS[Language.DE],
        names={ErrandKind.CHECK_IN: "Ticket eingecheckt", ErrandKind.CHECK_OUT: "Ticket ausgecheckt"},
        begun={
            ErrandKind.CHECK_IN: "{by} liess das Ticket {code} einchecken{reason}.",
            ErrandKind.CHECK_OUT: "{by} liess das Ticket {code} auschecken{reason}.",
        },
        done={
            ErrandKind.CHECK_IN: "Es ist eingecheckt: {why}.",
            ErrandKind.CHECK_OUT: "Es ist ausgecheckt: {why}.",
        },
        refused="{by} wollte dies für das Ticket {code}; es wurde nicht begonnen: {why}. Nichts ist verändert.",
        summary="{name}",
        item="Um {time} Uhr, {name}, Ticket {code}: {why}.",
    ),
    Language.FR: replace(
        ERRANDS[Language.FR],
        names={
            ErrandKind.CHECK_IN: "Billet enregistré à l’entrée",
            ErrandKind.CHECK_OUT: "Billet enregistré à la sortie",
        },
        begun={
            ErrandKind.CHECK_IN: "{by} a fait enregistrer l’entrée du billet {code}{reason}.",
            ErrandKind.CHECK_OUT: "{by} a fait enregistrer la sortie du billet {code}{reason}.",
        },
        done={
            ErrandKind.CHECK_IN: "L’entrée est enregistrée\u202f: {why}.",
            ErrandKind.CHECK_OUT: "La sortie est enregistrée\u202f: {why}.",
        },
        refused="{by} l’a demandé pour le billet {code}\u202f; rien n’a été entrepris\u202f: {why}. "
        "Rien n’a changé chez E-GUMA.",
        summary="{name}",
        item="À {time}, {name}, billet {code}\u202f: {why}.",
    ),
    Language.IT: replace(
        ERRANDS[Language.IT],
        names={
            ErrandKind.CHECK_IN: "Biglietto registrato all’entrata",
            ErrandKind.CHECK_OUT: "Biglietto registrato all’uscita",
        },
        begun={
            ErrandKind.CHECK_IN: "{by} ha fatto registrare l’entrata del biglietto {code}{reason}.",
            ErrandKind.CHECK_OUT: "{by} ha fatto registrare l’uscita del biglietto {code}{reason}.",
        },
        done={
            ErrandKind.CHECK_IN: "L’entrata è registrata: {why}.",
            ErrandKind.CHECK_OUT: "L’uscita è registrata: {why}.",
        },
        refused="{by} lo ha chiesto per il biglietto {code}; non è stato iniziato: {why}. Da E-GUMA nulla è cambiato.",
        summary="{name}",
        item="Alle {time}, {name}, biglietto {code}: {why}.",
    ),
}
