"""
Text that leaves the house: without keys, passwords and codes, however they are written.

Rules: what is known to be secret goes in all its spellings; what looks like a secret goes as well, for logs hold what
nobody foresaw: a bundle that lacks a word is read all the same.
"""

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, unquote

from gate_controller.admission.words.masking import masked_in

_HIDDEN = "(hidden)"
_LEAST_LEARNT = 8
"""Of what is only learnt: it may be an ordinary word."""
_LEAST = 4  # shorter pieces would blank out ordinary words

# Words before a value that is nobody's business, as logs, settings files, Wi-Fi files and HTTP headers have it.
_NAMED = re.compile(
    r"""
    (?P<name> \b (?: api[_-]?key | wep-key\d? | [a-z_-]*secret
      | [a-z_-]*token | authorization | (?:set-)?cookie | session | webhook_(?:url|key) | private[_-]?key
      | service_cards\.\w+ ) \b ["']? \s* [:=] \s* (?:Bearer\s+|Basic\s+)? )
    (?P<value> "[^"\n]*" | '[^'\n]*' | [^\s,;&"']+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
# A password of a person or a network may hold blanks: the rest of the line goes.
_PASSWORD = re.compile(
    r"""
    (?P<name> \b [a-z_-]* (?: passw(?:or)?d | passphrase | psk ) \b ["']? \s* [:=] \s* )
    (?P<value> "[^"\n]*" | '[^'\n]*' | [^\n]+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_BY = re.compile(r"(\bby=)(?:'[^'\n]*'|\"[^\"\n]*\"|\S+)")
"""Who ordered something: a person's name."""
_MAILBOX = re.compile(r"(?<![\w.+-])[\w.+-]+(?=@[\w-]+\.[\w.-]*\w)")
_PASSWORD_IN_URL = re.compile(r"://[^/@\s:]*:([^/@\s]+)@")
_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")
_QUERY = re.compile(r"(?<=\?)[^\s\"'<>]+")
_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL)
_LONG = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{20,}(?![A-Za-z0-9])")
_TICKET = re.compile(r"(?<![0-9])[0-9]{15}([0-9]{4})(?![0-9])")
_HIDDEN_BY_GATE = {"(hidden)", "none", "null", "true", "false"}


class Discreet:
    """Writes what is told to outsiders."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """`secrets` are those that are known."""
        spelt = {form for secret in secrets if len(secret) >= _LEAST for form in _spellings(secret)}
        self._known = sorted((form for form in spelt if len(form) >= _LEAST), key=len, reverse=True)

    def learn(self, text: str) -> None:
        """Take each secret that a name or an address in a text gives away, wherever else it may stand."""
        found = [each["value"].strip("\"'") for kind in (_PASSWORD, _NAMED) for each in kind.finditer(text)]
        found += [unquote(each[1]) for each in _PASSWORD_IN_URL.finditer(text)]
        spelt = {form for secret in found if _may_be_secret(secret) for form in _spellings(secret)}
        known = {*self._known, *(form for form in spelt if len(form) >= _LEAST_LEARNT)}
        self._known = sorted(known, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return the text without what is secret in it."""
        for form in self._known:
            text = text.replace(form, _HIDDEN)
        text = _PEM.sub(_HIDDEN, text)
        text = _NAMED.sub(_without_value, _PASSWORD.sub(_without_value, text))
        text = _BEARER.sub(rf"\1 {_HIDDEN}", text)
        text = _BY.sub(rf"\1{_HIDDEN}", text)
        text = _MAILBOX.sub(_HIDDEN, text)
        text = _IN_URL.sub(f"{_HIDDEN}@", text)
        text = _QUERY.sub(_HIDDEN, text)
        text = "\n".join(masked_in(line) for line in text.split("\n"))
        text = _TICKET.sub(r"…\1", text)
        return _LONG.sub(_HIDDEN, text)


def _without_value(found: re.Match[str]) -> str:
    value = found["value"]
    return found[0] if value.strip("\"'").lower() in _HIDDEN_BY_GATE else f"{found['name']}{_HIDDEN}"


def _may_be_secret(value: str) -> bool:
    return len(value) >= _LEAST_LEARNT and value.lower() not in _HIDDEN_BY_GATE and not value.startswith(("set,", "/"))


def _spellings(secret: str) -> set[str]:
    """Return a secret as it stands in text, in a URL, in JSON, in Python's quotes, in base64 and in hexadecimal."""
    forms = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), secret.lower(), secret.upper()}
    forms |= {re.sub("%..", lambda byte: byte[0].lower(), form) for form in tuple(forms)}
    forms |= {json.dumps(secret)[1:-1], repr(secret)[1:-1], secret[::-1]}
    data = secret.encode()
    forms |= {base64.b64encode(data).decode().rstrip("="), base64.urlsafe_b64encode(data).decode().rstrip("=")}
    forms |= {data.hex(), data.hex().upper()}
    return forms
