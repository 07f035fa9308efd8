# SPDX-License-Identifier: GPL-2.0-or-later
"""Descriptors that no device can have are refused, with what is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import ModelFault
from hwsim.usb.descriptors import standard_answer
from hwsim.usb.device import Endpoint, Setup, Transfer, UsbIdentity
from hwsim.usb.identity import (
    checked_address,
    checked_delay,
    checked_identity,
    checked_transfer,
)
from hwsim.usb.redir_wire import device_connect, endpoint_info, interface_info
from tests.unit.hwsim.usb.chips import IDENTITY


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"release": -1}, "its release is -1; wanted is 0 to 65535"),
        ({"device_class": 256}, "its device_class is 256; wanted is 0 to 255"),
        ({"max_power_ma": 600}, "its max_power_ma is 600; wanted is 0 to 510"),
        ({"vendor": "0bda"}, "its vendor is '0bda'; wanted is"),
        ({"vendor": True}, "its vendor is True; wanted is"),
        ({"serial": "x" * 127}, "its serial is no text of 126 characters at most"),
        ({"serial": "\U0001f4f6" * 64}, "its serial is longer than 126 UTF-16 units"),
        ({"serial": "\ud800"}, "its serial is no Unicode text"),
        ({"endpoints": ()}, "its endpoints are no tuple of 1 to 30"),
        ({"endpoints": [Endpoint(0x81)]}, "its endpoints are no tuple"),
        ({"endpoints": (0x81,)}, "an endpoint of its is a int, and no Endpoint"),
        ({"endpoints": (Endpoint(0x80),)}, "it has an endpoint 0x80, which can be none"),
        ({"endpoints": (Endpoint(0x91),)}, "it has an endpoint 0x91, which can be none"),
        ({"endpoints": (Endpoint(0x81), Endpoint(0x81))}, "two of its endpoints have the same"),
        ({"endpoints": (Endpoint(0x81, max_packet=0),)}, "its max_packet is 0; wanted is 1 to"),
        ({"endpoints": (Endpoint(0x81, "isochronous"),)}, "its endpoint 0x81 is 'isochronous'"),
        ({"endpoints": (Endpoint(0x83, "interrupt"),)}, "its interrupt endpoint 0x83 has an int"),
    ],
)
def test_what_no_device_has(change: dict[str, Any], told: str) -> None:
    """One thing that is wrong, and its words."""
    with pytest.raises(ModelFault) as found:
        checked_identity(replace(IDENTITY, **change))
    assert str(found.value).startswith(told)


NUMBER = st.integers(-5, 300) | st.integers(0, 1 << 17)
ENDPOINTS = st.builds(Endpoint, NUMBER, st.sampled_from(("bulk", "interrupt")), NUMBER, NUMBER)


@given(
    st.builds(
        UsbIdentity, vendor=NUMBER, product=NUMBER, release=NUMBER,
        endpoints=st.lists(ENDPOINTS, max_size=4).map(tuple), manufacturer=st.text(),
        product_name=st.text(), serial=st.text(), device_class=NUMBER, max_power_ma=NUMBER,
    )
)  # fmt: skip
def test_what_is_taken_has_descriptors(usb: UsbIdentity) -> None:
    """Of any identity there is a reason, or QEMU and the guest can be told of it."""
    try:
        checked_identity(usb)
    except ModelFault:
        return
    for value in (0x0100, 0x0200, 0x0301, 0x0302, 0x0600):
        assert standard_answer(usb, Setup(0x80, 6, value, 0, 255))
    assert device_connect(usb)
    assert interface_info(usb)
    assert endpoint_info(usb)


def test_a_transfer_that_nobody_would_carry_is_refused() -> None:
    """An interrupt endpoint may be announced; its driver would wait in vain, and be blamed."""
    usb = replace(IDENTITY, endpoints=(Endpoint(0x81), Endpoint(0x83, "interrupt", interval=4)))
    assert checked_identity(usb) == usb
    assert checked_transfer(Transfer(0x81, b"frame"), usb).data == b"frame"
    with pytest.raises(ModelFault, match="a transfer for 0x83, an interrupt endpoint; those of"):
        checked_transfer(Transfer(0x83, b"event"), usb)


def test_its_address_is_the_one_it_was_given() -> None:
    """By which the air knows its radio."""
    checked_address(bytes(6), bytes(6))
    with pytest.raises(ModelFault, match="its mac is 'x', and not"):
        checked_address("x", bytes(6))


def test_timers_are_bounded() -> None:
    """By an hour, and into the future."""
    checked_delay(0)
    for wrong in (-1, 1 << 60, 0.5):
        with pytest.raises(ModelFault, match="its timer's delay_ns is"):
            checked_delay(wrong)
