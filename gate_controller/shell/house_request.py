"""
A gate's request to join a house, by HTTP, and what is read off the answer.

The house's certificate is not looked at: what counts is that the answer is encrypted with the code. Where nothing is
known of a request's fate the same is sent again, and answered as before.
"""

import asyncio
import json
import os
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from gate_controller.shell.joining import MOST_BYTES, PATH, JoinCode, JoinRequest, JoinUnreadable, open_answer

SECONDS: Final = 10.0
WHOLE_SECONDS: Final = 15.0
"""For a whole answer: who sends a byte now and then keeps nobody waiting for ever."""
_PAUSES: Final = (1.0, 3.0)
"""Before the same is asked once more."""
_LONGEST_WORDS: Final = 300


class HouseAway(Exception):
    """Nobody answers there; the words hold no secret."""


class HouseRefuses(Exception):
    """The house, or whoever answers in its place, does not take the gate in; the words hold no secret."""


async def ask_house(origin: str, code: JoinCode, key: bytes, request: JoinRequest) -> dict[str, Any]:
    """
    Return what a house tells a gate that has its code, after a minute at most.

    `origin` is such as https://venue.museum.ch:8090, `key` the code's own. Raises `HouseAway`, `HouseRefuses`.
    """
    body, why = request.packed(key), ""
    trusting = await asyncio.to_thread(_trusting_all)
    async with httpx.AsyncClient(verify=trusting, timeout=SECONDS, trust_env=False) as client:
        for pause in (*_PAUSES, None):
            try:
                async with asyncio.timeout(WHOLE_SECONDS):
                    return await _told(origin, client, body, key, request)
            except (httpx.TransportError, TimeoutError) as error:
                why = _why(error)
            if pause is not None:
                await asyncio.sleep(pause)
    raise HouseAway(
        f"the venue is not reached ({why}): {origin}: look at address and network; the code {code.name}-… can be used "
        "until its hour is over"
    )


def text_told(told: Mapping[str, Any], name: str, *, is_line: bool = True) -> str:
    """Return a text of an answer; empty where it is not there. Raises `HouseRefuses`."""
    value = told.get(name, "")
    if not isinstance(value, str) or (is_line and not value.isprintable()):
        raise HouseRefuses(f"the venue's answer has no usable {name}: look whether both are of one version")
    return value


def needed_told(told: Mapping[str, Any], name: str) -> str:
    """Return a text without which an answer is none. Raises `HouseRefuses`."""
    if not (value := text_told(told, name)):
        raise HouseRefuses(
            f"the venue's answer has no {name}: look whether both are of one version, and have another code made"
        )
    return value


def broker_settings(told: Mapping[str, Any], ca_file: Path, keys_file: Path) -> dict[str, object]:
    """Return the settings that a house decides, without secrets; None takes one out. Raises `HouseRefuses`."""
    return {
        "mqtt.host": needed_told(told, "host"),
        "mqtt.port": told.get("port"),
        "mqtt.tls": told.get("tls"),
        "mqtt.user": text_told(told, "user"),
        "mqtt.topic": text_told(told, "topic"),
        "mqtt.ca_file": str(ca_file) if told.get("ca") else None,
        "mqtt.order_keys_file": str(keys_file) if told.get("order_keys") else None,
    }


def _trusting_all() -> ssl.SSLContext:
    """Return what looks at no certificate: see above."""
    made = ssl.create_default_context()
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


async def _told(
    origin: str, client: httpx.AsyncClient, body: bytes, key: bytes, request: JoinRequest
) -> dict[str, Any]:
    content = b""
    url = f"{origin}{PATH}"
    # Not packed: a few bytes of that are megabytes when they are unpacked.
    headers = {"content-type": "application/json", "accept-encoding": "identity"}
    async with client.stream("POST", url, content=body, headers=headers) as answer:
        async for chunk in answer.aiter_raw():
            content += chunk
            if len(content) > MOST_BYTES:
                raise HouseRefuses(f"the answer is longer than any of a venue's: {url}: look at it")
    if answer.status_code != httpx.codes.OK:
        raise HouseRefuses(f"{_words(answer.status_code, content)}: {origin}")
    try:
        told = open_answer(key, request, content)
    except JoinUnreadable as error:
        raise HouseRefuses(
            f"{error}: {origin}: this is not the venue that made the code, or somebody between"
        ) from None
    if refused := told.get("refused"):
        raise HouseRefuses(f"the venue refuses: {_on_one_line(str(refused))}")
    return told


def _words(status: int, content: bytes) -> str:
    try:
        said = json.loads(content)
        words = _on_one_line(str(said["error"] if isinstance(said, dict) else ""))[:_LONGEST_WORDS]
    except (ValueError, KeyError, RecursionError):
        words = ""
    return f"the venue refuses ({words})" if words else f"no venue answers there (HTTP {status})"


def _why(error: httpx.TransportError | TimeoutError) -> str:
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, socket.gaierror | ssl.SSLError) and link.strerror:
            return link.strerror
        if isinstance(link, OSError) and link.errno:
            return os.strerror(link.errno)  # asyncio has words of its own for it
        link = link.__cause__ or link.__context__
    return "it takes too long" if isinstance(error, httpx.TimeoutException | TimeoutError) else _on_one_line(str(error))


def _on_one_line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
