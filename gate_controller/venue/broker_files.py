"""
What a Mosquitto on the venue's machine needs for a house: its configuration, a certificate, and the venue's account.

Rules: accounts that are there are never written over, nor is the authority of the certificate, which gates have learnt
to trust; another certificate of the same authority may be made at any time.
"""

import base64
import hashlib
import ipaddress
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

# ruff: noqa: PLC0415 - certificates are made by one command

PLUGIN: Final = "mosquitto_dynamic_security.so"
_PLACES: Final = ("lib/*-linux-gnu*", "lib64", "lib", "local/lib*", "lib/mosquitto")
"""Below /usr: Debian's own (by the machine's architecture), then others'."""
ADMIN: Final = "venue"
ACCOUNTS: Final = Path("/var/lib/mosquitto/gate-venue-accounts.json")
CERTIFICATES: Final = Path("/etc/mosquitto/certs")
MOST_PACKET_BYTES: Final = 1024 * 1024
"""The longest message that the broker takes: an answer with a page of events is a fifth of it."""
_AUTHORITY_LASTS, _LASTS = timedelta(days=365 * 20), timedelta(days=365 * 5)
_BEFORE_NOW = timedelta(days=1)
_ITERATIONS: Final = 101
"""As Mosquitto's own: the password is 192 random bits."""


def find_plugin() -> Path | None:
    """Return where Mosquitto's plugin for dynamic security is; None where this machine has none."""
    for place in _PLACES:
        for found in sorted(Path("/usr").glob(f"{place}/{PLUGIN}")):
            return found
    return None


def configuration(plugin: Path) -> str:
    """Return Mosquitto's own file: this machine without TLS, all others with it, and accounts by the plugin."""
    return f"""\
# Written by `gate-controller venue broker`. Accounts are the venue's to make, by the plugin for dynamic security.
per_listener_settings false
allow_anonymous false
plugin {plugin}
plugin_opt_config_file {ACCOUNTS}
max_packet_size {MOST_PACKET_BYTES}

# The venue, on this machine.
listener 1883 127.0.0.1

# The gates.
listener 8883
certfile {CERTIFICATES}/gate-venue.pem
keyfile {CERTIFICATES}/gate-venue.key
"""


def first_accounts(password: str) -> str:
    """Return the plugin's file with the venue as its only account and its admin, as Mosquitto's own tool makes it."""
    salt = os.urandom(12)
    hashed = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS, 64)
    kinds = ("publishClientSend", "publishClientReceive", "subscribePattern")
    rights = [{"acltype": kind, "topic": "$CONTROL/dynamic-security/#", "allow": True} for kind in kinds]
    return json.dumps(
        {
            "defaultACLAccess": {
                "publishClientSend": False,
                "publishClientReceive": True,
                "subscribe": False,
                "unsubscribe": True,
            },
            "clients": [
                {
                    "username": ADMIN,
                    "textname": "the venue of the house",
                    "password": base64.b64encode(hashed).decode(),
                    "salt": base64.b64encode(salt).decode(),
                    "iterations": _ITERATIONS,
                    "roles": [{"rolename": "admin"}],
                }
            ],
            "roles": [{"rolename": "admin", "acls": rights}],
        },
        indent=1,
    )


@dataclass(frozen=True, slots=True, repr=False)
class BrokerCertificate:
    """A certificate of the broker's, and whose it is; all in PEM."""

    authority: bytes
    authority_key: bytes
    certificate: bytes
    key: bytes


def made_certificate(names: Sequence[str], authority: tuple[bytes, bytes] | None = None) -> BrokerCertificate:
    """Make a certificate for these names and addresses, by the `authority` that is there or by a new one."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509.oid import ExtendedKeyUsageOID

    if authority is None:
        ca_key = ec.generate_private_key(ec.SECP256R1())
        name = _called("Gates of the house")
        ca = _signed(_begun(name, _AUTHORITY_LASTS).issuer_name(name), ca_key, ca_key, is_authority=True)
    else:
        ca, loaded = x509.load_pem_x509_certificate(authority[0]), load_pem_private_key(authority[1], None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise ValueError("the authority's key is none of ours")
        ca_key = loaded
    key = ec.generate_private_key(ec.SECP256R1())
    begun = _begun(_called(names[0]), _LASTS).issuer_name(ca.subject)
    begun = begun.add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
    begun = begun.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    begun = begun.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    return BrokerCertificate(_pem(ca), _private(ca_key), _pem(_signed(begun, key, ca_key)), _private(key))


def _called(text: str) -> "x509.Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _begun(name: "x509.Name", lasts: timedelta) -> "x509.CertificateBuilder":
    from cryptography import x509

    since = datetime.now(UTC) - _BEFORE_NOW
    made = x509.CertificateBuilder().subject_name(name).serial_number(x509.random_serial_number())
    return made.not_valid_before(since).not_valid_after(since + lasts)


def _signed(
    begun: "x509.CertificateBuilder",
    key: "EllipticCurvePrivateKey",
    by: "EllipticCurvePrivateKey",
    *,
    is_authority: bool = False,
) -> "x509.Certificate":
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    limits = x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None)
    begun = begun.public_key(key.public_key()).add_extension(limits, critical=True).add_extension(usage, critical=True)
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return begun.add_extension(own, critical=False).sign(by, hashes.SHA256())


def _name(text: str) -> "x509.GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _pem(certificate: "x509.Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _private(key: "EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
