# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio port to mac80211_hwsim of the machine that the air runs on: the air is its medium.

The radios are those of the network namespace it runs in, which may be made for it. Each frame that
one of them sends comes as a netlink message (:mod:`hwsim.ports.hwsim_wire`), and what they receive
goes the same way; there is no relay between, and one clock on both sides. Here it is the kernel
that is at the far end: :mod:`hwsim.ports.hwsim_radios` makes the radios.
"""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Callable, Iterator
from typing import Final

from hwsim.clock import ClockEstimate
from hwsim.errors import PortError, WireError
from hwsim.loop import Loop, now_ns
from hwsim.ports import hwsim_wire
from hwsim.ports.base import PortUser, Radio, RadioFrame
from hwsim.ports.hwsim_radios import HwsimRadios, addresses, reason
from hwsim.ports.hwsim_wire import NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR

REGISTER_S: Final = 5.0
"""The kernel answers at once; an answer that is this late never comes."""
_NETLINK_GENERIC: Final = 16
_SOL_NETLINK: Final = 270
_NETLINK_CAP_ACK: Final = 10
_SO_RCVBUFFORCE: Final = 33
_ROOM: Final = 4 << 20
"""Bytes of frames that may wait for us, as the kernel accounts them."""
_LARGEST: Final = 8192
"""A frame with its attributes is a third of it."""
_HELD: Final = 64 << 10
"""So much goes to the kernel in one call at most, and a message more: it takes twice that."""
_AT_ONCE: Final = 64
"""So many messages are read before timers have their turn."""
_BUSY: Final = (
    "another program is the medium of these radios (wmediumd, or another air): end it, or run in a "
    "network namespace of your own (ip netns add NAME; ip netns exec NAME …)"
)
_SEVERAL_CHANNELS: Final = (
    "a radio of this machine has several channels at once, with which the kernel has no medium: "
    "modprobe -r mac80211_hwsim; modprobe mac80211_hwsim radios=0 channels=1"
)


class KernelPort:
    """A :class:`hwsim.ports.base.Port` on a netlink socket that is registered as the medium.

    ``family`` is the number of hwsim's family, ``radios`` reads which radios there are.
    """

    _user: PortUser  # given to start, before which nothing is read

    def __init__(
        self,
        loop: Loop,
        link: socket.socket,
        family: int,
        radios: Callable[[], tuple[Radio, ...]] = addresses,
    ) -> None:
        self._loop = loop
        self._link = link
        self._family = family
        self._read_radios = radios
        self._radios: tuple[Radio, ...] = ()
        self._sent_ns: dict[int, int] = {}
        self._taking = False
        self._held = b""
        self._overruns = 0

    def start(self, user: PortUser) -> None:
        """Read from now on; see :meth:`hwsim.ports.base.Port.start`."""
        self._user = user
        self._link.setblocking(False)
        self._loop.watch(self._link.fileno(), self._readable)
        self._loop.later(self.ask_radios)

    @property
    def radios(self) -> tuple[Radio, ...]:
        """The radios there were when they were last asked for."""
        return self._radios

    @property
    def congested(self) -> bool:
        """Never: the kernel has taken a frame when it has been sent."""
        return False

    @property
    def errors(self) -> int:
        """How often frames were lost because too many were waiting for us."""
        return self._overruns

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """The radios' clock is the air's, exactly."""
        return ClockEstimate(0, 0, air_ns)

    def missing(self, radios: int) -> str:
        """The radios that are not there; see :meth:`hwsim.ports.base.Port.missing`."""
        there = len(self._radios)
        return f"{radios} radios of mac80211_hwsim in this network namespace; there are {there}"

    def ask_radios(self) -> None:
        """Read anew which radios there are."""
        before, self._radios = self._radios, self._read_radios()
        if self._radios != before:
            self._user.on_port_state(bool(self._radios))

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
        """Hand a frame to the kernel; see :meth:`hwsim.ports.base.Port.deliver`."""
        message = hwsim_wire.frame_message(
            radio, frame, rate_kbps=rate_kbps, signal_dbm=signal_dbm, freq_mhz=freq_mhz
        )
        at_ns = now_ns()
        if tag:
            self._sent_ns[tag] = at_ns
        elif self._taking and len(self._held) < _HELD:
            self._held += self._addressed(message, 0)
            return at_ns
        self._send(message, tag)
        return at_ns

    def transmit_status(self, sent: RadioFrame, *, acked: bool, signal_dbm: int) -> None:
        """Hand a status to the kernel; see :meth:`hwsim.ports.base.Port.transmit_status`.

        While a frame is taken, it goes with what follows, in one call of the system; so do copies
        of a frame for many radios.
        """
        message = hwsim_wire.status_message(sent, acked=acked, signal_dbm=signal_dbm)
        if self._taking:
            self._held += self._addressed(message, 0)
        else:
            self._send(message, 0)

    def close(self) -> None:
        """Be the medium no more."""
        self._loop.unwatch(self._link.fileno())
        self._link.close()

    def _addressed(self, message: bytes, tag: int) -> bytes:
        flags = NLM_F_REQUEST | NLM_F_ACK if tag else NLM_F_REQUEST
        return hwsim_wire.netlink_message(self._family, message, flags=flags, sequence=tag)

    def _send(self, message: bytes, tag: int) -> None:
        """Hand over what was held back, and a message behind it."""
        held, self._held = self._held, b""
        try:
            self._link.send(held + self._addressed(message, tag))
        except OSError as error:
            code = error.errno or errno.EIO
            if tag:
                self._loop.later(lambda: self._delivered(tag, code))

    def _release(self) -> None:
        """Hand over what was held back."""
        held, self._held = self._held, b""
        if held:
            with contextlib.suppress(OSError):
                self._link.send(held)

    def _readable(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                datagram = self._link.recv(_LARGEST)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._overrun()
                continue
            self._take(datagram, now_ns())

    def _take(self, datagram: bytes, air_ns: int) -> None:
        try:
            message = hwsim_wire.parse_netlink(datagram)
            if message.kind == NLMSG_ERROR:
                self._delivered(message.sequence, hwsim_wire.errno_in(message.payload))
                return
            sent = hwsim_wire.parse_radio_frame(message.payload, air_ns, air_ns)
        except WireError:
            self._user.on_malformed()
            return
        self._taking = True
        self._user.on_frame(sent)
        self._taking = False
        self._release()

    def _delivered(self, tag: int, code: int) -> None:
        """The kernel has taken a frame or refused it, which it did when it was sent."""
        at_ns = self._sent_ns.pop(tag, None)
        if at_ns is not None:
            self._user.on_delivered(tag, code, at_ns)

    def _overrun(self) -> None:
        """More frames came than there was room for: some are lost, reports among them.

        The kernel may have dropped the medium; if it has not, it says so, and nobody minds.
        """
        self._overruns += 1
        lost, self._sent_ns = self._sent_ns, {}
        for tag, at_ns in lost.items():
            self._user.on_delivered(tag, errno.ENOBUFS, at_ns)
        self._send(hwsim_wire.register_message(), 0)


@contextlib.contextmanager
def kernel_port(loop: Loop, radios: int) -> Iterator[KernelPort]:
    """A port to the radios that are there and so many new ones, which are gone afterwards.

    Raises :class:`PortError` if this machine has no hwsim, if that is not ours to do, or if
    another program is the medium.
    """
    owner = HwsimRadios()
    with contextlib.closing(owner):
        link = _open_link()
        with contextlib.closing(link):
            _register(link, owner.family)
            owner.make(radios)
            yield KernelPort(loop, link, owner.family)


def _open_link() -> socket.socket:
    """A generic netlink socket with room for bursts, and short acknowledgements."""
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_GENERIC)
    link.bind((0, 0))
    with contextlib.suppress(OSError):
        link.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ROOM)
    with contextlib.suppress(OSError):
        link.setsockopt(_SOL_NETLINK, _NETLINK_CAP_ACK, 1)
    return link


def _register(link: socket.socket, family: int) -> None:
    """Be the medium of this network namespace."""
    link.settimeout(REGISTER_S)
    flags = NLM_F_REQUEST | NLM_F_ACK
    link.send(
        hwsim_wire.netlink_message(family, hwsim_wire.register_message(), flags=flags, sequence=1)
    )
    try:
        while (answer := hwsim_wire.parse_netlink(link.recv(_LARGEST))).kind != NLMSG_ERROR:
            pass  # a radio that was there sends already
    except TimeoutError:
        raise PortError(f"the kernel does not answer: REGISTER sent {REGISTER_S:g} s ago") from None
    code = hwsim_wire.errno_in(answer.payload)
    if code:
        told = {errno.EBUSY: _BUSY, errno.EOPNOTSUPP: _SEVERAL_CHANNELS}
        raise PortError(told.get(code, f"being the medium: {reason(code)}"))
