"""Every kind of fact."""

from gate_controller.admission.words import errand_facts, facts, free_facts, ticket_facts
from gate_controller.admission.words.facts import Fact

KINDS: dict[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        facts.Refused,
        facts.Intended,
        facts.Approved,
        facts.NotCharged,
        facts.Doubted,
        facts.Redeemed,
        facts.Released,
        facts.PaidAlong,
        facts.ReleasedToSensor,
        facts.Passed,
        facts.CreditOpened,
        facts.RefundBegun,
        facts.Refunded,
        facts.OpenItem,
        facts.Adopted,
        facts.SecondChargeFeared,
        facts.SecondChargeRuledOut,
        facts.Settled,
        facts.StrayPassage,
        facts.Occurred,
        facts.PricesChanged,
        facts.RegimeBegun,
        facts.RegimeEnded,
        errand_facts.ErrandRefused,
        errand_facts.ErrandBegun,
        errand_facts.ErrandDoubted,
        errand_facts.ErrandDone,
        errand_facts.ErrandNotDone,
        errand_facts.PartVoided,
        ticket_facts.TicketIntended,
        ticket_facts.TicketNotTaken,
        ticket_facts.TicketDoubted,
        ticket_facts.TicketEntered,
        ticket_facts.EntryKept,
        ticket_facts.EntryLapsed,
        ticket_facts.EntryUndoBegun,
        ticket_facts.EntryUndone,
        ticket_facts.TicketLetOut,
        ticket_facts.TicketLeft,
        ticket_facts.OccupancySet,
        free_facts.FreeEntry,
        free_facts.FreeEntryUnused,
    )
}
"""Each by the name that it has on disk; names are never reused."""
