"""
The guided set-up, from the first question to the last: the house, E-GUMA, the devices. It writes nothing.

Each part asks with what is in force as the default, tries what it was told, and asks again where that did not work.
"""

from decimal import Decimal, InvalidOperation

from gate_controller.admission.words.codes import NotAVoucher, read_code
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.cli.aside import aside
from gate_controller.cli.exits import on_one_line
from gate_controller.cli.setup import rehearsal
from gate_controller.cli.setup.device_questions import DeviceQuestions
from gate_controller.cli.setup.dialogue import Dialogue, Offer
from gate_controller.cli.setup.wanted import WantedGate
from gate_controller.eguma import route
from gate_controller.settings.mistakes import KEY
from gate_controller.settings.values import UnusableError
from gate_controller.texts import Language, format_amount

_DEAR_CENTS = 50_000
"""A price over this is a slip more often than a price: cents were typed in place of francs."""


class Interview:
    """Asks a person for all that a gate needs."""

    def __init__(self, dialogue: Dialogue, wanted: WantedGate, *, may_try: bool) -> None:
        """`may_try`: whether the devices are free to be tried."""
        self._dialogue = dialogue
        self._wanted = wanted
        self._may_try = may_try

    async def all(self) -> None:
        """Ask everything. Raises `CommandError` where the terminal is closed."""
        await self._house()
        await self._price()
        devices = DeviceQuestions(self._dialogue, self._wanted, may_try=self._may_try)
        await devices.all()
        await self._eguma(devices.scanned)
        await self._page()

    # -- the house

    async def _house(self) -> None:
        self._dialogue.head("The house")
        await self._setting("id", "Name of this gate in reports, such as east")
        await self._setting("display.languages", "Languages of the visitors, the first is the default")

    async def _price(self) -> None:
        self._dialogue.head("The price")
        wanted, dialogue = self._wanted, self._dialogue
        await self._setting("admission.currency", "Currency of the account at E-GUMA, CHF or EUR")
        cents = wanted.of("admission.price_cents")
        default = "" if cents is None else _francs(cents)
        while True:
            price = await dialogue.ask("Price of an admission, as on the sign (25.00)", default, price_of)
            shown = self._amount(price)
            if price <= _DEAR_CENTS or await dialogue.yes(f"{shown} for one person. Is that right?", default=False):
                break
        dialogue.tell(f"Each admission costs {shown}.")
        wanted.want("admission.price_cents", price)

    # -- E-GUMA

    async def _eguma(self, scanned: str) -> None:
        self._dialogue.head("E-GUMA")
        wanted, dialogue = self._wanted, self._dialogue
        while True:
            has_key = bool(wanted.secrets.get(KEY)) or wanted.before.get(KEY) is not None
            key = await dialogue.secret("Key of this gate at E-GUMA (not shown)", is_there=has_key, read=self._key)
            if key is not None:
                wanted.secrets[KEY] = key
            if await self._is_accepted():
                break
        await self._voucher(scanned)

    def _key(self, typed: str) -> str:
        return str(self._wanted.reader(KEY)(typed).get_secret_value())

    @property
    def _key_in_force(self) -> str:
        known = self._wanted.before.get(KEY)
        return self._wanted.secrets.get(KEY) or ("" if known is None else str(known.get_secret_value()))

    async def _is_accepted(self) -> bool:
        """Try the key; return whether to go on with it."""
        dialogue = self._dialogue
        dialogue.tell("Asking E-GUMA whether it knows the key ...")
        base_url = str(self._wanted.of("eguma.base_url"))
        way = await aside(lambda: route.examine(base_url, self._key_in_force), route.ALL_SECONDS)
        for step in way.steps:
            dialogue.tell(f"  {step.step}: {step.seen}")
        if way.is_clock_wrong and way.clock_ahead is not None:
            off = route.clock_words(way.clock_ahead)
            dialogue.tell(
                f"  The clock of this machine is {off}. The gate follows E-GUMA's, but set it: `timedatectl`."
            )
        if (failed := way.failed) is None:
            return True
        dialogue.tell(f"  What to do: {failed.remedy}.")
        choices = [Offer("again", "again: ask once more"), Offer("key", "key: type the key anew")]
        choices.append(Offer("on", "on: go on; the gate tries it again by itself"))
        # Asked once more, a key that was refused is refused again.
        question, usual = ("", "key") if way.is_key_refused else ("The key could not be tried.", "again")
        match await dialogue.choose(question, choices, usual):
            case "again":
                return await self._is_accepted()
            case "on":
                return True
            case _:
                return False

    async def _voucher(self, scanned: str) -> None:
        dialogue = self._dialogue
        dialogue.tell("A voucher can be tried: E-GUMA is asked for its balance, and nothing is charged.")
        offered = f"…{scanned[-4:]}, as scanned" if scanned else "none"
        while True:
            code = await dialogue.ask("Code of a voucher, or none", scanned or "none", _code_or_none, shown=offered)
            if not code:
                return
            said = await rehearsal.rehearsed(self._wanted.settings(), code)
            dialogue.tell(f"  Voucher …{code[-4:]}: {on_one_line(said)}")
            scanned, offered = "", "none"

    async def _page(self) -> None:
        self._dialogue.head("The staff's page")
        wanted = self._wanted
        is_open = str(wanted.of("web.host")) not in {"127.0.0.1", "localhost", "::1"}
        question = "Should phones and tablets of the house reach it (https, port 8080)?"
        if (await self._dialogue.yes(question, default=is_open)) is not is_open:
            wanted.want("web.host", "127.0.0.1" if is_open else "0.0.0.0")  # noqa: S104 - that is what was asked for

    async def _setting(self, name: str, question: str) -> None:
        wanted = self._wanted
        value = await self._dialogue.ask(question, wanted.text_of(name), wanted.reader(name))
        wanted.want(name, value)

    def _amount(self, cents: int) -> str:
        currency = Currency(str(self._wanted.of("admission.currency")))
        return format_amount(Cents(cents), currency, Language.EN).replace("\u00a0", " ")


def price_of(typed: str) -> int:
    """Read a price as people write it: 25, 25.00, 25,50, CHF 25.-"""
    remedy = "give it as on the sign, such as 25.00"
    text = typed.upper().removeprefix("CHF").removeprefix("EUR").removesuffix("CHF").removesuffix("EUR").strip(" €")
    text = text.removesuffix(".-").removesuffix(".–").removesuffix(".—").replace("’", "").replace("'", "")
    try:
        cents = Decimal(text.replace(",", ".")) * 100
    except InvalidOperation:
        raise UnusableError("which is no amount", remedy) from None
    if not cents.is_finite() or cents != int(cents) or not 1 <= cents <= 1_000_000:  # noqa: PLR2004 - as `values.price`
        raise UnusableError("which is no price from 0.01 to 10000.00", remedy)
    return int(cents)


def _francs(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _code_or_none(typed: str) -> str:
    if typed.strip().lower() in {"none", "no", "n", ""}:
        return ""
    read = read_code(typed.encode(errors="replace"))
    if isinstance(read, NotAVoucher):
        raise UnusableError(f"which is no voucher ({read.why})", "give the 12 letters and digits on it, or none")
    return str(read)
