"""
E-GUMA's REST API v1 as far as a gate needs it: `connection` says whether an answer came, or why not; `api` what can be
asked, when again, and what an answer means; `answers` are their types, `transport` is the socket under httpx. What a
gate that only admits does without is in `desk_api` and `ticket_api`.
"""

import sys

# httpx brings in its own command line, with rich, pygments and click, unless that is missing: 5 MB that no gate needs.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None is how Python marks a module as missing
