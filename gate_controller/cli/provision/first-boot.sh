#!/bin/sh
# The first start of a card that `gate-controller provision card` has prepared: once, as root, on Raspberry Pi OS 12 (from
# firstrun.sh) and 13 (from gate-card.service). What it needs lies beside it, each value in a file of its own, so that no
# value is ever read as a command.
#
# Whatever is cut off half-way is done again at the next start: a secret goes from the card only once all is in its place
# and a file "done" says so on disk, and what makes this run goes last. A step that fails is told in gate-setup.log on the
# card and does not keep the others back; the secrets go from the card in any case.
set -u
export DEBIAN_FRONTEND=noninteractive
root=${GATE_ROOT:-}  # for tests: where the system's files are
boot=$root/boot/firmware
card=$boot/gate-setup
etc=$root/etc/gate-controller
log=$boot/gate-setup.log

say() { echo "$(date '+%F %T') $*" >> "$log"; }
try() { "$@" >> "$log" 2>&1 || say "failed ($?): $1"; }
tell() { ! command -v "$1" > /dev/null || try "$@"; }  # a program that need not be there
secretly() {  # secretly MODE FROM TO: whole, or not at all
  rm -f "$3.new"
  if (umask 077 && cat "$2" > "$3.new") && chmod "$1" "$3.new" && mv -f "$3.new" "$3"; then :; else say "failed: $3"; fi
}

[ -d "$card" ] || exit 0
say "begins"
is_cloud=
[ ! -e "$card/cloud-init" ] || is_cloud=yes

# 1. Name and person; on release 13 cloud-init sees to both.
person() {
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
  [ -s "$card/user" ] || return 0
  read -r user < "$card/user"
  hash='*'
  [ ! -s "$card/password-hash" ] || read -r hash < "$card/password-hash"
  if [ -x "$root/usr/lib/userconf-pi/userconf" ]; then
    # It renames the system's first user, and puts away the wizard that else waits on the screen for a name.
    try "$root/usr/lib/userconf-pi/userconf" "$user" "$hash"
  else
    getent passwd "$user" > /dev/null || try useradd --create-home --shell /bin/bash --groups sudo "$user"
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
    rm -f "$root/etc/sudoers.d/gate-controller-$user"
    (umask 337 && echo "$user ALL=(ALL) NOPASSWD:ALL" > "$root/etc/sudoers.d/gate-controller-$user")
  elif [ -s "$card/ssh-key" ]; then
    mkdir -p "$root/etc/ssh/sshd_config.d"
    echo "PasswordAuthentication no" > "$root/etc/ssh/sshd_config.d/gate-controller.conf"
  fi
}

# 2. Networks. The system keeps its radio silent until somebody has told it the country: by rfkill, and by a switch that
# NetworkManager remembers.
networks() {
  profiles=$root/etc/NetworkManager/system-connections
  has_network=
  for profile in "$card"/*.nmconnection; do
    [ -s "$profile" ] || continue
    mkdir -p "$profiles"
    secretly 600 "$profile" "$profiles/${profile##*/}"
    has_network=yes
  done
  [ -n "$has_network" ] || return 0
  country=
  if [ -s "$card/wifi-country.conf" ]; then
    mkdir -p "$root/etc/modprobe.d"
    secretly 644 "$card/wifi-country.conf" "$root/etc/modprobe.d/gate-controller-wifi.conf"
    country=$(sed -n 's/.*ieee80211_regdom=//p' "$card/wifi-country.conf")
  fi
  for state in "$root"/var/lib/systemd/rfkill/*:wlan; do
    [ ! -e "$state" ] || echo 0 > "$state"
  done
  switch=$root/var/lib/NetworkManager/NetworkManager.state
  [ ! -f "$switch" ] || try sed -i 's/^WirelessEnabled=false/WirelessEnabled=true/' "$switch"
  [ -n "$is_cloud" ] || return 0  # on release 12 they are not up before the next start
  [ -z "$country" ] || tell iw reg set "$country"
  tell rfkill unblock wifi
  tell nmcli connection reload
  tell nmcli radio wifi on
}

# 3. The program. Without a network dpkg alone has to do; with one, apt brings what is missing.
program() {
  for package in "$card"/*.deb; do
    [ -s "$package" ] || continue
    if (cd "$card" && sha256sum --check --status SHA256SUMS); then
      if ! dpkg --install "$package" >> "$log" 2>&1; then
        say "dpkg alone did not do: apt-get"
        try apt-get --yes install "$package"
      fi
    else
      say "failed: ${package##*/} did not arrive whole: write the card anew"
    fi
  done
}

# 4. Whom the gate trusts, and what it is told. After the program: one that finds them when it is installed is a service
# at once, and holds up what this waits for after a power cut, as long as it has no scanner.
settings() {
  mkdir -p "$etc"
  [ ! -s "$card/provisioning.keys" ] || secretly 644 "$card/provisioning.keys" "$etc/provisioning.keys"
  if [ -s "$card/gate.toml" ] && [ ! -e "$etc/gate.toml" ]; then secretly 644 "$card/gate.toml" "$etc/gate.toml"; fi
  [ ! -s "$card/eguma.api_key" ] || secretly 600 "$card/eguma.api_key" "$etc/eguma.api_key"
}

if [ ! -e "$card/done" ]; then
  [ -n "$is_cloud" ] || person
  if [ -e "$card/ssh" ]; then
    try systemctl enable ssh
    [ -z "$is_cloud" ] || try systemctl start --no-block ssh
  fi
  networks
  program
  settings
  sync
  : > "$card/done"
  sync
fi

# 5. Nothing secret stays on the card. Overwritten first: what a card's own controller keeps of it is out of reach.
forget() {
  [ -f "$1" ] || return 0
  size=$(wc -c < "$1")
  head -c "$size" /dev/zero | dd of="$1" conv=notrunc,fsync 2> /dev/null
  rm -f "$1"
}
for file in "$card/eguma.api_key" "$card/password-hash" "$card/gate.toml" "$card"/*.nmconnection; do forget "$file"; done
if [ -n "$is_cloud" ]; then
  # It has done its work: at a later start it would do it again, from a card that anybody may have written. First of all:
  # one that finds its files gone takes this for another machine.
  mkdir -p "$root/etc/cloud"
  : > "$root/etc/cloud/cloud-init.disabled"
  sync
  for file in user-data network-config; do forget "$boot/$file"; done
  printf '#cloud-config\n{}\n' > "$boot/user-data"
  # Its own copies, what it made of them, and its log, which may tell of them.
  for file in "$root"/var/lib/cloud/instances/*/user-data.txt* "$root"/var/lib/cloud/instances/*/cloud-config.txt \
    "$root"/var/lib/cloud/instances/*/obj.pkl "$root"/var/lib/cloud/instances/*/network-config.json \
    "$root"/var/lib/cloud/instances/*/combined-cloud-config.json "$root"/var/lib/cloud/seed/nocloud/* \
    "$root"/run/cloud-init/instance-data-sensitive.json "$root"/run/cloud-init/combined-cloud-config.json \
    "$root"/run/cloud-init/network-config.json "$root"/var/log/cloud-init.log; do
    forget "$file"
  done
fi
sync

# 6. The gate is a service from now on.
if [ -s "$etc/provisioning.keys" ] || [ -s "$etc/gate.toml" ]; then
  if systemctl cat gate-controller.service > /dev/null 2>&1; then
    try systemctl enable gate-controller.service
    [ -z "$is_cloud" ] || try systemctl start --no-block gate-controller.service
  else
    say "the program is not installed: see docs/technician/install.md"
  fi
fi
say "ends: see journalctl -u gate-controller"
sync

# 7. The card is taken back, and what makes this run goes last.
if [ -f "$boot/cmdline.txt" ] && grep -q ' systemd\.run=' "$boot/cmdline.txt"; then
  # On disk before it has its name: a Pi with an empty command line starts no more.
  sed 's| systemd\.[^ ]*||g' "$boot/cmdline.txt" > "$boot/cmdline.new" && [ -s "$boot/cmdline.new" ] && sync &&
    mv -f "$boot/cmdline.new" "$boot/cmdline.txt"
  sync
fi
rm -f "$boot/firstrun.sh"
for file in "$card"/*; do
  case ${file##*/} in first-boot.sh | cloud-init | done) ;; *) rm -f "$file" ;; esac
done
sync
rm -f "$card/first-boot.sh"
rm -rf "$card"
sync
[ -z "$is_cloud" ] ||
  rm -f "$root/etc/systemd/system/multi-user.target.wants/gate-card.service" "$root/etc/systemd/system/gate-card.service"
exit 0
