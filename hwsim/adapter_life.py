# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of the guest's emulated USB adapter: it is pulled out, stalls, and is slow, as ordered.

With the next association it is there as if new: one that is out is plugged in, and one that was
held up since is replaced, since a driver may have given it up meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from hwsim.adapter_orders import MESSAGES, Holdup, UsbOrder, UsbOrders, When
from hwsim.loop import Loop, Timer

_MS: Final = 1_000_000
UNPLUGGED_NS: Final = 500 * _MS
"""For so long is an adapter out that is replaced between two associations: the guest sees it go."""


class AdapterControl(Protocol):
    """A port with an adapter that can be ordered about (:class:`hwsim.ports.usb.UsbPort`)."""

    def unplug(self) -> None:
        """Pull it out."""

    def plug(self) -> None:
        """Plug it in again, as new."""

    def hold_up(self, holdup: Holdup) -> None:
        """Have it leave its host without some answers for a time."""

    def let_go(self) -> None:
        """Hold nothing up any more."""


Told = Callable[[str, UsbOrder, int, int | None], None]


class AdapterLife:
    """Carries out orders; ``told`` gets what was done (plug besides the acts of orders), the order,
    when that was on the air's clock (ns), and until when it lasts if it does."""

    def __init__(self, loop: Loop, adapter: AdapterControl, told: Told) -> None:
        self._loop = loop
        self._adapter = adapter
        self._told = told
        self._orders = UsbOrders()
        self._timers: list[Timer] = []
        self._replacement: Timer | None = None
        self._waiting: list[Callable[[], None]] = []
        self._lasting = 0
        self._unplugged = False
        self._held_up = False
        self._touched = False
        self._away = False

    @property
    def left(self) -> list[int]:
        """The places of the orders that were not carried out yet."""
        return self._orders.left

    @property
    def answers_for_radio(self) -> bool:
        """Whether the guest may be without its radio by what was ordered here."""
        return self._touched or self._away

    @property
    def over(self) -> bool:
        """No order is left, and what they brought about has ended."""
        return not self._orders.left and not self._lasting

    def begin(self, orders: UsbOrders) -> bool:
        """Another association begins under these orders, with the adapter as new; whether its
        driver may have left the one before without a word."""
        self.end()
        touched, self._touched = self._touched, False
        self._orders = orders
        held_up, self._held_up = self._held_up, False
        if held_up:  # also one that was pulled out meanwhile
            self._adapter.let_go()
        if self._unplugged:
            self._plug_in()
        elif held_up:
            self._pull_out()
            self._replacement = self._loop.call_after(UNPLUGGED_NS, self._plug_in)
        return touched

    def end(self) -> None:
        """Carry out nothing more of what was put off."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._lasting = 0
        self._orders = UsbOrders()
        self._release()

    def moment(self, event: str, when: When = "after") -> None:
        """Something came about that orders may wait for; what is sent to a station whose adapter is
        out counts for nothing."""
        if not self._orders.any or (self._away and event in MESSAGES):
            return
        for order in self._orders.due(event, when):
            if order.after_ms:
                self._after(order.after_ms, partial(self._carry_out, order))
            else:
                self._carry_out(order)

    def when_over(self, callback: Callable[[], None]) -> None:
        """Call back once all of it is over."""
        self._waiting.append(callback)
        if self.over:
            self._release()

    def forget(self, callback: Callable[[], None]) -> None:
        """Do not call back any more."""
        if callback in self._waiting:
            self._waiting.remove(callback)

    def radio_came(self) -> None:
        """The guest has a radio, and so that of an adapter which is back."""
        self._away = False

    def _carry_out(self, order: UsbOrder) -> None:
        at_ns = self._loop.now_ns()
        until_ns = at_ns + order.for_ms * _MS if order.for_ms else None
        self._touched = True
        if order.do == "unplug":
            if self._replacement is not None:
                self._forget_replacement()  # it is out as it is, and now by this order
            elif self._unplugged:
                return  # it stays among those left
            else:
                self._pull_out()
        else:
            delay_ns = order.delay_ms * _MS if order.do == "slow" else None
            ends_ns = at_ns + order.for_ms * _MS
            self._held_up = True
            self._adapter.hold_up(Holdup(order.transfers, at_ns, ends_ns, delay_ns))
        self._told(order.do, order, at_ns, until_ns)
        self._orders.done(order)
        if order.for_ms:
            self._lasting += 1
            self._after(order.for_ms, partial(self._ended, order))
        self._release_if_over()

    def _ended(self, order: UsbOrder) -> None:
        """What an order brought about is over."""
        self._lasting -= 1
        if order.do == "unplug":
            self._plug_in()
            self._told("plug", order, self._loop.now_ns(), None)
        self._release_if_over()

    def _pull_out(self) -> None:
        self._unplugged = self._away = True
        self._held_up = False
        self._adapter.unplug()

    def _plug_in(self) -> None:
        self._forget_replacement()
        if self._unplugged:
            self._unplugged = False
            self._adapter.plug()

    def _forget_replacement(self) -> None:
        if self._replacement is not None:
            self._replacement.cancel()
            self._replacement = None

    def _after(self, delay_ms: int, act: Callable[[], None]) -> None:
        self._timers.append(self._loop.call_after(delay_ms * _MS, act))

    def _release_if_over(self) -> None:
        if self.over:
            self._release()

    def _release(self) -> None:
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()
