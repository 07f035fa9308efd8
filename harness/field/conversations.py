# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture, taken apart into conversations: one for each station and access point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from harness.captures import CapturedFrame, Reader
from harness.captures.duplicates import Duplicates
from harness.field.messages import ELEMENTS_AT, Messages, Spoken
from harness.field.model import AccessPoint, Conversation, DataSeen, Message
from harness.field.security import element_content, security_elements
from hwsim import frames
from hwsim.errors import WireError

MOST_CONVERSATIONS: Final = 4096
MOST_MESSAGES: Final = 20_000
"""Of one conversation; a flood of deauthentications is counted, and not kept."""
MOST_BYTES: Final = 512 << 20
"""Of all messages."""
_MESSAGE_BYTES: Final = 400
"""Of one, without its PDU."""
_GROUP: Final = 1
_DS_PARAMETER: Final = 3
_BEACONS: Final = (8, 5)


class Conversations:
    """What a capture holds. :meth:`take` is given its frames in order, :meth:`finish` the rest.

    Attributes:
        access_points: by BSSID.
        found: the conversations, by station and access point.
        left_out: messages beyond the bounds.
        damaged: frames whose FCS is wrong.
        copies: frames that another interface captured too.
    """

    def __init__(self) -> None:
        self.access_points: dict[bytes, AccessPoint] = {}
        self.found: dict[tuple[bytes, bytes], Conversation] = {}
        self.left_out = 0
        self.damaged = 0
        self._messages = Messages()
        self._duplicates = Duplicates()
        self._kept_bytes = 0
        self._of: dict[bytes, list[Conversation]] = {}
        self._last: dict[tuple[bytes, bytes, bool, str], Message] = {}

    def take(self, captured: Iterable[CapturedFrame]) -> None:
        """Take frames."""
        for one in captured:
            self.damaged += one.damaged
            if len(one.frame) < 4:
                continue
            if self._duplicates.of_another_interface(one):
                continue
            again = self._duplicates.of_the_mac(one)
            if one.ends is None and one.frame[0] >> 4 in _BEACONS and not one.frame[0] & 0x0C:
                self._beacon(one)
            spoken = self._messages.read(one)
            if spoken is None:
                continue
            if again:
                self._count_copy(spoken)
            else:
                self._add(spoken)

    def finish(self, reader: Reader) -> None:
        """Add what was counted: encrypted data, and repeated beacons."""
        for bssid, count in reader.beacons.items():
            if bssid in self.access_points:
                self.access_points[bssid].beacons += count
        for pair, seen in reader.traffic.items():
            receiver, transmitter = pair[:6], pair[6:]
            data = DataSeen(seen.frames, seen.first_ns, seen.last_ns)
            if (transmitter, receiver) in self.found:
                self.found[transmitter, receiver].up = data
            elif (receiver, transmitter) in self.found:
                self.found[receiver, transmitter].down = data
        self._with_receivers()

    def _add(self, spoken: Spoken) -> None:
        message = spoken.message
        if spoken.station[:1] and spoken.station[0] & _GROUP:
            if message.kind not in ("deauth", "disassoc"):
                return
            for each in self._of.get(spoken.access_point, ()):  # to all of its stations
                if not self._keep(each, message):
                    break
            return
        if spoken.access_point[:1] and spoken.access_point[0] & _GROUP:
            return  # a probe request to whoever is there
        key = (spoken.station, spoken.access_point)
        one = self.found.get(key)
        if one is None:
            if len(self.found) >= MOST_CONVERSATIONS:
                self.left_out += 1
                return
            one = self.found[key] = Conversation(*key)
            self._of.setdefault(spoken.access_point, []).append(one)
        if self._keep(one, message):
            self._last[(*key, message.down, message.kind)] = message

    def _keep(self, one: Conversation, message: Message) -> bool:
        size = _MESSAGE_BYTES + len(message.pdu)
        if len(one.messages) >= MOST_MESSAGES or self._kept_bytes + size > MOST_BYTES:
            self.left_out += 1
            return False
        self._kept_bytes += size
        one.messages.append(message)
        return True

    def _count_copy(self, spoken: Spoken) -> None:
        message = spoken.message
        key = (spoken.station, spoken.access_point, message.down, message.kind)
        if key in self._last:
            self._last[key].copies += 1

    def _beacon(self, one: CapturedFrame) -> None:
        if one.damaged:
            return
        try:
            header = frames.parse_header(one.frame)
        except WireError:
            return
        bssid = header.address3
        if bssid not in self.access_points and len(self.access_points) >= MOST_CONVERSATIONS:
            return
        known = self.access_points.setdefault(bssid, AccessPoint(bssid))
        known.beacons += 1
        elements = one.frame[header.length + ELEMENTS_AT[header.subtype] :]
        ssid = element_content(elements, frames.ELEMENT_SSID)
        if ssid is not None and ssid.strip(b"\0"):
            known.ssid = ssid
        channel = element_content(elements, _DS_PARAMETER)
        known.channel = channel[0] if channel else known.channel
        known.rsne, known.wpa, known.rsnxe = security_elements(elements)

    def _with_receivers(self) -> None:
        """Put together what a link layer that tells no receiver has taken apart."""
        halves = [key for key in self.found if b"" in key]
        whole = {end for key in self.found for end in key if end}
        if not halves or len(whole) != 2:
            return
        station = next((key[0] for key in halves if key[0]), b"")
        access_point = next((key[1] for key in halves if key[1]), b"")
        merged = Conversation(station, access_point)
        for key in list(self.found):
            merged.messages += self.found.pop(key).messages
        merged.messages.sort(key=lambda message: message.number)
        self.found[station, access_point] = merged
