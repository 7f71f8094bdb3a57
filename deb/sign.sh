#!/bin/sh
# Signs what lies in dist/ for `deb/install.sh`: SHA256SUMS over all packages, its signature, and the public key beside it.
# The private key never leaves its file. A new one: openssl genpkey -algorithm ed25519 -out release-key.pem
set -eu
folder=$(dirname "$0")/../dist
key=${1:-}
[ -n "$key" ] || { echo "make sign KEY=FILE: names no private key; a new one: openssl genpkey -algorithm ed25519 -out FILE" >&2; exit 2; }
[ -f "$key" ] || { echo "make sign: $key: is not there" >&2; exit 2; }
key=$(realpath "$key")
cp "$(dirname "$0")/install.sh" "$folder/"
cd "$folder"
ls gate-controller_*.deb >/dev/null 2>&1 || { echo "make sign: no package in dist/: make deb comes first" >&2; exit 2; }
sha256sum gate-*.deb install.sh >SHA256SUMS
openssl pkeyutl -sign -inkey "$key" -rawin -in SHA256SUMS -out SHA256SUMS.sig ||
  { echo "make sign: $key: is no Ed25519 key" >&2; exit 2; }
openssl pkey -in "$key" -pubout -out package-key.pem
echo "signed; the key's fingerprint, for --fingerprint: $(openssl pkey -pubin -in package-key.pem -outform DER | sha256sum | cut -d' ' -f1)"
