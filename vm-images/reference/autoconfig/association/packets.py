# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets between the radio and the DLL: which EtherTypes it hears, what is exempt from
encryption, the backlog, and the sends that await completion.

Rules kept here: ETH-03 (empty lists by default), ETH-04 (lists cleared before AdapterReset),
ETH-07 (the backlog's bound; the oldest is dropped), RX-01 (one ReceivePacket at a time, in order),
TX-05 (one SendPacketCompletion for each accepted send).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hil_common.loop import Loop, Timer

from ..ihv_host.call_queue import Arguments, Caller
from ..radio.interface import Radio
from ..settings import ServiceLimits

EAPOL = 0x888E
EXEMPT_NOT, EXEMPT_ALWAYS, EXEMPT_WITHOUT_KEY = 0, 1, 2
PACKET_UNICAST = 1
HEADER_BYTES = 8  # peer address and EtherType


@dataclass(frozen=True)
class Exemption:
    """DOT11_PRIVACY_EXEMPTION with the EtherType as a number (0x888E)."""

    ethertype: int
    action: int
    packet_type: int


class PacketPath:
    """The packets of one adapter.

    Args:
        loop: for the transmit status' limit.
        radio: sends.
        host: is given received packets and completions.
        limits: tells after which time a send without a status is completed.
    """

    def __init__(self, loop: Loop, radio: Radio, host: Caller, limits: ServiceLimits) -> None:
        self._loop = loop
        self._radio = radio
        self._host = host
        self._limits = limits
        self._ihv_handle = ""
        self._exemptions: tuple[Exemption, ...] = ()
        self._registered: frozenset[int] = frozenset()
        self._backlog: deque[str] = deque()
        self._max_backlog = 0
        self._delivering = False
        self._open = False
        self._sends: dict[int, tuple[str, Timer]] = {}
        self._local_cookie = 0
        self._hold_next_s = 0.0
        self._held_sends: dict[int, float] = {}  # cookie → how long its completion is held
        self._held_delivery: Timer | None = None
        self.exclude_unencrypted = False
        self.dropped = 0

    # --- what the DLL sets ---

    def set_handling(
        self,
        max_backlog: int,
        exemptions: tuple[Exemption, ...],
        registered: frozenset[int],
    ) -> None:
        """Replace both lists and the backlog's bound (SetEtherTypeHandling)."""
        self._max_backlog = max_backlog
        self._exemptions = exemptions
        self._registered = registered
        self._radio.listen(registered)

    def clear_handling(self) -> None:
        """Back to no registration, no exemption (before AdapterReset, ETH-04)."""
        self.set_handling(0, (), frozenset())
        self.exclude_unencrypted = False

    # --- the association's life ---

    def begin(self, ihv_handle: str) -> None:
        """An association exists: keep what arrives until `open`."""
        self._ihv_handle = ihv_handle
        self._backlog.clear()
        self._delivering = False
        self._open = False

    def hold_completion(self, seconds: float) -> None:
        """A stimulus: complete the next send that much later than it could be."""
        self._hold_next_s = seconds

    def hold_delivery(self, seconds: float) -> None:
        """A stimulus: deliver nothing for that long; the backlog's bound holds meanwhile."""
        if self._held_delivery is not None:
            self._held_delivery.cancel()
        self._held_delivery = self._loop.call_after_s(seconds, self._release)

    def _release(self) -> None:
        self._held_delivery = None
        self._deliver()

    def open(self) -> None:
        """PerformPostAssociate has returned: deliver what waits and what comes."""
        self._open = True
        self._deliver()

    def close(self) -> None:
        """Deliver nothing more, and complete every send still out."""
        self._open = False
        self._backlog.clear()
        self._held_sends.clear()
        for cookie in list(self._sends):
            self.on_transmit_status(cookie)

    def forget(self) -> None:
        """The host is gone: nobody to complete a send to."""
        self._open = False
        self._delivering = False
        self._backlog.clear()
        for _handle, timer in self._sends.values():
            timer.cancel()
        self._sends.clear()
        self._held_sends.clear()

    # --- receiving ---

    def on_packet(self, source: bytes, ethertype: int, payload: bytes, protected: bool) -> None:
        """Queue a packet for ReceivePacket if its EtherType is registered."""
        if ethertype not in self._registered:
            return
        if self.exclude_unencrypted and not protected and not self._exempt(ethertype):
            return  # KEY-11
        data = source.hex() + f"{ethertype:04x}" + payload.hex()
        if self._open and not self._delivering and self._held_delivery is None:
            self._receive(data)
            return
        self._backlog.append(data)
        # A bound of 0 still leaves room for the packet that PerformPostAssociate keeps waiting.
        while len(self._backlog) > max(1, self._max_backlog):
            self._backlog.popleft()
            self.dropped += 1

    def _receive(self, data: str) -> None:
        self._delivering = True
        arguments = {"ihv_handle": self._ihv_handle, "data": data}
        self._host.call("receive_packet", arguments, self._received)

    def _received(self, _result: Arguments) -> None:
        self._delivering = False
        self._deliver()

    def _deliver(self) -> None:
        held = self._held_delivery is not None
        if self._open and self._backlog and not self._delivering and not held:
            self._receive(self._backlog.popleft())

    # --- sending ---

    def send(self, packet: bytes, completion: str) -> None:
        """Send a packet: peer address, EtherType, payload. SendPacketCompletion follows with
        `completion`. Raises RadioError, and then no completion comes (TX-07)."""
        peer, ethertype = packet[:6], int.from_bytes(packet[6:8], "big")
        payload = packet[HEADER_BYTES:]
        if ethertype == EAPOL:
            encrypt = self._exempt(ethertype) != EXEMPT_ALWAYS
            cookie = self._radio.send_control(peer, ethertype, payload, encrypt)
            limit_s = self._limits.tx_status_s
        else:
            self._radio.send_data(peer, ethertype, payload)
            self._local_cookie -= 1  # the radio's own are positive
            cookie, limit_s = self._local_cookie, 0
        if self._hold_next_s:
            self._held_sends[cookie], self._hold_next_s = self._hold_next_s, 0.0
        self._expect(cookie, completion, limit_s)

    def send_own(self, peer: bytes, payload: bytes) -> None:
        """Send a security packet of the OS itself, under the DLL's exemption. Raises RadioError."""
        encrypt = self._exempt(EAPOL) != EXEMPT_ALWAYS
        self._radio.send_control(peer, EAPOL, payload, encrypt)

    def is_registered(self, ethertype: int) -> bool:
        """Whether the DLL registered this EtherType."""
        return ethertype in self._registered

    def on_transmit_status(self, cookie: int) -> None:
        """A frame left the radio or was given up: complete its send."""
        held_s = self._held_sends.pop(cookie, 0.0)
        if held_s and cookie in self._sends:
            held, status_timer = self._sends[cookie]
            status_timer.cancel()
            self._expect(cookie, held, held_s)
            return
        completion, timer = self._sends.pop(cookie, ("", None))
        if timer is not None:
            timer.cancel()
            self._host.call("send_packet_completion", {"handle": completion})

    def _expect(self, cookie: int, completion: str, limit_s: float) -> None:
        given_up: Callable[[], None] = lambda: self.on_transmit_status(cookie)  # noqa: E731
        self._sends[cookie] = (completion, self._loop.call_after_s(limit_s, given_up))

    def _exempt(self, ethertype: int) -> int:
        """The exemption of unicast packets of this type; EXEMPT_WITHOUT_KEY is left to the kernel,
        which encrypts a security packet exactly when it has the peer's key."""
        for each in self._exemptions:
            if each.ethertype == ethertype and each.packet_type & PACKET_UNICAST:
                return each.action
        return EXEMPT_NOT
