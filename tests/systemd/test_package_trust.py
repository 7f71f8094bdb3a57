"""Which packages an upgrade takes: those that their maker has signed, to the byte, by a key that is known."""

import hashlib
from pathlib import Path

import pytest

from gate_controller.systemd.package_files import PackageError, own_copy
from gate_controller.systemd.package_trust import PackageTrust, trusted
from tests.rig.signed_stick import SignedStick, openssl

NAME = "gate-controller_0.2.0+deb12_amd64.deb"
CONTENT = b"a release"


@pytest.fixture
def stick(tmp_path: Path) -> SignedStick:
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT)
    stick = SignedStick(folder, tmp_path / "key.pem")
    stick.sign()
    return stick


def test_a_key_that_is_named_once_is_kept_and_the_next_release_needs_none(stick: SignedStick, tmp_path: Path) -> None:
    file, kept = stick.folder / NAME, tmp_path / "etc" / "package-key.pem"
    with pytest.raises(PackageError, match="no key is kept here"):
        trusted(file, PackageTrust(), kept)
    spoken = ":".join(stick.fingerprint.upper()[at : at + 2] for at in range(0, 64, 2))
    made = trusted(file, PackageTrust(fingerprint=spoken), kept)
    assert made.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert trusted(file, PackageTrust(key=stick.folder / "package-key.pem"), kept) == made
    made.keep_key(kept)
    assert trusted(file, PackageTrust(), kept) == made
    assert kept.stat().st_mode & 0o777 == 0o644
    # Another one does not take its place by itself.
    (stick.folder / "package-key.pem").unlink()
    SignedStick(stick.folder, tmp_path / "other.pem").sign()
    trusted(file, PackageTrust(key=stick.folder / "package-key.pem"), kept).keep_key(kept)
    assert kept.read_bytes() == made.key


def test_without_a_signature_the_hash_counts_by_order_only_and_no_key_is_kept(
    stick: SignedStick, tmp_path: Path
) -> None:
    file, kept, known = stick.folder / NAME, tmp_path / "kept.pem", PackageTrust(key=stick.folder / "package-key.pem")
    (stick.folder / "SHA256SUMS.sig").unlink()
    with pytest.raises(PackageError, match="it is not signed"):
        trusted(file, known, kept)
    trusted(file, PackageTrust(is_unsigned=True), kept).keep_key(kept)
    assert not kept.exists()
    file.write_bytes(b"another")
    with pytest.raises(PackageError, match="it was damaged or changed"):
        trusted(file, PackageTrust(is_unsigned=True), kept)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("it is gone", "is not there"),
        ("another key signs", "the signature is not by the key"),
        ("sums change", "the signature is not by the key"),
        ("signature is empty", "the signature is not by the key"),
        ("sums do not name it", "SHA256SUMS does not name it"),
        ("sums name it twice", "SHA256SUMS does not name it"),
        ("no sums", "no SHA256SUMS beside it"),
        ("the key is none", "is no public Ed25519 key"),
        ("the key is of another kind", "is no public Ed25519 key"),
    ],
)
def test_what_is_not_as_it_was_signed_is_not_taken(spoil: str, told: str, stick: SignedStick, tmp_path: Path) -> None:
    file, sums, key = stick.folder / NAME, stick.folder / "SHA256SUMS", tmp_path / "known.pem"
    key.write_bytes((stick.folder / "package-key.pem").read_bytes())
    match spoil:
        case "it is gone":
            file.unlink()
        case "another key signs":
            SignedStick(stick.folder, tmp_path / "other.pem").sign()
        case "sums change":
            file.write_bytes(b"another")
            sums.write_text(f"{hashlib.sha256(b'another').hexdigest()}  {NAME}\n")
        case "signature is empty":
            (stick.folder / "SHA256SUMS.sig").write_bytes(b"")
        case "sums do not name it":
            sums.write_text(sums.read_text().replace("0.2.0", "0.2.1"))
        case "sums name it twice":
            sums.write_text(2 * sums.read_text())
        case "no sums":
            sums.unlink()
        case "the key is none":
            key.write_text("a key")
        case _:
            private = tmp_path / "rsa.pem"
            openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private)
            openssl("pkey", "-in", private, "-pubout", "-out", key)
    with pytest.raises(PackageError, match=told) as refused:
        trusted(file, PackageTrust(key=key), tmp_path / "kept.pem")
    assert "\n" not in str(refused.value)


def test_a_key_beside_the_package_proves_nothing_by_itself(stick: SignedStick, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="not the one you gave"):
        trusted(stick.folder / NAME, PackageTrust(fingerprint="ab" * 32), tmp_path / "kept.pem")
    known = PackageTrust(fingerprint=stick.fingerprint)
    (stick.folder / "package-key.pem").unlink()
    with pytest.raises(PackageError, match=r"no package-key\.pem beside it"):
        trusted(stick.folder / NAME, known, tmp_path / "kept.pem")


def test_what_is_installed_is_a_copy_of_what_was_looked_at(stick: SignedStick, tmp_path: Path) -> None:
    folder = tmp_path / "packages"
    folder.mkdir()
    copy = own_copy(stick.folder / NAME, folder, hashlib.sha256(CONTENT).hexdigest())
    assert copy.read_bytes() == CONTENT
    assert own_copy(copy, folder, "") == copy
    (stick.folder / NAME).write_bytes(b"another")
    with pytest.raises(PackageError, match="changed while it was copied"):
        own_copy(stick.folder / NAME, folder, hashlib.sha256(CONTENT).hexdigest())
    assert list(folder.iterdir()) == []
