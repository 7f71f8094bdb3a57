"""
What can become of a request, other than its answer: one small family, and for each member what the caller may
conclude about the money. No text here ever holds the API key or a URL.
"""


class EgumaError(Exception):
    """A request to E-GUMA without a usable answer. `str()` is for the log and for staff."""

    def __init__(self, what: str, *, text: str = "") -> None:
        super().__init__(f"{what}: {text}" if text else what)
        self.text = text
        """E-GUMA's own words, trimmed and bounded, fit to be shown; empty where it gave none."""


class RefusedByApi(EgumaError):
    """Answered with a 4xx other than 401 and 408: E-GUMA did nothing."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(f"E-GUMA refused the request with {status}", text=text)
        self.status = status


class KeyNotAccepted(EgumaError):
    """Answered with 401: E-GUMA did nothing, and will not until the key is right."""

    def __init__(self, text: str = "") -> None:
        super().__init__("E-GUMA does not accept the API key (401): check eguma.api_key", text=text)


class NotSent(EgumaError):
    """Surely not sent, so E-GUMA did nothing: no connection, or no time left before one was free."""

    def __init__(self, why: str) -> None:
        super().__init__(f"E-GUMA was not reached ({why}), nothing was sent: check the network and eguma.base_url")


class OutcomeUnknown(EgumaError):
    """The request may have been carried out. One that charges must be looked up, never repeated."""


class UnreadableAnswer(OutcomeUnknown):
    """Answered with 200, but not with what the call must answer: what E-GUMA did is unknown as well."""

    def __init__(self, why: str) -> None:
        super().__init__(f"E-GUMA's answer cannot be read ({why})")
