"""What is said: events and commands, facts and outcomes, messages, codes, names and money. Words only, no decisions."""
