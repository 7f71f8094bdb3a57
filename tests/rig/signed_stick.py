"""A folder with packages, signed as `make sign` does it: on a stick, or wherever they were copied to."""

import hashlib
import subprocess
from pathlib import Path


class SignedStick:
    """What lies in `folder` beside packages: SHA256SUMS, its signature, and the public key of `key`."""

    def __init__(self, folder: Path, key: Path) -> None:
        """`key` is the private key's file, which is made where it is not there."""
        self.folder, self.key = folder, key
        if not key.exists():
            openssl("genpkey", "-algorithm", "ed25519", "-out", key)
        openssl("pkey", "-in", key, "-pubout", "-out", folder / "package-key.pem")

    def sign(self) -> None:
        """Sign the packages that are there now."""
        files = sorted(self.folder.glob("*.deb"))
        sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
        (self.folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
        signed = ("-in", self.folder / "SHA256SUMS", "-out", self.folder / "SHA256SUMS.sig")
        openssl("pkeyutl", "-sign", "-inkey", self.key, "-rawin", *signed)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of its key, as `make sign` says it."""
        public = self.folder / "package-key.pem"
        return hashlib.sha256(openssl("pkey", "-pubin", "-in", public, "-outform", "DER")).hexdigest()


def openssl(*words: str | Path) -> bytes:
    """Run openssl, which has to end well; return what it printed."""
    return subprocess.run(["openssl", *words], capture_output=True, check=True).stdout  # noqa: S603, S607 - ours
