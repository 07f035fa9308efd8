# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m hwsim.measure.associate SOCKET N``: have a wpa_supplicant associate so many times.

SOCKET is its control socket (wpa_supplicant's README, "ctrl_interface"). Each time it leaves,
forgets the PMKs it has, and connects again; what it waits for is told to it, so that nothing is
asked while a handshake is under way. One JSON line at the end: how long each association took from
the order to connect.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LIMIT_S: Final = 30.0
CONNECTED: Final = "CTRL-EVENT-CONNECTED"
_LEAST: Final = 19
_ORDERS: Final = ("DISCONNECT", "PMKSA_FLUSH", "RECONNECT")


class Supplicant:
    """A wpa_supplicant by its control socket; ``last`` is what it told last, for an error."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self.last = "nothing"

    def order(self, order: str) -> None:
        """Give an order; raises ValueError if it is not carried out."""
        self._link.send(order.encode())
        until_s = time.monotonic() + LIMIT_S
        while (told := self._told(until_s)).startswith("<"):
            pass  # an event
        if told.strip() != "OK":
            raise ValueError(f"wpa_supplicant: {order}: {told.strip()!r:.100}, not OK")

    def await_event(self, name: str) -> None:
        """Wait for an event of that name; raises TimeoutError with the last one."""
        until_s = time.monotonic() + LIMIT_S
        while name not in self._told(until_s):
            pass

    def _told(self, until_s: float) -> str:
        self._link.settimeout(max(until_s - time.monotonic(), 0.001))
        try:
            self.last = self._link.recv(4096).decode(errors="replace")
        except TimeoutError:
            what = f"wpa_supplicant: silent for {LIMIT_S:g} s; last: {self.last!r:.100}"
            raise TimeoutError(what) from None
        return self.last


@contextlib.contextmanager
def supplicant(path: Path) -> Iterator[Supplicant]:
    """The wpa_supplicant behind a control socket, which tells its events."""
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as link,
    ):
        link.bind(f"{folder}/client")
        link.connect(str(path))
        found = Supplicant(link)
        found.order("ATTACH")
        yield found


def associate(station: Supplicant) -> float:
    """Leave and associate anew; how long that took, in seconds."""
    for order in _ORDERS:
        began_s = time.monotonic()
        station.order(order)
    station.await_event(CONNECTED)
    return time.monotonic() - began_s


def main() -> int:
    """Associate so many times, and print how long each took."""
    os.nice(_LEAST)
    path, count = Path(sys.argv[1]), int(sys.argv[2])
    try:
        with supplicant(path) as station:
            took_s = [associate(station) for _ in range(count)]
    except (OSError, ValueError) as error:
        sys.exit(f"associate: {error}")
    print(json.dumps({"took_s": took_s}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
