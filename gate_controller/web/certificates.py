"""
TLS: the certificate that is given, or one of the gate's own, made at its first start.

Nobody vouches for a certificate of one's own: its fingerprint, which the gate shows on its display when asked, tells
people that it is the gate that they speak to. Key and certificate are one file, so that they always belong together.
"""

import hashlib
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate_controller.journal import own_files
from gate_controller.settings.addresses import is_loopback
from gate_controller.settings.sections import WebSection

if TYPE_CHECKING:
    from cryptography.x509 import GeneralName

# ruff: noqa: PLC0415 - cryptography takes long to bring in, and a given certificate does not need it

CERTIFICATE_FILE: Final = "certificate.pem"

LASTS: Final = timedelta(days=825)
"""The longest that Apple's devices take (support.apple.com/103769)."""
RENEWED_BEFORE: Final = timedelta(days=30)
_APART_SECONDS = 60
# A gate's clock may go a little ahead of a phone's.
_BEFORE_NOW = timedelta(days=1)


class CertificateError(Exception):
    """Why there is no TLS, and what to do."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate in use: where it is from."""

    certificate: Path
    key: Path
    is_own: bool

    def stamp(self) -> tuple[int, ...]:
        """Return what changes when somebody puts another one in its place."""
        found = [path.stat() for path in (self.certificate, self.key)]
        return tuple(part for each in found for part in (each.st_mtime_ns, each.st_ino, each.st_size))

    def load(self, context: ssl.SSLContext) -> None:
        """Have a context show it from now on. Raises `CertificateError`."""
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (OSError, ssl.SSLError, ValueError) as error:
            what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise CertificateError(
                f"{self.certificate} with {self.key}: cannot be used: {what}: "
                "set web.certificate_file and web.key_file to a certificate and its key, in PEM and without a password"
            ) from None

    def fingerprint(self) -> str:
        """Return its SHA-256, as browsers show it. Raises `CertificateError`."""
        try:
            text = self.certificate.read_text("ascii", "replace")
            begin, end = text.index(ssl.PEM_HEADER), text.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)
            der = ssl.PEM_cert_to_DER_cert(text[begin:end])
        except OSError as error:
            raise CertificateError(f"{self.certificate}: cannot be read: {error.strerror}") from None
        except ValueError:
            raise CertificateError(f"{self.certificate}: holds no certificate in PEM") from None
        return ":".join(f"{byte:02X}" for byte in hashlib.sha256(der).digest())


def wants_tls(settings: WebSection) -> bool:
    """Return whether the page is served over https."""
    return settings.certificate_file is not None or (settings.tls == "auto" and not is_loopback(settings.host))


def certificate_in_use(settings: WebSection, state_dir: Path) -> Certificate:
    """Return which certificate the settings ask for."""
    if settings.certificate_file is not None and settings.key_file is not None:
        return Certificate(settings.certificate_file, settings.key_file, is_own=False)
    own = state_dir / CERTIFICATE_FILE
    return Certificate(own, own, is_own=True)


def prepared(settings: WebSection, state_dir: Path) -> Certificate:
    """Return the certificate to use, after making or renewing one's own. Blocks. Raises `CertificateError`."""
    chosen = certificate_in_use(settings, state_dir)
    if chosen.is_own:
        _seen_to_apart(chosen.certificate, (*own_names(settings), *_addresses(settings)))
    return chosen


def _seen_to_apart(path: Path, called: Sequence[str]) -> None:
    """
    See to one's own certificate in a process apart.

    What it is made with would stay in the gate's memory for ever: 15 MiB, for one use in two years.
    """
    command = [sys.executable, "-m", __name__, str(path), *called]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_APART_SECONDS, check=False)  # noqa: S603 - ourselves
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CertificateError(f"{path}: cannot be made: {error}") from None
    if done.returncode != 0:
        said = done.stderr.strip().rpartition("\n")[2]
        raise CertificateError(said or f"{path}: cannot be made: its process ended with {done.returncode}")


def see_to(path: Path, called: Sequence[str]) -> None:
    """Make one's own certificate for these names and addresses, where that has to be. Raises `CertificateError`."""
    if not needs_renewal(path):
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        own_files.replace(path, _made(called))
    except OSError as error:
        raise CertificateError(f"{path}: cannot be written: {error.strerror}") from None


def context_for(certificate: Certificate) -> ssl.SSLContext:
    """Return what connections are made with: TLS 1.2 or later. Raises `CertificateError`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    certificate.load(context)
    return context


def needs_renewal(path: Path) -> bool:
    """Return whether one's own certificate is missing, damaged, or ends soon. Raises `CertificateError` for a link."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        own_files.mend(path)
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return True
    except OSError as error:
        raise CertificateError(f"{path}: cannot be read: {error.strerror}: remove it; another is made") from None
    with os.fdopen(handle, "rb") as file:
        content = file.read(2**16)
    try:
        certificate = x509.load_pem_x509_certificate(content)
        key = load_pem_private_key(content, None)
    except (ValueError, TypeError):
        return True
    ends = certificate.not_valid_after_utc
    return certificate.public_key() != key.public_key() or datetime.now(UTC) > ends - RENEWED_BEFORE


def _made(names: Sequence[str]) -> bytes:
    """Return a new key with its certificate, in PEM, for these names and addresses."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, socket.gethostname()[:64] or "gate")])
    now = datetime.now(UTC)
    called = [_general_name(each) for each in names]
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE_NOW)
        .not_valid_after(now - _BEFORE_NOW + LASTS)
        .add_extension(x509.SubjectAlternativeName(called), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def own_names(settings: WebSection) -> Sequence[str]:
    """Return the names that this machine goes by, each once: those that are set, its own, and that of its own here."""
    host = socket.gethostname().lower()
    short = host.partition(".")[0]
    names = (*settings.names, settings.host.lower(), host, short, f"{short}.local", "localhost")
    return [name for name in dict.fromkeys(names) if name.strip(".") and not _is_address(name)]


def _addresses(settings: WebSection) -> Sequence[str]:
    found = ["127.0.0.1", "::1"]
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # Nothing is sent: the kernel only says from which of its addresses it would be (RFC 5737 and 3849 name these).
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                found.append(str(probe.getsockname()[0]))
        except OSError:
            continue
    if _is_address(settings.host) and not ipaddress.ip_address(settings.host).is_unspecified:
        found.append(settings.host)
    return list(dict.fromkeys(found))


def _general_name(text: str) -> "GeneralName":
    from cryptography import x509

    return x509.IPAddress(ipaddress.ip_address(text)) if _is_address(text) else x509.DNSName(text)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _no_password() -> str:
    # Without this OpenSSL would ask on the terminal, and the gate would wait for it.
    return ""


if __name__ == "__main__":
    try:
        see_to(Path(sys.argv[1]), sys.argv[2:])
    except CertificateError as error:
        sys.exit(str(error))
