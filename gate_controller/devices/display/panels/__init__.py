"""The drivers: one file for each family of displays, and the buses they hang on."""
