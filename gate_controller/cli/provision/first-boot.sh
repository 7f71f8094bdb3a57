#!/bin/sh
# The first start of a card that `gate-controller provision card` has prepared: once, as root, on Raspberry Pi OS 12 (from
# firstrun.sh) and 13 (from gate-card.service). What it needs lies beside it, each value in a file of its own, so that no
# value is ever read as a command.
#
# Whatever is cut off half-way is done again at the next start: the card is taken back only at the end, and the file that
# makes this run goes last. A step that fails is told in gate-setup.log on the card and does not keep the others back; the
# secrets go from the card in any case.
set -u
root=${GATE_ROOT:-}  # for tests: where the system's files are
boot=$root/boot/firmware
card=$boot/gate-setup
etc=$root/etc/gate-controller
log=$boot/gate-setup.log

say() { echo "$(date '+%F %T') $*" >> "$log"; }
try() { "$@" >> "$log" 2>&1 || say "failed ($?): $1"; }
secretly() {  # secretly MODE FROM TO: whole, or not at all
  rm -f "$3.new"
  if (umask 077 && cat "$2" > "$3.new") && chmod "$1" "$3.new" && mv -f "$3.new" "$3"; then :; else say "failed: $3"; fi
}

[ -d "$card" ] || exit 0
say "begins"
is_cloud=
[ ! -e "$card/cloud-init" ] || is_cloud=yes

# 1. Whom the gate trusts, and what it is told: before the package comes, which starts a gate that has something.
mkdir -p "$etc"
[ ! -s "$card/provisioning.keys" ] || secretly 644 "$card/provisioning.keys" "$etc/provisioning.keys"
if [ -s "$card/gate.toml" ] && [ ! -e "$etc/gate.toml" ]; then secretly 644 "$card/gate.toml" "$etc/gate.toml"; fi
[ ! -s "$card/eguma.api_key" ] || secretly 600 "$card/eguma.api_key" "$etc/eguma.api_key"

# 2. What cloud-init does on release 13: name, person, ssh, networks.
if [ -z "$is_cloud" ]; then
  if [ -s "$card/hostname" ]; then
    read -r name < "$card/hostname"
    old=$(cat "$root/etc/hostname" 2> /dev/null)
    echo "$name" > "$root/etc/hostname"
    if [ -n "$old" ] && grep -q "^127.0.1.1" "$root/etc/hosts" 2> /dev/null; then
      sed -i "s/^127\.0\.1\.1.*/127.0.1.1\t$name/" "$root/etc/hosts"
    else
      printf '127.0.1.1\t%s\n' "$name" >> "$root/etc/hosts"
    fi
  fi
  if [ -s "$card/user" ]; then
    read -r user < "$card/user"
    hash='*'
    [ ! -s "$card/password-hash" ] || read -r hash < "$card/password-hash"
    if [ -x "$root/usr/lib/userconf-pi/userconf" ] && [ "$hash" != '*' ]; then
      try "$root/usr/lib/userconf-pi/userconf" "$user" "$hash"
    elif ! getent passwd "$user" > /dev/null; then
      try useradd --create-home --shell /bin/bash --groups sudo "$user"
      printf '%s:%s\n' "$user" "$hash" | chpasswd --encrypted >> "$log" 2>&1 || say "failed: chpasswd"
    fi
    if [ -s "$card/ssh-key" ]; then
      home=$(getent passwd "$user" | cut -d: -f6)
      if [ -n "$home" ]; then
        install -d -m 700 -o "$user" -g "$user" "$root$home/.ssh"
        install -m 600 -o "$user" -g "$user" "$card/ssh-key" "$root$home/.ssh/authorized_keys"
      fi
    fi
    if [ "$hash" = '*' ]; then  # there is no password that sudo could ask for
      mkdir -p "$root/etc/sudoers.d"
      (umask 337 && echo "$user ALL=(ALL) NOPASSWD:ALL" > "$root/etc/sudoers.d/gate-controller-$user")
    elif [ -s "$card/ssh-key" ]; then
      mkdir -p "$root/etc/ssh/sshd_config.d"
      echo "PasswordAuthentication no" > "$root/etc/ssh/sshd_config.d/gate-controller.conf"
    fi
    try systemctl enable ssh
  fi
  profiles=$root/etc/NetworkManager/system-connections
  for profile in "$card"/*.nmconnection; do
    [ -s "$profile" ] || continue
    mkdir -p "$profiles"
    secretly 600 "$profile" "$profiles/${profile##*/}"
  done
  if [ -s "$card/wifi-country.conf" ]; then
    mkdir -p "$root/etc/modprobe.d"
    secretly 644 "$card/wifi-country.conf" "$root/etc/modprobe.d/gate-controller-wifi.conf"
    for state in "$root"/var/lib/systemd/rfkill/*:wlan; do
      [ ! -e "$state" ] || echo 0 > "$state"
    done
  fi
fi

# 3. The program. Without a network dpkg alone has to do; with one, apt brings what is missing.
for package in "$card"/*.deb; do
  [ -s "$package" ] || continue
  if (cd "$card" && sha256sum --check --status SHA256SUMS); then
    if ! dpkg --install "$package" >> "$log" 2>&1; then
      say "dpkg alone did not do: apt-get"
      try env DEBIAN_FRONTEND=noninteractive apt-get --yes install "$package"
    fi
  else
    say "failed: ${package##*/} did not arrive whole: write the card anew"
  fi
done
if [ -s "$etc/provisioning.keys" ] || [ -s "$etc/gate.toml" ]; then
  try systemctl enable gate-controller.service
  [ -z "$is_cloud" ] || try systemctl start --no-block gate-controller.service
fi

# 4. Nothing secret stays on the card. Overwritten first: what a card's own controller keeps of it is out of reach.
forget() {
  [ -f "$1" ] || return 0
  size=$(wc -c < "$1")
  head -c "$size" /dev/zero | dd of="$1" conv=notrunc,fsync 2> /dev/null
  rm -f "$1"
}
for file in "$card/eguma.api_key" "$card/password-hash" "$card/gate.toml" "$card"/*.nmconnection; do forget "$file"; done
if [ -n "$is_cloud" ]; then
  for file in user-data network-config; do forget "$boot/$file"; done
  printf '#cloud-config\n{}\n' > "$boot/user-data"
  # Its own copies, and what it made of them.
  for file in "$root"/var/lib/cloud/instances/*/user-data.txt* "$root"/var/lib/cloud/instances/*/cloud-config.txt \
    "$root"/var/lib/cloud/instances/*/obj.pkl "$root"/var/lib/cloud/instances/*/network-config.json \
    "$root"/var/lib/cloud/instances/*/combined-cloud-config.json "$root"/var/lib/cloud/seed/nocloud/* \
    "$root"/run/cloud-init/instance-data-sensitive.json "$root"/run/cloud-init/combined-cloud-config.json \
    "$root"/run/cloud-init/network-config.json; do
    forget "$file"
  done
  # It has done its work: at a later start it would do it again, from a card that anybody may have written.
  mkdir -p "$root/etc/cloud"
  : > "$root/etc/cloud/cloud-init.disabled"
  rm -f "$root/etc/systemd/system/cloud-init.target.wants/gate-card.service" "$root/etc/systemd/system/gate-card.service"
fi
say "ends: see journalctl -u gate-controller"
sync
if [ -f "$boot/cmdline.txt" ] && grep -q ' systemd\.run=' "$boot/cmdline.txt"; then
  sed 's| systemd\.[^ ]*||g' "$boot/cmdline.txt" > "$boot/cmdline.new" && [ -s "$boot/cmdline.new" ] &&
    mv -f "$boot/cmdline.new" "$boot/cmdline.txt"
  sync
fi
rm -f "$boot/firstrun.sh"
rm -rf "$card"
sync
exit 0
