# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio port to a physical adapter's monitor interface: the device under test is on the air.

Frames of one station are received with radiotap, frames for it are injected. The air is no medium
here, the ether is: an adapter acknowledges what is for it 10 µs after a frame, which no program
can, so it has to be told to answer for the BSSID, and what the rules say of acknowledgements does
not come about. docs/phy-port.md has what else is not as on the other ports.
"""

from __future__ import annotations

import contextlib
import errno
import socket
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hwsim.clock import ClockEstimate
from hwsim.errors import PortError, WireError
from hwsim.frames import mac_text
from hwsim.loop import Loop, now_ns
from hwsim.ports import radiotap
from hwsim.ports.base import PortUser, Radio, RadioFrame

ETHER: Final = b"ether\0"
"""By what the port is told that a frame goes out: there is but one way."""
NET: Final = Path("/sys/class/net")
ARPHRD_RADIOTAP: Final = 803
"""The type of a monitor interface with radiotap (include/uapi/linux/if_arp.h)."""
MAX_PENDING: Final = 256
"""So many frames wait to be reported on; of more, the oldest count as lost."""
_ETH_P_ALL: Final = 3
_LARGEST: Final = 8192
_AT_ONCE: Final = 64
_SHORTEST: Final = 24
"""A frame with three addresses; control frames, which are shorter, are the adapter's own."""
_DOWN: Final = frozenset({errno.ENETDOWN, errno.ENXIO, errno.ENODEV})
_GROUP_BIT: Final = 1
_RETRY: Final = 0x08
_Key = tuple[int, bytes, bytes]


class PhyPort:
    """A :class:`hwsim.ports.base.Port` on a packet socket of a monitor interface.

    ``station`` is the address of the device under test; nobody else is heard.
    """

    _user: PortUser  # given to start, before which nothing is read

    def __init__(self, loop: Loop, link: socket.socket, station: bytes) -> None:
        self._loop = loop
        self._link = link
        self._station = station
        self._radios: tuple[Radio, ...] = (Radio(station, ETHER),)
        self._pending: OrderedDict[_Key, int] = OrderedDict()
        self._heard: dict[int, bytes] = {}
        self._errors = 0

    def start(self, user: PortUser) -> None:
        """Read from now on; see :meth:`hwsim.ports.base.Port.start`."""
        self._user = user
        self._link.setblocking(False)
        self._loop.watch(self._link.fileno(), self._readable)
        self._loop.later(lambda: user.on_port_state(True))

    @property
    def radios(self) -> tuple[Radio, ...]:
        """The device under test, whether it is there or not: nobody can know. None while our own
        interface is down."""
        return self._radios

    @property
    def congested(self) -> bool:
        """Never: what the adapter cannot send is an error."""
        return False

    @property
    def errors(self) -> int:
        """How often a frame could not be sent or read."""
        return self._errors

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """Nothing tells how the device's clock stands."""
        return None

    def ask_radios(self) -> None:
        """There is nobody to ask."""

    def missing(self, radios: int) -> str:
        """There is one device; see :meth:`hwsim.ports.base.Port.missing`."""
        if not self._radios:
            return "the monitor interface, which went down"
        return f"{radios} devices; this port hears {mac_text(self._station)} alone"

    def deliver(
        self,
        radio: bytes,
        frame: bytes,
        *,
        freq_mhz: int,
        rate_kbps: int,
        signal_dbm: int,
        tag: int,
    ) -> int:
        """Inject a frame, on the channel that the interface is on and as strongly as it sends."""
        group = bool(frame[4] & _GROUP_BIT)
        at_ns = now_ns()
        try:
            self._link.send(radiotap.injected(frame, rate_kbps, group=group))
        except OSError as error:
            self._failed(error)
            self._report(tag, error.errno or errno.EIO)
            return at_ns
        if tag and group:
            self._report(tag, 0)
        elif tag:
            self._pending[_key(frame)] = tag
            if len(self._pending) > MAX_PENDING:
                self._report(self._pending.popitem(last=False)[1], errno.ETIMEDOUT)
        return at_ns

    def transmit_status(self, sent: RadioFrame, *, acked: bool, signal_dbm: int) -> None:
        """The adapter has acknowledged it, or not: it is too late to say so."""

    def close(self) -> None:
        """Neither send nor hear any more."""
        self._loop.unwatch(self._link.fileno())
        self._link.close()

    def _readable(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                packet, address = self._link.recvfrom(_LARGEST)
            except BlockingIOError:
                return
            except OSError as error:
                self._failed(error)
                return
            self._have(Radio(self._station, ETHER))
            if address[2] != socket.PACKET_OUTGOING:
                self._take(packet, now_ns())

    def _failed(self, error: OSError) -> None:
        """The interface went down, or more was to be sent or read than it could."""
        self._errors += 1
        if error.errno in _DOWN:
            self._have()

    def _have(self, *radios: Radio) -> None:
        """There is a way to the device, or there is none; whose interface is up again hears."""
        if radios != self._radios:
            self._radios = radios
            self._loop.later(lambda: self._user.on_port_state(bool(radios)))

    def _take(self, packet: bytes, air_ns: int) -> None:
        try:
            heard = radiotap.parse(packet)
        except WireError:
            return  # whoever sent it: what is on the air is not the device's doing
        frame = heard.frame
        if len(frame) < _SHORTEST:
            return
        if heard.acked is not None:
            tag = self._pending.pop(_key(frame), 0)
            self._report(tag, 0 if heard.acked else errno.ETIMEDOUT)
        elif frame[10:16] == self._station and not self._is_repeated(frame):
            self._user.on_frame(
                RadioFrame(ETHER, frame, heard.freq_mhz, heard.rate_kbps, air_ns, air_ns)
            )

    def _is_repeated(self, frame: bytes) -> bool:
        """Whether it came before: its acknowledgement was lost (IEEE 802.11-2020, 10.3.2.14)."""
        before, self._heard[frame[0]] = self._heard.get(frame[0]), frame[22:24]
        return bool(frame[1] & _RETRY) and before == frame[22:24]

    def _report(self, tag: int, error: int) -> None:
        if tag:
            at_ns = now_ns()
            self._loop.later(lambda: self._user.on_delivered(tag, error, at_ns))


def _key(frame: bytes) -> _Key:
    """By what a frame that was sent is known again: type, receiver and sequence control."""
    return frame[0], frame[4:10], frame[22:24]


@contextlib.contextmanager
def phy_port(loop: Loop, interface: str, station: bytes) -> Iterator[PhyPort]:
    """A port on a monitor interface that is there and up.

    Raises :class:`PortError` if there is none of that name, or none that can be used.
    """
    _check(interface)
    try:
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    except PermissionError:
        raise PortError("packet sockets are root's alone (CAP_NET_RAW)") from None
    with contextlib.closing(link):
        try:
            link.bind((interface, _ETH_P_ALL))
        except OSError as error:
            up = f"ip link set {interface} up"
            raise PortError(f"{interface}: {error.strerror}; is it up? {up}") from None
        yield PhyPort(loop, link, station)


def _check(interface: str, net: Path = NET) -> None:
    """Raise :class:`PortError` for what is no monitor interface."""
    place = net / interface
    if "/" in interface or not place.is_dir():
        raise PortError(f"there is no network interface {interface!r:.40}: see `iw dev`")
    kind = (place / "type").read_text().strip()
    if kind != str(ARPHRD_RADIOTAP):
        raise PortError(
            f"{interface} is no monitor interface with radiotap (type {kind}): "
            "iw phy PHY interface add NAME type monitor flags active"
        )
