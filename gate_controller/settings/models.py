"""
Everything that can be set, with its default and its meaning.

The tree of models is the one list of settings: the sources, `gate-controller config` and docs/settings.md
take names, defaults, readers and meanings from it. Built by hand, `Settings(id=…)` holds what it is given and
reads nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from gate_controller.settings import (
    backup_section,
    desk_section,
    mqtt_section,
    next_scan_section,
    notify_section,
    outage_section,
    pins,
    price_dates,
    price_rules,
    printer_section,
    provisioning_section,
    sections,
    ways_sections,
)
from gate_controller.settings import values as read
from gate_controller.settings.mistakes import SECRETS
from gate_controller.settings.sections import Section
from gate_controller.settings.values import ReadBy

_sources: ContextVar[tuple[PydanticBaseSettingsSource, ...]] = ContextVar("_sources", default=())


class Settings(BaseSettings):
    """Everything that can be set. Times are in seconds where the name does not say otherwise."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Annotated[str, ReadBy(read.gate_id)] = Field(
        description="names the gate in reports and reference numbers; by default the host name"
    )
    state_dir: Annotated[Path, ReadBy(read.path)] = Field(
        description="journal and runtime state; by default systemd's `$STATE_DIRECTORY`, else /var/lib/gate-controller "
        "on a gate installed as a package, else `./state`"
    )
    prices: Annotated[price_rules.PriceRules, ReadBy(price_rules.price_rules), read.WHILE_RUNNING] = Field(
        default=price_rules.PriceRules(),
        description="the house's rules for other prices, in their order, as `[[prices]]` in the file: see [below]"
        "(#prices-by-product-and-time)",
    )
    price_changes: Annotated[price_dates.PriceDates, ReadBy(price_dates.price_dates), read.WHILE_RUNNING] = Field(
        default=price_dates.PriceDates(),
        description="from when on the usual price is another, as `[[price_changes]]` in the file: see [below]"
        "(#prices-from-a-date-on)",
    )
    eguma: sections.EgumaSection
    admission: sections.AdmissionSection
    lane: ways_sections.LaneSection = ways_sections.LaneSection()
    tickets: ways_sections.TicketsSection = ways_sections.TicketsSection()
    occupancy: ways_sections.OccupancySection = ways_sections.OccupancySection()
    scanner: sections.ScannerSection = sections.ScannerSection()
    relay: sections.RelaySection = sections.RelaySection()
    drive: sections.DriveSection = sections.DriveSection()
    feedback: sections.FeedbackSection = sections.FeedbackSection()
    lamps: sections.LampsSection = sections.LampsSection()
    buzzer: sections.BuzzerSection = sections.BuzzerSection()
    passage: sections.PassageSection = sections.PassageSection()
    exit_button: sections.ExitButtonSection = sections.ExitButtonSection()
    fire_contact: sections.FireContactSection = sections.FireContactSection()
    tamper: sections.TamperSection = sections.TamperSection()
    service_key: sections.ServiceKeySection = sections.ServiceKeySection()
    balance_button: next_scan_section.BalanceButtonSection = next_scan_section.BalanceButtonSection()
    price_button: next_scan_section.PriceButtonSection = next_scan_section.PriceButtonSection()
    service_cards: next_scan_section.ServiceCardsSection = next_scan_section.ServiceCardsSection()
    display: sections.DisplaySection = sections.DisplaySection()
    printer: printer_section.PrinterSection = printer_section.PrinterSection()
    web: sections.WebSection = sections.WebSection()
    desk: desk_section.DeskSection = desk_section.DeskSection()
    outage: outage_section.OutageSection = outage_section.OutageSection()
    notify: notify_section.NotifySection = notify_section.NotifySection()
    provisioning: provisioning_section.ProvisioningSection = provisioning_section.ProvisioningSection()
    mqtt: mqtt_section.MqttSection = mqtt_section.MqttSection()
    journal: sections.JournalSection = sections.JournalSection()
    backup: backup_section.BackupSection = backup_section.BackupSection()
    log: sections.LogSection = sections.LogSection()

    @override
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The library's own sources pass over a misspelt variable and forget where a value came from, so ours
        # (settings/sources.py) take their place, while `reading_from` says so.
        return (init_settings, *_sources.get())


@contextmanager
def reading_from(sources: Iterable[PydanticBaseSettingsSource]) -> Iterator[None]:
    """Inside, `Settings()` takes what it is not given from these sources, the first one first."""
    token = _sources.set(tuple(sources))
    try:
        yield
    finally:
        _sources.reset(token)


def _leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section):
            yield from _leaves(info.annotation, f"{name}.")
        else:
            yield f"{prefix}{name}", info


FIELDS: Mapping[str, FieldInfo] = dict(_leaves(Settings))
"""Every setting by its name, in the order of the documentation."""


def reader_of(name: str) -> Callable[[object], object]:
    """Return what reads a setting's value: it returns the value to use, or raises an `UnusableError`."""
    return next(item for item in FIELDS[name].metadata if isinstance(item, ReadBy)).reader


SECTIONS: tuple[str, ...] = tuple(dict.fromkeys(name.partition(".")[0] for name in FIELDS if "." in name))

PINS: tuple[str, ...] = tuple(name for name in FIELDS if reader_of(name) in {pins.pin, pins.pin_or_none})
"""Every setting that names a pin."""


def value_of(settings: Settings, name: str) -> object:
    """Return the value of a setting by its name, such as `relay.pin`. A secret comes as `SecretStr`."""
    section, _, leaf = name.rpartition(".")
    value: object = getattr(getattr(settings, section) if section else settings, leaf)
    return value


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return everything that no log, page or message may hold."""
    found = (value_of(settings, name) for name in SECRETS)
    return tuple(value.get_secret_value() for value in found if isinstance(value, SecretStr))
