"""What is said: events, commands and calls, facts, messages, codes, names and money. Words only, no decisions."""
