# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames of a capture, one after the other, whatever its container, link layers and tunnels.

Most of a field's capture is encrypted data, acknowledgements and beacons that repeat themselves.
The loop that passes over them looks at two bytes of each and counts; all else is for what is left.
"""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Final, NamedTuple

from harness.captures import netmon, pcap, pcapng
from harness.captures.container import Container, Record, Window
from harness.captures.links import LINKS, Link, Radio
from harness.captures.wired import ETHERNET, ETHERTYPE_EAPOL, Inner, payload, tunnelled
from harness.errors import UsageError

WANTED: Final = (
    "give a run directory, or a capture (pcap, pcapng or Network Monitor's .cap) taken in monitor "
    "mode, through a tunnel of an access point, or of the station's own interface"
)
_GZIP: Final = b"\x1f\x8b"
_WIRED: Final = (ETHERNET, 113, 276)
_FCS: Final = 4
_FIT: Final = 4
"""So much more does a CRC-32 that fits say than one that does not: frames are damaged now and then,
but a station can send one that ends in its own."""
_MOST_BALANCE: Final = 64
_MOST_BEACONS: Final = 4096
_MOST_PAIRS: Final = 65536


class CapturedFrame(NamedTuple):
    """A frame of a capture.

    Attributes:
        number: of its packet, from 1 as Wireshark counts.
        interface: index of the interface that captured it.
        wall_ns: when, in nanoseconds since 1970.
        frame: the 802.11 frame without FCS, as far as it was captured; of an interface that hands
            out Ethernet the EAPOL PDU alone, see ``ends``.
        length: bytes of ``frame`` when it was whole.
        radio: what its header says.
        ends: source and destination, where ``frame`` is an EAPOL PDU; the destination is empty if
            the link layer does not tell it.
        damaged: its FCS is there, and wrong.
    """

    number: int
    interface: int
    wall_ns: int
    frame: bytes
    length: int
    radio: Radio
    ends: tuple[bytes, bytes] | None = None
    damaged: bool = False


class Traffic:
    """Encrypted data between two addresses: how many frames, and when the first and last were."""

    __slots__ = ("first_ns", "frames", "last_ns")

    def __init__(self, when_ns: int) -> None:
        self.frames = 0
        self.first_ns = self.last_ns = when_ns


class Reader:
    """A capture that is read once. After :meth:`frames` the rest of it is known.

    Attributes:
        packets: how many there were.
        traffic: encrypted data, by receiver's and transmitter's address (12 bytes); no more than
            65,536 pairs.
        beacons: how often each beacon or probe response that :meth:`frames` left out was repeated,
            by BSSID; no more than 4,096 of them.
        unreadable: packets whose link layer is not known, by its number.
    """

    def __init__(self, path: Path, container: Container) -> None:
        self._path = path
        self._container = container
        self.packets = 0
        self.traffic: dict[bytes, Traffic] = {}
        self.beacons: dict[bytes, int] = {}
        self.unreadable: dict[int, int] = {}
        self._seen: dict[tuple[bytes, int], int] = {}
        self._with_fcs: dict[int, int] = {}  # for and against an FCS, by what was seen
        self._swapped = False

    @property
    def damage(self) -> str:
        """What ended the capture before its end, in words; empty if nothing did."""
        return self._container.damage

    @property
    def links(self) -> list[int]:
        """The link layers of its interfaces, by index."""
        return [one.link for one in self._container.interfaces]

    def frames(self, *, every: bool = False) -> Iterator[CapturedFrame]:
        """The frames that say something of a connection: management, EAPOL, data in the clear.

        Encrypted data, control frames and beacons like one before are counted, and left out unless
        ``every`` frame is wanted.
        """
        kinds: list[Link | None] = []
        interfaces = self._container.interfaces
        starts: dict[int, Callable[[bytes, int, int], int]] = {}
        number = 0
        try:
            for record in self._container.records():
                number += 1
                interface, when_ns, data, begin, end, _ = record
                start = starts.get(interface)
                if start is None:
                    if end <= begin:
                        continue
                    while len(kinds) < len(interfaces):
                        kinds.append(LINKS.get(interfaces[len(kinds)].link))
                    link = kinds[interface]
                    if link is None:
                        yield from self._wired(number, record, every=every)
                        continue
                    start = starts[interface] = link.start
                at = start(data, begin, end) if end > begin else -1
                if not begin <= at < end - 10:
                    continue
                if not every:
                    kind = data[at] & 0x0C
                    if kind == 8:
                        if data[at + 1] & 0x40 and end - at >= 24:
                            self._count(data[at + 4 : at + 16], when_ns)
                            continue
                        if data[at] & 0x40:
                            continue
                    elif kind == 0:
                        if data[at] in _BEACONS and self._again(data, at, end):
                            continue
                    else:
                        continue
                yield self._frame(number, record, at, LINKS[interfaces[interface].link])
        finally:
            self.packets = number

    def _counted(self, frame: bytes, when_ns: int) -> bool:
        """Whether a frame of a tunnel is one that is counted and left out, as in :meth:`frames`."""
        kind = frame[0] & 0x0C
        if kind == 8:
            if frame[1] & 0x40 and len(frame) >= 24:
                self._count(frame[4:16], when_ns)
                return True
            return bool(frame[0] & 0x40)
        return kind != 0 or (frame[0] in _BEACONS and self._again(frame, 0, len(frame)))

    def _count(self, pair: bytes, when_ns: int) -> None:
        one = self.traffic.get(pair)
        if one is None:
            if len(self.traffic) >= _MOST_PAIRS:
                return
            one = self.traffic[pair] = Traffic(when_ns)
        one.frames += 1
        one.last_ns = when_ns

    def _again(self, data: bytes, at: int, end: int) -> bool:
        """Whether a beacon is as long as one of that BSSID before; its elements may change, and
        what changes all the time has a fixed length."""
        bssid = data[at + 16 : at + 22]
        key = (bssid, end - at << 8 | data[at])
        seen = self._seen.get(key)
        if seen is None and len(self._seen) < _MOST_BEACONS:
            self._seen[key] = 1
            return False
        if bssid in self.beacons or len(self.beacons) < _MOST_BEACONS:
            self.beacons[bssid] = self.beacons.get(bssid, 0) + 1
        return True

    def _frame(self, number: int, record: Record, at: int, link: Link) -> CapturedFrame:
        interface, when_ns, data, begin, end, wire = record
        radio = link.describe(data, begin, end)
        whole = wire <= end - begin
        return self._made(
            number, interface, when_ns, data[at:end], wire - (at - begin), radio, whole
        )

    def _made(
        self, number: int, interface: int, when_ns: int, frame: bytes, length: int, radio: Radio,
        whole: bool,
    ) -> CapturedFrame:  # fmt: skip
        """A frame without its FCS, if it has one: by the header, or since the CRC-32 fits."""
        fits = whole and len(frame) > _FCS and _fcs_fits(frame)
        has = radio.checksum
        if has is None:
            balance = self._with_fcs.get(interface, 0)
            has = fits or balance > 0
            if whole:
                balance += _FIT if fits else -1
                self._with_fcs[interface] = max(-_MOST_BALANCE, min(balance, _MOST_BALANCE))
        if has:
            length -= _FCS
            frame = frame[: max(length, 0)]
        if radio.padded:
            frame, length = _without_padding(frame, length)
        return CapturedFrame(
            number, interface, when_ns, frame, max(length, 0), radio,
            damaged=bool(has and whole and not fits),
        )  # fmt: skip

    def _wired(self, number: int, record: Record, *, every: bool) -> Iterator[CapturedFrame]:
        """What Ethernet or a cooked capture carries: EAPOL, or a tunnel of 802.11."""
        interface, when_ns, data, begin, end, wire = record
        link = self._container.interfaces[interface].link
        if link not in _WIRED:
            self.unreadable[link] = self.unreadable.get(link, 0) + 1
            return
        found = payload(link, data, begin, end)
        if found is None:
            return
        if isinstance(found, Inner):
            yield from self._inner(number, record, found, every=every)
        elif found.ethertype == ETHERTYPE_EAPOL:
            yield CapturedFrame(
                number, interface, when_ns, data[found.begin : end], wire - (found.begin - begin),
                Radio(), (found.source, found.destination),
            )  # fmt: skip
        else:
            inner = tunnelled(data, found.ethertype, found.begin, end)
            if inner is not None:
                yield from self._inner(number, record, inner, every=every)

    def _inner(
        self, number: int, record: Record, inner: Inner, *, every: bool
    ) -> Iterator[CapturedFrame]:
        interface, when_ns, data, begin, end, wire = record
        link = LINKS[inner.link]
        at = link.start(data, inner.begin, inner.end) if inner.begin < inner.end else -1
        if not inner.begin <= at < inner.end - 10:
            return
        radio = link.describe(data, inner.begin, inner.end)
        if radio.checksum is None and inner.checksum is not None:
            radio = radio._replace(checksum=inner.checksum)
        frame = data[at : inner.end]
        self._swapped = self._swapped if inner.swapped is None else inner.swapped
        if self._swapped:
            frame = frame[1::-1] + frame[2:]
        if not every and self._counted(frame, when_ns):
            return
        missing = max(wire - (end - begin), 0)
        yield self._made(
            number, interface, when_ns, frame, len(frame) + missing, radio, whole=not missing
        )


@contextlib.contextmanager
def open_capture(path: Path) -> Iterator[Reader]:
    """The capture, opened. Raises :class:`UsageError` for what is none, or cannot be opened."""
    with contextlib.ExitStack() as stack:
        try:
            file: BufferedIOBase = stack.enter_context(path.open("rb"))
            packed = file.read(2) == _GZIP
            file.seek(0)
            if packed:
                file = stack.enter_context(gzip.GzipFile(fileobj=file))
            container = _container(path, file)
        except OSError as error:
            problem = error.strerror or "is no capture"
            raise UsageError(f"{path}: {problem}", hint="name a capture") from None
        yield Reader(path, container)


def _container(path: Path, file: BufferedIOBase) -> Container:
    window = Window(file)
    window.need(4)
    magic = window.data[:4]
    if magic in pcap.MAGICS:
        return pcap.Pcap(window)
    if magic == pcapng.MAGIC:
        return pcapng.Pcapng(window)
    if magic == netmon.MAGIC:
        return netmon.Netmon(file)
    raise UsageError(f"{path}: is no capture", hint=WANTED)


def _fcs_fits(frame: bytes) -> bool:
    """Whether the last four bytes are the CRC-32 of the others (IEEE 802.11-2020, 9.2.4.8)."""
    return zlib.crc32(frame[:-_FCS]) == int.from_bytes(frame[-_FCS:], "little")


def _without_padding(frame: bytes, length: int) -> tuple[bytes, int]:
    """The frame without the bytes between its header and its body (radiotap, Flags, 0x20)."""
    header = 24
    if frame[0] & 0x0C == 8:
        qos = bool(frame[0] & 0x80)
        header += 6 * (frame[1] & 3 == 3) + 2 * qos + 4 * (qos and bool(frame[1] & 0x80))
    pad = -header % 4
    return frame[:header] + frame[header + pad :], length - pad


_BEACONS: Final = (0x80, 0x50)
"""First byte of a beacon and of a probe response."""
