# SPDX-License-Identifier: GPL-2.0-or-later
"""Radios of mac80211_hwsim, ordered by pyroute2 from a kernel that the test plays."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyroute2.netlink.exceptions import NetlinkError

from hwsim.errors import PortError
from hwsim.ports import hwsim_radios
from hwsim.ports.base import Radio
from hwsim.ports.hwsim_radios import HwsimMessage, HwsimRadios, addresses
from hwsim.ports.hwsim_wire import attributes

NEW_RADIO, DEL_RADIO, GET_RADIO = 4, 5, 6


class FakeSocket:
    """pyroute2's socket before a kernel that numbers its radios on from ``first``."""

    first = 0
    refusal = 0

    def __init__(self) -> None:
        self.prid = 34
        self.orders: list[tuple[int, dict[int, bytes]]] = []
        self.radios: dict[str, int] = {}
        self.closed = False

    def bind(self, family: str, message: type) -> None:
        """There is that family."""
        assert (family, message) == ("MAC80211_HWSIM", HwsimMessage)

    def nlm_request(self, message: Any, kind: int, flags: int) -> Iterator[Any]:
        """Carry out an order as Linux does, a radio's number in the place of an error included."""
        assert kind == self.prid
        message.encode()
        command, found = message.data[16], attributes(bytes(message.data[20:]), 0)
        self.orders.append((command, found))
        if command == GET_RADIO:
            return iter([self._listed(number, name) for name, number in self.radios.items()])
        if self.refusal:
            raise NetlinkError(self.refusal)
        name = found[17].rstrip(b"\0").decode()
        if command == DEL_RADIO:
            del self.radios[name]
            return iter(())
        number = self.radios[name] = self.first + len(self.radios)
        if number == errno.ENOBUFS:
            raise OSError(number, None)
        if number:
            raise NetlinkError(number)
        return iter(())

    def close(self) -> None:
        """Be closed."""
        self.closed = True

    @staticmethod
    def _listed(number: int, name: str) -> HwsimMessage:
        text = name.encode() + b"\0"
        body = struct.pack("<BBHHHI", GET_RADIO, 1, 0, 8, 10, number)
        body += struct.pack("<HH", 4 + len(text), 17) + text + bytes(-len(text) % 4)
        told = HwsimMessage(struct.pack("<IHHII", 16 + len(body), 34, 0, 1, 0) + body)
        told.decode()
        return told


@pytest.fixture(autouse=True)
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[FakeSocket]:
    """A kernel with the module."""

    class Kernel(FakeSocket):
        """This test's own."""

    monkeypatch.setattr(hwsim_radios, "GenericNetlinkSocket", Kernel)
    monkeypatch.setattr(hwsim_radios, "MODULE", tmp_path)
    return Kernel


@pytest.mark.parametrize("first", [0, 1, 22, 104])
def test_making_and_removing(kernel: type[FakeSocket], first: int) -> None:
    """A number that reads like an error code is none where the radio is there."""
    kernel.first = first
    owner = HwsimRadios()
    owner.make(2)
    assert [radio.number for radio in owner.listed()] == [first, first + 1]
    socket: Any = owner._socket
    made = [found for command, found in socket.orders if command == NEW_RADIO]
    assert made[0][9] == (1).to_bytes(4, "little")  # one channel
    assert made[0][16] == b""  # gone with the socket
    owner.close()
    assert (socket.radios, socket.closed) == ({}, True)


@pytest.mark.parametrize(
    ("code", "said"),
    [(1, "CAP_NET_ADMIN"), (95, r"Linux 4\.1"), (22, r"Linux 4\.1"), (12, "Cannot allocate")],
)
def test_a_refusal(kernel: type[FakeSocket], code: int, said: str) -> None:
    """The kernel's error in words, where the radio is not there."""
    kernel.refusal = code
    with pytest.raises(PortError, match=f"making a radio: .*{said}"):
        HwsimRadios().make(1)


def test_no_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command that loads it is named."""
    monkeypatch.setattr(hwsim_radios, "MODULE", tmp_path / "missing")
    with pytest.raises(PortError, match="modprobe mac80211_hwsim"):
        HwsimRadios()


def test_addresses(tmp_path: Path) -> None:
    """In the order in which the radios were made; what is no radio is passed over."""
    for number, name in ((11, "hil-9-1"), (2, "phy0")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "index").write_text(f"{number}\n")
        (folder / "addresses").write_text(f"02:00:00:00:{number:02x}:00\n42:00:00:00:00:00\n")
    (tmp_path / "going").mkdir()
    second = bytes.fromhex("420000000000")
    assert addresses(tmp_path) == (
        Radio(bytes.fromhex("020000000200"), second),
        Radio(bytes.fromhex("020000000b00"), second, 2),
    )
