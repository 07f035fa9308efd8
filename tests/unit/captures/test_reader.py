# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of other tools: the same frames in every form, and one clear line for what is none."""

from __future__ import annotations

import gzip
import random
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.captures import CapturedFrame, Reader, open_capture
from harness.captures import reader as reader_module
from harness.errors import UsageError
from harness.evidence.packets import Packet, read_packets
from tests.unit.captures.writing import (
    BSSID,
    NANOSECONDS,
    RADIOTAP,
    STATION,
    WITH_CHECKSUM,
    data_frame,
    enhanced,
    handshake,
    interface,
    network_monitor,
    pcap,
    section,
    with_fcs,
)

RECORDED = Path(__file__).parents[1] / "evidence" / "sources" / "recorded" / "air.pcapng"
PACKETS = read_packets(RECORDED)
MESSAGES = [data_frame(pdu, down=n % 2 == 0) for n, pdu in enumerate(handshake())]
BARE_RADIOTAP = b"\0\0\x08\0\0\0\0\0"
FLAGGED = struct.pack("<BxHIB", 0, 9, 2, 0x10)
PADDED = struct.pack("<BxHIB", 0, 9, 2, 0x20)


def read(path: Path, content: bytes, *, every: bool = True) -> tuple[list[CapturedFrame], Reader]:
    """The frames of a capture with that content."""
    path.write_bytes(content)
    with open_capture(path) as reader:
        return list(reader.frames(every=every)), reader


def packets(frames: Sequence[bytes]) -> list[Packet]:
    """Packets of those frames, a millisecond apart."""
    return [Packet(n, 10**18 + n * 10**6, len(one), one) for n, one in enumerate(frames, 1)]


def test_a_capture_of_the_air_is_read_as_it_was_written() -> None:
    """The general reader and the one for our own captures agree, to the nanosecond."""
    with open_capture(RECORDED) as reader:
        found = list(reader.frames(every=True))
    seen = [(one.number, one.wall_ns, one.length, one.frame) for one in found]
    assert seen == [(one.number, one.wall_ns, one.length, one.frame) for one in PACKETS]
    assert reader.packets == len(PACKETS)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"order": ">"},
        {"magic": NANOSECONDS},
        {"link": RADIOTAP, "header": BARE_RADIOTAP},
        {"link": RADIOTAP, "header": WITH_CHECKSUM, "checksum": b"\1\2\3\4"},
    ],
)
def test_the_form_of_a_capture_does_not_matter(tmp_path: Path, form: dict[str, Any]) -> None:
    """Byte order, resolution, and a radiotap header with or without the frame's checksum."""
    found, _ = read(tmp_path / "field.cap", pcap(PACKETS, **form))
    seen = [(one.wall_ns // 1000, one.length, one.frame) for one in found]
    assert seen == [(one.wall_ns // 1000, one.length, one.frame) for one in PACKETS]


def test_compressed_and_network_monitors_captures(tmp_path: Path) -> None:
    """Are known by their first bytes."""
    found, _ = read(tmp_path / "field.cap.gz", gzip.compress(pcap(PACKETS)))
    assert len(found) == len(PACKETS)
    header = struct.pack("<BHIIIIiBQ", 2, 32, 0, 0, 7, 6, -55, 2, 1)
    content = network_monitor([(n, header + one) for n, one in enumerate(MESSAGES)])
    found, _ = read(tmp_path / "field.cap", content)
    assert [one.frame for one in found] == MESSAGES
    assert {(one.radio.channel, one.radio.signal_dbm) for one in found} == {(6, -55)}


def test_a_checksum_without_a_word_is_seen(tmp_path: Path) -> None:
    """By the frames whose CRC-32 it is; a frame of that interface with a wrong one is damaged."""
    wrong = MESSAGES[1] + b"oops"
    content = pcap(packets([with_fcs(MESSAGES[0]), wrong, MESSAGES[2] + b"1234"]))
    found, _ = read(tmp_path / "fcs.pcap", content)
    assert [one.frame for one in found] == MESSAGES[:3]
    assert [one.damaged for one in found] == [False, True, True]
    found, _ = read(tmp_path / "bare.pcap", pcap(packets(MESSAGES)))
    assert [one.frame for one in found] == MESSAGES
    assert not any(one.damaged for one in found)


def test_one_frame_that_ends_in_its_own_crc_proves_nothing(tmp_path: Path) -> None:
    """Anyone can send one: the interface's other frames keep their last four bytes."""
    content = pcap(packets([*MESSAGES, with_fcs(MESSAGES[0]), *MESSAGES]))
    found, _ = read(tmp_path / "bare.pcap", content)
    assert [one.frame for one in found] == [*MESSAGES, MESSAGES[0], *MESSAGES]
    assert not any(one.damaged for one in found)


def test_a_cut_frame_has_the_length_of_the_whole(tmp_path: Path) -> None:
    """And no checksum is looked for in what is not there."""
    whole = with_fcs(MESSAGES[2])
    record = struct.pack("<IIII", 0, 0, len(FLAGGED) + 60, len(FLAGGED) + len(whole))
    content = pcap([], RADIOTAP) + record + FLAGGED + whole[:60]
    (found,), _ = read(tmp_path / "cut.pcap", content)
    assert (found.frame, found.length) == (MESSAGES[2][:60], len(MESSAGES[2]))
    assert not found.damaged


def test_padding_between_header_and_body_goes(tmp_path: Path) -> None:
    """Radiotap tells it; a QoS header of 26 bytes has two of it."""
    qos = data_frame(handshake()[0], down=True, kind=0x88, header=b"\6\0")
    padded = qos[:26] + b"\0\0" + qos[26:]
    content = pcap(packets([padded]), RADIOTAP, header=PADDED)
    (found,), _ = read(tmp_path / "padded.pcap", content)
    assert (found.frame, found.length) == (qos, len(qos))


def test_what_repeats_itself_is_counted(tmp_path: Path) -> None:
    """Encrypted data, acknowledgements, empty frames, beacons; a beacon that changed is there."""
    beacon = b"\x80\0\0\0" + b"\xff" * 6 + BSSID + BSSID + bytes(14)
    encrypted = data_frame(bytes(40), down=False, flags=0x40)
    empty = b"\x48\1\0\0" + BSSID + STATION + BSSID + b"\0\0"
    acknowledgement = b"\xd4\0\0\0" + STATION
    frames = [beacon, beacon, encrypted, acknowledgement, encrypted, empty, beacon + b"\x30\0"]
    content = pcap(packets([*frames, *MESSAGES]))
    found, reader = read(tmp_path / "long.pcap", content, every=False)
    assert [one.frame for one in found] == [beacon, frames[-1], *MESSAGES]
    assert reader.beacons == {BSSID: 1}
    (pair,) = reader.traffic
    seen = reader.traffic[pair]
    assert pair == BSSID + STATION
    assert (seen.frames, seen.last_ns - seen.first_ns) == (2, 2 * 10**6)
    assert reader.packets == 11


def test_interfaces_of_one_file(tmp_path: Path) -> None:
    """Each with its link layer: here radiotap and Ethernet, and one that nobody knows."""
    pdu = handshake()[1]
    content = section() + interface(RADIOTAP) + interface(1) + interface(999)
    content += enhanced(0, 1, BARE_RADIOTAP + MESSAGES[0])
    content += enhanced(1, 2, BSSID + STATION + b"\x88\x8e" + pdu) + enhanced(2, 3, b"?" * 40)
    found, reader = read(tmp_path / "several.pcapng", content)
    assert [(one.interface, one.frame) for one in found] == [(0, MESSAGES[0]), (1, pdu)]
    assert found[1].ends == (STATION, BSSID)
    assert reader.unreadable == {999: 1}
    assert reader.links == [RADIOTAP, 1, 999]


def test_a_tunnel_is_opened(tmp_path: Path) -> None:
    """CAPWAP, whose frame control may stand the other way round: once known, for all of them."""
    ambiguous = bytes((0x10, 0)) + MESSAGES[0][2:]
    frames = [one[1::-1] + one[2:] for one in (MESSAGES[0], ambiguous)]
    made = []
    for frame in frames:
        content = struct.pack(">II", 2 << 19 | 1 << 9 | 1 << 8, 0) + frame
        udp = struct.pack(">HHHH", 5247, 5247, 8 + len(content), 0) + content
        ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0, 0)
        made.append(bytes(12) + b"\x08\0" + ip + udp)
    found, _ = read(tmp_path / "capwap.pcap", pcap(packets(made), 1))
    assert [one.frame for one in found] == [MESSAGES[0], ambiguous]


@pytest.mark.parametrize(
    "content", [b"", b"# no capture", b"\x1f\x8b", b"\x1f\x8b\x08noise", zlib.compress(b"x")]
)
def test_what_is_no_capture_is_the_users_mistake(tmp_path: Path, content: bytes) -> None:
    """Named, with what to give."""
    with pytest.raises(UsageError, match="is no capture") as refused:
        read(tmp_path / "x", content)
    assert "monitor mode" in refused.value.hint


def test_a_folder_is_no_capture(tmp_path: Path) -> None:
    """In one line."""
    with pytest.raises(UsageError, match="Is a directory"), open_capture(tmp_path):
        pass


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        [
            RECORDED.read_bytes(),
            pcap(PACKETS, link=RADIOTAP, header=WITH_CHECKSUM),
            network_monitor([(n, bytes(32) + one) for n, one in enumerate(MESSAGES)]),
        ]
    ),
    st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=4)), max_size=4),
    st.booleans(),
)
def test_no_content_raises_but_as_a_mistake(
    tmp_path: Path, whole: bytes, changes: list[tuple[int, bytes]], every: bool
) -> None:
    """Whatever bytes a capture has: frames, or a `UsageError`."""
    content = bytearray(whole)
    for at, new in changes:
        content[at : at + len(new)] = new
    try:
        found, reader = read(tmp_path / "damaged.cap", bytes(content), every=every)
    except UsageError:
        return
    numbers = [one.number for one in found]
    assert numbers == sorted(numbers)
    assert reader.packets >= len(set(numbers))


def test_times_are_kept_to_the_nanosecond(tmp_path: Path) -> None:
    """Where the file has them."""
    made = [replace(one, wall_ns=10**18 + 7) for one in packets(MESSAGES[:1])]
    (found,), _ = read(tmp_path / "ns.pcap", pcap(made, magic=NANOSECONDS))
    assert found.wall_ns == 10**18 + 7


def test_a_compressed_capture_of_network_monitor_that_is_cut(tmp_path: Path) -> None:
    """Its table is at its end: what is lacking is said, without a traceback."""
    content = network_monitor([(n, random.Random(n).randbytes(200)) for n in range(9)])
    found, reader = read(tmp_path / "x.cap", gzip.compress(content, mtime=0)[:-300])
    assert (found, reader.damage) == ([], "the compressed file is cut or damaged")


def test_padding_stands_behind_ht_control(tmp_path: Path) -> None:
    """Which is part of the header."""
    header = b"\6\0" + bytes((1, 2, 3, 4))
    frame = data_frame(b"x", down=True, kind=0x88, header=header, flags=0x80)
    padded = frame[:30] + b"\0\0" + frame[30:]
    found, _ = read(tmp_path / "x.cap", pcap(packets([padded]), RADIOTAP, header=PADDED))
    assert [one.frame for one in found] == [frame]


def test_beacons_of_ever_new_addresses_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of them costs no memory."""
    monkeypatch.setattr(reader_module, "_MOST_BEACONS", 3)
    beacons = [
        b"\x80\0\0\0" + b"\xff" * 6 + bytes((2, 0, 0, 0, 0, n)) * 2 + bytes(14) for n in range(9)
    ]
    found, reader = read(tmp_path / "x.cap", pcap(packets(beacons * 2)), every=False)
    assert len(found) == 3
    assert len(reader.beacons) == 3


def test_a_compressed_capture_of_network_monitor_that_has_no_header(tmp_path: Path) -> None:
    """Its first bytes tell what it was to be."""
    packed = gzip.compress(b"GMBU" + random.Random(1).randbytes(16), mtime=0)
    found, reader = read(tmp_path / "x.cap", packed[:-8])
    assert (found, reader.damage) == ([], "the file's header is cut off")


def test_a_tunnels_data_is_counted_too(tmp_path: Path) -> None:
    """And its beacons that repeat themselves: they are no less than what an antenna heard."""
    beacon = b"\x80\0\0\0" + b"\xff" * 6 + BSSID * 2 + bytes(14)
    encrypted = data_frame(bytes(40), down=True, flags=0x40)
    acknowledgement = b"\xd4\0\0\0" + STATION + bytes(4)
    frames = [beacon, beacon, MESSAGES[0], encrypted, encrypted, acknowledgement]
    cooked = struct.pack(">HHH8sH", 0, 801, 6, bytes(8), 4)
    content = pcap(packets(frames), 113, header=cooked)
    found, reader = read(tmp_path / "x.cap", content, every=False)
    assert [one.frame for one in found] == [beacon, MESSAGES[0]]
    assert {pair: one.frames for pair, one in reader.traffic.items()} == {STATION + BSSID: 2}
    assert reader.beacons == {BSSID: 1}
    assert len(read(tmp_path / "x.cap", content)[0]) == len(frames)
