# SPDX-License-Identifier: GPL-2.0-or-later
"""Isolated media in the real air process: two radios of one guest, each with a network of its own.

Both networks have the same name and the same BSSID: nothing but the medium tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.utils import RawPcapNgReader

from tests.unit.hwsim.conftest import NETWORK, AirProcess
from tests.unit.hwsim.soft_station import SoftStation, StationBeside

SECOND = {"mac": "02:00:00:00:01:00", "ip": "10.77.0.3"}
OTHER = "another passphrase"


@pytest.fixture
def media(tmp_path: Path) -> Iterator[AirProcess]:
    """An air with two media, whose passphrases differ, both on the air."""
    air = AirProcess(tmp_path)
    client = air.client
    client.call("media", count=2)
    client.call("configure", network=NETWORK)
    client.call("configure", medium=2, network={**NETWORK, "passphrase": OTHER})
    client.call("start")
    client.call("start", medium=2)
    yield air
    air.close()


def both(air: AirProcess) -> tuple[SoftStation, SoftStation]:
    """A station on each medium, behind one relay."""
    first = air.station(hello=False)
    second = StationBeside(first, ssid=NETWORK["ssid"], passphrase=OTHER, **SECOND)
    first.hello()
    air.client.call("wait_radio", timeout_s=10, radios=2)
    return first, second


def test_two_networks_of_one_bssid(media: AirProcess) -> None:
    """Each station gets its keys of its own access point, and the numbers of frames have no gap."""
    client = media.client
    client.call("begin", association=1, rules=[])
    first, second = both(media)
    for station in (first, second):
        station.join()
    for number in (1, 2):
        client.wait(lambda e: e.get("state") == "authorized" and e.get("medium", 1) == number)  # noqa: B023
    assert [len(client.call("status", medium=n)["stations"]) for n in (1, 2)] == [1, 1]
    frames = [one for one in client.events if one["event"] == "frame"]
    assert sorted(one["number"] for one in frames) == list(range(1, len(frames) + 1))
    heard = {one["medium"]: set[str]() for one in frames}
    for one in frames:
        station = one["transmitter"] if one["direction"] == "up" else one["receiver"]
        heard[one["medium"]].add(station)
    assert heard == {1: {first.mac.hex(":")}, 2: {second.mac.hex(":")}}
    client.call("deauthenticate", medium=2, reason=3)
    while second.next_frame()[0] != 0xC0:
        pass
    assert first.inbox == []
    assert client.call("status")["stations"][0]["state"] == "authorized"


def test_rules_act_on_each_medium_by_itself(media: AirProcess) -> None:
    """A rule counts the messages of one medium; with a station it is the rule of that one's."""
    client = media.client
    rules = [
        {"message": "auth", "direction": "up", "action": "drop", "nth": 1},
        {"message": "assoc-req", "station": 2, "action": "drop", "nth": 1},
    ]
    client.call("begin", association=1, rules=rules)
    first, second = both(media)
    for station in (first, second):
        assert not station.acked(station.management(11, bytes.fromhex("000001000000")))
        station.authenticate()
    assert first.acked(first.assoc_request())
    assert not second.acked(second.assoc_request())


def test_chance_is_each_mediums_own(media: AirProcess) -> None:
    """One seed, two media: which of fifty requests are lost is not the same on both."""
    client = media.client
    lost = {"message": "probe-req", "nth": "every", "action": "drop", "probability": 0.5}
    client.call("begin", association=1, seed=7, rules=[lost])
    stations = both(media)
    for station in stations:
        for _ in range(50):
            station.probe(b"hil-net")
    client.call("status")
    client.wait(lambda _: len([e for e in client.events if e.get("kind") == "probe-req"]) == 100)
    requests = [one for one in client.events if one.get("kind") == "probe-req"]
    fates = [[one["rule"] for one in requests if one["medium"] == n] for n in (1, 2)]
    assert all(10 < len([one for one in fate if one]) < 40 for fate in fates)
    assert fates[0] != fates[1]


def test_each_medium_has_a_capture_and_keys(media: AirProcess) -> None:
    """In a capture are the frames of its medium alone; the keys of both are their owner's."""
    media.client.call("begin", association=1, rules=[])
    first, second = both(media)
    first.join()
    second.join()
    media.client.call("finish")
    for name, own, other in (("air", first, second), ("air-2", second, first)):
        with RawPcapNgReader(str(media.run_dir / f"{name}.pcapng")) as reader:
            frames = [packet[int.from_bytes(packet[2:4], "little") :] for packet, _ in reader]
        assert {own.mac, other.mac} & {f[4:10] for f in frames} == {own.mac}
        assert {own.mac, other.mac} & {f[10:16] for f in frames} == {own.mac}
        keys = media.run_dir / f"{name}.keys"
        assert own.pmk.hex() in keys.read_text()
        assert other.pmk.hex() not in keys.read_text()
        assert keys.stat().st_mode & 0o077 == 0


def test_calls_name_a_medium_that_is_there(media: AirProcess) -> None:
    """Others are refused; how many there are cannot change while one is on the air."""
    client = media.client
    assert client.error("status", medium=3)["code"] == "no-such-medium"
    assert client.error("status", medium=True)["code"] == "no-such-medium"
    assert client.error("finish", medium=2)["code"] == "unknown-call"
    assert client.error("media", count=1)["code"] == "busy"
    assert client.error("media", count=5)["code"] == "bad-argument"
    for number in (1, 2):
        client.call("stop", medium=number)
    client.call("media", count=1)
    assert client.error("status", medium=2)["code"] == "no-such-medium"


def test_the_next_run_has_one_medium_again(media: AirProcess, tmp_path: Path) -> None:
    """And may have two once more, with a capture in its own folder."""
    client = media.client
    first, second = both(media)
    client.call("finish")
    (tmp_path / "second").mkdir()
    client.call("renew", directory=str(tmp_path / "second"))
    assert client.error("status", medium=2)["code"] == "no-such-medium"
    assert sorted(path.name for path in (tmp_path / "second").iterdir()) == ["air.pcapng"]
    client.call("media", count=2)
    client.call("configure", medium=2, network={**NETWORK, "passphrase": OTHER})
    client.call("start", medium=2)
    client.call("begin", association=1, rules=[])
    second.join()
    assert not first.acked(first.management(11, bytes.fromhex("000001000000")))
    assert (tmp_path / "second" / "air-2.pcapng").exists()
