# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil air` on an air that serves a station: a rule changed in the midst of its handshake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from harness.lab.air_process import running_air
from harness.lab.live_air import ask, runs_under_way
from harness.local.deadline import Deadline
from harness.local.workspace import work_folder
from harness.scenarios import AirRule, Network
from hwsim.records import FrameRecord
from tests.unit.hwsim.soft_station import SoftStation

NAME, PASSPHRASE = "live", "correct horse"
LIMIT_S = 60.0


class Heard:
    """What the air told."""

    def __init__(self) -> None:
        self.frames: list[FrameRecord] = []
        self.rules: list[dict[str, Any]] = []

    def frame(self, record: FrameRecord) -> None:
        """A frame."""
        self.frames.append(record)

    def air_event(self, event: dict[str, Any]) -> None:
        """Anything else; of that, rules."""
        self.rules += [event] if event["event"] == "rule" else []


def hil(*typed: str) -> subprocess.CompletedProcess[str]:
    """The command, by another process."""
    argv = [sys.executable, "-P", "-m", "harness", "air", *typed]
    return subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_a_rule_taken_back_in_the_midst_of_a_handshake(tmp_path: Path) -> None:
    """M3 is lost until its rule goes; the next one comes through. A rule that is not there is a
    usage error, and with the air its runs are gone."""
    heard = Heard()
    with work_folder() as work, running_air(work, tmp_path, heard) as (air, radio):
        station = SoftStation(str(radio), ssid=NAME, passphrase=PASSPHRASE)
        station.hello()
        air.await_start()
        air.wait_radio(LIMIT_S)
        network = Network(ssid=NAME, passphrase=SecretStr(PASSPHRASE), channel=6)
        air.configure(network, 3000, next_retry_ms=15_000)
        air.start()
        air.begin(1, (AirRule(message="M3", nth="every", action="drop"),))
        station.authenticate()
        station.associate()
        station.m2(station.key_message())
        place = runs_under_way()[air.pid]
        lost = Deadline("M3, which the rule drops", LIMIT_S)
        lost.poll(lambda: ask(place, "list")["rules"][0]["acted"] or None)
        pid = str(air.pid)
        assert hil("remove", "1", "--pid", pid).returncode == 0
        station.m4(station.key_message(LIMIT_S))
        again = hil("remove", "1", "--pid", pid)
        assert again.returncode == 2
        assert "no rule 1 is in force" in again.stderr
        station.sock.close()
    assert hil("list", "--pid", pid).returncode == 2
    assert [(one["change"], one["place"]) for one in heard.rules] == [("removed", 1)]
    rules = [frame.rule for frame in heard.frames if frame.kind == "M3"]
    assert (rules[0], rules[-1]) == ("drop", None)
