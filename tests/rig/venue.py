"""A venue that makes set-up codes: its key, what it seals, and a gate's circumstances for the core of provisioning."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gate_controller.settings.provisioning.acceptance import Circumstances
from gate_controller.settings.provisioning.content import Content
from gate_controller.settings.provisioning.provisioned_state import Provisioned
from gate_controller.settings.provisioning.scanned_frames import FrameKind, ProvisioningFrame, parts_of
from gate_controller.settings.provisioning.sealed import Letter, Made, Sealing, confirmation, seal
from gate_controller.settings.provisioning.venue_keys import Statement, Trust, key_id

NOW = 1_800_000_000
"""The moment at which everything here happens, in seconds since 1970."""
SET_ID, PASSPHRASE = b"setset", b"sixteen bytes of"
API_KEY = "k3y-of-the-gate-in-the-east"
CONTENT = Content({"id": "east", "admission.price_cents": 2500, "eguma.api_key": API_KEY})


@dataclass
class Venue:
    """A venue with one key."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def trust(self) -> Trust:
        """What a gate believes whose root has named this venue alone."""
        return Trust({key_id(self.public): self.public})

    def letter(
        self,
        *,
        serial: int = 7,
        issued: int = NOW,
        expires: int = NOW + 3600,
        address: str = "",
        set_id: bytes = SET_ID,
        statements: Iterable[Statement] = (),
        sealing: Sealing = Sealing.PASSPHRASE,
    ) -> Letter:
        return Letter(sealing, set_id, key_id(self.public), serial, issued, expires, address, tuple(statements))

    def sealed(self, content: Content = CONTENT, letter: Letter | None = None, gate: bytes = b"") -> Made:
        return seal(content.packed(), letter or self.letter(), self.private, passphrase=PASSPHRASE, gate_public=gate)


@dataclass(frozen=True)
class Codes:
    """The codes of one set."""

    parts: tuple[ProvisioningFrame, ...]
    passphrase: ProvisioningFrame
    confirmation: ProvisioningFrame


def codes(made: Made, set_id: bytes = SET_ID) -> Codes:
    """Return the codes of a sealed message."""
    return Codes(
        parts_of(made.packed, set_id),
        ProvisioningFrame(FrameKind.PASSPHRASE, set_id, PASSPHRASE),
        ProvisioningFrame(FrameKind.CONFIRMATION, set_id, confirmation(made.content_key)),
    )


def takes_all(settings: Mapping[str, object]) -> None:
    """Judge nothing: a gate without settings of its own."""
    del settings


def circumstances(venue: Venue, **changed: object) -> Circumstances:
    """Return those of a gate that is not set up and believes this venue."""
    usual: dict[str, object] = {
        "gate_id": "gate-5f21",
        "is_provisioned": False,
        "now": float(NOW),
        "is_sure": True,
        "trust": venue.trust,
        "taken": Provisioned(),
        "judge": takes_all,
        "gate_key": None,
    }
    return Circumstances(**{**usual, **changed})  # type: ignore[arg-type]  # a table for tests


def gate_public(key: X25519PrivateKey) -> bytes:
    """Return the public half of a gate's key."""
    return key.public_key().public_bytes_raw()
