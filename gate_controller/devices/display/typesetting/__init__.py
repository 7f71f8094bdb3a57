"""Words become a page: fitted, laid out, drawn in pixels or set in characters. Nothing here knows a bus."""
