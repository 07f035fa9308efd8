# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages of a model in another process: each is what the document says, or a fault."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import ModelFault
from hwsim.usb import socket_wire as wire
from hwsim.usb.device import AirFrame, SentFrame, Setup, Transfer
from tests.unit.hwsim.usb import model_process as model
from tests.unit.hwsim.usb.chips import IDENTITY


def test_what_the_air_sends_is_as_documented() -> None:
    """Header and bodies, byte by byte."""
    assert wire.message(3, b"body", 7, 9) == bytes.fromhex(
        "04000000 03000000 0700000000000000 0900000000000000 626f6479"
    )
    assert wire.hello(bytes(range(6))) == bytes.fromhex("0100 000102030405")
    setup = Setup(0xC0, 5, 0xFF00, 1, 4)
    assert wire.control(setup, b"") == bytes.fromhex("c005 00ff 0100 0400")
    assert wire.bulk_out(2, b"xy") == bytes.fromhex("02000000 7879")
    frame = AirFrame(b"frame", 2437, 6000, -40)
    assert wire.receive(frame) == bytes.fromhex("85090000 70170000 d8ffffff") + b"frame"
    assert (wire.flag(True), wire.flag(False)) == (b"\1\0\0\0", bytes(4))


def test_what_a_model_sends_is_read() -> None:
    """As a program of its own writes it."""
    told = wire.read_identity(model.identity())
    assert (told.vendor, told.product, told.release) == (0x1234, 0x5678, 0x0100)
    assert told.endpoints == IDENTITY.endpoints
    assert (told.manufacturer, told.product_name, told.serial) == ("vendor", "chip", "")
    assert wire.read_sent(bytes(8) + b"frame") == SentFrame(b"frame", None, None)
    assert wire.read_transfer(model.word(0x81, b"x"), "T") == Transfer(0x81, b"x")
    assert wire.read_transfer(model.word(0), "T") is None
    whole = model.message(104, model.word(1), 12)
    assert wire.read_message(whole + b"more", 0) == (wire.Message(104, 12, model.word(1)), 28)
    assert wire.read_message(whole[:-1], 0) is None
    assert wire.read_message(whole[:20], 0) is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "ends too early"),
        (model.identity()[:-1], "ends too early"),
        (model.identity() + b"x", "1 bytes too many"),
        (model.identity(endpoints=((0x81, 1),)), "is of kind 1; wanted is [2, 3]"),
        (model.identity(endpoints=((0x81, 2),) * 31), "with 31 endpoints; 30 at most"),
        (model.identity()[:-13] + b"\x01\xff" + bytes(2), "no UTF-8"),
    ],
)
def test_an_identity_that_is_none(body: bytes, told: str) -> None:
    """With what is wrong with it."""
    with pytest.raises(ModelFault) as found:
        wire.read_identity(body)
    assert told in str(found.value)


def test_a_message_that_is_too_long_is_not_waited_for() -> None:
    """No more is kept than the longest that there is."""
    with pytest.raises(ModelFault, match="message of 4294967295 bytes"):
        wire.read_message(b"\xff" * 24, 0)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_fault(data: bytes) -> None:
    """Nothing else is raised, whatever they are read as."""
    for read in (
        lambda: wire.read_message(data, 0), lambda: wire.read_identity(data),
        lambda: wire.read_sent(data), lambda: wire.read_transfer(data, "T"),
        lambda: wire.read_word(data, "T"), lambda: wire.read_flag(data, "T"),
    ):  # fmt: skip
        try:
            read()
        except ModelFault:
            continue
