# SPDX-License-Identifier: GPL-2.0-or-later
"""Associations by order, with a wpa_supplicant that is a thread of the test."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hwsim.measure import associate as module
from hwsim.measure.associate import main


class WpaSupplicant:
    """Answers on a control socket, and connects when it is told to; ``refuses`` an order."""

    def __init__(self, path: Path) -> None:
        self.link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.link.bind(str(path))
        self.orders: list[str] = []
        self.refuses = ""
        self.silent = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            order, client = self.link.recvfrom(100)
            if order == b"over":
                return
            self.orders.append(order.decode())
            self.link.sendto(b"<3>CTRL-EVENT-SCAN-STARTED ", client)
            self.link.sendto(b"FAIL\n" if order.decode() == self.refuses else b"OK\n", client)
            if order == b"RECONNECT" and not self.silent:
                self.link.sendto(b"<3>CTRL-EVENT-CONNECTED - Connection", client)

    def close(self) -> None:
        """End the thread."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            link.sendto(b"over", self.link.getsockname())
        self.thread.join(5)
        self.link.close()


@pytest.fixture
def supplicant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[WpaSupplicant]:
    """One that is asked for two associations."""
    path = tmp_path / "wlan1"
    found = WpaSupplicant(path)
    monkeypatch.setattr(sys, "argv", ["associate", str(path), "2"])
    monkeypatch.setattr(os, "nice", lambda by: by)
    yield found
    found.close()


def test_two_associations(supplicant: WpaSupplicant, capsys: pytest.CaptureFixture[str]) -> None:
    """Each leaves and forgets first; what is told in between is passed over."""
    assert main() == 0
    assert len(json.loads(capsys.readouterr().out)["took_s"]) == 2
    assert supplicant.orders == ["ATTACH", *("DISCONNECT", "PMKSA_FLUSH", "RECONNECT") * 2]


def test_an_order_that_is_refused(supplicant: WpaSupplicant) -> None:
    """It is named, with what was said."""
    supplicant.refuses = "PMKSA_FLUSH"
    with pytest.raises(SystemExit, match="associate: wpa_supplicant: PMKSA_FLUSH: 'FAIL', not OK"):
        main()


def test_a_connection_that_does_not_come(
    supplicant: WpaSupplicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait is bounded, and tells the last that was seen."""
    monkeypatch.setattr(module, "LIMIT_S", 0.05)
    supplicant.silent = True
    with pytest.raises(SystemExit, match="silent for"):
        main()
