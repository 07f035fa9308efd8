# SPDX-License-Identifier: GPL-2.0-or-later
"""Two radios of the guest's kernel with the air as their medium: wpa_supplicant on the second, and
on the first hostapd, or nobody where our access point serves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.eap import Credentials
from harness.eap.radius import Method, RadiusServer, server_files
from harness.lab.air_in_guest import AirInGuest, must
from harness.lab.kernel_radios import CHANNEL, FOLDER, KernelRadios
from harness.local.deadline import Deadline
from harness.scenarios import Network
from hwsim.records import GROUP_KEY, FrameRecord
from tests.vm.shell import GuestShell

__all__ = ["CHANNEL", "FOLDER", "AirOnRadios", "Frames"]

BESIDES = frozenset(
    {"deauth", "disassoc", "probe-req", "probe-resp", "null", "data", "arp", "icmp", "other"}
)
"""What comes beside an association and is not part of it."""
SEVERAL = ("auth", "eap", "rc4-key")
"""Of these an association has several of one sender, each with something else to say."""


class Frames:
    """Keeps the records of frames."""

    def __init__(self) -> None:
        self.records: list[FrameRecord] = []
        self.events: list[dict[str, Any]] = []

    def frame(self, record: FrameRecord) -> None:
        """A frame crossed the air."""
        self.records.append(record)

    def air_event(self, event: dict[str, Any]) -> None:
        """Anything else."""
        self.events.append(event)


class AirOnRadios(KernelRadios):
    """The air on its two radios, and what runs on them."""

    def __init__(self, air: AirInGuest, shell: GuestShell, frames: Frames) -> None:
        super().__init__(shell)
        self.air = air
        self.frames = frames

    @contextlib.contextmanager
    def our_access_point(self, network: Network, radius: Any = None) -> Iterator[None]:
        """Our access point with that network."""
        self.air.configure(network, 100, radius)
        self.air.start()
        try:
            yield
        finally:
            self.air.take_off_air()

    def associate(self, number: int, block: str) -> list[str]:
        """The messages of an association with that network block, each with its sender."""
        self.network(block)
        self.air.begin(number, ())
        self.wpa("enable_network 0", "reconnect")
        deadline = Deadline("association on radios of the guest's kernel", 30)

        def completed() -> bool | None:
            deadline.state = f"{self.wpa('status')!r}, {self.messages(number)}"
            return "wpa_state=COMPLETED" in deadline.state or None

        deadline.poll(completed, every_s=0.1)
        self.air.status()  # the records of all frames before have come
        return self.messages(number)

    def messages(self, number: int) -> list[str]:
        """What station and access point have said in the association that came about, but for what
        WPA has behind M4 under keys: sender and kind, what was said again because no answer came
        in time once."""
        said: list[str] = []
        for one in self.between(number):
            message = f"{'station' if one.transmitter == self.station else 'ap'} {one.kind}"
            again = one.retry or (one.kind not in SEVERAL and message in said)
            again |= one.kind == "auth" and said[-1:] == [message]  # both sides speak in turns
            begins = message == "station auth" and "station assoc-req" in said
            if begins or one.kind in ("deauth", "disassoc"):
                said.clear()  # the attempt before came to nothing
            if one.kind not in (*BESIDES, *GROUP_KEY) and (begins or not again):
                said.append(message)
        return said

    @contextlib.contextmanager
    def radius_server(self, credentials: Credentials, method: Method) -> Iterator[RadiusServer]:
        """Debian's hostapd as a RADIUS server, beside the radios."""
        there: Any = None  # its process is the guest's
        radius = RadiusServer(1812, "of these tests", process=there, log=Path(FOLDER))
        files = server_files(credentials, method, Path(FOLDER), radius.port, radius.secret)
        for name, content in files.items():
            self.write(name.replace("hostapd.conf", "radius.conf"), content.decode())
        pid = f"{FOLDER}/radius.pid"
        must(
            self.shell,
            self.inside(f"hostapd -B -P {pid} -f {FOLDER}/radius.log {FOLDER}/radius.conf"),
        )
        try:
            yield radius
        finally:
            self.shell.run(f"kill $(cat {pid})")

    def between(self, number: int) -> Sequence[FrameRecord]:
        """The frames of an association between the two."""
        found = [
            one
            for one in list(self.frames.records)
            if one.association == number and self.station in (one.transmitter, one.receiver)
        ]
        return sorted(found, key=lambda one: one.air_ns)
