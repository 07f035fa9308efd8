# SPDX-License-Identifier: GPL-2.0-or-later
"""The capture: pcapng with radiotap, nanosecond times and a comment on what a rule did.

Only what a capture of one interface needs is written: section header, interface description,
enhanced packets. (scapy's PcapNgWriter has neither nanoseconds nor comments on packets.) Frames
are kept in memory until the loop is idle, so no disk is touched while a station waits.

Sources: draft-ietf-opsawg-pcapng (blocks), radiotap.org (header), wireshark.org's 80211_keys.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from hil_common.network import WEP_KEY_BYTES
from hwsim.loop import Loop

LINKTYPE_IEEE802_11_RADIOTAP: Final = 127
CAPTURE_NAME: Final = "air.pcapng"
KEYS_NAME: Final = "air.keys"

_BLOCK_SECTION = 0x0A0D0D0A
_BLOCK_INTERFACE = 1
_BLOCK_PACKET = 6
_OPT_COMMENT = 1
_OPT_IF_NAME = 2
_OPT_IF_TSRESOL = 9
_OPT_EPB_FLAGS = 2
_FLAG_INBOUND = 1
_FLAG_OUTBOUND = 2
_SNAPLEN = 65535

_CHANNEL_2GHZ = 0x0080
_CHANNEL_5GHZ = 0x0100
_CHANNEL_OFDM = 0x0040
_CHANNEL_CCK = 0x0020
_RADIOTAP = struct.Struct("<BBHIBBHHb")
_RADIOTAP_KBPS = 500
_RADIOTAP_PRESENT = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5  # flags, rate, channel, antenna signal

_MEMORY_LIMIT = 32 << 20
_MAX_PMK = 48


class Capture:
    """Writes :data:`CAPTURE_NAME` and :data:`KEYS_NAME` into a directory, or, of a medium with a
    ``number`` above 1, ``air-2.pcapng`` and ``air-2.keys``.

    A failure ends the capture, never the air: ``fault`` is called once, with a message, when the
    file cannot be written any more. What had been written by then stays readable.
    """

    def __init__(
        self, loop: Loop, directory: Path, fault: Callable[[str], None], number: int = 1
    ) -> None:
        self._loop = loop
        self._capture_path = directory / of_medium(CAPTURE_NAME, number)
        self._keys_path = directory / of_medium(KEYS_NAME, number)
        self._fault = fault
        self._to_wall_ns = time.time_ns() - time.monotonic_ns()
        self._blocks: list[tuple[int, bytes]] = [(0, section_block()), (1, interface_block())]
        self._size = 0
        self._file: IO[bytes] | None = None
        self._flushing = False
        self._keys: set[bytes] = set()
        self._new_keys: list[str] = []
        self._has_keys = False
        self.failed = False
        self._closed = False
        self._guard(self._open)

    def add_key(self, pmk: bytes, remark: str = "") -> None:
        """Keep a PMK or MSK that decrypts the capture; the files' owner alone can read it.

        Wireshark takes 64 keys: by the remarks the ones of interest are found among more.
        """
        if not self._over and pmk not in self._keys:
            self._keys.add(pmk)
            self._new_keys += [f"# {remark}\n"] if remark else []
            kind = "msk" if len(pmk) > _MAX_PMK else "wpa-psk"
            kind = "wep" if len(pmk) in WEP_KEY_BYTES else kind
            self._new_keys.append(f'"{kind}","{pmk.hex()}"\n')
            self._flush_when_idle()

    def add(
        self, frame: bytes, air_ns: int, *, outbound: bool, comment: str,
        freq_mhz: int, rate_kbps: int, signal_dbm: int,
    ) -> None:  # fmt: skip
        """Keep a frame as it was on the air at ``air_ns``; ``outbound``: an access point sent it.

        ``freq_mhz`` is 0 where the channel is not known. The file is written when the loop is idle.
        """
        if self._over:
            return
        packet = radiotap(freq_mhz, rate_kbps, signal_dbm) + frame
        block = packet_block(packet, air_ns + self._to_wall_ns, outbound, comment)
        self._blocks.append((air_ns, block))
        self._size += len(block)
        if self._size > _MEMORY_LIMIT:
            self.flush()
        else:
            self._flush_when_idle()

    def flush(self) -> None:
        """Write what is kept, in the order of time: answers may have been added first."""
        self._flushing = False
        self._guard(self._write)
        self._guard(self._write_keys)

    def close(self) -> None:
        """Write what is kept and close the file; what is added afterwards is not kept."""
        self.flush()
        self._closed = True
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    @property
    def _over(self) -> bool:
        return self.failed or self._closed

    def _open(self) -> None:
        # Unbuffered: what is written is in the file, and a short write is seen.
        self._file = self._capture_path.open("wb", buffering=0)
        self._write()

    def _flush_when_idle(self) -> None:
        if not self._flushing:
            self._flushing = True
            self._loop.when_idle(self.flush)

    def _write_keys(self) -> None:
        """Add the keys that are not in their file yet; the file of an earlier air is replaced."""
        if not self._new_keys:
            return
        path = self._keys_path
        flags = os.O_WRONLY | os.O_APPEND
        if not self._has_keys:
            path.unlink(missing_ok=True)
            flags |= os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(path, flags, 0o600), "w") as file:
            file.writelines(self._new_keys)
        self._has_keys = True
        self._new_keys.clear()

    def _write(self) -> None:
        self._blocks.sort(key=_time)
        data = b"".join(block for _, block in self._blocks)
        self._blocks.clear()
        self._size = 0
        file = self._file
        if file is None or not data:
            return
        good = file.tell()
        try:
            written = 0
            while written < len(data):
                written += file.write(data[written:])
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(good)  # no half block: the file stays readable
            raise

    def _guard(self, action: Callable[[], None]) -> None:
        if self.failed:
            return
        try:
            action()
        except OSError as error:
            self.failed = True
            self._blocks.clear()
            self._fault(f"{error.strerror or error}: {error.filename or self._capture_path.name}")


def of_medium(name: str, number: int) -> str:
    """What a file is called of the medium with that number."""
    stem, _, suffix = name.partition(".")
    return name if number == 1 else f"{stem}-{number}.{suffix}"


def radiotap(freq_mhz: int, rate_kbps: int, signal_dbm: int) -> bytes:
    """The radiotap header of a frame without FCS: rate (6 Mbit/s or 1), channel, signal."""
    ofdm = rate_kbps == 6000
    band = _CHANNEL_5GHZ if freq_mhz > 5000 else _CHANNEL_2GHZ
    return _RADIOTAP.pack(
        0, 0, _RADIOTAP.size, _RADIOTAP_PRESENT, 0, rate_kbps // _RADIOTAP_KBPS, freq_mhz,
        band | (_CHANNEL_OFDM if ofdm else _CHANNEL_CCK), signal_dbm,
    )  # fmt: skip


def _time(entry: tuple[int, bytes]) -> int:
    return entry[0]


def section_block() -> bytes:
    """The Section Header Block that opens the file: version 1.0, little-endian, length unknown."""
    return _block(_BLOCK_SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface_block() -> bytes:
    """The Interface Description Block: link type radiotap, time stamps in nanoseconds."""
    options = _options([(_OPT_IF_NAME, b"hwsim"), (_OPT_IF_TSRESOL, b"\x09")])
    return _block(
        _BLOCK_INTERFACE, struct.pack("<HHI", LINKTYPE_IEEE802_11_RADIOTAP, 0, _SNAPLEN) + options
    )


def packet_block(packet: bytes, wall_ns: int, outbound: bool, comment: str) -> bytes:
    """A packet of interface 0 at that time (ns since 1970), with its direction and a comment."""
    flags = _FLAG_OUTBOUND if outbound else _FLAG_INBOUND
    options = [(_OPT_EPB_FLAGS, struct.pack("<I", flags))]
    if comment:
        options.insert(0, (_OPT_COMMENT, comment.encode()))
    head = struct.pack(
        "<IIIII", 0, wall_ns >> 32 & 0xFFFFFFFF, wall_ns & 0xFFFFFFFF, len(packet), len(packet)
    )
    return _block(_BLOCK_PACKET, head + _padded(packet) + _options(options))


def _block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def _options(options: list[tuple[int, bytes]]) -> bytes:
    parts = [struct.pack("<HH", code, len(value)) + _padded(value) for code, value in options]
    return b"".join(parts) + bytes(4)


def _padded(value: bytes) -> bytes:
    return value + bytes(-len(value) % 4)
