# SPDX-License-Identifier: GPL-2.0-or-later
"""The medium: who hears what, when, and what the sender is told.

A frame of a radio gets its transmit status (the acknowledgement) first, then the access point it
is for hears it, or all of that channel if it is group-addressed; a frame of an access point goes to
the radio that its receiver was heard from, or to all of them if it is group-addressed. Rules change
that, message by message. Everything that only has to be written down (records, capture) is put off
until the answers are on their way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from hwsim import wire
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.management import REASON_LEAVING
from hwsim.errors import WireError
from hwsim.frame_rules import FrameRule, FrameRules
from hwsim.frames import BROADCAST, MacHeader, kind_of, mac_text, parse_header
from hwsim.loop import Loop
from hwsim.ports import Port
from hwsim.records import FrameRecord

SIGNAL_DBM: Final = -40
"""How strongly an access point is received where nothing else is said."""
DELIVERY_LIMIT_NS: Final = 5_000_000_000
"""A down frame that the guest has not reported on for so long counts as not delivered."""
MAX_RADIOS: Final = 1024
_GROUP_BIT: Final = 1
_TRANSMITTER: Final = slice(10, 16)


class AccessPointOnMedium(Protocol):
    """What the medium asks of an access point."""

    def inspect(self, frame: bytes, header: MacHeader, *, copy: int = 0) -> ReceivedFrame:
        """Say what a frame is."""

    def receive(self, received: ReceivedFrame, air_ns: int) -> None:
        """Hear a frame."""

    def transmitted(self, frame: bytes, info: FrameInfo, *, acked: bool) -> None:
        """Learn what became of an own frame."""

    def resequenced(self, frame: bytes) -> bytes:
        """The own frame under a new sequence number."""

    def deauthenticate(self, mac: bytes, reason: int) -> None:
        """Deauthenticate a station."""


@dataclass(frozen=True, slots=True)
class AttachedAp:
    """Where an access point is: its BSSID, its channel, and how strongly it is received."""

    access_point: AccessPointOnMedium
    bssid: bytes
    freq_mhz: int
    signal_dbm: int = SIGNAL_DBM


@dataclass(slots=True)
class _Down:
    """A frame on its way to a radio, from the access point at ``ap``."""

    number: int
    association: int
    frame: bytes
    info: FrameInfo
    rule: FrameRule | None
    air_ns: int
    ap: AttachedAp | None


Sink = Callable[[FrameRecord], None]
Capture = Callable[[bytes, int, bool, str, int, int], None]
"""Gets frame, air time (ns), whether it is of an access point, a comment, channel (MHz), dBm."""


class Medium:
    """The medium, with access points on it once :meth:`put_on_air` was called."""

    def __init__(self, loop: Loop, record: Sink, capture: Capture) -> None:
        self._loop = loop
        self._record = record
        self._capture = capture
        self._port: Port | None = None
        self._aps: dict[bytes, AttachedAp] = {}
        self._hearing = False
        self._association = 0
        self._rules = FrameRules()
        self._number = 0
        self._due: set[int] = set()
        self._tag = 0
        self._pending: dict[int, _Down] = {}
        self._radio_of: dict[bytes, bytes] = {}
        self.malformed = 0

    @property
    def association(self) -> int:
        """The association that frames belong to now."""
        return self._association

    @property
    def frames(self) -> int:
        """How many frames there were, beacons not counted."""
        return self._number

    @property
    def due(self) -> list[int]:
        """Numbers of frames whose record is still to come: delayed, or not reported on yet."""
        return sorted(self._due)

    def attach(self, port: Port) -> None:
        """Reach radios by that port."""
        self._port = port

    def put_on_air(self, *aps: AttachedAp) -> None:
        """Let these access points, and no others, hear and be heard."""
        self._aps = {ap.bssid: ap for ap in aps}
        self._hearing = True

    def take_off_air(self) -> None:
        """The access points neither hear nor acknowledge any more."""
        self._hearing = False

    def begin(self, association: int, rules: FrameRules) -> None:
        """Frames from now on belong to ``association`` and obey ``rules``."""
        self._association = association
        self._rules = rules

    # up

    def on_frame(self, message: bytes, guest_ns: int, air_ns: int) -> None:
        """A frame of a radio came in; see :class:`hwsim.ports.PortUser`."""
        try:
            sent = wire.parse_radio_frame(message)
            header = parse_header(sent.frame)
        except WireError:
            self.malformed += 1
            return
        if header.transmitter and len(self._radio_of) < MAX_RADIOS:
            self._radio_of[header.transmitter] = sent.radio
        aps = self._hearers(sent, header)
        if not aps:
            received = ReceivedFrame(sent.frame, header, FrameInfo(kind_of(header)))
            if sent.freq_mhz is not None and not self._is_in_use(sent.freq_mhz):
                received.info.detail["freq_mhz"] = sent.freq_mhz  # why nobody received it
        else:
            received = aps[0].access_point.inspect(sent.frame, header)
        self._judge_up(self._new_up(sent, received, aps, guest_ns, air_ns))

    def _new_up(
        self, sent: wire.RadioFrame, received: ReceivedFrame, aps: tuple[AttachedAp, ...],
        guest_ns: int, air_ns: int,
    ) -> _Up:  # fmt: skip
        return _Up(self._new_number(), self._association, sent, received, aps, guest_ns, air_ns)

    def _new_number(self) -> int:
        """Numbers have no gaps: one without a record is a frame that was lost on its way to us."""
        self._number += 1
        self._due.add(self._number)
        return self._number

    def _told(self, record: FrameRecord) -> None:
        self._due.discard(record.number)
        self._record(record)

    def _hearers(self, sent: wire.RadioFrame, header: MacHeader) -> tuple[AttachedAp, ...]:
        """Whom a frame is for, of those who can hear it."""
        if not self._hearing:
            return ()
        if header.receiver == BROADCAST:
            return tuple(ap for ap in self._aps.values() if _can_hear(ap, sent))
        ap = self._aps.get(header.receiver)
        return (ap,) if ap is not None and _can_hear(ap, sent) else ()

    def _is_in_use(self, freq_mhz: int) -> bool:
        return self._hearing and any(
            ap.freq_mhz == freq_mhz for ap in self._aps.values()
        )  # fmt: skip

    def _judge_up(self, up: _Up) -> None:
        if not up.aps:
            self._status(up, acked=False)
            self._write_up(up, acked=False, delivered=False, rule=None)
            return
        rule = self._rules.match(up.received.info.kind, "up")
        action = rule.action if rule else None
        if rule is None:
            self._hear(up, acked=True, rule=None)
        elif action == "drop":
            self._status(up, acked=False)
            self._write_up(up, acked=False, delivered=False, rule=rule)
        elif action == "drop-ack":
            self._hear(up, acked=False, rule=rule)
        elif action == "delay":
            up.received.info.detail["delay_ms"] = rule.delay_ms
            self._loop.call_after(
                rule.delay_ms * 1_000_000, lambda: self._hear(up, acked=True, rule=rule)
            )
        elif action == "repeat":
            self._hear(up, acked=True, rule=rule)
            for copy in range(1, rule.copies + 1):
                self._hear_copy(up, copy, rule)
        else:
            self._status(up, acked=True)
            up.aps[0].access_point.deauthenticate(up.received.header.transmitter, REASON_LEAVING)
            self._write_up(up, acked=True, delivered=True, rule=rule)

    def _hear(self, up: _Up, *, acked: bool, rule: FrameRule | None) -> None:
        acked = acked and up.received.header.receiver != BROADCAST
        self._status(up, acked=acked)
        self._receive(up)
        self._write_up(up, acked=acked, delivered=True, rule=rule)

    def _hear_copy(self, up: _Up, copy: int, rule: FrameRule) -> None:
        received = up.aps[0].access_point.inspect(up.received.frame, up.received.header, copy=copy)
        again = self._new_up(up.sent, received, up.aps, up.guest_ns, up.air_ns)
        self._receive(again)
        self._write_up(again, acked=False, delivered=True, rule=rule)

    def _receive(self, up: _Up) -> None:
        try:
            for ap in up.aps:
                ap.access_point.receive(up.received, up.air_ns)
        except WireError as error:
            self.malformed += 1
            up.received.info.detail["malformed"] = str(error)

    def _status(self, up: _Up, *, acked: bool) -> None:
        if self._port is not None:
            self._port.send(wire.status_message(up.sent, acked=acked, signal_dbm=SIGNAL_DBM), 0)

    def _write_up(self, up: _Up, *, acked: bool, delivered: bool, rule: FrameRule | None) -> None:
        def write() -> None:
            header, info = up.received.header, up.received.info
            record = FrameRecord(
                number=up.number, association=up.association, direction="up", kind=info.kind,
                air_ns=up.air_ns, guest_ns=up.guest_ns,
                transmitter=mac_text(header.transmitter), receiver=mac_text(header.receiver),
                length=len(up.received.frame), acked=acked, delivered=delivered,
                rule=rule.action if rule else None, rule_place=rule.place if rule else None,
                retry=info.retry, protected=info.protected,
                replay_counter=info.replay_counter, mic_ok=info.mic_ok, pn=info.pn,
                detail=info.detail,
            )  # fmt: skip
            ap = up.aps[0] if up.aps else None
            freq_mhz = up.sent.freq_mhz or (ap.freq_mhz if ap else 0)
            self._capture(
                up.received.frame, up.air_ns, False, _comment(record), freq_mhz, SIGNAL_DBM
            )  # fmt: skip
            self._told(record)

        self._loop.later(write)

    # down

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Send a frame of an access point as the rules have it; returns the air's time."""
        rule = self._rules.match(info.kind, "down")
        number = self._new_number()
        ap = self._aps.get(frame[_TRANSMITTER])
        down = _Down(number, self._association, frame, info, rule, self._loop.now_ns(), ap)
        if rule is None or rule.action in ("drop-ack", "deauthenticate"):
            self._put_down(down)
        elif rule.action == "drop":
            self._loop.later(lambda: self._finish_down(down, None))
        elif rule.action == "delay":
            info.detail["delay_ms"] = rule.delay_ms
            self._loop.call_after(rule.delay_ms * 1_000_000, lambda: self._put_down(down))
        else:
            self._put_down(down)
            for copy in range(1, rule.copies + 1):
                self._put_copy(down, copy)
        if rule is not None and rule.action == "deauthenticate" and ap and self._hearing:
            access_point = ap.access_point
            self._loop.later(lambda: access_point.deauthenticate(frame[4:10], REASON_LEAVING))
        return down.air_ns

    def broadcast_beacon(self, frame: bytes) -> None:
        """Send a beacon; no rule, no record. Left out while the guest does not keep up."""
        port, ap = self._port, self._aps.get(frame[_TRANSMITTER])
        if port is None or ap is None or not port.radios or port.congested:
            return
        at_ns = self._loop.now_ns()
        for radio in port.radios:
            at_ns = port.send(_message(radio.hw, frame, ap), 0)
        self._loop.later(lambda: self._capture_down(frame, at_ns, ap, ""))

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """The guest's report on a frame; see :class:`hwsim.ports.PortUser`."""
        down = self._pending.pop(tag, None)
        if down is not None:
            if errno:
                down.info.detail["errno"] = errno
            self._finish_down(down, None if errno else guest_ns)

    def port_lost(self) -> None:
        """No report will come for what is on its way."""
        pending, self._pending = self._pending, {}
        for down in pending.values():
            down.info.detail["delivery"] = "port lost"
            self._finish_down(down, None)

    def _put_down(self, down: _Down) -> None:
        port, ap = self._port, down.ap
        radios = () if port is None else self._radios_for(down.frame[4:10], port)
        if port is None or ap is None or not radios:
            down.info.detail["delivery"] = "no radio"
            self._loop.later(lambda: self._finish_down(down, None))
            return
        for radio in radios[1:]:
            port.send(_message(radio, down.frame, ap), 0)
        self._tag = tag = self._tag % 0xFFFFFFFF + 1
        self._pending[tag] = down
        down.air_ns = port.send(_message(radios[0], down.frame, ap), tag)
        self._loop.later(
            lambda: self._capture_down(down.frame, down.air_ns, ap, _rule_comment(down.rule))
        )
        self._loop.call_after(DELIVERY_LIMIT_NS, lambda: self._give_up(tag))

    def _put_copy(self, down: _Down, copy: int) -> None:
        info, ap = down.info, down.ap
        if ap is None:
            return
        self._put_down(_Down(
            self._new_number(), down.association, ap.access_point.resequenced(down.frame),
            replace(info, detail={**info.detail, "copy": copy}), down.rule, down.air_ns, ap,
        ))  # fmt: skip

    def _radios_for(self, receiver: bytes, port: Port) -> tuple[bytes, ...]:
        if receiver[0] & _GROUP_BIT:
            return tuple(radio.hw for radio in port.radios)
        hw = self._radio_of.get(receiver)
        return tuple(radio.hw for radio in port.radios if radio.hw == hw or radio.mac == receiver)

    def _give_up(self, tag: int) -> None:
        down = self._pending.pop(tag, None)
        if down is not None:
            down.info.detail["delivery"] = "no report"
            self._finish_down(down, None)

    def _finish_down(self, down: _Down, guest_ns: int | None) -> None:
        info, frame, rule = down.info, down.frame, down.rule
        delivered = guest_ns is not None
        acked = (
            delivered
            and not frame[4] & _GROUP_BIT
            and not (rule is not None and rule.action == "drop-ack")
        )
        if down.ap is not None and self._hearing and "copy" not in info.detail:
            down.ap.access_point.transmitted(frame, info, acked=acked)
        record = FrameRecord(
            number=down.number, association=down.association, direction="down", kind=info.kind,
            air_ns=down.air_ns, guest_ns=guest_ns, transmitter=mac_text(frame[10:16]),
            receiver=mac_text(frame[4:10]), length=len(frame), acked=acked, delivered=delivered,
            rule=rule.action if rule else None, rule_place=rule.place if rule else None,
            retry=info.retry, protected=info.protected,
            replay_counter=info.replay_counter, mic_ok=info.mic_ok, pn=info.pn, detail=info.detail,
        )  # fmt: skip
        if rule is not None and rule.action == "drop":
            self._capture_down(frame, down.air_ns, down.ap, _rule_comment(rule))
        self._loop.later(lambda: self._told(record))

    def _capture_down(self, frame: bytes, air_ns: int, ap: AttachedAp | None, comment: str) -> None:
        if ap is not None:
            self._capture(frame, air_ns, True, comment, ap.freq_mhz, ap.signal_dbm)


def _can_hear(ap: AttachedAp, sent: wire.RadioFrame) -> bool:
    return sent.freq_mhz is None or sent.freq_mhz == ap.freq_mhz


def _message(radio: bytes, frame: bytes, ap: AttachedAp) -> bytes:
    rate_index = 4 if ap.freq_mhz < 5000 and frame[0] & 0x0C == 0x08 else 0
    return wire.frame_message(
        radio, frame, rate_index=rate_index, signal_dbm=ap.signal_dbm, freq_mhz=ap.freq_mhz
    )


@dataclass(slots=True)
class _Up:
    """A frame of a radio, with the access points it is for."""

    number: int
    association: int
    sent: wire.RadioFrame
    received: ReceivedFrame
    aps: tuple[AttachedAp, ...]
    guest_ns: int
    air_ns: int


def _rule_comment(rule: FrameRule | None) -> str:
    if rule is None:
        return ""
    extra = {"delay": f" ({rule.delay_ms} ms)", "repeat": f" ({rule.copies} more)"}
    return f"rule: {rule.action}{extra.get(rule.action, '')}"


def _comment(record: FrameRecord) -> str:
    """The capture's comment on an up frame."""
    parts = [f"rule: {record.rule}"] if record.rule else []
    parts += [f"{key}: {value}" for key, value in record.detail.items()]
    return ", ".join(parts)
