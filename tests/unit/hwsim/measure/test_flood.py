# SPDX-License-Identifier: GPL-2.0-or-later
"""The flood, with socket pairs in the place of monitors: the medium is the test."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path

import pytest

from hwsim.frames import parse_header
from hwsim.measure import flood as module
from hwsim.measure.flood import GROUP, RADIOTAP, Flood, cpu_s, frame_for, interfaces

RADIOS = [(f"wlan{number}", bytes((2, 0, 0, 0, number, 0))) for number in range(3)]


class Medium:
    """Carries what the first interface sends, by a thread of its own; ``loses`` every so many."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, loses: int = 0) -> None:
        self.ends: dict[str, socket.socket] = {}
        self.loses = loses
        self.carried = 0
        self.thread = threading.Thread(target=self._carry, daemon=True)
        monkeypatch.setattr(Flood, "_socket", self._pair)
        monkeypatch.setattr(module, "PATIENCE_S", 0.3 if loses else 20)

    def _pair(self, name: str) -> socket.socket:
        near, self.ends[name] = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        if name == "wlan0":
            self.thread.start()
        return near

    def _carry(self) -> None:
        while packet := self.ends["wlan0"].recv(4096):
            self.carried += 1
            if self.loses and self.carried % self.loses == 0:
                continue
            receiver = parse_header(packet[len(RADIOTAP) :]).receiver
            for name, mac in RADIOS[1:]:
                if receiver in (mac, GROUP):
                    self.ends[name].send(packet)

    def close(self, flood: Flood) -> None:
        """End the thread, and let go of all sockets."""
        flood._sender.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        for one in (*self.ends.values(), flood._sender, *flood._receivers.values()):
            one.close()


@pytest.mark.parametrize("group", [False, True])
def test_what_is_carried(monkeypatch: pytest.MonkeyPatch, group: bool) -> None:
    """Each frame comes to one of the others, or to both."""
    medium = Medium(monkeypatch)
    flood = Flood(RADIOS, 50, group=group)
    done = flood.run(0.02, 4, os.getpid())
    assert done.sent == medium.carried > 0
    assert (done.received, done.lost) == (done.sent * (2 if group else 1), 0)
    assert json.loads(done.line(3))["stations"] == 3
    medium.close(flood)


def test_what_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for in vain."""
    medium = Medium(monkeypatch, loses=4)
    flood = Flood(RADIOS, 50, group=False)
    done = flood.run(0.001, 4, 0)
    assert (done.sent, done.received, done.lost, done.medium_s) == (4, 3, 1, 0)
    medium.close(flood)


def test_all_are_heard_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says something to the first; one that it does not hear is named."""
    ends: dict[str, socket.socket] = {}

    def pair(name: str) -> socket.socket:
        near, ends[name] = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        return near

    monkeypatch.setattr(Flood, "_socket", staticmethod(pair))
    monkeypatch.setattr(module, "PATIENCE_S", 0.02)
    flood = Flood(RADIOS, 50, group=False)
    for _, mac in RADIOS[1:]:
        ends["wlan0"].send(RADIOTAP + frame_for(RADIOS[0][1], mac, 0, 50, module.HELLO))
    flood.introduce()
    assert all(module.HELLO in end.recv(4096) for end in ends.values())
    with pytest.raises(ValueError, match="carries nothing of wlan1, wlan2"):
        flood.introduce()
    for one in (*ends.values(), flood._sender, *flood._receivers.values()):
        one.close()


def test_a_frame() -> None:
    """A data frame to one receiver, of the length asked for."""
    frame = frame_for(RADIOS[1][1], RADIOS[0][1], 300, 100)
    header = parse_header(frame)
    assert (header.receiver, header.transmitter) == (RADIOS[1][1], RADIOS[0][1])
    assert (header.sequence, len(frame)) == (300, 124)


def test_a_process_time() -> None:
    """Seconds of a process; of none, 0."""
    assert cpu_s(os.getpid()) > 0
    assert cpu_s(0) == 0


def test_interfaces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those of radios, the tenth after the second."""
    for name, radio in (("wlan10", True), ("wlan2", True), ("lo", False)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "address").write_text("02:00:00:00:01:00\n")
        if radio:
            (tmp_path / name / "phy80211").mkdir()
    monkeypatch.setattr(module, "_NETS", tmp_path)
    assert interfaces() == [(name, b"\2\0\0\0\1\0") for name in ("wlan2", "wlan10")]
