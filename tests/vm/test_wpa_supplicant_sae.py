# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant with SAE (WPA3) against our access point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from harness.local.deadline import Deadline
from harness.scenarios import AirRule, Network
from hwsim.records import FrameRecord
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import change_network, connect, on_network, status

NUMBER = 930_000
"""Association numbers of these tests, away from those of the fixture."""
PASSPHRASE = "of this test alone"


def network(security: str = "wpa3-sae", **sae: Any) -> Network:
    """The network of these tests."""
    secret = SecretStr(PASSPHRASE)
    return Network(ssid="hil-sae", security=security, passphrase=secret, sae=sae)


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell with wpa_supplicant that has SAE and WPA2-PSK."""
    block = f'psk="{PASSPHRASE}"\nkey_mgmt=SAE WPA-PSK\nieee80211w=1'
    with on_network(lab, shell, network(), block):
        yield shell


@pytest.fixture
def fresh(supplicant: GuestShell) -> GuestShell:
    """The same shell; no PMK is kept, and nothing else that a test before has set."""
    supplicant.run(
        "wpa_cli -i wlan0 disconnect; wpa_cli -i wlan0 pmksa_flush; "
        "wpa_cli -i wlan0 set sae_groups '19 20 21'; wpa_cli -i wlan0 set sae_pwe 2; "
        f"wpa_cli -i wlan0 set_network 0 psk '\"{PASSPHRASE}\"'"
    )
    return supplicant


def authentications(lab: StandingLab, number: int) -> list[FrameRecord]:
    """The Authentication frames of an association."""
    return [frame for frame in lab.session.recording.frames(number) if frame.kind == "auth"]


def statuses(lab: StandingLab, number: int) -> list[int | str]:
    """What the access point answered."""
    frames = authentications(lab, number)
    return [frame.detail["status"] for frame in frames if frame.direction == "down"]


def passes_data(lab: StandingLab) -> None:
    """Echoes are answered under the keys, broadcast included."""
    echo = lab.session.air.echo(2, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (2, True, True)


@pytest.mark.parametrize(("pwe", "commit"), [(0, 0), (1, 126)])
def test_both_ways_to_the_element(
    lab: StandingLab, fresh: GuestShell, pwe: int, commit: int
) -> None:
    """Hunting and pecking, and hash to element; M3 lost once, and a rekey under AKM 8's keys."""
    number = NUMBER + pwe
    change_network(lab, network(), fresh)
    fresh.run(f"wpa_cli -i wlan0 set sae_pwe {pwe}")
    connect(lab, fresh, number, [AirRule.model_validate({"message": "M3", "action": "drop"})])
    told = status(fresh)
    assert (told["key_mgmt"], told["pmf"], told["sae_group"]) == ("SAE", "2", "19")
    assert statuses(lab, number) == [commit, 0]
    lab.session.air.rekey_group()
    passes_data(lab)


@pytest.mark.parametrize("group", [20, 21])
def test_other_groups(lab: StandingLab, fresh: GuestShell, group: int) -> None:
    """P-384 and P-521, whose hashes are others."""
    change_network(lab, network(), fresh)
    fresh.run(f"wpa_cli -i wlan0 set sae_groups {group}")
    connect(lab, fresh, NUMBER + group)
    assert status(fresh)["sae_group"] == str(group)
    passes_data(lab)


@pytest.mark.parametrize("pwe", [0, 1])
def test_a_token(lab: StandingLab, fresh: GuestShell, pwe: int) -> None:
    """Status 76; wpa_supplicant brings it back in the form of either way."""
    number = NUMBER + 40 + pwe
    change_network(lab, network(open_exchanges=0), fresh)
    fresh.run(f"wpa_cli -i wlan0 set sae_pwe {pwe}")
    connect(lab, fresh, number)
    assert statuses(lab, number) == [76, 126 if pwe else 0, 0]


def test_a_password_identifier(lab: StandingLab, fresh: GuestShell) -> None:
    """The passphrase goes with an identifier, which both sides hash into the element."""
    change_network(lab, network(password_id="of this test"), fresh)
    fresh.run("wpa_cli -i wlan0 set_network 0 sae_password_id '\"of this test\"'")
    connect(lab, fresh, NUMBER + 45)
    passes_data(lab)
    fresh.run("wpa_cli -i wlan0 set_network 0 sae_password_id NULL")  # which ends the association
    assert statuses(lab, NUMBER + 45) == [126, 0]


def test_a_kept_pmk(lab: StandingLab, fresh: GuestShell) -> None:
    """The second association goes without SAE: the open system, and the PMKID in its RSNE.

    Once the access point has forgotten it, the station is refused with 53 and comes by SAE.
    """
    change_network(lab, network(), fresh)
    connect(lab, fresh, NUMBER + 50)
    connect(lab, fresh, NUMBER + 51)
    assert [frame.detail.get("sae") for frame in authentications(lab, NUMBER + 51)] == [None, None]
    passes_data(lab)
    lab.session.air.order("forget-pmks")
    connect(lab, fresh, NUMBER + 52)
    frames = lab.session.recording.frames(NUMBER + 52)
    assert [one.detail["status"] for one in frames if one.kind == "assoc-resp"] == [53, 0]
    assert {one.detail.get("sae") for one in frames} == {None, "commit", "confirm"}


@pytest.mark.parametrize("key_mgmt", ["SAE", "WPA-PSK"])
def test_a_network_in_transition(lab: StandingLab, fresh: GuestShell, key_mgmt: str) -> None:
    """It takes stations of either kind."""
    change_network(lab, network("wpa3-transition"), fresh)
    fresh.run(f"wpa_cli -i wlan0 set_network 0 key_mgmt {key_mgmt}")
    connect(lab, fresh, NUMBER + 60 + len(key_mgmt))
    told = status(fresh)["key_mgmt"]
    passes_data(lab)
    fresh.run("wpa_cli -i wlan0 set_network 0 key_mgmt SAE WPA-PSK")  # which ends the association
    assert told == {"SAE": "SAE", "WPA-PSK": "WPA2-PSK"}[key_mgmt]


def test_rsn_overriding_is_passed_over(lab: StandingLab, fresh: GuestShell) -> None:
    """wpa_supplicant 2.10 takes a compatibility network for one of WPA2, though it has SAE."""
    change_network(lab, network("wpa3-compatibility"), fresh)
    connect(lab, fresh, NUMBER + 65)
    told = status(fresh)
    assert (told["key_mgmt"], told.get("pmf", "0")) == ("WPA2-PSK", "0")
    passes_data(lab)


def test_transition_is_disabled(lab: StandingLab, fresh: GuestShell) -> None:
    """The Transition Disable KDE of M3 (WPA3 specification 3.4, 8) is said by an edit."""
    change_network(lab, network("wpa3-transition"), fresh)
    kde = {"do": "add", "element": "506f9a:32", "data": "01"}
    rule = {"message": "M3", "action": "edit", "fields": {"elements": [kde]}}
    connect(lab, fresh, NUMBER + 70, [AirRule.model_validate(rule)])
    assert fresh.run("grep -c 'TRANSITION-DISABLE 01' /run/wpa.log").output.strip() == "1"
    passes_data(lab)


def test_another_password(lab: StandingLab, fresh: GuestShell) -> None:
    """The confirm is refused with 15, and no association follows."""
    number = NUMBER + 80
    change_network(lab, network(), fresh)
    fresh.run("wpa_cli -i wlan0 set sae_pwe 0")  # by hash it would keep the point of the old one
    fresh.run("wpa_cli -i wlan0 set_network 0 psk '\"of another test\"'")
    lab.session.air.begin(number, ())
    fresh.run("wpa_cli -i wlan0 reconnect")
    deadline = Deadline("a refused confirm", 20)

    def refused() -> bool | None:
        deadline.state = str(told := statuses(lab, number))
        return 15 in told or None

    deadline.poll(refused)
    kinds = {frame.kind for frame in lab.session.recording.frames(number)}
    assert not kinds & {"assoc-req", "M1"}


def test_a_group_that_is_refused(lab: StandingLab, fresh: GuestShell) -> None:
    """Status 77; the next commit names the refused group, which goes into the keys.

    The last test: wpa_supplicant goes on naming it, to whichever network.
    """
    number = NUMBER + 30
    change_network(lab, network(groups=[20]), fresh)
    connect(lab, fresh, number)
    assert statuses(lab, number) == [77, 126, 0]
    passes_data(lab)
