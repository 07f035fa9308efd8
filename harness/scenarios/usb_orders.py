# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[usb]]`: what the guest's emulated USB adapter does of itself, at a point in time.

The fourth beside `[[air]]`, `[[ap]]` and `[[os]]`, of guests whose radio is such an adapter::

    [[usb]]
    on = "M3"
    do = "unplug"
    for_ms = 3000

What follows of it in the station is the scenario's doing, never the driver's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from harness.config.validation import Strict
from hwsim.adapter_orders import MESSAGES, Act, Message, Moment, Transfers, When
from hwsim.control.usb_requests import MAX_ORDERS

__all__ = ["MAX_ORDERS", "UsbOrder", "why_hollow"]

MAX_LASTING_MS: Final = 30_000


class UsbOrder(Strict):
    """What the emulated USB adapter does in each association, and when: for a guest whose radio is
    one (`hil radios`).

    With the next association the adapter is as new, plugged in anew if anything was done with it.
    """

    on: Moment | Message
    """A moment, as in `[[ap]]` (during post-association: associated, or a message of the
    handshake; when it is completed and the connection was used: echoed), or a message on the
    air."""
    nth: Annotated[int, Field(ge=1, le=1000)] = 1
    """Which one of the association."""
    when: When | None = None
    """Of a message: before it is carried, so that with do = 'unplug' it is lost, or after it has
    reached its receiver. Left out: after."""
    after_ms: Annotated[int, Field(ge=1, le=60_000)] | None = None
    """How much later."""
    do: Act
    """unplug: it is pulled out, as by surprise; stall: it leaves transfers unanswered, and answers
    them when for_ms is over; slow: for that long it answers each of them delay_ms later."""
    for_ms: Annotated[int, Field(ge=1, le=MAX_LASTING_MS)] | None = None
    """How long. Of unplug: when it is plugged in again; left out, with the next association. With
    on = 'begin' it is needed unless after_ms is given."""
    delay_ms: Annotated[int, Field(ge=1, le=5000)] | None = None
    """slow: how much later each is answered."""
    transfers: Annotated[tuple[Transfers, ...], Field(min_length=1)] | None = None
    """stall, slow: which transfers: requests of registers (control), frames and statuses for the
    driver (bulk-in), frames of the driver (bulk-out). Left out: all."""

    @model_validator(mode="after")
    def _fits(self) -> UsbOrder:
        if self.when is not None and self.on not in MESSAGES:
            raise ValueError(f"when = '{self.when}' is of messages; on = '{self.on}' is a moment")
        if self.do != "unplug" and self.for_ms is None:
            raise ValueError(f"do = '{self.do}' needs for_ms")
        if (self.do == "slow") != (self.delay_ms is not None):
            raise ValueError("delay_ms goes with do = 'slow', which needs it")
        if self.do == "unplug" and self.transfers is not None:
            raise ValueError("transfers does not go with do = 'unplug'")
        return self

    @property
    def ends_it(self) -> bool:
        """Whether a station is without a connection behind it."""
        return self.do == "unplug"

    @property
    def lasts_s(self) -> float:
        """How long behind its moment it is over, at most."""
        return ((self.after_ms or 0) + (self.for_ms or 0)) / 1000

    def phrase(self) -> str:
        """The order in words: "unplug for 3000 ms on M3 (number 1)"."""
        what = " and ".join(self.transfers or ())
        what = f"{self.do} {what}" if what else self.do
        what += f" by {self.delay_ms} ms" if self.delay_ms else ""
        what += f" for {self.for_ms} ms" if self.for_ms else ""
        later = f", {self.after_ms} ms later" if self.after_ms else ""
        moment = "before" if self.when == "before" else "on"
        return f"{what} {moment} {self.on} (number {self.nth}{later})"

    def to_json(self) -> dict[str, Any]:
        """The form the air takes."""
        return self.model_dump(exclude_none=True, mode="json")


def why_hollow(orders: Sequence[UsbOrder], known: Sequence[str], *, echoes: int) -> str | None:
    """Why an order of a scenario would try nothing, and the fix; None if each tries something.

    ``known`` are the messages that the scenario's network has, ``echoes`` what it asks for of each
    association.
    """
    for place, order in enumerate(orders, 1):
        named = f"[[usb]] order {place} ({order.phrase()})"
        if order.on == "echoed" and not echoes:
            return f"{named}: on = 'echoed' never comes with echoes = 0"
        if order.on in MESSAGES and order.on not in known:
            return f"{named}: on = '{order.on}' never comes in this network"
        from_the_first = order.on == "begin" and order.after_ms is None
        if order.do == "unplug" and order.for_ms is None and from_the_first:
            return f"{named}: nothing associates without its adapter; give for_ms or after_ms"
    return None
