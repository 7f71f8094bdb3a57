"""
What is written to a boot partition, as texts: cloud-init's files, the first start's script, and what lies beside it.

YAML is a superset of JSON, so cloud-init gets JSON: no value can be read as anything but a value.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gate_controller.cli.provision.wifi_profiles import country_options, profile, profile_name
from gate_controller.settings.provisioning.content import Network

FOLDER: Final = "gate-setup"
"""On the boot partition."""
LOG: Final = "gate-setup.log"
"""On the boot partition too: what the first start says."""
SCRIPT: Final = Path(__file__).with_name("first-boot.sh")
_BOOT = "/boot/firmware"
_RUN = (
    f" systemd.run={_BOOT}/firstrun.sh systemd.run_success_action=reboot systemd.run_failure_action=reboot"
    " systemd.unit=kernel-command-line.target"
)
_FIRSTRUN: Final = f"""#!/bin/sh
# Written by gate-controller provision card: once, at the first start.
exec sh {_BOOT}/{FOLDER}/first-boot.sh
"""
_UNIT: Final = f"""# Written by gate-controller provision card. It goes when its work is done.
[Unit]
Description=First start of an admission gate
ConditionPathExists={_BOOT}/{FOLDER}/first-boot.sh
RequiresMountsFor={_BOOT}
# Not before multi-user.target, which wants it: cloud-final.service waits for that.
DefaultDependencies=no
After=sysinit.target cloud-final.service
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=oneshot
ExecStart=/bin/sh {_BOOT}/{FOLDER}/first-boot.sh
"""
_INSTANCE = re.compile(r"(?<= )ds=nocloud\S*")


@dataclass(frozen=True, slots=True)
class CardAnswers:
    """What a card is to bring. Its repr has no secrets."""

    hostname: str = ""
    user: str = ""
    password_hash: str = field(default="", repr=False)
    ssh_key: str = ""
    networks: tuple[Network, ...] = ()
    keys: str = ""
    """Lines of root's file of keys."""
    settings: str = ""
    """A settings file."""
    api_key: str = field(default="", repr=False)


def folder_files(answers: CardAnswers, package: tuple[str, bytes] | None, *, is_cloud: bool) -> dict[str, bytes]:
    """Return the files of the folder on the card."""
    files = {
        "first-boot.sh": SCRIPT.read_bytes(),
        "provisioning.keys": answers.keys.encode(),
        "gate.toml": answers.settings.encode(),
        "eguma.api_key": f"{answers.api_key}\n".encode() if answers.api_key else b"",
    }
    if answers.user:
        files["ssh"] = b"\n"
    # Not by cloud-init: its log tells of passphrases, and a power cut can keep it from networks for good.
    for number, network in enumerate(answers.networks, start=1):
        files[profile_name(number)] = profile(network, number).encode()
    if countries := [network.country for network in answers.networks if network.country]:
        files["wifi-country.conf"] = country_options(countries[0]).encode()
    if is_cloud:
        files |= {"cloud-init": b"\n", "gate-card.service": _UNIT.encode()}
    else:
        files |= {
            "hostname": _line(answers.hostname),
            "user": _line(answers.user),
            "password-hash": _line(answers.password_hash),
            "ssh-key": _line(answers.ssh_key),
        }
    if package is not None:
        name, content = package
        files[name] = content
        files["SHA256SUMS"] = f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode()
    return {name: content for name, content in files.items() if content}


def cloud_files(answers: CardAnswers, instance: str) -> dict[str, bytes]:
    """Return cloud-init's three files. `instance` is new for each card, so that all of it is done."""
    wants = "/etc/systemd/system/multi-user.target.wants"
    begin = (
        f"[ -d {_BOOT}/{FOLDER} ] || exit 0; "
        # What a power cut broke off counts as done for cloud-init: a name or a person would never come.
        "rm -f /var/lib/cloud/instance/sem/config_*; "
        f"cp {_BOOT}/{FOLDER}/gate-card.service /etc/systemd/system/ && mkdir -p {wants} && "
        f"ln -sf ../gate-card.service {wants}/gate-card.service && "
        "systemctl daemon-reload && systemctl start --no-block gate-card.service"
    )
    user_data: dict[str, Any] = {
        # At each start until the script has taken it back, so that a power cut in the middle is made good.
        "bootcmd": [["sh", "-c", begin]],
    }
    if answers.hostname:
        user_data |= {"hostname": answers.hostname, "manage_etc_hosts": True, "preserve_hostname": False}
    if answers.user:
        person: dict[str, Any] = {"name": answers.user, "groups": "sudo,adm,dialout", "shell": "/bin/bash"}
        person["lock_passwd"] = not answers.password_hash
        if answers.password_hash:
            person["hashed_passwd"] = answers.password_hash  # its "passwd" leaves one who is there already as he is
        else:
            person["sudo"] = "ALL=(ALL) NOPASSWD:ALL"  # there is no password that sudo could ask for
        if answers.ssh_key:
            person["ssh_authorized_keys"] = [answers.ssh_key]
        user_data |= {
            "users": [person],
            "ssh_pwauth": bool(answers.password_hash) and not answers.ssh_key,
        }
    return {
        "user-data": f"#cloud-config\n{json.dumps(user_data, indent=1)}\n".encode(),
        "meta-data": f"{json.dumps({'instance-id': instance})}\n".encode(),
        # NetworkManager's own ways do, and the profiles of the folder.
        "network-config": f"{json.dumps({'network': {'config': 'disabled'}})}\n".encode(),
    }


def command_line(before: str, instance: str, *, is_cloud: bool) -> str:
    """
    Return cmdline.txt for the first start, with all that stood there. Imager names cloud-init's instance there, and
    that goes over meta-data: an instance that has been there does nothing.
    """
    line = " ".join(before.split("\n", 1)[0].split())
    if is_cloud:
        return _INSTANCE.sub(f"ds=nocloud;i={instance}", line) + "\n"
    return re.sub(r" systemd\.(run|run_success_action|run_failure_action|unit)=\S*", "", line) + _RUN + "\n"


def firstrun() -> bytes:
    """Return what the kernel's command line names on release 12."""
    return _FIRSTRUN.encode()


def _line(text: str) -> bytes:
    return f"{text}\n".encode() if text else b""
