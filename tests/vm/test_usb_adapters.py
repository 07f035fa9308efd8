# SPDX-License-Identifier: GPL-2.0-or-later
"""Each emulated USB adapter with the unmodified driver of the guest's kernel, and wpa_supplicant.

All in one guest: the adapters are plugged in one after the other. hostap's supplicant and Linux'
drivers are the judges of the models; our DLL has no part in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from harness.config.lab import USB_RADIOS
from harness.lab.bring_up import RunningGuest
from harness.local.deadline import Deadline
from harness.scenarios import AirRule
from hwsim.usb.catalogue import ADAPTERS
from tests.vm.plugged import Plugged, guest_with_usb, network, plugged

PAYLOADS = (0, 1, 100, 400, 402, 410, 412, 416, 423, 424, 425, 914, 922, 928, 936, 972, 1472)
"""Bytes of pings: with some a transfer fills packets of 512 bytes, and an empty one ends it."""
SAE = "key_mgmt=SAE\nieee80211w=2"
LONG = (1600, 1996, 2240)
"""With an MTU that lets a frame have its 2304 bytes."""


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGuest]:
    """A guest with a USB host."""
    with guest_with_usb(tmp_path_factory.mktemp("usb")) as guest:
        yield guest


@pytest.fixture(scope="module", params=USB_RADIOS)
def adapter(
    request: pytest.FixtureRequest, guest: RunningGuest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Plugged]:
    """An adapter in it."""
    with plugged(guest, request.param, tmp_path_factory.mktemp("air")) as one:
        yield one


def test_the_kernels_driver_binds_and_hears(adapter: Plugged) -> None:
    """The access point at its signal, on its channel."""
    driver = adapter.shell.run("readlink /sys/class/net/wlan0/device/driver").output
    assert driver.strip().endswith(f"/{ADAPTERS[adapter.name].linux}")
    adapter.await_connected()
    link = adapter.shell.run("iw dev wlan0 link").output
    assert "freq: 2412" in link
    signal = re.search(r"signal: (-\d+) dBm", link)
    assert signal is not None
    assert abs(int(signal[1]) + 40) <= 2


def test_a_lost_m2_is_seen_by_the_driver(adapter: Plugged) -> None:
    """As a frame that was not acknowledged; M1 and M2 come again, and the handshake ends.

    The driver may take its time: a status that it overlooks it makes good when more frames go out.
    One that asks its chip for no acknowledgements sees none fail, as is declared.
    """
    adapter.connect(1, (AirRule.model_validate({"message": "M2", "action": "drop"}),))
    assert adapter.kinds(1).count("M2") >= 2
    if "acknowledgements" in ADAPTERS[adapter.name].hides:
        assert adapter.air.echo(1, limit_s=10).answered == 1
        assert failed_frames(adapter) == 0
        return
    deadline = Deadline("a frame that the driver counts as failed", 30)

    def failed() -> bool | None:
        count = failed_frames(adapter)
        deadline.state = f"{count} frames failed"
        if not count:
            adapter.air.echo(1, limit_s=10)
        return bool(count) or None

    deadline.poll(failed)


def failed_frames(adapter: Plugged) -> int:
    """What the driver counts as sent and not acknowledged, of its access point."""
    told = adapter.shell.run("iw dev wlan0 station dump").output
    counted = re.search(r"tx failed:\s+(\d+)", told)
    return int(counted[1]) if counted else 0


def test_data_passes_at_every_size(adapter: Plugged) -> None:
    """Both ways, encrypted; the echo and pings across the borders of USB's packets."""
    echo = adapter.air.echo(3, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (3, True, True)
    sizes = " ".join(map(str, (*PAYLOADS, *LONG)))
    ping = "busybox ping -c 1 -W 5 -s $n 10.77.0.1 >/dev/null"
    pings = f"for n in {sizes}; do {ping} || echo lost $n; done"
    said = adapter.shell.run(f"ip link set wlan0 mtu 2304; {pings}; ip link set wlan0 mtu 1500")
    assert said.output.strip() == ""


def test_it_follows_a_group_rekey_and_a_deauthentication(adapter: Plugged) -> None:
    """G2 comes, data under the new key passes; sent away, the station comes again."""
    adapter.connect(2)
    adapter.air.rekey_group()
    assert "G2" in adapter.kinds(2)
    assert adapter.air.echo(1, limit_s=10).arp
    adapter.air.begin(3, ())
    adapter.air.deauthenticate(7)
    adapter.await_message(3, "M4")
    adapter.await_connected()


def test_it_roams(adapter: Plugged) -> None:
    """To another access point of the network, and data passes there."""
    adapter.scan_its_channel_alone()
    adapter.have(network(access_points=2), 4)
    adapter.connect(5)
    there = adapter.another_access_point()
    adapter.air.begin(6, ())
    assert "OK" in adapter.shell.run(f"wpa_cli -i wlan0 roam {there}").output
    adapter.await_message(6, "M4")
    assert adapter.air.echo(1, limit_s=10).answered == 1


def test_it_associates_again_and_again(adapter: Plugged) -> None:
    """Each time by a handshake of its own; docs/usb-adapters.md has what a hundred came to."""
    for number in range(20, 23):
        adapter.connect(number)
        adapter.await_message(number, "M4")
    assert adapter.air.echo(1, limit_s=10).answered == 1


def test_sae_with_protected_management_frames(adapter: Plugged) -> None:
    """Where an adapter does not hide them, as `hil radios` tells: data passes, it follows a
    protected deauthentication and a group rekey."""
    if "management frame protection" in ADAPTERS[adapter.name].hides:
        return  # such a network is refused before a run
    with adapter.on_another(network(security="wpa3-sae"), SAE, 30):
        adapter.await_connected()
        said = adapter.shell.run("wpa_cli -i wlan0 status").output.splitlines()
        assert {"key_mgmt=SAE", "pmf=2", "mgmt_group_cipher=BIP"} <= set(said)
        adapter.air.begin(31, ())
        adapter.air.deauthenticate(7)
        adapter.await_message(31, "M4")
        adapter.await_connected()
        assert adapter.air.echo(1, limit_s=10).answered == 1
        adapter.air.rekey_group()
        adapter.await_message(31, "G2")
        assert adapter.air.echo(1, limit_s=10).arp


def test_pulled_out_and_plugged_in_again(adapter: Plugged) -> None:
    """The guest sees it go in the midst of a connection, and is a station again afterwards."""
    adapter.replug()
    adapter.shell.run("wpa_cli -i wlan0 terminate; sleep 1")
    adapter.start_supplicant()
    adapter.await_connected()
    assert adapter.air.echo(1, limit_s=10).answered == 1
