# SPDX-License-Identifier: GPL-2.0-or-later
"""hwsim messages as bytes, checked against pyroute2's own netlink code."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroute2.netlink import genlmsg

from hwsim.errors import WireError
from hwsim.ports import hwsim_wire
from hwsim.ports.base import RadioFrame

RADIO = bytes.fromhex("420000000000")
FRAME = bytes(range(30))


class HwsimMessage(genlmsg):
    """The attributes of mac80211_hwsim that we use, as pyroute2 describes netlink."""

    prefix = "HWSIM_ATTR_"
    nla_map = (
        ("HWSIM_ATTR_UNSPEC", "none"),
        ("HWSIM_ATTR_ADDR_RECEIVER", "l2addr"),
        ("HWSIM_ATTR_ADDR_TRANSMITTER", "l2addr"),
        ("HWSIM_ATTR_FRAME", "cdata"),
        ("HWSIM_ATTR_FLAGS", "uint32"),
        ("HWSIM_ATTR_RX_RATE", "uint32"),
        ("HWSIM_ATTR_SIGNAL", "int32"),
        ("HWSIM_ATTR_TX_INFO", "cdata"),
        ("HWSIM_ATTR_COOKIE", "uint64"),
        *((f"HWSIM_ATTR_{number}", "hex") for number in range(9, 19)),
        ("HWSIM_ATTR_FREQ", "uint32"),
        ("HWSIM_ATTR_PAD", "none"),
        ("HWSIM_ATTR_TX_INFO_FLAGS", "cdata"),
    )


def decoded(message: bytes) -> tuple[int, dict[str, object]]:
    """Command and attributes of a message as pyroute2 reads it."""
    parsed = HwsimMessage(struct.pack("<IHHII", 16 + len(message), 40, 0, 1, 0) + message)
    parsed.decode()
    return parsed["cmd"], dict(parsed["attrs"])


def encoded(**changes: object) -> bytes:
    """A frame of a radio as pyroute2 writes it, without the netlink header."""
    values: dict[str, object] = {
        "ADDR_TRANSMITTER": "42:00:00:00:00:00",
        "FRAME": FRAME,
        "FLAGS": 1,
        "FREQ": 2437,
        "TX_INFO": bytes.fromhex("0004ff00ff00ff00"),
        "COOKIE": 77,
        **changes,
    }
    message = HwsimMessage()
    message["cmd"] = 2
    message["version"] = 1
    message["attrs"] = [(f"HWSIM_ATTR_{k}", v) for k, v in values.items() if v is not None]
    message.encode()
    return bytes(message.data[16:])


def parse(message: bytes) -> RadioFrame:
    """What a port makes of a message that the guest had at 5 ns, and that was read at 7 ns."""
    return hwsim_wire.parse_radio_frame(message, 5, 7)


def test_frame_of_a_radio() -> None:
    """Every attribute that the medium needs is read."""
    assert parse(encoded()) == RadioFrame(
        radio=RADIO, frame=FRAME, freq_mhz=2437, rate_kbps=1000, guest_ns=5, air_ns=7,
        status_token=struct.pack("<IQ", 1, 77) + bytes.fromhex("0004ff00ff00ff00"),
    )  # fmt: skip


def test_frequency_may_be_missing() -> None:
    """Older kernels give no frequency."""
    assert parse(encoded(FREQ=None)).freq_mhz is None


@pytest.mark.parametrize(
    ("index", "freq_mhz", "rc_flags", "rate_kbps"),
    [
        (4, 2437, 0x0000, 6000),
        (0, 5180, 0x0000, 6000),
        (7, 5180, 0x0000, 54000),
        (8, 5180, 0x0000, None),  # that band has no ninth legacy rate
        (255, 2437, 0x0000, None),  # -1: the kernel asks for no rate
        (3, 2437, 0x0008, None),  # IEEE80211_TX_RC_MCS: the index is an HT rate's
        (3, 5180, 0x0100, None),  # IEEE80211_TX_RC_VHT_MCS
    ],
)
def test_rate(index: int, freq_mhz: int, rc_flags: int, rate_kbps: int | None) -> None:
    """The first legacy rate of the band that the kernel asks for; no other is told."""
    message = encoded(
        FREQ=freq_mhz,
        TX_INFO=bytes((index, 1)) + bytes.fromhex("ff00ff00ff00"),
        TX_INFO_FLAGS=struct.pack("<BH", index, rc_flags) + bytes.fromhex("ff0000ff0000ff0000"),
    )
    assert parse(message).rate_kbps == rate_kbps


@pytest.mark.parametrize("name", ["ADDR_TRANSMITTER", "FRAME", "FLAGS", "TX_INFO", "COOKIE"])
def test_missing_attribute(name: str) -> None:
    """A message without an attribute that is needed is refused."""
    with pytest.raises(WireError, match="missing"):
        parse(encoded(**{name: None}))


def test_frame_too_long() -> None:
    """No frame is longer than hwsim's limit."""
    with pytest.raises(WireError, match="2305"):
        parse(encoded(FRAME=bytes(2305)))


def test_frame_for_a_radio() -> None:
    """pyroute2 reads what the kernel requires: receiver, frame, rate, signal, and frequency."""
    message = hwsim_wire.frame_message(RADIO, FRAME, rate_kbps=6000, signal_dbm=-40, freq_mhz=2437)
    command, attributes = decoded(message)
    assert command == 2
    assert attributes["HWSIM_ATTR_ADDR_RECEIVER"] == "42:00:00:00:00:00"
    assert attributes["HWSIM_ATTR_FRAME"] == FRAME
    assert attributes["HWSIM_ATTR_RX_RATE"] == 4
    assert attributes["HWSIM_ATTR_SIGNAL"] == -40
    assert attributes["HWSIM_ATTR_FREQ"] == 2437


def test_rate_index_of_the_5_ghz_band() -> None:
    """There hwsim counts rates from 6 Mbit/s on."""
    message = hwsim_wire.frame_message(RADIO, FRAME, rate_kbps=6000, signal_dbm=-40, freq_mhz=5180)
    assert decoded(message)[1]["HWSIM_ATTR_RX_RATE"] == 0


@pytest.mark.parametrize("acked", [True, False])
def test_transmit_status(acked: bool) -> None:
    """The status names radio and cookie; STAT_ACK says whether the frame was acknowledged."""
    sent = parse(encoded())
    command, attributes = decoded(hwsim_wire.status_message(sent, acked=acked, signal_dbm=-40))
    assert command == 3
    assert attributes["HWSIM_ATTR_ADDR_TRANSMITTER"] == "42:00:00:00:00:00"
    assert attributes["HWSIM_ATTR_COOKIE"] == 77
    assert attributes["HWSIM_ATTR_FLAGS"] == (5 if acked else 1)
    attempts = b"\x00\x01" if acked else b"\x00\x04"
    assert attributes["HWSIM_ATTR_TX_INFO"] == attempts + b"\xff\x00" * 3


@given(st.binary(max_size=200))
def test_rubbish(message: bytes) -> None:
    """Rubbish raises the declared error only."""
    with contextlib.suppress(WireError):
        parse(message)


@given(st.integers(0, 200), st.integers(0, 255))
def test_damaged_message(offset: int, value: int) -> None:
    """A message with a changed byte is read within its bounds or refused."""
    message = bytearray(encoded())
    message[offset % len(message)] = value
    with contextlib.suppress(WireError):
        assert len(parse(bytes(message)).frame) <= hwsim_wire.MAX_FRAME


@given(st.integers(0, 120))
def test_truncated_message(length: int) -> None:
    """A cut message is refused."""
    message = encoded()
    if length < len(message) - 3:
        with pytest.raises(WireError):
            parse(message[:length])


def test_in_a_netlink_header() -> None:
    """pyroute2 reads the header that a netlink socket wants, and we read what it writes."""
    message = hwsim_wire.netlink_message(
        34, hwsim_wire.register_message(), flags=hwsim_wire.NLM_F_REQUEST, sequence=9
    )
    parsed = HwsimMessage(message)
    parsed.decode()
    header = parsed["header"]
    assert (header["length"], header["type"], header["flags"]) == (len(message), 34, 1)
    assert (header["sequence_number"], parsed["cmd"]) == (9, 1)
    assert hwsim_wire.parse_netlink(message) == (34, 9, hwsim_wire.register_message())


@pytest.mark.parametrize("error", [0, 16])
def test_an_acknowledgement(error: int) -> None:
    """The error's number as errno has it."""
    assert hwsim_wire.errno_in(struct.pack("<i", -error) + bytes(16)) == error


@pytest.mark.parametrize("datagram", ["", "10000000", "0f000000" + "00" * 12, "11" + "00" * 15])
def test_no_netlink_message(datagram: str) -> None:
    """Too short, or of another length than it says."""
    with pytest.raises(WireError):
        hwsim_wire.parse_netlink(bytes.fromhex(datagram))
    with pytest.raises(WireError):
        hwsim_wire.errno_in(b"")
