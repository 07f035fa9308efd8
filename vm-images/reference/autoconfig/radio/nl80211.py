# SPDX-License-Identifier: GPL-2.0-or-later
"""The station radio through nl80211 (a `radio.Radio`).

The kernel's own SME does authentication and association (CMD_CONNECT); the 4-way handshake is the
IHV DLL's. EAPOL goes over this same netlink socket (CONTROL_PORT_OVER_NL80211), and the socket
owns the connection (SOCKET_OWNER), so a service that dies leaves no association behind.

Source of commands and attributes: include/uapi/linux/nl80211.h.
"""

from __future__ import annotations

import contextlib
import errno
import math
import socket
import struct
import time
from collections.abc import Callable

from hil_common.loop import Loop, Timer

from ..settings import ServiceLimits
from .interface import Associated, Bss, ConnectRequest, Lost, RadioError, RadioEvents
from .link import InterfaceLink
from .messages import (
    ATTR_ACK,
    ATTR_BSS,
    ATTR_CONTROL_PORT_ETHERTYPE,
    ATTR_CONTROL_PORT_NO_ENCRYPT,
    ATTR_COOKIE,
    ATTR_DISCONNECTED_BY_AP,
    ATTR_FRAME,
    ATTR_KEY_DEFAULT,
    ATTR_KEY_IDX,
    ATTR_KEY_TYPE,
    ATTR_MAC,
    ATTR_REASON_CODE,
    ATTR_REQ_IE,
    ATTR_SCAN_FLAGS,
    ATTR_SCAN_FREQUENCIES,
    ATTR_SCAN_SSIDS,
    ATTR_STA_FLAGS2,
    ATTR_STATUS_CODE,
    ATTR_TIMED_OUT,
    BSS_BEACON_IES,
    BSS_BEACON_TSF,
    BSS_IES,
    BSS_TSF,
    CMD_ASSOCIATE,
    CMD_CH_SWITCH_NOTIFY,
    CMD_CONNECT,
    CMD_CONTROL_PORT_FRAME,
    CMD_CONTROL_PORT_FRAME_TX_STATUS,
    CMD_DEAUTHENTICATE,
    CMD_DEL_KEY,
    CMD_DISASSOCIATE,
    CMD_DISCONNECT,
    CMD_GET_SCAN,
    CMD_NEW_KEY,
    CMD_NEW_SCAN_RESULTS,
    CMD_SCAN_ABORTED,
    CMD_SET_KEY,
    CMD_SET_STATION,
    CMD_TRIGGER_SCAN,
    EAPOL,
    KEYTYPE_GROUP,
    KEYTYPE_PAIRWISE,
    MANAGEMENT_HEADER_BYTES,
    REASON_LEAVING,
    REASSOCIATION_RESPONSE,
    SCAN_FLAG_FLUSH,
    STA_FLAG_AUTHORIZED,
    association_request_body,
    bss_of,
    connect_body,
    key_body,
    management_suite,
)
from .netlink import Attributes, Event, attribute, attributes, u32


class Nl80211Radio:
    """The radio behind one network interface.

    Args:
        loop: serves the netlink socket.
        interface: name of a station interface.
        limits: tells after which time a scan without an end counts as failed.
        mac: the address of an interface that is not there yet (see `plugged`); without one it is.

    Raises:
        RadioError: there is no such interface, or no nl80211.
    """

    def __init__(self, loop: Loop, interface: str, limits: ServiceLimits, mac: bytes = b"") -> None:
        self._loop = loop
        self._limits = limits
        self._events: RadioEvents | None = None
        self._scan_done: Callable[[bool], None] | None = None
        self._scan_timer: Timer | None = None
        self._abandoned = False
        self._response = b""
        self._disassociated = False
        self._request: ConnectRequest | None = None
        self._listeners: dict[int, socket.socket] = {}
        self._forgotten: set[tuple[bytes, int]] = set()
        self._forgotten_s = -math.inf
        self._channel_switched = False
        self._link = InterfaceLink(loop, interface, self._serve)
        if not mac:
            self._link.open()
        self.mac = mac or self._link.address()
        self._handlers: dict[int, Callable[[Attributes], None]] = {
            CMD_CONTROL_PORT_FRAME: self._on_control_frame,
            CMD_CONTROL_PORT_FRAME_TX_STATUS: self._on_transmit_status,
            CMD_NEW_SCAN_RESULTS: lambda _found: self._scan_over(True),
            CMD_SCAN_ABORTED: lambda _found: self._scan_over(False),
            CMD_ASSOCIATE: self._on_associate,
            CMD_CONNECT: self._on_connect,
            CMD_CH_SWITCH_NOTIFY: self._on_channel_switch,
            CMD_DISCONNECT: self._on_disconnect,
            CMD_DEAUTHENTICATE: lambda _found: self._note_end(disassociated=False),
            CMD_DISASSOCIATE: lambda _found: self._note_end(disassociated=True),
        }

    def set_events(self, events: RadioEvents) -> None:
        """See Radio."""
        self._events = events

    def forget(self) -> None:
        """See Radio. The kernel keeps what it heard until the next scan; here it counts no more."""
        with contextlib.suppress(RadioError):
            self._forgotten |= {(bss.bssid, bss.timestamp_us) for bss in self._known()}
        self._forgotten_s = time.monotonic()
        self._request, self._response, self._scan_done = None, b"", None
        self._cancel_scan_timer()
        self.listen(frozenset())

    def close(self) -> None:
        """Give the socket back; the kernel ends a connection it owns."""
        self.listen(frozenset())
        self._link.close()

    # --- scanning ---

    def scan(
        self, ssid: bytes, frequencies_mhz: tuple[int, ...], done: Callable[[bool], None]
    ) -> None:
        """See Radio. No frequencies = all channels, and those that this radio has not are left out.
        While an earlier scan still runs, its end is reported as an incomplete one."""
        body = attribute(ATTR_SCAN_SSIDS, attribute(1, ssid))
        body += u32(ATTR_SCAN_FLAGS, SCAN_FLAG_FLUSH)
        if frequencies_mhz:
            own = self._link.channels_mhz
            wanted = [mhz for mhz in frequencies_mhz if not own or mhz in own]
            if not wanted:
                self._loop.later(lambda: done(True))
                return
            each = (u32(i, mhz) for i, mhz in enumerate(wanted))
            body += attribute(ATTR_SCAN_FREQUENCIES, b"".join(each))
        try:
            self._link.ask(CMD_TRIGGER_SCAN, body)
        except RadioError as error:
            if error.errno != errno.EBUSY:
                raise
            self._abandoned = True  # the end of an earlier scan says nothing of this network
        self._cancel_scan_timer()
        self._scan_done = done
        self._scan_timer = self._loop.call_after_s(
            self._limits.scan_s, lambda: self._scan_over(False)
        )

    def bss_list(self) -> list[Bss]:
        """See Radio."""
        heard = self._known()
        since_ms = (time.monotonic() - self._forgotten_s) * 1000
        return [bss for bss in heard if bss.age_ms < since_ms]

    def _known(self) -> list[Bss]:
        """What the kernel knows; a probe response that was forgotten gives way to what came after
        it, a beacon of another access point with the same address."""
        found = self._link.dump(CMD_GET_SCAN)
        heard = []
        for each in (attributes(one[ATTR_BSS]) for one in found if ATTR_BSS in one):
            bss = bss_of(each)
            if (bss.bssid, bss.timestamp_us) not in self._forgotten:
                heard.append(bss)
            elif BSS_BEACON_IES in each and BSS_BEACON_TSF in each:
                latest = {BSS_IES: each[BSS_BEACON_IES], BSS_TSF: each[BSS_BEACON_TSF]}
                heard.append(bss_of({**each, **latest}))
        return heard

    def _scan_over(self, complete: bool) -> None:
        done, self._scan_done = self._scan_done, None
        complete, self._abandoned = complete and not self._abandoned, False
        self._cancel_scan_timer()
        if done is not None:
            done(complete)

    def _cancel_scan_timer(self) -> None:
        timer, self._scan_timer = self._scan_timer, None
        if timer is not None:
            timer.cancel()

    # --- association ---

    def connect(self, request: ConnectRequest) -> None:
        """See Radio."""
        self._request = request
        self._response = b""
        self._disassociated = False
        self._link.ask(CMD_CONNECT, connect_body(request))

    def disconnect(self) -> None:
        """See Radio."""
        reason = attribute(ATTR_REASON_CODE, struct.pack("=H", REASON_LEAVING))
        self._link.ask(CMD_DISCONNECT, reason)

    def authorize(self, peer: bytes, authorized: bool) -> None:
        """See Radio."""
        flags = struct.pack("=II", STA_FLAG_AUTHORIZED, STA_FLAG_AUTHORIZED if authorized else 0)
        body = attribute(ATTR_MAC, peer) + attribute(ATTR_STA_FLAGS2, flags)
        self._link.ask(CMD_SET_STATION, body)

    # --- keys ---

    def set_pairwise_key(self, peer: bytes, cipher: int, key: bytes, counter: bytes) -> None:
        """See Radio."""
        body = key_body(0, cipher, key, counter) + u32(ATTR_KEY_TYPE, KEYTYPE_PAIRWISE)
        self._link.ask(CMD_NEW_KEY, attribute(ATTR_MAC, peer) + body)

    def set_group_key(self, index: int, cipher: int, key: bytes, counter: bytes) -> None:
        """See Radio."""
        body = key_body(index, cipher, key, counter) + u32(ATTR_KEY_TYPE, KEYTYPE_GROUP)
        self._link.ask(CMD_NEW_KEY, body)

    def delete_key(self, index: int, peer: bytes | None) -> None:
        """See Radio."""
        body = attribute(ATTR_KEY_IDX, bytes((index,)))
        if peer is not None:
            body += attribute(ATTR_MAC, peer) + u32(ATTR_KEY_TYPE, KEYTYPE_PAIRWISE)
        self._link.ask(CMD_DEL_KEY, body)

    def set_transmit_key(self, index: int) -> None:
        """See Radio."""
        body = attribute(ATTR_KEY_IDX, bytes((index,))) + attribute(ATTR_KEY_DEFAULT)
        self._link.ask(CMD_SET_KEY, body)

    # --- packets ---

    def send_control(self, peer: bytes, ethertype: int, payload: bytes, encrypt: bool) -> int:
        """See Radio."""
        body = (
            attribute(ATTR_FRAME, payload)
            + attribute(ATTR_MAC, peer)
            + attribute(ATTR_CONTROL_PORT_ETHERTYPE, struct.pack("=H", ethertype))
        )
        if not encrypt:
            body += attribute(ATTR_CONTROL_PORT_NO_ENCRYPT)
        return self._link.ask(CMD_CONTROL_PORT_FRAME, body)

    def send_data(self, peer: bytes, ethertype: int, payload: bytes) -> None:
        """See Radio."""
        try:
            with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto(payload, (self._link.interface, ethertype, 0, 0, peer))
        except OSError as error:
            raise RadioError(error.errno, "packet refused") from error

    def listen(self, ethertypes: frozenset[int]) -> None:
        """See Radio. EAPOL always comes by netlink and needs no listener."""
        for ethertype in self._listeners.keys() - ethertypes:
            listener = self._listeners.pop(ethertype)
            self._loop.unwatch(listener.fileno())
            listener.close()
        for ethertype in ethertypes - self._listeners.keys() - {EAPOL}:
            self._listen(ethertype)

    def _listen(self, ethertype: int) -> None:
        listener = socket.socket(
            socket.AF_PACKET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, socket.htons(ethertype)
        )
        listener.bind((self._link.interface, ethertype))
        self._listeners[ethertype] = listener
        self._loop.watch(listener.fileno(), lambda: self._heard(listener, ethertype))

    def _heard(self, listener: socket.socket, ethertype: int) -> None:
        try:
            payload, address = listener.recvfrom(65536)
        except OSError:
            return
        if address[2] != socket.PACKET_OUTGOING:
            self._to().on_packet(address[4], ethertype, payload, True)

    # --- events ---

    def _serve(self) -> None:
        for event in self._link.events():
            self._dispatch(event)

    def _dispatch(self, event: Event) -> None:
        handler = self._handlers.get(event.command)
        if handler is not None:
            handler(event.attributes)

    def _on_control_frame(self, found: Attributes) -> None:
        ethertype = int.from_bytes(found[ATTR_CONTROL_PORT_ETHERTYPE], "little")
        protected = ATTR_CONTROL_PORT_NO_ENCRYPT not in found
        self._to().on_packet(found[ATTR_MAC], ethertype, found[ATTR_FRAME], protected)

    def _on_transmit_status(self, found: Attributes) -> None:
        cookie = int.from_bytes(found[ATTR_COOKIE], "little")
        self._to().on_transmit_status(cookie, ATTR_ACK in found)

    def _on_associate(self, found: Attributes) -> None:
        self._response = found.get(ATTR_FRAME, b"")

    def _on_connect(self, found: Attributes) -> None:
        status = int.from_bytes(found.get(ATTR_STATUS_CODE, b"\1"), "little")
        request, response = self._request, self._response
        if status or request is None:
            self._to().on_association_failed(status, ATTR_TIMED_OUT in found)
            return
        elements = found.get(ATTR_REQ_IE, b"")
        self._to().on_associated(
            Associated(
                found[ATTR_MAC],
                association_request_body(request.bss, elements, request.previous),
                response[MANAGEMENT_HEADER_BYTES:],
                reassociation_request=request.previous is not None,
                reassociation_response=response[:1] == REASSOCIATION_RESPONSE,
                management_suite=management_suite(request),
            )
        )

    def _note_end(self, disassociated: bool) -> None:
        self._disassociated = disassociated

    def _on_channel_switch(self, _found: Attributes) -> None:
        self._channel_switched = True

    def _on_disconnect(self, found: Attributes) -> None:
        if self._channel_switched:  # where the access point went, it need not be any more
            self._forgotten_s, self._channel_switched = time.monotonic(), False
        self._to().on_lost(
            Lost(
                by_peer=ATTR_DISCONNECTED_BY_AP in found,
                deauthenticated=not self._disassociated,
                reason=int.from_bytes(found.get(ATTR_REASON_CODE, b""), "little"),
            )
        )

    def _to(self) -> RadioEvents:
        assert self._events is not None, "set_events comes before any event"
        return self._events
