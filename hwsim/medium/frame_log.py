# SPDX-License-Identifier: GPL-2.0-or-later
"""What is written down of the frames on the medium: a number, a record, a place in the capture.

Writing is put off until the answers are on their way, so that no station waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.frames import DATA, mac_text
from hwsim.loop import Loop
from hwsim.medium.access_points import SIGNAL_DBM, AttachedAp
from hwsim.ports.base import RadioFrame
from hwsim.records import FrameRecord
from hwsim.rules.frame_rules import FrameRule

Sink = Callable[[FrameRecord], None]
_TYPE_MASK: Final = 0x0C
_RECEIVER: Final = slice(4, 10)
_TRANSMITTER: Final = slice(10, 16)


class FrameCapture(Protocol):
    """Keeps every frame, beacons included; see :meth:`hwsim.capture.Capture.add`."""

    def __call__(
        self, frame: bytes, air_ns: int, *, outbound: bool, comment: str,
        freq_mhz: int, rate_kbps: int, signal_dbm: int,
    ) -> None:  # fmt: skip
        """Keep a frame."""


@dataclass(slots=True)
class UpFrame:
    """A frame that a radio sent, with the access points that receive it."""

    number: int
    association: int
    sent: RadioFrame
    received: ReceivedFrame
    aps: tuple[AttachedAp, ...]


@dataclass(slots=True)
class DownFrame:
    """A frame on its way to a radio, sent by ``ap``; ``air_ns`` is when it left."""

    number: int
    association: int
    frame: bytes
    info: FrameInfo
    rule: FrameRule | None
    air_ns: int
    ap: AttachedAp | None

    @property
    def receiver(self) -> bytes:
        """The address of the station it is for, or of a group."""
        return self.frame[_RECEIVER]


@dataclass(slots=True)
class FrameCount:
    """How many frames of a run have a number, on all of its media together."""

    frames: int = 0


class FrameLog:
    """Gives every frame but beacons a number and a record, and hands all of them to the capture.

    ``association`` is the one that frames belong to now.
    """

    def __init__(self, loop: Loop, record: Sink, capture: FrameCapture, count: FrameCount) -> None:
        self._loop = loop
        self._record = record
        self._capture = capture
        self._due: set[int] = set()
        self.association = 0
        self.count = count

    @property
    def due(self) -> list[int]:
        """Numbers of frames whose record is still to come: delayed, or not reported on yet."""
        return sorted(self._due)

    def new_number(self) -> int:
        """The next frame's number, from 1.

        Numbers have no gaps: one without a record is a frame whose record was lost.
        """
        self.count.frames += 1
        self._due.add(self.count.frames)
        return self.count.frames

    def write_up(
        self, up: UpFrame, *, acked: bool, delivered: bool, rule: FrameRule | None
    ) -> None:
        """Record and capture a frame of a radio, later in this turn of the loop."""
        self._loop.later(lambda: self._write_up(up, acked, delivered, rule))

    def _write_up(self, up: UpFrame, acked: bool, delivered: bool, rule: FrameRule | None) -> None:
        header, info, sent = up.received.header, up.received.info, up.sent
        record = FrameRecord(
            number=up.number, association=up.association, direction="up", kind=info.kind,
            air_ns=sent.air_ns, guest_ns=sent.guest_ns,
            transmitter=mac_text(header.transmitter), receiver=mac_text(header.receiver),
            length=len(sent.frame), acked=acked, delivered=delivered,
            rule=rule.action if rule else None, rule_place=rule.place if rule else None,
            retry=info.retry, protected=info.protected,
            replay_counter=info.replay_counter, mic_ok=info.mic_ok, pn=info.pn,
            detail=info.detail,
        )  # fmt: skip
        freq_mhz = sent.freq_mhz or (up.aps[0].freq_mhz if up.aps else 0)
        self._capture(
            sent.frame, sent.air_ns, outbound=False, comment=_comment(record, rule),
            freq_mhz=freq_mhz, rate_kbps=basic_rate_kbps(sent.frame, freq_mhz),
            signal_dbm=SIGNAL_DBM,
        )  # fmt: skip
        self._write(record)

    def write_down(self, down: DownFrame, guest_ns: int | None, *, acked: bool) -> None:
        """Record a frame of an access point, later in this turn of the loop.

        ``guest_ns`` is when it reached the guest's radio, ``None`` if it did not.
        """
        info, rule, frame = down.info, down.rule, down.frame
        record = FrameRecord(
            number=down.number, association=down.association, direction="down", kind=info.kind,
            air_ns=down.air_ns, guest_ns=guest_ns, transmitter=mac_text(frame[_TRANSMITTER]),
            receiver=mac_text(down.receiver), length=len(frame), acked=acked,
            delivered=guest_ns is not None,
            rule=rule.action if rule else None, rule_place=rule.place if rule else None,
            retry=info.retry, protected=info.protected,
            replay_counter=info.replay_counter, mic_ok=info.mic_ok, pn=info.pn, detail=info.detail,
        )  # fmt: skip
        self._loop.later(lambda: self._write(record))

    def _write(self, record: FrameRecord) -> None:
        self._due.discard(record.number)
        self._record(record)

    def capture_down(
        self, frame: bytes, air_ns: int, ap: AttachedAp, rule: FrameRule | None = None
    ) -> None:
        """Capture a frame of an access point, with a comment on the rule that acted on it."""
        self._capture(
            frame, air_ns, outbound=True, comment=_rule_comment(rule), freq_mhz=ap.freq_mhz,
            rate_kbps=basic_rate_kbps(frame, ap.freq_mhz), signal_dbm=ap.signal_dbm,
        )  # fmt: skip


def basic_rate_kbps(frame: bytes, freq_mhz: int) -> int:
    """The rate at which the medium carries a frame: 6 Mbit/s OFDM, or 1 Mbit/s CCK.

    CCK is for management and control frames below 5 GHz; above there is none.
    """
    return 6000 if freq_mhz > 5000 or frame[0] & _TYPE_MASK == DATA << 2 else 1000


def _rule_comment(rule: FrameRule | None) -> str:
    if rule is None:
        return ""
    return rule.phrase()


def tell_delay(info: FrameInfo, delay_ns: int) -> int:
    """Note in a frame's info how long a rule holds it back; returns that again."""
    whole_ms, rest = divmod(delay_ns, 1_000_000)
    if rest:
        info.detail["delay_us"] = delay_ns // 1000
    else:
        info.detail["delay_ms"] = whole_ms
    return delay_ns


def _comment(record: FrameRecord, rule: FrameRule | None) -> str:
    """The capture's comment on an up frame."""
    parts = [f"rule: {rule.action}{', given live' if rule.live else ''}"] if rule else []
    parts += [f"{key}: {value}" for key, value in record.detail.items()]
    return ", ".join(parts)
