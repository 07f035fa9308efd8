# SPDX-License-Identifier: GPL-2.0-or-later
"""The capture's blocks, and what becomes of a write that fails."""

from __future__ import annotations

import resource
import signal
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.utils import RawPcapNgReader

from hwsim.capture import Capture, interface_block, packet_block, section_block
from hwsim.loop import Loop


def add(
    capture: Capture, frame: bytes, air_ns: int, *, outbound: bool = True, comment: str = ""
) -> None:
    """Keep a frame of channel 6."""
    capture.add(
        frame, air_ns, outbound=outbound, comment=comment,
        freq_mhz=2437, rate_kbps=6000, signal_dbm=-40,
    )  # fmt: skip


@pytest.fixture
def loop() -> Iterator[Loop]:
    """A loop that is never turned."""
    loop = Loop()
    yield loop
    loop.close()


@pytest.mark.parametrize("size", range(5))
def test_blocks_are_framed(size: int) -> None:
    """Every block has its length at both ends, a multiple of four."""
    packet = packet_block(bytes(size), 1_700_000_000_123_456_789, True, "c" * size)
    for block in (section_block(), interface_block(), packet):
        length = struct.unpack_from("<I", block, 4)[0]
        assert length == len(block)
        assert length % 4 == 0
        assert struct.unpack_from("<I", block, length - 4)[0] == length


def test_frames_come_out_in_order_of_time(loop: Loop, tmp_path: Path) -> None:
    """An answer that was kept before its question is written after it; nanoseconds survive."""
    capture = Capture(loop, tmp_path, pytest.fail)
    add(capture, b"\x08answer" + bytes(20), 2_000_000_007)
    add(capture, b"\x08question" + bytes(20), 1_000_000_005, outbound=False, comment="rule: drop")
    capture.close()
    with RawPcapNgReader(str(tmp_path / "air.pcapng")) as reader:
        (first, one), (second, two) = list(reader)
    assert b"question" in first
    assert b"answer" in second
    apart = ((two.tshigh - one.tshigh) << 32) + two.tslow - one.tslow
    assert apart == 1_000_000_002


def test_missing_directory(loop: Loop, tmp_path: Path) -> None:
    """A directory that is not there is one fault; everything after is quietly dropped."""
    faults: list[str] = []
    capture = Capture(loop, tmp_path / "missing", faults.append)
    capture.add_key(bytes(32))
    add(capture, bytes(24), 1)
    capture.close()
    assert len(faults) == 1
    assert "No such file or directory" in faults[0]
    assert capture.failed


def test_full_disk_leaves_whole_blocks(loop: Loop, tmp_path: Path) -> None:
    """A write that fails half-way is taken back: what is left of the capture can be read."""
    faults: list[str] = []
    capture = Capture(loop, tmp_path, faults.append)
    add(capture, b"\x08" + bytes(200), 1)
    capture.flush()
    path = tmp_path / "air.pcapng"
    good = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(good) + 100, limits[1]))
        add(capture, b"\x08" + bytes(200), 2)
        capture.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert len(faults) == 1
    assert "File too large" in faults[0]
    assert path.read_bytes() == good
    capture.close()


def test_key_file_of_another_is_replaced(loop: Loop, tmp_path: Path) -> None:
    """A key is never written into a file that others may have open or a link to elsewhere."""
    target = tmp_path / "elsewhere"
    target.write_text("")
    (tmp_path / "air.keys").symlink_to(target)
    capture = Capture(loop, tmp_path, pytest.fail)
    capture.add_key(bytes(32))
    capture.close()
    assert target.read_text() == ""
    assert (tmp_path / "air.keys").stat().st_mode & 0o777 == 0o600


def test_keys_are_added_to_those_there(loop: Loop, tmp_path: Path) -> None:
    """Each key once, in the order they came into use, with no write while a station may wait."""
    capture = Capture(loop, tmp_path, pytest.fail)
    capture.add_key(bytes(32))
    assert not (tmp_path / "air.keys").exists()
    capture.flush()
    capture.add_key(b"\1" * 32, "association 2")
    capture.add_key(bytes(32))
    capture.close()
    first, second = (f'"wpa-psk","{key.hex()}"\n' for key in (bytes(32), b"\1" * 32))
    assert (tmp_path / "air.keys").read_text() == f"{first}# association 2\n{second}"
