# SPDX-License-Identifier: GPL-2.0-or-later
"""The orders to access points in control calls; errors are those of
:mod:`hwsim.control.arguments`."""

from __future__ import annotations

from typing import Any, Final, Literal, cast

from hil_common.network import CHANNELS, CHANNELS_IN_WORDS
from hwsim.ap.orders import (
    ACTS,
    ANNOUNCEMENTS,
    MOMENTS,
    REASONS,
    WITH_CHANNEL,
    Act,
    Announcement,
    ApOrder,
    Moment,
)
from hwsim.ap.robust_management import Parting
from hwsim.control.arguments import MAX_ACCESS_POINTS, MAX_DELAY_MS, Arguments, bad

MAX_ORDERS: Final = 64
MAX_NTH: Final = 1000
MAX_COUNT: Final = 255
"""The most beacons that can announce a switch: the count is one byte."""


def orders(value: Any) -> tuple[ApOrder, ...]:
    """The orders of a ``begin`` call, each an object with the fields of an order."""
    if not isinstance(value, list) or len(value) > MAX_ORDERS:
        raise bad(f"orders: a list of at most {MAX_ORDERS} orders is needed")
    return tuple(order(one, f"orders[{index}]", waits=True) for index, one in enumerate(value))


def order(value: Any, where: str, *, waits: bool = False) -> ApOrder:
    """One order; only one that ``waits`` has a moment."""
    args = Arguments(value, where)
    act = cast(Act, args.choice("do", ACTS))
    moment, nth, after_ms = "begin", 1, 0
    if waits:
        moment = args.choice("on", MOMENTS)
        nth = args.integer("nth", 1, MAX_NTH, 1)
        after_ms = args.integer("after_ms", 0, MAX_DELAY_MS, 0)
    access_point = args.integer("access_point", 1, MAX_ACCESS_POINTS, 1)
    channel = args.integer("channel", 1, max(CHANNELS)) if act in WITH_CHANNEL else 0
    if act in WITH_CHANNEL and channel not in CHANNELS:
        raise bad(f"{where}.channel: {channel} is none of {CHANNELS_IN_WORDS}")
    reason, broadcast = 0, False
    if act in REASONS:
        reason = args.integer("reason", 1, 65535, REASONS[act])
        broadcast = args.flag("broadcast")
    count, quiet = 5, False
    announce: tuple[str, ...] = ("csa",)
    if act == "switch-channel":
        count = args.integer("count", 1, MAX_COUNT, 5)
        announce = _announcements(args.take("announce", ["csa"]), where)
        quiet = args.flag("quiet")
    transition = _transition(args, where) if act == "bss-transition" else ((), 0, False)
    args.done()
    return ApOrder(
        act, cast(Moment, moment), nth, after_ms, access_point, channel, reason, broadcast,
        count, cast("tuple[Announcement, ...]", announce), quiet, *transition,
    )  # fmt: skip


def _transition(args: Arguments, where: str) -> tuple[tuple[int, ...], int, bool]:
    """What a BSS transition request says: candidates, disassociation, whether it is abridged."""
    candidates = args.take("candidates", [])
    known = range(1, MAX_ACCESS_POINTS + 1)
    if not isinstance(candidates, list) or not all(
        isinstance(one, int) and one in known for one in candidates
    ):
        raise bad(f"{where}.candidates: a list of access points from 1 is needed")
    disassociate_after = args.integer("disassociate_after", 0, 65535, 0)
    return tuple(candidates), disassociate_after, args.flag("abridged")


def parting(args: Any, kind: Literal["deauth", "disassoc"]) -> Parting:
    """The arguments of a ``deauthenticate`` or ``disassociate`` call.

    ``broadcast`` and ``forged`` are false where they are left out.
    """
    fields = Arguments(args, "deauthenticate" if kind == "deauth" else "disassociate")
    reason = fields.integer("reason", 1, 65535)
    broadcast, forged = fields.flag("broadcast"), fields.flag("forged")
    fields.done()
    return Parting(kind, reason, broadcast, forged)


def _announcements(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(one in ANNOUNCEMENTS for one in value):
        raise bad(f"{where}.announce: some of {', '.join(ANNOUNCEMENTS)} are needed, as a list")
    return tuple(value)
