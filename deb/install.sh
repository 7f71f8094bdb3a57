#!/bin/sh
# Installs the gate's package from a folder, a USB stick or an address, after a look at its hash and its signature.
#
# The signature is Ed25519 over SHA256SUMS, checked by openssl: it is on every Debian, as ca-certificates stands on it, and
# knows keys of one line. (gpgv is not on Debian 13 any more by itself, and wants a keyring.)
set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C.UTF-8
export PATH LC_ALL

kept_key=/etc/gate-controller/package-key.pem
name=gate-controller

usage() {
  cat <<'USAGE'
Usage: sudo sh install.sh [OPTION...] [FOLDER | FILE.deb | https://...]

Installs the gate's package for this machine from a folder, a file in one, a USB stick or an address. Without an argument:
from the folder of this script, else from a USB stick. Beside the package lie SHA256SUMS and SHA256SUMS.sig.

  --key FILE          the public key that the signature is checked with; by default the one of the first installation,
                      /etc/gate-controller/package-key.pem
  --fingerprint HEX   take package-key.pem from beside the package if it has this fingerprint (which you have from
                      elsewhere: a key on the same stick proves nothing by itself)
  --unsigned          install without a signature; the hash is looked at all the same
  --check             only look at hash and signature
  --help              this text

No network is needed where python3-venv is there; on release 13, GPIO wants Raspberry Pi OS's python3-lgpio besides. On a gate that has the package
already, `gate-controller upgrade` puts the new release in place.
Ends with 0 when it is installed, 1 when it could not be, 2 when it was called wrongly or the package is not to be trusted.
USAGE
}

say() { echo "install.sh: $*"; }
fail() {
  echo "install.sh: error: $2" >&2
  exit "$1"
}

key='' fingerprint='' unsigned='' check='' source=''
while [ $# -gt 0 ]; do
  case "$1" in
    --key) [ $# -gt 1 ] || fail 2 "--key: names no file"; key=$2; shift ;;
    --fingerprint) [ $# -gt 1 ] || fail 2 "--fingerprint: is followed by none"; fingerprint=$2; shift ;;
    --unsigned) unsigned=yes ;;
    --check) check=yes ;;
    --help | -h) usage; exit 0 ;;
    -*) fail 2 "$1: no such option: see --help" ;;
    *) [ -z "$source" ] || fail 2 "$1: one place is enough: see --help"; source=$1 ;;
  esac
  shift
done
[ -n "$check" ] || [ "$(id -u)" = 0 ] || fail 1 "installing is for root alone: use sudo"

number=$(sed -n 's/^VERSION_ID="*\([0-9]*\).*/\1/p' /etc/os-release)
architecture=$(dpkg --print-architecture 2>/dev/null) || fail 1 "dpkg is not here: this is for Debian and Raspberry Pi OS"
case "$number" in
  12 | 13) ;;
  *) fail 1 "/etc/os-release says ${number:-nothing}: there are packages for Debian and Raspberry Pi OS 12 and 13" ;;
esac
wanted="${name}_*+deb${number}_${architecture}.deb"

# What is checked and what is installed is one copy, which nobody changes in between. On the disk: Debian 13 has /tmp in
# memory, and a board of 512 MB little of that.
work=$(mktemp -d /var/tmp/gate-controller.XXXXXXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"

newest() { # of a folder, by version
  for each in "$1"/$wanted; do
    [ ! -f "$each" ] || echo "$each"
  done | sort -V | tail -n 1
}

download() {
  python3 - "$1" "$2" <<'PYTHON'
import sys, urllib.request
try:
    with urllib.request.urlopen(sys.argv[1], timeout=60) as answer, open(sys.argv[2], "wb") as file:
        while piece := answer.read(1 << 20):
            file.write(piece)
except Exception as error:
    sys.exit(f"install.sh: error: {sys.argv[1]}: {error}")
PYTHON
}

case "$source" in
  https://*/ | http://*/) base=${source%/} ;;
  https://*.deb | http://*.deb) base=${source%/*} ;;
  https://* | http://*) base=$source ;;
  *) base='' ;;
esac
if [ -n "$base" ]; then
  case "$base/$unsigned" in
    http://*/yes) fail 2 "$base: neither https nor a signature: anybody on the way could have changed it" ;;
  esac
  download "$base/SHA256SUMS" "$work/SHA256SUMS" || exit 1
  [ -n "$unsigned" ] || download "$base/SHA256SUMS.sig" "$work/SHA256SUMS.sig" || exit 1
  [ -z "$fingerprint" ] || download "$base/package-key.pem" "$work/package-key.pem" || exit 1
  case "$source" in
    *.deb) file=${source##*/} ;;
    *) file=$(sed -n 's/^[0-9a-f]\{64\} [ *]//p' "$work/SHA256SUMS" | grep -E "^${name}_[^/]*\+deb${number}_${architecture}\.deb\$" |
      sort -V | tail -n 1) || true ;;
  esac
  [ -n "$file" ] || fail 1 "$base: SHA256SUMS names no $wanted, which is this machine's"
  say "fetching $base/$file"
  download "$base/$file" "$work/$file" || exit 1
else
  found=''
  if [ -f "$source" ]; then
    found=$source
  elif [ -n "$source" ]; then
    [ -d "$source" ] || fail 2 "$source: is no folder, file or address: see --help"
    found=$(newest "$source")
    [ -n "$found" ] || fail 1 "$source: holds no $wanted, which is this machine's"
  else
    for place in "$(dirname "$0")" /media/*/* /media/* /run/media/*/* /mnt/* /mnt; do
      [ -n "$found" ] || found=$(newest "$place")
    done
    [ -n "$found" ] || fail 1 "no $wanted, which is this machine's, in the folder of this script or on a USB stick: name its folder"
  fi
  folder=$(dirname "$found")
  file=$(basename "$found")
  say "taking $folder/$file"
  for each in "$file" SHA256SUMS SHA256SUMS.sig package-key.pem; do
    [ ! -f "$folder/$each" ] || cp "$folder/$each" "$work/$each" || fail 1 "$folder/$each: cannot be copied to /var/tmp, as the line above says: is the stick whole, is there room?"
  done
fi

[ -f "$work/SHA256SUMS" ] || fail 2 "$file: no SHA256SUMS beside it: copy all files that belong to it"
said=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]//p" "$work/SHA256SUMS" | grep -cxF "$file") || true
[ "$said" = 1 ] || fail 2 "$file: SHA256SUMS does not name it: copy both from the same place"
sum=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]\(.*\)/\1 \2/p" "$work/SHA256SUMS" | while read -r hash path; do
  [ "$path" != "$file" ] || echo "$hash"
done)
[ "$(sha256sum <"$work/$file" | cut -d' ' -f1)" = "$sum" ] ||
  fail 2 "$file: is not as SHA256SUMS says: it was damaged or changed: copy it anew"
say "its hash is right"

print_of() { openssl pkey -pubin -in "$1" -outform DER 2>/dev/null | sha256sum | cut -d' ' -f1; }

if [ -n "$unsigned" ]; then
  say "the signature is not looked at, as you said"
else
  [ -f "$work/SHA256SUMS.sig" ] || fail 2 "$file: no SHA256SUMS.sig beside it: it is not signed (--unsigned installs it all the same)"
  command -v openssl >/dev/null 2>&1 || fail 1 "openssl is not here, which looks at the signature: apt-get install openssl"
  if [ -n "$fingerprint" ]; then
    [ -f "$work/package-key.pem" ] || fail 2 "$file: no package-key.pem beside it: name the key's file with --key"
    key=$work/package-key.pem
    given=$(echo "$fingerprint" | tr -d ' :' | tr 'A-F' 'a-f')
    [ "$(print_of "$key")" = "$given" ] || fail 2 "package-key.pem: its fingerprint is $(print_of "$key"): not the one you gave"
  elif [ -z "$key" ]; then
    [ -f "$kept_key" ] || fail 2 "no key to look at the signature with: give --key FILE or --fingerprint HEX (--unsigned does without)"
    key=$kept_key
  fi
  [ -f "$key" ] || fail 2 "$key: is not there: name the public key's file"
  openssl pkey -pubin -in "$key" -noout 2>/dev/null || fail 2 "$key: is no public key (PEM)"
  openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$work/SHA256SUMS" -sigfile "$work/SHA256SUMS.sig" >/dev/null 2>&1 ||
    fail 2 "$file: the signature is not by the key $key: do not install it, and ask where it comes from"
  say "its signature is right (key $(print_of "$key"))"
fi
[ -z "$check" ] || exit 0

# Kept before the package is there: the next one is checked without being told.
if [ -z "$unsigned" ] && [ ! -f "$kept_key" ]; then
  mkdir -p /etc/gate-controller
  cp "$key" "$kept_key.new"
  chmod 644 "$kept_key.new"
  mv "$kept_key.new" "$kept_key"
fi

if [ -x /opt/gate-controller/current/bin/gate-controller ] && [ -d /run/systemd/system ]; then
  say "this gate has a release already: upgrading"
  # The installed program looks at the signature too, if it is of a release that can; as here, with what was said here.
  set --
  case "$(/usr/bin/gate-controller upgrade --help)" in
    *--unsigned*) if [ -n "$unsigned" ]; then set -- --unsigned; else set -- --key "$key"; fi ;;
  esac
  /usr/bin/gate-controller upgrade "$work/$file" "$@" || exit 1
  exit 0
fi

# After the first boot the system's own updates are under way, for minutes. The lock is fcntl's, which flock(1) cannot see.
python3 - <<'PYTHON' || fail 1 "not installed: another installation goes on for ten minutes already: wait for its end, and again"
import fcntl, sys, time
end, is_told = time.monotonic() + 600, False
with open("/var/lib/dpkg/lock-frontend", "a") as lock:
    while time.monotonic() < end:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sys.exit(0)
        except OSError:
            if not is_told:
                print("install.sh: another installation is under way (the system's updates?): waiting for it ...", flush=True)
            is_told = True
            time.sleep(1)
sys.exit(1)
PYTHON

# An installation that was cut off, of this package or another one: apt-get would refuse to do anything until this is done.
dpkg --configure --pending >/dev/null 2>&1 || :

missing=''
for each in $(dpkg-deb --field "$work/$file" Depends | tr ',' '\n' | sed 's/|.*//; s/(.*//' | tr -d ' '); do
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$each" 2>/dev/null)" = installed ] || missing="$missing $each"
done
if [ -n "$missing" ]; then
  say "fetching what it stands on:$missing"
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install --yes --quiet --no-install-recommends "$work/$file" </dev/null ||
    fail 1 "not installed: it stands on$missing, which could not be fetched: connect this machine once, or put their .deb files on it too"
else
  DEBIAN_FRONTEND=noninteractive dpkg --install --force-confold "$work/$file" </dev/null ||
    fail 1 "not installed: the lines above say why"
fi
