# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil bench air`: our access point and medium beside hostapd and wmediumd, in one guest.

All run on radios of the guest's kernel, one after the other. hostapd has the kernel itself as its
medium, which is the quickest there is; what stations and hostapd send is stamped by the kernel, our
access point's answers by the air just before they leave. wmediumd is never shipped: its path is
given.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from harness.config.lab import Lab
from harness.console import Console
from harness.errors import HarnessError
from harness.guests.common.ssh import Ssh
from harness.lab.air_in_guest import FOLDER as AIR
from harness.lab.air_in_guest import NAMESPACE, air_in_guest, inside, must, place_air
from harness.lab.bring_up import open_guest
from harness.lab.kernel_radios import CHANNEL, FREQ_MHZ, KernelRadios
from harness.lab.kernel_radios import FOLDER as RUN
from harness.lab.recording import open_recording
from harness.lab.root_shell import root_shell
from harness.local.deadline import Deadline
from harness.run.air_figures import (
    HANDSHAKE,
    HANDSHAKE_WHOLE,
    SAE,
    SAE_WHOLE,
    AirFigures,
    Comparison,
    Flooded,
    Sent,
    growth,
    rate_per_minute,
    throughput,
    turnarounds,
)
from harness.scenarios import Network
from hwsim.records import FrameRecord

if TYPE_CHECKING:
    import paramiko

BARE: Final = "hil-bare"
"""The network namespace whose radios have no medium of ours."""
STATIONS: Final = (2, 10, 100)
FLOOD_S: Final = 3.0
READY_S: Final = 60.0
END_S: Final = 60.0
BUILD_WMEDIUMD: Final = (
    "wmediumd is left out: give it with --wmediumd. To build it: git clone "
    "https://github.com/bcopeland/wmediumd; LDFLAGS=-static make -C wmediumd/wmediumd (Debian: "
    "libnl-3-dev libnl-genl-3-dev libconfig-dev pkg-config)"
)
PHRASE: Final = "of this benchmark"
SSID: Final = "hil-bench"
BLOCK: Final = f'ssid="{SSID}"\npsk="{PHRASE}"\nkey_mgmt='
HOSTAPD: Final = f"ssid={SSID}\nwpa=2\nrsn_pairwise=CCMP\n"
COMPARED: Final = (
    (HANDSHAKE, "wpa2-psk", 0.5),
    (HANDSHAKE_WHOLE, "wpa2-psk", None),
    (SAE_WHOLE, "wpa3-sae", 1.0),
    (SAE, "wpa3-sae", None),
)
"""What is compared with hostapd, in which mode, and which ratio is wanted, if any."""
INTERPRETED: Final = (
    "the guest's one emulated processor: it has our interpreter to run, which is the larger "
    "program, and our records of each frame to make before the station goes on"
)
MODES: Final = {
    "wpa2-psk": (f"{BLOCK}WPA-PSK", f"wpa_key_mgmt=WPA-PSK\nwpa_passphrase={PHRASE}"),
    "wpa3-sae": (
        f"{BLOCK}SAE\nieee80211w=2",
        f"wpa_key_mgmt=SAE\nsae_password={PHRASE}\nieee80211w=2\nsae_pwe=2",
    ),
}


_SAE: Final[dict[str | int, int]] = {"commit": 1, "confirm": 2}


class Answers:
    """Keeps what our access point sent, and what it had read, when."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.read: list[Sent] = []

    def frame(self, record: FrameRecord) -> None:
        """A frame crossed the air."""
        if record.direction == "up":
            self.read.append(Sent(record.air_ns, False, record.kind))
        else:
            transaction = _SAE.get(record.detail.get("sae", ""), 0)
            self.sent.append(Sent(record.air_ns, True, record.kind, transaction))

    def air_event(self, event: dict[str, Any]) -> None:
        """Nothing else matters."""


def measure_air(
    lab: Lab,
    console: Console,
    associations: int,
    wmediumd: Path | None,
    environment: dict[str, str],
) -> AirFigures:
    """Measure everything in one guest, which takes a few minutes; raises `HarnessError`."""
    figures = AirFigures(environment)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hil-bench-")))
        recording = stack.enter_context(open_recording(folder))
        guest = stack.enter_context(open_guest(lab, console, recording, folder))
        shell = stack.enter_context(root_shell(guest))
        bench = AirBench(shell, lab.store.cache, figures, associations)
        with console.stage("beside hostapd"):
            place_air(shell, lab.store.cache)
            bench.beside_hostapd()
        with console.stage("throughput"):
            bench.floods(wmediumd)
    return figures


class AirBench:
    """Measures behind a root shell of a guest; what it finds goes into ``figures``."""

    def __init__(self, shell: Ssh, cache: Path, figures: AirFigures, associations: int) -> None:
        self._shell = shell
        self._cache = cache
        self._figures = figures
        self._associations = associations

    # access points

    def beside_hostapd(self) -> None:
        """Turnaround and rate of both access points, with a passphrase and with SAE."""
        theirs = {}
        with _bare_radios(self._shell, 2):
            radios = KernelRadios(self._shell, BARE)
            with radios.supplicant():
                for mode, (block, lines) in MODES.items():
                    with radios.hostapd(HOSTAPD + lines):
                        theirs[mode] = self._associate(radios, block)
        answers, ours, inside = Answers(), {}, {}
        with air_in_guest(self._shell, self._cache, answers, 2) as air:
            radios = KernelRadios(self._shell)
            with radios.supplicant():
                for mode, (block, _) in MODES.items():
                    secret = SecretStr(PHRASE)
                    network = Network(
                        ssid=SSID, channel=CHANNEL, security=mode, passphrase=secret
                    )  # fmt: skip
                    air.configure(network, 100)
                    air.start()
                    answers.sent.clear()
                    answers.read.clear()
                    stations = self._associate(radios, block)
                    air.status()  # the records of all frames before have come
                    ours[mode] = [*(one for one in stations if not one.by_ap), *answers.sent]
                    inside[mode] = [*answers.read, *answers.sent]
                    air.take_off_air()
        self._compare(ours, theirs)
        within = turnarounds(inside["wpa2-psk"])[HANDSHAKE]
        if within:
            self._figures.notes.append(
                f"of our {HANDSHAKE} {statistics.median(within):.2f} ms (median) pass from where "
                "M2 has been read to where M3 leaves, the rest before the interpreter has the frame"
            )

    def _associate(self, radios: KernelRadios, block: str) -> list[Sent]:
        """What was sent in so many associations with that network block, by the kernel's stamps."""
        radios.network(block)
        radios.wpa("enable_network 0")
        limit_s = 60 + 3 * self._associations
        associate = f"python3 -m hwsim.measure.associate {RUN}/wpa/wlan1 {self._associations}"
        with _watch(self._shell, radios.station) as sent:
            must(self._shell, f"cd {AIR} && {associate}", timeout_s=limit_s)
        return sent

    def _compare(self, ours: dict[str, list[Sent]], theirs: dict[str, list[Sent]]) -> None:
        add = self._figures.comparisons.append
        for name, mode, wanted in COMPARED:
            own, other = (turnarounds(side[mode])[name] for side in (ours, theirs))
            if not own or not other:
                raise HarnessError(
                    f"{name}: {len(own)} answers of ours were seen, {len(other)} of hostapd"
                )
            add(Comparison(f"{name}, hostapd", "ms", own, other, wanted, "less", INTERPRETED))
        for mode in MODES:
            one, another = ([rate_per_minute(side[mode])] for side in (ours, theirs))
            add(Comparison(f"associations a minute, {mode}", "1/min", one, another, None, "more"))

    # media

    def floods(self, wmediumd: Path | None) -> None:
        """Frames a second of each medium, by the number of radios."""
        if wmediumd is None:
            self._figures.notes.append(BUILD_WMEDIUMD)
        else:
            self._bring(wmediumd)
        for stations in STATIONS:
            with air_in_guest(self._shell, self._cache, Answers(), stations) as air:
                air.carry_between_radios()
                _listen(self._shell, stations, NAMESPACE)
                self._flood("ours", stations, air.pid, NAMESPACE)
            if wmediumd is not None:
                self._beside_wmediumd(stations)
        of = {(one.medium, one.stations, one.group): one for one in self._figures.floods}
        for stations in STATIONS:
            if ("wmediumd", stations, False) not in of:
                continue
            pair = of["ours", stations, False], of["wmediumd", stations, False]
            self._figures.comparisons.append(throughput(*pair, 1.0 if stations == 10 else None))
        for group in (False, True):
            pair = of["ours", 10, group], of["ours", 100, group]
            self._figures.comparisons.append(growth(*pair))

    def _beside_wmediumd(self, stations: int) -> None:
        """The same of wmediumd; where it carries nothing, that is told in the place of a figure."""
        try:
            with _bare_radios(self._shell, stations):
                self._flood_wmediumd(stations)
        except HarnessError as error:
            self._figures.notes.append(f"ERROR: wmediumd between {stations} radios: {error}")

    def _bring(self, wmediumd: Path) -> None:
        place = PureWindowsPath(r"C:\hil\wmediumd")
        self._shell.put(wmediumd, place)
        must(self._shell, f"mv '/{place.as_posix()}' {RUN}/wmediumd; chmod +x {RUN}/wmediumd")

    def _flood_wmediumd(self, stations: int) -> None:
        addresses = "sh -c 'cat /sys/class/net/wlan*/address'"
        macs = must(self._shell, inside(addresses, BARE)).split()
        ids = ", ".join(f'"{mac}"' for mac in macs)
        KernelRadios(self._shell, BARE).write("wmediumd.cfg", f"ifaces : {{ ids = [ {ids} ]; }};\n")
        run = inside(f"{RUN}/wmediumd -l 3 -c {RUN}/wmediumd.cfg", BARE)
        started = f"({run} >{RUN}/wmediumd.log 2>&1 & echo $! >{RUN}/wmediumd.pid)"
        must(self._shell, started)
        try:
            _listen(self._shell, stations, BARE)
            pid = int(must(self._shell, f"cat {RUN}/wmediumd.pid"))
            self._flood("wmediumd", stations, pid, BARE)
        finally:
            self._shell.run(f"kill $(cat {RUN}/wmediumd.pid)")

    def _flood(self, medium: str, stations: int, pid: int, namespace: str) -> None:
        for group in (False, True):
            flood = f"python3 -m hwsim.measure.flood --seconds {FLOOD_S} --pid {pid}"
            command = flood + (" --group" if group else "")
            run = f"cd {AIR} && {inside(command, namespace)}"
            told = json.loads(must(self._shell, run, timeout_s=60 + FLOOD_S))
            if not told["received"]:
                raise HarnessError(f"{medium} carried nothing between {stations} radios: {told}")
            self._figures.floods.append(Flooded(medium=medium, group=group, **told))


def _listen(shell: Ssh, stations: int, namespace: str) -> None:
    """Have all radios listen as monitors on one channel."""
    each = (
        "ip link set wlan$i down; iw dev wlan$i set type monitor; ip link set wlan$i up; "
        f"iw dev wlan$i set freq {FREQ_MHZ}"
    )
    loop = f"sh -ec 'for i in $(seq 0 {stations - 1}); do {each}; done'"
    must(shell, inside(loop, namespace), timeout_s=120)


@contextlib.contextmanager
def _bare_radios(shell: Ssh, count: int) -> Iterator[None]:
    """Radios in a namespace of their own, with the kernel itself as their medium."""
    must(shell, f"ip netns add {BARE}; mkdir -p {RUN}")
    try:
        run = f"cd {AIR} && exec {inside(f'python3 -m hwsim.measure.bare_radios {count}', BARE)}"
        with _program(shell, run, lambda event: None, "the bare radios"):
            yield
    finally:
        shell.run(f"ip netns delete {BARE}")


@contextlib.contextmanager
def _watch(shell: Ssh, station: str) -> Iterator[list[Sent]]:
    """What radios of the kernel send; complete when the context ends."""
    sent: list[Sent] = []

    def keep(event: dict[str, Any]) -> None:
        if event["event"] == "sent":
            by_ap = event["transmitter"] != station
            sent.append(Sent(event["at_ns"], by_ap, event["kind"], event.get("transaction", 0)))

    must(shell, "ip link set hwsim0 up")
    with _program(shell, f"cd {AIR} && exec python3 -m hwsim.measure.watch", keep, "the watch"):
        yield sent


@contextlib.contextmanager
def _program(
    shell: Ssh, command: str, on_event: Callable[[dict[str, Any]], None], name: str
) -> Iterator[None]:
    """A program of `hwsim.measure` that says when it is ready, and ends with its input."""
    ready = threading.Event()

    def take(event: dict[str, Any]) -> None:
        if event["event"] == "ready":
            ready.set()
        else:
            on_event(event)

    channel: paramiko.Channel
    client, channel = shell.program(command, take, name=name)
    try:
        if not ready.wait(READY_S):
            deadline = Deadline(f"start of {name}", READY_S)
            deadline.state = channel.recv_stderr(400).decode(errors="replace") or "silent"
            raise deadline.too_slow()
        yield
    finally:
        with contextlib.suppress(Exception):
            channel.shutdown_write()
        client.join(END_S)
        channel.close()
    if client.alive:
        raise Deadline(f"end of {name}", END_S).too_slow()
