"""The receipt printer: what is put on paper, as the bytes a printer takes, and the ways to the printer."""
