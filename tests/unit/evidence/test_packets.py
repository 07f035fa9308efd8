# SPDX-License-Identifier: GPL-2.0-or-later
"""Frame records found again among the packets of a capture."""

from __future__ import annotations

from pathlib import Path

from harness.evidence.packets import Packet, match, read_packets
from hwsim.capture import interface_block, packet_block, radiotap, section_block
from hwsim.records import FrameRecord

WALL_NS = 1_800_000_000_000_000_000


def frame(number: int, air_ns: int, length: int = 60) -> FrameRecord:
    """A record of a frame."""
    return FrameRecord(
        number, 1, "down", "M1", air_ns, None, "02:00:00:00:00:01", "02:00:00:00:00:02", length,
        True, True, None, False, False, None, None, None, {},
    )  # fmt: skip


def capture(path: Path, packets: list[tuple[int, int]]) -> Path:
    """A capture of packets of that air time and length, as the air writes it."""
    blocks = [section_block(), interface_block()]
    for air_ns, length in packets:
        body = bytes(length)
        packet = radiotap(2412, 1000, -40) + body
        blocks.append(packet_block(packet, WALL_NS + air_ns, True, "remark"))
    path.write_bytes(b"".join(blocks))
    return path


def test_records_are_found_among_beacons(tmp_path: Path) -> None:
    """Beacons have packets and no records; the numbers are Wireshark's."""
    packets = read_packets(
        capture(tmp_path / "air.pcapng", [(5, 90), (10, 60), (20, 90), (31, 61), (40, 60)])
    )
    assert packets[1] == Packet(2, WALL_NS + 10, 60)
    found = match(packets, [frame(1, 10), frame(2, 31, 61), frame(3, 40)])
    assert found.numbers == {1: 2, 2: 4, 3: 5}
    assert found.wall_minus_air_ns == WALL_NS


def test_a_record_without_its_packet_is_not_guessed(tmp_path: Path) -> None:
    """A capture that was cut has the rest all the same."""
    packets = read_packets(capture(tmp_path / "air.pcapng", [(10, 60), (31, 61)]))
    assert match(packets, [frame(1, 10), frame(2, 31, 61), frame(3, 40)]).numbers == {1: 1, 2: 2}


def test_a_capture_of_something_else_matches_nothing(tmp_path: Path) -> None:
    """Neither one of another run, nor no capture, nor rubbish."""
    other = read_packets(capture(tmp_path / "air.pcapng", [(10, 60), (700, 99), (900, 77)]))
    records = [frame(1, 10, 61), frame(2, 31, 62), frame(3, 40, 63)]
    assert match(other, records).numbers == {}
    assert read_packets(tmp_path / "none.pcapng") == ()
    (tmp_path / "rubbish").write_bytes(bytes(range(256)) * 9)
    assert read_packets(tmp_path / "rubbish") == ()
    whole = (tmp_path / "air.pcapng").read_bytes()
    (tmp_path / "cut").write_bytes(whole[:-30])
    assert len(read_packets(tmp_path / "cut")) == 2
