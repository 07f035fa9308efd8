# SPDX-License-Identifier: GPL-2.0-or-later
"""An adapter that is plugged in after the service has started, and pulled out again."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest
from autoconfig.radio import link, plugged
from autoconfig.radio.interface import RadioError
from autoconfig.radio.netlink import attribute, u32
from autoconfig.radio.plugged import InterfaceNews, PluggedRadio, await_probe
from autoconfig.settings import ServiceLimits

from hil_common.loop import Loop
from tests.unit.autoconfig.doubles import FakeLoop
from tests.unit.autoconfig.radio.fake_socket import FakeSocket

MAC = bytes.fromhex("020000000000")
BAND = attribute(1, b"".join(attribute(i, u32(1, mhz)) for i, mhz in enumerate((2412, 2437))))


class Guest:
    """The kernel's interfaces, as the test has them."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.names = ["lo"]
        self.address = "02:00:00:00:00:00"
        self.set_up: list[str] = []
        self.refuses = False
        self.loop = FakeLoop()
        patch.setattr(self.loop, "watch", lambda *_a: None)
        patch.setattr(self.loop, "unwatch", lambda *_a: None)
        patch.setattr(link, "GenericSocket", self._socket)
        self.index = 7
        patch.setattr(link.socket, "if_nametoindex", lambda _name: self.index)
        patch.setattr(
            plugged.socket, "if_nameindex", lambda: [(self.index, name) for name in self.names]
        )  # fmt: skip
        patch.setattr(plugged, "set_up", self._set_up)
        patch.setattr(plugged, "await_probe", self._await_probe)
        self.probe_ended = False
        patch.setattr(plugged, "InterfaceNews", lambda _loop, _changed: self)
        patch.setattr(Path, "read_text", lambda *_a, **_k: f"{self.address}\n")
        self.socket = FakeSocket()
        self.radio = PluggedRadio(self.loop, "wlan0", ServiceLimits(), MAC)

    def _socket(self, *_arguments: object) -> FakeSocket:
        self.socket = FakeSocket()
        self.socket.scan = [{22: attribute(0, BAND)}]
        return self.socket

    def _await_probe(self, device: Path, limit_s: float) -> None:
        self.probe_ended = True

    def _set_up(self, interface: str, number: int, limit_s: float) -> None:
        assert self.probe_ended
        if self.refuses:
            raise OSError(errno.EINVAL, "refused")
        self.set_up.append(interface)

    def have(self, *names: str) -> None:
        """These interfaces are there, of which the kernel tells."""
        self.names = list(names)
        self.radio._look()
        self.loop.settle()

    def close(self) -> None:
        """As the news."""


@pytest.fixture
def guest(monkeypatch: pytest.MonkeyPatch) -> Guest:
    """A guest whose adapter is not plugged in."""
    return Guest(monkeypatch)


def scan(guest: Guest, *frequencies_mhz: int) -> list[bool]:
    """Scan these channels; what was told of the end."""
    ends: list[bool] = []
    guest.radio.scan(b"net", frequencies_mhz, ends.append)
    guest.loop.settle()
    return ends


def test_before_it_is_there_everything_is_refused(guest: Guest) -> None:
    """Its address is known; what it heard is forgotten without a word."""
    assert guest.radio.mac == MAC
    guest.radio.forget()
    with pytest.raises(RadioError) as refused:
        scan(guest)
    assert refused.value.errno == errno.ENODEV
    with pytest.raises(RadioError):
        guest.radio.bss_list()
    guest.radio.close()


def test_it_is_set_up_when_it_comes(guest: Guest) -> None:
    """Once, whatever else the kernel tells."""
    guest.have("lo", "eth0")
    assert guest.set_up == []
    guest.have("lo", "wlan0")
    guest.have("lo", "wlan0", "eth0")
    assert guest.set_up == ["wlan0"]
    scan(guest)
    assert [command for command, _ in guest.socket.asked] == [33]


def test_channels_that_it_has_not_are_not_scanned(guest: Guest) -> None:
    """A scan of none of its own finds nothing; it is no scan of all."""
    guest.have("wlan0")
    assert scan(guest, 2437, 5180) == []
    ((_, found),) = guest.socket.asked
    assert found[44] == u32(0, 2437)
    assert scan(guest, 5180) == [True]
    assert len(guest.socket.asked) == 1


def test_when_it_goes_it_can_come_again(guest: Guest) -> None:
    """With a socket of its own each time."""
    guest.have("wlan0")
    first = guest.socket
    guest.have("lo")
    with pytest.raises(RadioError):
        scan(guest)
    guest.have("lo", "wlan0")
    assert guest.socket is not first
    assert guest.set_up == ["wlan0", "wlan0"]


def test_it_is_told_when_it_goes_and_comes(guest: Guest) -> None:
    """Each once, the first time as well."""
    told: list[bool] = []
    guest.radio.on_presence(told.append)
    guest.have("wlan0")
    guest.have("wlan0", "eth0")
    guest.have("lo")
    guest.have("wlan0")
    assert told == [True, False, True]


def test_another_of_the_same_name_is_another(guest: Guest) -> None:
    """It may have gone and come again before anybody looked."""
    guest.have("wlan0")
    guest.index = 8
    guest.have("wlan0")
    assert guest.set_up == ["wlan0", "wlan0"]
    assert guest.radio._link.index == 8


def test_what_cannot_be_switched_on_yet_is_tried_again(guest: Guest) -> None:
    """Its driver may not have done with it; not for ever."""
    guest.refuses = True
    guest.have("wlan0")
    guest.refuses = False
    guest.loop.advance(plugged.PAUSE_S)
    assert guest.set_up == ["wlan0"]
    guest.refuses = True
    guest.index = 8
    guest.have("wlan0")
    guest.loop.advance(plugged.TRIES * plugged.PAUSE_S)
    guest.refuses = False
    guest.loop.advance(10 * plugged.PAUSE_S)
    assert guest.set_up == ["wlan0"]


@pytest.mark.parametrize("why", ["another address", "refused"])
def test_an_interface_that_is_not_ours_is_left_alone(
    guest: Guest, capsys: pytest.CaptureFixture[str], why: str
) -> None:
    """Another adapter, or one that cannot be switched on: said once in the log."""
    guest.address = "02:00:00:00:00:07"
    guest.refuses = why == "refused"
    guest.have("wlan0")
    with pytest.raises(RadioError):
        scan(guest)


def test_packets_are_listened_for_once_it_is_there(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was wanted before it came goes for it."""
    heard: list[int] = []
    monkeypatch.setattr(guest.radio, "_listen", heard.append)
    guest.radio.listen(frozenset({0x1234}))
    assert heard == []
    guest.have("wlan0")
    assert heard == [0x1234]


def test_news_are_told_however_many_there_are() -> None:
    """The socket is read empty, then somebody looks."""
    loop, told = Loop(), []
    news = InterfaceNews(loop, lambda: told.append(True))
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    news._socket.close()
    news._socket = ours
    for _ in range(3):
        theirs.send(b"news")
    news._readable()
    assert told == [True]
    theirs.close()
    ours.close()
    loop.close()


def test_a_probe_that_has_ended_is_not_waited_for(tmp_path: Path) -> None:
    """Nor is what is no USB device."""
    await_probe(tmp_path, 5)
    (tmp_path / "bConfigurationValue").write_text("1\n")
    await_probe(tmp_path, 5)


def test_a_probe_without_an_end_is_given_up(tmp_path: Path) -> None:
    """A pipe that nobody writes to is what a lock is that is held."""
    os.mkfifo(tmp_path / "bConfigurationValue")
    with pytest.raises(OSError, match="probe has no end"):
        await_probe(tmp_path, 0.05)
