"""What the doctor says of a machine, by the files in which it tells how it is."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from gate_controller.cli.doctor import gate_checks, machine_checks, network_checks
from gate_controller.cli.doctor.finding import Diagnosis
from gate_controller.cli.doctor.patient import Patient
from gate_controller.eguma.route import RouteStep, StepTaken
from tests.cli.doctor.machines import CARD, ERRORS, HEAT, IN_MEMORY, MOUNTS, THROTTLED, lines, patient, route

SENSOR = "/sys/class/hwmon/hwmon1"
Check = Callable[[Patient], Iterable[Diagnosis]]


@pytest.mark.parametrize(
    ("check", "files", "verdict", "seen", "remedy"),
    [
        (machine_checks.supply, {}, "ok", "good since the start", ""),
        (machine_checks.supply, {THROTTLED: "50005"}, "bad", "sags just now", "3 A"),
        (machine_checks.supply, {THROTTLED: "50000"}, "warn", "has sagged since", "3 A"),
        (machine_checks.supply, {THROTTLED: None}, "not here", "does not tell", ""),
        (
            machine_checks.supply,
            {
                THROTTLED: None,
                f"{SENSOR}/name": "rpi_volt\n",
                f"{SENSOR}/in0_lcrit_alarm": "1",
            },
            "bad",
            "sags",
            "3 A",
        ),
        (machine_checks.temperature, {}, "ok", "52 °C", ""),
        (machine_checks.temperature, {HEAT: "74000"}, "warn", "74 °C", "air or shade"),
        (machine_checks.temperature, {HEAT: "85000"}, "bad", "85 °C", "air or shade"),
        (machine_checks.temperature, {HEAT: "rubbish"}, "not here", "does not tell", ""),
        (machine_checks.storage, {}, "ok", "is on /dev/mmcblk0p2 (ext4, at /)", ""),
        (machine_checks.storage, {MOUNTS: IN_MEMORY}, "bad", "in memory", "turn the overlay off"),
        (machine_checks.storage, {MOUNTS: None}, "not here", "does not tell", ""),
        (
            machine_checks.storage,
            {MOUNTS: f"{IN_MEMORY}30 21 8:1 / /var/lib/gate-controller rw - ext4 /dev/sda1 rw\n"},
            "ok",
            "is on /dev/sda1 (ext4, at /var/lib/gate-controller)",
            "",
        ),
        (
            machine_checks.storage,
            {MOUNTS: "21 1 179:2 / / ro,noatime shared:1 - ext4 /dev/mmcblk0p2 ro\n"},
            "bad",
            "mounted read-only",
            "copy the journal away",
        ),
        (
            machine_checks.storage,
            {MOUNTS: "21 1 0:50 / /var/lib rw - nfs4 nas:/gates rw,vers=4.2\n"},
            "bad",
            "over the network",
            "keep the state directory on a disk of this machine",
        ),
        (
            machine_checks.storage,
            {MOUNTS: f"{IN_MEMORY}30 21 8:1 / /var/lib/gate-controller rw shared:3 master:1 - ext4 /dev/sda1 rw\n"},
            "ok",
            "/dev/sda1",
            "",
        ),
        (
            machine_checks.storage,
            {MOUNTS: IN_MEMORY + "30 21 8:1 / /var/lib/gate\\040controller rw - ext4 /dev/sda1 rw\n"},
            "bad",
            "in memory",
            "",
        ),
        (machine_checks.wear, {ERRORS: "3\n"}, "bad", "mmcblk0p2 has met 3 errors", "After a disk error"),
        (machine_checks.wear, {}, "ok", "mmc0:aaaa: 10 to 20 % of its life used", ""),
        (machine_checks.wear, {f"{CARD}/pre_eol_info": "0x02"}, "warn", "near the end of its life", "replace the card"),
        (machine_checks.wear, {f"{CARD}/life_time": "0x0b 0x01"}, "bad", "at the end of its life", "replace the card"),
        (machine_checks.clock, {}, "ok", "kept by NTP, and agrees with E-GUMA's", ""),
        (
            machine_checks.clock,
            {"/run/systemd/timesync/synchronized": None, "/run/systemd/timesync/x": ""},
            "warn",
            "not kept by NTP; without a battery it is wrong after each power cut",
            "let NTP through",
        ),
        (
            gate_checks.service,
            {"/etc/group": "gate-controller:x:9:\ngpio:x:9:\n"},
            "bad",
            "dialout, i2c, spi, lp",
            "groupadd",
        ),
        (gate_checks.versions, {}, "ok", "Debian GNU/Linux 13 (trixie)", ""),
    ],
)
def test_a_machine_is_told_with_what_to_do(
    tmp_path: Path, check: Check, files: dict[str, str | None], verdict: str, seen: str, remedy: str
) -> None:
    found = lines(check(patient(tmp_path, files)))
    assert any(one[0] == verdict and seen in one[1] and remedy in one[2] for one in found), found


def test_a_clock_that_is_years_off_is_bad_whatever_ntp_says(tmp_path: Path) -> None:
    [(verdict, seen, remedy)] = lines(machine_checks.clock(patient(tmp_path, way=route(ahead=-3 * 365 * 86_400.0))))
    assert (verdict, seen) == ("bad", "the clock of this machine is 1095 days behind")
    assert "timedatectl" in remedy


def test_the_way_to_e_guma_is_told_as_far_as_it_leads(tmp_path: Path) -> None:
    way = route(StepTaken(RouteStep.CONNECTION, "port 443 does not answer", "let the firewall pass it"))
    found = lines(network_checks.way(patient(tmp_path, way=way)))
    assert found == [("ok", "well", ""), ("bad", "port 443 does not answer", "let the firewall pass it")]
    assert lines(network_checks.key(patient(tmp_path, way=way)))[0][0] == "not here"


@pytest.mark.parametrize(("cents", "verdict"), [("2500", "ok"), ("25", "warn"), ("250000", "warn")])
def test_an_unlikely_price_is_doubted(tmp_path: Path, cents: str, verdict: str) -> None:
    [(said, _, _)] = lines(network_checks.price(patient(tmp_path, settings={"GATE_ADMISSION__PRICE_CENTS": cents})))
    assert said == verdict
