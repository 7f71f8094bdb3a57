"""
What the gate would do with a voucher, played by the gate's own core up to the moment at which money would move.

There E-GUMA is asked for the balance (and for the validity, where the house wants that), and nothing else: this file
has no way to redeem, no journal and no relay. So it charges nothing, whatever the core decides.
"""

import asyncio
import time
from collections import deque

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.calls import AskBalance, BalanceAnswered, Call, CallFailed, Redeem
from gate_controller.admission.words.commands import Command, Release, Show, Write
from gate_controller.admission.words.events import Event, Instant, Scanned, Written
from gate_controller.admission.words.ids import Numbering
from gate_controller.admission.words.info_calls import AskInfo, InfoAnswered
from gate_controller.admission.words.messages import Message, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.api import Api
from gate_controller.eguma.desk_api import DeskApi
from gate_controller.settings import Settings
from gate_controller.shell.policies import policy_of
from gate_controller.texts import Language, Texts, format_amount

_SECONDS = 10.0


async def rehearsed(settings: Settings, code: str) -> str:
    """Return in a sentence what a visitor with this voucher would meet. Nothing is charged."""
    api = Api(settings.eguma.base_url, settings.eguma.api_key.get_secret_value())
    try:
        async with asyncio.timeout(_SECONDS):
            return await _Rehearsal(settings, api).play(code)
    except TimeoutError:
        return "E-GUMA gave no answer in time"
    finally:
        await api.aclose()


class _Rehearsal:
    """One scan at a gate that has no hands."""

    def __init__(self, settings: Settings, api: Api) -> None:
        self._api = api
        self._currency = settings.admission.currency
        self._texts = Texts([Language.EN], settings.admission.currency, settings.display.gate_name)
        self._gate = Gate(policy_of(settings), Numbering("setup"))
        self._balance: int | None = None

    async def play(self, code: str) -> str:
        now = time.monotonic
        waiting: deque[Command] = deque(self._gate.handle(Scanned(self._now(), code.encode(errors="replace"))))
        while waiting:
            command = waiting.popleft()
            match command:
                case Show(message) if message.kind is not MessageKind.CHECKING:
                    return self._refused(message)
                case Redeem(amount=amount):
                    left = "" if self._balance is None else f", {self._amount(self._balance - amount)} would be left"
                    return f"the gate would open: {self._amount(amount)} would be charged{left}"
                case Release():
                    return "the gate would open, free of charge by a rule of the house"
                case Write(ticket):
                    waiting.extend(self._gate.handle(Written(self._now(), ticket)))
                case AskBalance():
                    waiting.extend(self._gate.handle(await self._asked_balance(command)))
                case AskInfo():
                    info = await DeskApi(self._api).info(command.voucher_code, now() + _SECONDS, urgent=True)
                    waiting.extend(self._gate.handle(InfoAnswered(self._now(), command.attempt, info)))
                case Call():
                    return "it is a ticket: the gate would check it in at E-GUMA, and open if that goes well"
                case _:
                    continue
        return "the gate would wait for something that is not tried here"

    async def _asked_balance(self, command: AskBalance) -> Event:
        outcome = await self._api.balance(command.code, command.deadline, urgent=True)
        if not isinstance(outcome, CallFailed) and outcome.is_balance_told:
            self._balance = outcome.balance
        return BalanceAnswered(self._now(), command.attempt, outcome)

    def _refused(self, message: Message) -> str:
        text = self._texts.render(message, Language.EN)
        words = " ".join(f"{text.title}. {text.detail}".split())
        return f"the gate would stay shut: {words}"

    def _amount(self, cents: int) -> str:
        return format_amount(Cents(cents), self._currency, Language.EN).replace("\u00a0", " ")

    @staticmethod
    def _now() -> Instant:
        return Instant(time.monotonic(), time.time())
