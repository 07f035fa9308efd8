# SPDX-License-Identifier: GPL-2.0-or-later
"""The orders to the emulated USB adapter in control calls; errors are those of
:mod:`hwsim.control.arguments`."""

from __future__ import annotations

from typing import Any, Final, cast

from hwsim.adapter_orders import (
    ACTS,
    MESSAGES,
    MOMENTS,
    TRANSFERS,
    WHEN,
    Act,
    Moment,
    Transfers,
    UsbOrder,
    UsbOrders,
    When,
    kinds,
)
from hwsim.control.arguments import MAX_DELAY_MS, Arguments, bad
from hwsim.control.order_requests import MAX_NTH

MAX_ORDERS: Final = 16


def orders(value: Any) -> UsbOrders:
    """The orders of a ``begin`` call, each an object with the fields of an order."""
    if not isinstance(value, list) or len(value) > MAX_ORDERS:
        raise bad(f"usb: a list of at most {MAX_ORDERS} orders is needed")
    return UsbOrders(_order(one, f"usb[{index}]") for index, one in enumerate(value))


def _order(value: Any, where: str) -> UsbOrder:
    args = Arguments(value, where)
    do = cast(Act, args.choice("do", ACTS))
    on = cast(Moment, args.choice("on", (*MOMENTS, *MESSAGES)))
    when = cast(When, args.choice("when", WHEN, "after"))
    nth = args.integer("nth", 1, MAX_NTH, 1)
    after_ms = args.integer("after_ms", 0, MAX_DELAY_MS, 0)
    held = do != "unplug"
    for_ms = args.integer("for_ms", int(held), MAX_DELAY_MS, *(() if held else (0,)))
    delay_ms = args.integer("delay_ms", 1, MAX_DELAY_MS) if do == "slow" else 0
    transfers = _transfers(args.take("transfers", []), where) if held else frozenset()
    args.done()
    return UsbOrder(
        do=do, on=on, nth=nth, when=when, after_ms=after_ms, for_ms=for_ms, delay_ms=delay_ms,
        transfers=transfers,
    )  # fmt: skip


def _transfers(value: Any, where: str) -> frozenset[Transfers]:
    if not isinstance(value, list) or not all(one in TRANSFERS for one in value):
        raise bad(f"{where}.transfers: a list of {', '.join(TRANSFERS)} is needed")
    return kinds(cast("list[Transfers]", value))
