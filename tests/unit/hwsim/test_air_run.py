# SPDX-License-Identifier: GPL-2.0-or-later
"""Several runs on one air process: each has its own frames, capture, keys and network."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.hwsim.conftest import NETWORK, AirProcess, Client
from tests.unit.hwsim.soft_station import SoftStation

EAPOL = bytes.fromhex("888e")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirProcess]:
    """One air process for all of them: that is what is tested."""
    process = AirProcess(tmp_path_factory.mktemp("air"))
    process.client.call("finish")
    yield process
    process.close()


@pytest.fixture
def runs(kept: AirProcess, tmp_path: Path) -> Iterator[AirProcess]:
    """The process with a run under way, whose folder is `tmp_path / "first"`."""
    (tmp_path / "first").mkdir()
    kept.client.call("renew", directory=str(tmp_path / "first"))
    kept.client.events.clear()
    yield kept
    kept.reset()
    kept.client.call("finish")


def arrived(station: SoftStation) -> list[bytes]:
    """The frames that have come to the station and were not read yet."""
    station.wait_at_most(0.05)
    with contextlib.suppress(TimeoutError):
        while True:
            station.pump()
    return station.inbox


def joined(air: AirProcess, **changes: str) -> SoftStation:
    """A station with its keys, on a network that is on the air."""
    client = air.on_air(**changes)
    station = air.stations[0] if air.stations else air.station()
    passphrase = changes.get("passphrase", NETWORK["passphrase"]).encode()
    station.pmk = hashlib.pbkdf2_hmac("sha1", passphrase, station.ssid, 4096, 32)
    station.tk = None
    station.join()
    client.state("authorized")
    return station


def renewed(client: Client, folder: Path) -> None:
    """The run ends, if it has not yet, and another begins in `folder`."""
    client.call("finish")
    client.events.clear()
    folder.mkdir()
    client.call("renew", directory=str(folder))


def frames(client: Client) -> list[dict[str, object]]:
    """The records so far."""
    return [one for one in client.events if one["event"] == "frame"]


def test_the_next_run_begins_as_the_first_did(runs: AirProcess, tmp_path: Path) -> None:
    """Frames are numbered from 1 again, there is no network, and none is on the air."""
    client = runs.client
    joined(runs)
    renewed(client, tmp_path / "second")
    assert client.call("status")["frames"] == 0
    assert client.error("start")["code"] == "not-configured"
    joined(runs)
    numbers = [one["number"] for one in frames(client)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert not client.call("status")["due"]


def test_capture_and_keys_are_each_runs_own(runs: AirProcess, tmp_path: Path) -> None:
    """What was written of the first run does not change any more, and none of it is in the second:
    neither frames nor keys."""
    first, second = tmp_path / "first", tmp_path / "second"
    joined(runs)
    runs.client.call("finish")
    before = {name: (first / name).read_bytes() for name in ("air.pcapng", "air.keys")}
    renewed(runs.client, second)
    joined(runs, passphrase="another passphrase")
    runs.client.call("finish")
    assert before == {name: (first / name).read_bytes() for name in before}
    keys = {(folder / "air.keys").read_text() for folder in (first, second)}
    assert len(keys) == 2
    assert all(text.count("wpa-psk") == 1 for text in keys)
    assert len((second / "air.pcapng").read_bytes()) > 500


def test_a_finished_run_tells_and_carries_nothing(runs: AirProcess, tmp_path: Path) -> None:
    """A radio that sends between two runs finds nobody; no frame of it is told or captured."""
    client = runs.client
    station = joined(runs)
    client.call("finish")
    client.events.clear()
    written = (tmp_path / "first" / "air.pcapng").read_bytes()
    assert not station.acked(station.probe(b""))
    assert not frames(client)
    assert (tmp_path / "first" / "air.pcapng").read_bytes() == written
    assert client.error("configure", network=NETWORK)["code"] == "run-over"


def test_a_message_held_back_does_not_reach_the_next_run(runs: AirProcess, tmp_path: Path) -> None:
    """A rule delays M1; its run is over before it would be sent."""
    client = runs.on_air()
    station = runs.station()
    delay = {"message": "M1", "nth": 1, "action": "delay", "delay_ms": 200}
    client.call("begin", association=1, rules=[delay])
    station.authenticate()
    station.associate()
    renewed(client, tmp_path / "second")
    joined(runs)
    client.call("echo", count=1, timeout_s=0.4)  # for so long: nobody answers
    assert client.kinds().count("M1") == 1
    assert not [frame for frame in arrived(station) if EAPOL in frame]
    assert {one["association"] for one in frames(client)} == {1}


def test_a_run_is_renewed_only_when_it_is_over(runs: AirProcess, tmp_path: Path) -> None:
    """Nothing of a run that is under way is thrown away by mistake."""
    assert runs.client.error("renew", directory=str(tmp_path))["code"] == "busy"
    runs.client.call("finish")
    assert runs.client.error("renew", directory="a\0b")["code"] == "bad-argument"


def test_a_capture_that_cannot_be_written_is_told(runs: AirProcess, tmp_path: Path) -> None:
    """The folder of the second run is not there: a fault of the lab, and the air goes on."""
    runs.client.call("finish")
    runs.client.call("renew", directory=str(tmp_path / "missing"))
    told = runs.client.wait(lambda event: event["event"] == "fault")
    assert told["what"] == "capture"
    joined(runs)
