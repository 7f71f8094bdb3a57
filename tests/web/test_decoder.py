"""The decoder of what the desk's camera sees: vendored, unchanged, with its licences."""

import hashlib

from gate_controller.web.templating import STATIC

VENDORED = STATIC / "zxing"


def test_the_decoder_is_the_one_that_was_vendored_with_its_licences() -> None:
    lines = (line.split("  ") for line in (VENDORED / "SHA256SUMS").read_text().splitlines())
    named = {name: digest for digest, name in lines}
    found = {file.name for file in VENDORED.iterdir()}
    assert found == {*named, "SHA256SUMS", "LICENSE-zxing-wasm.txt"}
    for name, digest in named.items():
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest, name
    licence = (VENDORED / "LICENSE-zxing-wasm.txt").read_text()
    assert "MIT License" in licence
    assert "Apache License" in licence
