# SPDX-License-Identifier: GPL-2.0-or-later
"""The medium: who receives what, when, and what the sender is told."""

from __future__ import annotations

from collections.abc import Callable

from hwsim.ap.frame_info import FrameInfo
from hwsim.errors import WireError
from hwsim.frames import parse_header
from hwsim.links.links import Links
from hwsim.loop import Loop
from hwsim.medium.access_points import AttachedAp, AttachedAps
from hwsim.medium.asked import AT_ONCE, act_now
from hwsim.medium.between import BetweenRadios
from hwsim.medium.downlink import Downlink
from hwsim.medium.frame_log import FrameCapture, FrameCount, FrameLog, Sink
from hwsim.medium.uplink import Uplink
from hwsim.ports.base import Port, RadioFrame
from hwsim.records import FrameKind
from hwsim.rules.frame_rules import FrameRule, FrameRules


class Medium:
    """Joins the radios behind ``port`` with the access points given to :meth:`put_on_air`.

    ``record`` gets a record of every frame except beacons, ``capture`` every frame. Media of one
    run have one ``count``. One that follows another on the same port is given that one's last
    ``tag``: the guest may yet report on frames of the other. ``coming`` is told of each frame (but
    beacons) before it is carried; a radio that goes then neither sends it nor gets it.
    """

    def __init__(
        self,
        loop: Loop,
        port: Port,
        record: Sink,
        capture: FrameCapture,
        count: FrameCount,
        tag: int = 0,
        coming: Callable[[FrameKind], None] | None = None,
    ) -> None:
        self._port = port
        self._aps = AttachedAps()
        self._log = FrameLog(loop, record, capture, count)
        self._down = Downlink(loop, port, self._aps, self._log, tag)
        self._between = BetweenRadios(loop, port, self._log, self._down)
        consequences = self._down.consequences
        self._up = Uplink(loop, port, self._aps, self._log, consequences, self._between)
        self._up.coming = self._down.coming = coming
        self._malformed = 0

    @property
    def association(self) -> int:
        """The number of the association that frames belong to now, as given to :meth:`begin`."""
        return self._log.association

    @property
    def frames(self) -> int:
        """How many frames there were in both directions, copies included and beacons not; those of
        other media of the run, too."""
        return self._log.count.frames

    @property
    def between_radios(self) -> bool:
        """Whether radios hear each other, besides access points; off at first."""
        return self._between.on

    @between_radios.setter
    def between_radios(self, carried: bool) -> None:
        self._between.on = carried

    @property
    def due(self) -> list[int]:
        """Numbers of frames whose record is still to come: delayed, or not reported on yet."""
        return self._log.due

    @property
    def put_off(self) -> int:
        """How many insertions and goodbyes of rules are still to come, put off by their delay."""
        return self._down.consequences.put_off

    @property
    def tag(self) -> int:
        """The last tag that the port was given."""
        return self._down.tag

    @property
    def malformed(self) -> int:
        """How many frames of radios the port, the medium or an access point could not read."""
        return self._malformed + self._up.malformed

    def put_on_air(self, *aps: AttachedAp) -> None:
        """Let these access points, and no others, receive and be received."""
        self._aps.put_on_air(*aps)

    def take_off_air(self) -> None:
        """Let no access point receive or acknowledge any more; what they still send goes out."""
        self._aps.take_off_air()

    def close(self) -> None:
        """Carry nothing more in either direction, for good; radios find nobody there."""
        self._aps.take_off_air()
        self._up.close()
        self._between.port_lost()
        self._down.close()

    def begin(self, association: int, rules: FrameRules, links: Links | None = None) -> None:
        """Frames from now on belong to ``association``, obey ``rules`` and go over ``links``: None
        leaves those there are."""
        self._log.association = association
        self._up.rules = rules
        if links is not None:
            self._up.links = links
        self._down.begin(rules, self._up.links)

    @property
    def rules(self) -> FrameRules:
        """The rules in force, which may be added to and changed while an association lasts."""
        return self._up.rules

    def remove_rule(self, place: int) -> FrameRule | None:
        """Have a rule in force no more, nor send what it put off; None if there is none there."""
        self._down.consequences.forget(place)
        return self.rules.remove(place)

    def change_rule(self, place: int, rule: FrameRule) -> FrameRule | None:
        """Have another rule in the stead of one, of which nothing that it put off is sent any
        more; None if there is none at that place."""
        self._down.consequences.forget(place)
        return self.rules.change(place, rule)

    def trigger(self, rule: FrameRule) -> int:
        """Have a rule in force act: at once if it sends something by itself, to so many stations;
        else (0) on the next message that fits it. Errors are those of :func:`act_now`."""
        if rule.action in AT_ONCE:
            return act_now(rule, self._port, self._aps, self._down)
        self.rules.arm(rule.place)
        return 0

    def on_frame(self, sent: RadioFrame) -> None:
        """Carry a frame of a radio to access points; one too short for a header is only counted."""
        try:
            header = parse_header(sent.frame)
        except WireError:
            self._malformed += 1
            return
        if header.transmitter:
            self._down.learn_radio(header.transmitter, sent.radio)
        self._up.carry(sent, header)

    def on_malformed(self) -> None:
        """Count what a radio sent that was no frame; it gets neither number nor record."""
        self._malformed += 1

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """Record what the guest reports on; see :meth:`hwsim.ports.base.PortUser.on_delivered`."""
        self._between.delivered(tag, errno)
        self._down.delivered(tag, errno, guest_ns)

    def port_lost(self) -> None:
        """Record what is on its way as not delivered: the guest will not report on it."""
        self._between.port_lost()
        self._down.port_lost()

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Send a frame of an access point; returns the air's time when it left (or would have)."""
        return self._down.transmit(frame, info)

    def give_up(self, frame: bytes, info: FrameInfo) -> None:
        """Record a frame that an access point had and will never send."""
        self._down.give_up(frame, info)

    def broadcast_beacon(self, frame: bytes) -> None:
        """Send a beacon to every radio. Left out while the guest does not keep up."""
        self._down.broadcast_beacon(frame)
