"""What is answered for hours ends with what its reader may: a session that was ended, a token that was revoked."""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

LOOK_SECONDS: Final = 1.0
"""How often it is looked whether a reader may still read: this is use of his session too."""


class WhileAllowed(Response):
    """An answer, for as long as its reader may have it."""

    def __init__(self, answer: Response, may_still: Callable[[], bool]) -> None:
        super().__init__(status_code=answer.status_code)
        self.raw_headers = answer.raw_headers
        self.background = answer.background
        self._answer = answer
        self._may_still = may_still

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_over = has_begun = has_ended = False

        async def receive_or_end() -> Message:
            nonlocal is_over
            message = asyncio.ensure_future(receive())
            try:
                while not (await asyncio.wait([message], timeout=LOOK_SECONDS))[0]:
                    if not self._may_still():
                        is_over = True
                        return {"type": "http.disconnect"}
                return message.result()
            finally:
                message.cancel()

        async def send_if_allowed(message: Message) -> None:
            nonlocal has_begun, has_ended
            if is_over:
                return
            has_begun = True
            has_ended = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        await self._answer(scope, receive_or_end, send_if_allowed)
        if is_over and has_begun and not has_ended:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
