# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil bench air`, with a guest that tells figures: what is compared with what."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from harness.errors import HarnessError, LabFault
from harness.guests.common.ssh import CommandResult
from harness.lab.air_in_guest import NAMESPACE
from harness.run import air_bench as module
from harness.run.air_bench import BARE, AirBench, Answers
from harness.run.air_figures import AirFigures, Sent
from hwsim.records import FrameRecord

MS = 1_000_000


class Shell:
    """A guest whose kernel stamps an association in which the access point takes 10 ms."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.files: list[PureWindowsPath] = []
        self.silent = False
        self.radios = 0
        self.mute = False

    def run(self, command: str, *, timeout_s: float | None = None) -> CommandResult:
        """Keep a command; a flood tells its figures, an interface its address."""
        self.commands.append(command)
        if "set type monitor" in command:
            self.radios = int(command.partition("seq 0 ")[2].partition(")")[0]) + 1
        if "measure.flood" in command:
            told = {
                "stations": self.radios,
                "sent": 100,
                "received": 100,
                "lost": 0,
                "seconds": 1.0,
            }
            if self.mute:
                told["received"] = 0
            return CommandResult(0, json.dumps({**told, "medium_s": 0.5}), "")
        if command.startswith("test -e"):
            return CommandResult(1, "", "")
        return CommandResult(0, "02:00:00:00:01:00" if "/address" in command else "7", "")

    def put(self, source: Path, target: PureWindowsPath) -> None:
        """Keep what is brought."""
        self.files.append(target)

    def program(
        self, command: str, on_event: Callable[[dict[str, Any]], None], *, name: str
    ) -> tuple[Any, Any]:
        """A program that says it is ready, and a watch that tells two associations."""
        if not self.silent:
            on_event({"event": "ready"})
        if "watch" in command:
            for start in (0, 500):
                for at, ap, kind, transaction in (
                    (0, False, "auth", 1), (5, True, "auth", 1), (6, False, "auth", 2),
                    (11, True, "auth", 2), (20, False, "M2", 0), (30, True, "M3", 0),
                    (40, False, "M4", 0),
                ):  # fmt: skip
                    mac = f"02:00:00:00:0{0 if ap else 1}:00"
                    on_event({
                        "event": "sent", "transmitter": mac, "kind": kind,
                        "transaction": transaction, "at_ns": (start + at) * MS,
                    })  # fmt: skip
        return Channel(), Channel()


class Channel:
    """A program's channel, and what reads it."""

    alive = False

    def recv_stderr(self, size: int) -> bytes:
        """What it said."""
        return b"no such interface"

    def shutdown_write(self) -> None:
        """Its input ends."""

    def join(self, limit_s: float) -> None:
        """It has ended."""

    def close(self) -> None:
        """Gone."""


def record(at_ms: float, kind: Any, **detail: str) -> FrameRecord:
    """A frame of our access point."""
    return FrameRecord(
        number=1, association=0, direction="down", kind=kind, air_ns=int(at_ms * MS), guest_ns=0,
        transmitter="02:48:49:4c:00:01", receiver="02:00:00:00:01:00", length=1, acked=True,
        delivered=True, rule=None, retry=False, protected=False, replay_counter=None, mic_ok=None,
        pn=None, detail=dict(detail),
    )  # fmt: skip


class Air:
    """Our air, whose access point takes 2 ms for M3 and 1 ms for each of SAE's answers."""

    pid = 77

    def __init__(self, listener: Answers) -> None:
        self.listener = listener

    def status(self) -> None:
        """All records have come."""
        self.listener.frame(record(1, "auth", sae="commit"))
        self.listener.frame(record(7, "auth", sae="confirm"))
        self.listener.frame(record(22, "M3"))

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args: None


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AirBench:
    """A benchmark behind such a guest."""

    @contextlib.contextmanager
    def air_in_guest(shell: Any, cache: Path, listener: Any, radios: int) -> Iterator[Air]:
        yield Air(listener)

    monkeypatch.setattr(module, "air_in_guest", air_in_guest)
    shell: Any = Shell()
    return AirBench(shell, tmp_path, AirFigures({}), 2)


def test_beside_hostapd(bench: AirBench) -> None:
    """hostapd by the kernel's stamps, ours by the air's, the station by the kernel's in both."""
    bench.beside_hostapd()
    found = {one.name: one for one in bench._figures.comparisons}
    handshake = found["M2 to M3, hostapd"]
    assert (list(handshake.ours), list(handshake.theirs)) == ([2], [10, 10])
    assert (handshake.ratio, handshake.held) == (0.2, True)
    sae = found["SAE commit to confirm, without the station, hostapd"]
    assert (list(sae.ours), list(sae.theirs)) == ([2], [10, 10])
    assert list(found["SAE commit to confirm, hostapd"].ours) == [7]
    assert list(found["M2 to M4, hostapd"].ours) == [20, 20]
    assert found["associations a minute, wpa2-psk"].theirs == [120]


def test_an_answer_that_nobody_saw(bench: AirBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no figure of 0."""
    monkeypatch.setattr(Air, "status", lambda self: None)
    with pytest.raises(HarnessError, match="0 answers of ours were seen, 2"):
        bench.beside_hostapd()


def test_media(bench: AirBench, tmp_path: Path) -> None:
    """Both carry frames for one and for all between 2, 10 and 100 radios."""
    bench.floods(tmp_path / "wmediumd")
    shell: Any = bench._shell
    floods = [one for one in shell.commands if "measure.flood" in one]
    assert len(floods) == len(bench._figures.floods) == 12
    assert [f"exec {NAMESPACE} " in one for one in floods[:4]] == [True, True, False, False]
    assert [one for one in floods if f"exec {BARE} " in one and "--pid 7" in one] != []
    assert len(shell.files) == 1


def test_a_medium_that_carries_nothing(bench: AirBench, tmp_path: Path) -> None:
    """It is no figure of 0, and no infinite ratio: an error that names it."""
    shell: Any = bench._shell
    shell.mute = True
    with pytest.raises(HarnessError, match="ours carried nothing between 2 radios"):
        bench.floods(tmp_path / "wmediumd")


def test_without_wmediumd(bench: AirBench) -> None:
    """How to build it is said; our own figures are there."""
    bench.floods(None)
    assert {one.medium for one in bench._figures.floods} == {"ours"}
    assert "libconfig-dev" in bench._figures.notes[0]


def test_a_program_that_does_not_start(bench: AirBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait ends with what it said."""
    shell: Any = bench._shell
    shell.silent = True
    monkeypatch.setattr(module, "READY_S", 0.01)
    with pytest.raises(LabFault, match="no such interface"), module._watch(shell, "x"):
        pass


def test_what_the_access_point_sent() -> None:
    """Frames to the station alone."""
    answers = Answers()
    answers.frame(record(3, "M1"))
    answers.air_event({"event": "clock"})
    assert answers.sent == [Sent(3 * MS, True, "M1")]
