# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[ap]]`: what the access points do of themselves, at a point in time.

The third beside `[[air]]` and `[[os]]`. An order names a moment and an act::

    [[ap]]
    on = "echoed"
    do = "switch-channel"
    channel = 11

What follows of it in the station is the scenario's doing, never the driver's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from harness.config.validation import Strict
from harness.scenarios.channels import Channel
from hwsim.ap.channels import band_of
from hwsim.ap.orders import REASONS, WITH_CHANNEL, Act, Announcement, Moment

PARAMETERS: Final[dict[str, frozenset[str]]] = {
    "move": frozenset({"channel"}),
    "switch-channel": frozenset({"channel", "count", "announce", "quiet"}),
    "deauthenticate": frozenset({"reason", "broadcast"}),
    "disassociate": frozenset({"reason", "broadcast"}),
    "bss-transition": frozenset({"candidates", "disassociate_after", "abridged"}),
}
"""The parameters that an act may have; the others have none."""
COMMON: Final = ("on", "nth", "after_ms", "do", "access_point")
_ENDING: Final = frozenset({"stop", "move", "deauthenticate", "disassociate"})


class ApOrder(Strict):
    """What one access point does in each association, and when.

    With the next association all access points are again as `[network]` has them.
    """

    on: Moment
    """begin: before the station is told to connect; associated: the station was let in; authorized:
    its keys are in use, after each 4-way handshake; echoed: an echo of the access point has ended,
    the first one when the connection stands; switched: a channel switch has taken place."""
    nth: Annotated[int, Field(ge=1, le=1000)] = 1
    """Which one of the association."""
    after_ms: Annotated[int, Field(ge=1, le=60_000)] | None = None
    """How much later."""
    do: Act
    """stop: it is gone without a word; start: it is there again, knows no station and has new keys;
    move: it is on another channel without a word; switch-channel: it announces another channel, and
    goes there with its stations and keys; deauthenticate, disassociate: every station of it;
    rekey-pairwise, rekey-group: new keys for every station of it; forget-pmks: the PMKs kept for
    stations that come back are no more (with opportunistic caching, at no access point);
    bss-transition: every connected station of it is asked to go elsewhere (802.11v)."""
    access_point: Annotated[int, Field(ge=1, le=4)] = 1
    """Which one, from 1."""
    channel: Channel | None = None
    """move, switch-channel: the new one."""
    count: Annotated[int, Field(ge=1, le=255)] | None = None
    """switch-channel: how many beacons announce it. Left out: 5."""
    announce: Annotated[tuple[Announcement, ...], Field(min_length=1)] | None = None
    """switch-channel: by the (extended) channel switch announcement element of beacons and probe
    responses, by an action frame, or by several of them. Left out: `["csa"]`."""
    quiet: bool | None = None
    """switch-channel: whether stations are asked to be silent until then."""
    reason: Annotated[int, Field(ge=1, le=65535)] | None = None
    """deauthenticate, disassociate: the reason code. Left out: 3, and 8."""
    broadcast: bool | None = None
    """deauthenticate, disassociate: by one frame to all, in place of one to each station."""

    candidates: tuple[Annotated[int, Field(ge=1, le=4)], ...] | None = None
    """bss-transition: the access points to go to, from 1, the best first. Left out: all others."""
    disassociate_after: Annotated[int, Field(ge=1, le=100)] | None = None
    """bss-transition: the request says that disassociation is imminent, and in so many beacon
    intervals the stations that are still there are disassociated, with reason 12."""
    abridged: bool | None = None
    """bss-transition: access points that are not among the candidates are not to be taken."""

    @model_validator(mode="after")
    def _fits(self) -> ApOrder:
        given = self.model_dump(exclude={*COMMON}, exclude_none=True).keys()
        for name in sorted(given - PARAMETERS.get(self.do, frozenset())):
            raise ValueError(f"{name} does not go with do = '{self.do}'")
        if self.do in WITH_CHANNEL and self.channel is None:
            raise ValueError(f"do = '{self.do}' needs channel")
        return self

    @property
    def announces_by_action(self) -> bool:
        """Whether it tells stations something by an action frame."""
        by_action = any(form.endswith("-action") for form in self.announce or ())
        return by_action or self.do == "bss-transition"

    @property
    def needs_a_station(self) -> bool:
        """Whether nothing comes of it where no station is known."""
        parts = self.do in REASONS and not self.broadcast
        return self.do.startswith("rekey") or self.do == "bss-transition" or parts

    @property
    def ends_it(self) -> bool:
        """Whether a station of the access point is without a connection behind it."""
        return self.do in _ENDING or self.disassociate_after is not None

    @property
    def lasts_s(self) -> float:
        """How long behind its moment it is carried out, at most (beacons of a second apart)."""
        return (self.after_ms or 0) / 1000 + (self.count or 5 if self.channel else 0)

    def phrase(self) -> str:
        """The order in words: "stop access point 1 on echoed (number 1)"."""
        to = f" to channel {self.channel}" if self.channel else ""
        with_reason = f" with reason {self.reason}" if self.reason else ""
        later = f", {self.after_ms} ms later" if self.after_ms else ""
        what = f"{self.do} access point {self.access_point}{to}{with_reason}"
        return f"{what} on {self.on} (number {self.nth}{later})"

    def to_json(self) -> dict[str, Any]:
        """The form the air takes."""
        return self.model_dump(exclude_none=True, mode="json")


def why_hollow(
    orders: Sequence[ApOrder], channels: Sequence[int], *, echoes: int = 1
) -> str | None:
    """Why an order of a scenario would try nothing, and the fix; None if each tries something.

    ``channels`` are those of the access points as `[network]` has them, ``echoes`` what the
    scenario asks for of each association.
    """
    for place, order in enumerate(orders, 1):
        named = f"[[ap]] order {place} ({order.phrase()})"
        if order.on == "echoed" and not echoes:
            return f"{named}: on = 'echoed' never comes with echoes = 0"
        if order.on == "begin" and not order.after_ms and order.needs_a_station:
            return f"{named}: no station is there yet; after_ms, or another moment, waits for one"
        if order.on == "switched" and not any(one.do == "switch-channel" for one in orders):
            return f"{named}: on = 'switched' never comes: no order has do = 'switch-channel'"
        for candidate in order.candidates or ():
            if candidate > len(channels) or candidate == order.access_point:
                return f"{named}: candidate {candidate} is no other one of {len(channels)}"
        sent = [one for one in orders if one.channel and one.access_point == order.access_point]
        own = channels[order.access_point - 1] if order.channel else 0
        bands = {band_of(order.channel), band_of(own)} if order.channel else set()
        if len(bands) > 1 and "6 GHz" in bands:
            return f"{named}: no access point goes to 6 GHz or from there; its security is another"
        if sent == [order] and order.channel == own:
            return f"{named}: it is on channel {order.channel} already; give another channel"
    return None
