# SPDX-License-Identifier: GPL-2.0-or-later
"""Several runs on one air process: each has its own frames, capture, keys and network."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.unit.hwsim.conftest import NETWORK, AirProcess, Client
from tests.unit.hwsim.soft_station import SoftStation


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


def test_the_next_run_begins_as_the_first_did(fresh_air: AirProcess, tmp_path: Path) -> None:
    """Frames are numbered from 1 again, there is no network, and none is on the air."""
    client = fresh_air.client
    joined(fresh_air)
    renewed(client, tmp_path / "second")
    assert client.call("status")["frames"] == 0
    assert client.error("start")["code"] == "not-configured"
    joined(fresh_air)
    numbers = [one["number"] for one in frames(client)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert not client.call("status")["due"]


def test_capture_and_keys_are_each_runs_own(fresh_air: AirProcess, tmp_path: Path) -> None:
    """What was written of the first run does not change any more, and none of it is in the second:
    neither frames nor keys."""
    first, second = fresh_air.run_dir, tmp_path / "second"
    joined(fresh_air)
    fresh_air.client.call("finish")
    before = {name: (first / name).read_bytes() for name in ("air.pcapng", "air.keys")}
    renewed(fresh_air.client, second)
    joined(fresh_air, passphrase="another passphrase")
    fresh_air.client.call("finish")
    assert before == {name: (first / name).read_bytes() for name in before}
    keys = {(folder / "air.keys").read_text() for folder in (first, second)}
    assert len(keys) == 2
    assert all(text.count("wpa-psk") == 1 for text in keys)
    assert len((second / "air.pcapng").read_bytes()) > 500


def test_a_finished_run_tells_and_carries_nothing(fresh_air: AirProcess) -> None:
    """A radio that sends between two runs finds nobody; no frame of it is told or captured."""
    client = fresh_air.client
    station = joined(fresh_air)
    client.call("finish")
    client.events.clear()
    written = (fresh_air.run_dir / "air.pcapng").read_bytes()
    assert not station.acked(station.probe(b""))
    assert not frames(client)
    assert (fresh_air.run_dir / "air.pcapng").read_bytes() == written
    assert client.error("configure", network=NETWORK)["code"] == "run-over"


def test_a_message_held_back_does_not_reach_the_next_run(
    fresh_air: AirProcess, tmp_path: Path
) -> None:
    """A rule delays M1; its run is over before it would be sent."""
    client = fresh_air.on_air()
    station = fresh_air.station()
    delay = {"message": "M1", "nth": 1, "action": "delay", "delay_ms": 200}
    client.call("begin", association=1, rules=[delay])
    station.authenticate()
    station.associate()
    renewed(client, tmp_path / "second")
    joined(fresh_air)
    client.call("echo", count=1, timeout_s=0.4)  # for so long: nobody answers
    assert client.kinds().count("M1") == 1
    assert {one["association"] for one in frames(client)} == {1}


def test_a_run_is_renewed_only_when_it_is_over(fresh_air: AirProcess, tmp_path: Path) -> None:
    """Nothing of a run that is under way is thrown away by mistake."""
    assert fresh_air.client.error("renew", directory=str(tmp_path))["code"] == "busy"
    fresh_air.client.call("finish")
    assert fresh_air.client.error("renew", directory="a\0b")["code"] == "bad-argument"


def test_a_capture_that_cannot_be_written_is_told(fresh_air: AirProcess, tmp_path: Path) -> None:
    """The folder of the second run is not there: a fault of the lab, and the air goes on."""
    fresh_air.client.call("finish")
    fresh_air.client.call("renew", directory=str(tmp_path / "missing"))
    told = fresh_air.client.wait(lambda event: event["event"] == "fault")
    assert told["what"] == "capture"
    joined(fresh_air)
