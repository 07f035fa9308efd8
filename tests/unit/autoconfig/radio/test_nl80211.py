# SPDX-License-Identifier: GPL-2.0-or-later
"""The nl80211 radio over a double of its socket: requests byte for byte, events to calls."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from autoconfig.radio import link
from autoconfig.radio.interface import Associated, ConnectRequest, Lost, RadioError
from autoconfig.radio.netlink import Attributes, Event, attribute, attributes, u32
from autoconfig.radio.nl80211 import Nl80211Radio
from autoconfig.settings import ServiceLimits

from tests.unit.autoconfig.doubles import AP, BSS, SSID, FakeLoop
from tests.unit.autoconfig.radio.fake_socket import FakeSocket

INDEX = u32(3, 7)
RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac020000")
MINE = {3: b"\7\0\0\0"}


class Events:
    """Records what the radio reports."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def on_associated(self, associated: Associated) -> None:
        """Keep it."""
        self.seen.append(associated)

    def on_association_failed(self, status: int, timed_out: bool) -> None:
        """Keep it."""
        self.seen.append(("failed", status, timed_out))

    def on_lost(self, lost: Lost) -> None:
        """Keep it."""
        self.seen.append(lost)

    def on_packet(self, source: bytes, ethertype: int, payload: bytes, protected: bool) -> None:
        """Keep it."""
        self.seen.append((source, ethertype, payload, protected))

    def on_transmit_status(self, cookie: int, acknowledged: bool) -> None:
        """Keep it."""
        self.seen.append((cookie, acknowledged))


class Bench:
    """A radio, its socket and what it reported."""

    def __init__(self, radio: Nl80211Radio, loop: FakeLoop) -> None:
        self.radio = radio
        self.loop = loop
        self.socket: FakeSocket = radio._link._socket  # type: ignore[assignment]
        self.events = Events()
        radio.set_events(self.events)

    def happens(self, command: int, found: Attributes) -> None:
        """An event of this interface."""
        self.socket.queue.append(Event(command, {**MINE, **found}))
        self.radio._serve()


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A radio of interface 7."""
    monkeypatch.setattr(link, "GenericSocket", FakeSocket)
    monkeypatch.setattr(link.socket, "if_nametoindex", lambda _name: 7)
    monkeypatch.setattr(Path, "read_text", lambda *_a, **_k: "02:00:00:00:00:00\n")
    loop = FakeLoop()
    monkeypatch.setattr(loop, "watch", lambda *_a: None)
    return Bench(Nl80211Radio(loop, "wlan0", ServiceLimits(scan_s=2.0)), loop)


def test_connect_to_wpa2_psk(bench: Bench) -> None:
    """Everything the kernel needs for an association whose handshake it leaves to us."""
    bench.radio.connect(ConnectRequest(SSID, BSS, 7, 4, 4))
    ((command, found),) = bench.socket.asked
    assert command == 46
    ccmp, psk = 0x000FAC04.to_bytes(4, "little"), 0x000FAC02.to_bytes(4, "little")
    assert found == {
        3: b"\7\0\0\0", 52: SSID, 6: AP, 38: (2437).to_bytes(4, "little"), 53: bytes(4),
        204: b"", 68: b"", 102: b"\x8e\x88", 264: b"", 70: b"", 42: RSNE,
        75: b"\2\0\0\0", 73: ccmp, 74: ccmp, 76: psk,
    }  # fmt: skip


def test_connect_to_an_open_network(bench: Bench) -> None:
    """No RSN element, no suites, no privacy; the port is controlled all the same."""
    bench.radio.connect(ConnectRequest(SSID, BSS, 1, 0, 0))
    ((_command, found),) = bench.socket.asked
    assert {42, 70, 73, 74, 75, 76}.isdisjoint(found)
    assert {68, 204, 264} <= found.keys()


def test_association_is_told_with_its_frames(bench: Bench) -> None:
    """Response from the ASSOCIATE event's frame, request from its elements."""
    bench.radio.connect(ConnectRequest(SSID, BSS, 7, 4, 4))
    bench.happens(38, {51: bytes(24) + b"\x11\x04\0\0\x01\xc0ies"})
    bench.happens(46, {72: b"\0\0", 6: AP, 77: RSNE})
    (associated,) = bench.events.seen
    assert associated.bssid == AP
    assert associated.response_body == b"\x11\x04\0\0\x01\xc0ies"
    assert associated.request_body == bytes.fromhex("31040500") + RSNE


def test_reassociation(bench: Bench) -> None:
    """The access point left goes into the request and its body; the response tells its kind."""
    left = bytes.fromhex("0248494c0009")
    bench.radio.connect(ConnectRequest(SSID, BSS, 7, 4, 4, left))
    ((_command, asked),) = bench.socket.asked
    assert asked[79] == left
    bench.happens(38, {51: b"\x30" + bytes(23) + b"\x11\x04\0\0\x01\xc0ies"})
    bench.happens(46, {72: b"\0\0", 6: AP, 77: RSNE})
    (associated,) = bench.events.seen
    assert associated.request_body == bytes.fromhex("31040500") + left + RSNE
    assert (associated.reassociation_request, associated.reassociation_response) == (True, True)
    bench.radio.connect(ConnectRequest(SSID, BSS, 7, 4, 4))
    bench.happens(38, {51: b"\x10" + bytes(30)})
    bench.happens(46, {72: b"\0\0", 6: AP, 77: RSNE})
    again = bench.events.seen[-1]
    assert (again.reassociation_request, again.reassociation_response) == (False, False)


@pytest.mark.parametrize(
    ("found", "expected"),
    [({72: b"\x11\0"}, ("failed", 17, False)), ({72: b"\1\0", 65: b""}, ("failed", 1, True))],
)
def test_failed_association(bench: Bench, found: Attributes, expected: tuple[Any, ...]) -> None:
    """Status code and time-out."""
    bench.radio.connect(ConnectRequest(SSID, BSS, 7, 4, 4))
    bench.happens(46, found)
    assert bench.events.seen == [expected]


@pytest.mark.parametrize(
    ("before", "found", "expected"),
    [
        (39, {54: b"\3\0", 71: b""}, Lost(True, True, 3)),
        (40, {54: b"\x08\0", 71: b""}, Lost(True, False, 8)),
        (39, {54: b"\3\0"}, Lost(False, True, 3)),
        (39, {}, Lost(False, True, 0)),
    ],
)
def test_end_of_an_association(
    bench: Bench, before: int, found: Attributes, expected: Lost
) -> None:
    """Who ended it, by which frame, why."""
    bench.happens(before, {})
    bench.happens(48, found)
    assert bench.events.seen == [expected]


def test_control_frames_and_status(bench: Bench) -> None:
    """Frames in with their protection, out with their cookie, status by cookie."""
    bench.happens(129, {6: AP, 102: b"\x8e\x88", 51: b"eapol", 103: b""})
    bench.happens(129, {6: AP, 102: b"\x8e\x88", 51: b"eapol"})
    bench.happens(139, {88: (77).to_bytes(8, "little"), 92: b""})
    assert bench.events.seen == [
        (AP, 0x888E, b"eapol", False), (AP, 0x888E, b"eapol", True), (77, True),
    ]  # fmt: skip
    assert bench.radio.send_control(AP, 0x888E, b"x", encrypt=False) == 77
    assert bench.socket.asked[-1] == (129, {**MINE, 51: b"x", 6: AP, 102: b"\x8e\x88", 103: b""})
    bench.radio.send_control(AP, 0x888E, b"x", encrypt=True)
    assert 103 not in bench.socket.asked[-1][1]


def test_events_of_other_interfaces_are_ignored(bench: Bench) -> None:
    """Another radio's disconnect is not ours."""
    bench.socket.queue.append(Event(48, {3: b"\x08\0\0\0"}))
    bench.socket.queue.append(Event(250, MINE))
    bench.radio._serve()
    assert bench.events.seen == []


def test_keys(bench: Bench) -> None:
    """Pairwise and group keys, deletion, the transmit key, the port."""
    suite = (0x000FAC04).to_bytes(4, "little")
    radio, asked = bench.radio, bench.socket.asked
    radio.set_pairwise_key(AP, 4, b"k" * 16, bytes(6))
    assert asked[-1] == (
        11, {**MINE, 6: AP, 7: b"k" * 16, 8: b"\0", 9: suite, 10: bytes(6), 55: b"\1\0\0\0"}
    )  # fmt: skip
    radio.set_group_key(2, 4, b"g" * 16, b"\7" + bytes(5))
    assert asked[-1] == (
        11, {**MINE, 7: b"g" * 16, 8: b"\2", 9: suite, 10: b"\7" + bytes(5), 55: bytes(4)}
    )  # fmt: skip
    radio.delete_key(0, AP)
    assert asked[-1] == (12, {**MINE, 8: b"\0", 6: AP, 55: b"\1\0\0\0"})
    radio.delete_key(1, None)
    assert asked[-1] == (12, {**MINE, 8: b"\1"})
    radio.set_transmit_key(1)
    assert asked[-1] == (10, {**MINE, 8: b"\1", 11: b""})
    radio.authorize(AP, True)
    assert asked[-1] == (18, {**MINE, 6: AP, 67: bytes.fromhex("0200000002000000")})
    radio.authorize(AP, False)
    assert asked[-1][1][67] == bytes.fromhex("0200000000000000")


def test_refusals_are_radio_errors(bench: Bench) -> None:
    """The kernel's errno reaches the caller."""
    bench.socket.refusal = errno.ENOENT
    with pytest.raises(RadioError) as error:
        bench.radio.authorize(AP, True)
    assert error.value.errno == errno.ENOENT


def test_scan_of_chosen_channels(bench: Bench) -> None:
    """SSID, channels and the flush flag; the end is told once."""
    over: list[bool] = []
    bench.radio.scan(SSID, (2412, 2437), over.append)
    ((command, found),) = bench.socket.asked
    assert command == 33
    assert attributes(found[45]) == {1: SSID}
    assert [int.from_bytes(v, "little") for v in attributes(found[44]).values()] == [2412, 2437]
    assert found[158] == b"\2\0\0\0"
    bench.happens(34, {})
    bench.happens(34, {})
    bench.loop.advance(10)
    assert over == [True]


@pytest.mark.parametrize("command", [35, None])
def test_scan_that_fails(bench: Bench, command: int | None) -> None:
    """Aborted by the kernel, or never ended: incomplete."""
    over: list[bool] = []
    bench.radio.scan(SSID, (), over.append)
    assert 44 not in bench.socket.asked[0][1]
    if command is None:
        bench.loop.advance(2.1)
    else:
        bench.happens(command, {})
    assert over == [False]


def test_scan_while_another_runs_ends_incomplete_with_it(bench: Bench) -> None:
    """EBUSY: the running scan is awaited, and its result not taken for an answer."""
    over: list[bool] = []
    bench.socket.refusal = errno.EBUSY
    bench.radio.scan(SSID, (), over.append)
    bench.happens(34, {})
    assert over == [False]


def test_the_limit_of_a_scan_is_its_own(bench: Bench) -> None:
    """One that was forgotten does not end the next one when its own time is over."""
    over: list[bool] = []
    bench.radio.scan(SSID, (), over.append)
    bench.loop.advance(1.5)
    bench.radio.forget()
    bench.radio.scan(SSID, (), over.append)
    bench.loop.advance(1.5)
    assert over == []
    bench.happens(34, {})
    assert over == [True]


def test_scan_results(bench: Bench) -> None:
    """One BSS of a dump, and its beacon body as PerformPostAssociate shows it."""
    bench.socket.scan = [
        {46: b"", 47: b"".join((
            attribute(1, AP), u32(2, 2437), attribute(3, (123456).to_bytes(8, "little")),
            attribute(4, b"\x64\0"), attribute(5, b"\x11\x04"), attribute(6, BSS.ies),
            attribute(7, (-3000).to_bytes(4, "little", signed=True)), u32(10, 50),
        ))},
        {46: b""},
    ]  # fmt: skip
    assert bench.radio.bss_list() == [BSS]
    assert BSS.body()[:12] == bytes.fromhex("40e201000000000064001104")


def test_behind_a_channel_switch_the_network_is_looked_for_anew(bench: Bench) -> None:
    """What was heard on the channel it went to counts until the connection ends."""
    bench.socket.scan = [{47: b"".join((attribute(1, AP), u32(2, 2462), u32(10, 0)))}]
    bench.happens(88, {})
    assert bench.radio.bss_list()
    bench.happens(48, {})
    bench.socket.scan = [{47: b"".join((attribute(1, AP), u32(2, 2462), u32(10, 60_000)))}]
    assert not bench.radio.bss_list()


def test_what_was_forgotten_is_known_again_when_it_is_heard_again(bench: Bench) -> None:
    """The kernel keeps what it heard before; an access point of the run before is none of this."""

    def heard(tsf: int, ms_ago: int) -> None:
        known = (
            attribute(1, AP),
            u32(2, 2437),
            u32(10, ms_ago),
            attribute(3, tsf.to_bytes(8, "little")),
        )
        bench.socket.scan = [{47: b"".join(known)}]

    heard(5, 0)
    assert bench.radio.bss_list()
    bench.radio.forget()
    heard(5, 60_000)
    assert not bench.radio.bss_list()
    heard(6, 0)
    assert [bss.bssid for bss in bench.radio.bss_list()] == [AP]


def test_a_probe_response_that_was_forgotten_is_not_a_new_beacons(bench: Bench) -> None:
    """The kernel shows it until another one comes, though only a beacon of an access point with
    that address was heard since: then it is the beacon that counts, and without one nothing."""

    def heard(*beacon: bytes) -> None:
        probe = (
            attribute(1, AP),
            u32(2, 2437),
            attribute(3, b"\5" + bytes(7)),
            attribute(6, b"\0\1a"),
        )
        bench.socket.scan = [{47: b"".join((*probe, u32(10, 0), *beacon))}]

    heard()
    bench.radio.forget()
    heard(attribute(11, b"\0\1b"), attribute(13, b"\7" + bytes(7)))
    (found,) = bench.radio.bss_list()
    assert (found.ies, found.timestamp_us) == (b"\0\1b", 7)
    heard()
    assert not bench.radio.bss_list()
