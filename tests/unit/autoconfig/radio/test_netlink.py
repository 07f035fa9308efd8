# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic netlink messages against bytes laid out by hand, and the socket over a double."""

from __future__ import annotations

import struct
from collections import deque

import pytest
from autoconfig.radio import netlink
from autoconfig.radio.netlink import GenericSocket, NetlinkError, attribute, attributes, u32

FAMILY = 30


def message(kind: int, payload: bytes, sequence: int = 0, flags: int = 0) -> bytes:
    """One netlink message as the kernel sends it."""
    return struct.pack("=IHHII", 16 + len(payload), kind, flags, sequence, 0) + payload


def acknowledgement(sequence: int, error: int = 0, cookie: int | None = None) -> bytes:
    """NLMSG_ERROR: errno, the request's header, and perhaps the cookie."""
    payload = struct.pack("=i", -error) + bytes(16)
    flags = 0
    if cookie is not None:
        payload += attribute(3, cookie.to_bytes(8, "little"))
        flags = netlink.NLM_F_ACK_TLVS
    return message(netlink.NLMSG_ERROR, payload, sequence, flags)


def event(command: int, body: bytes = b"") -> bytes:
    """An event of the family."""
    return message(FAMILY, struct.pack("=BBH", command, 1, 0) + body)


class Kernel:
    """A socket that answers what the test has prepared."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.queue: deque[bytes] = deque()

    def send(self, data: bytes) -> None:
        """Keep the request."""
        self.sent.append(data)

    def recv(self, _size: int) -> bytes:
        """The next datagram, or nothing for now."""
        if not self.queue:
            raise BlockingIOError
        return self.queue.popleft()


@pytest.fixture
def pair() -> tuple[GenericSocket, Kernel]:
    """A socket of the family and its kernel."""
    kernel = Kernel()
    made = GenericSocket.__new__(GenericSocket)
    made._timeout_s = 0.05
    made._sequence = 1
    made._events = deque()
    made._socket = kernel  # type: ignore[assignment]
    made.family = netlink.Family(FAMILY, {})
    return made, kernel


def test_attribute_is_padded_but_its_length_is_not() -> None:
    """Five bytes of value: length 9, three bytes of padding."""
    assert attribute(6, b"abcde") == bytes.fromhex("09000600") + b"abcde\0\0\0"
    assert attribute(70) == bytes.fromhex("04004600")
    assert u32(3, 7) == bytes.fromhex("0800030007000000")


def test_attributes_are_read_back_without_their_flags() -> None:
    """NLA_F_NESTED does not change the type; a broken tail is left out."""
    data = attribute(5, b"x") + attribute(0x8000 | 47, b"nest") + b"\x20\x00\x01\x00short"
    assert attributes(data) == {5: b"x", 47: b"nest"}
    assert attributes(b"\x02\x00\x01\x00") == {}


def test_messages_of_one_datagram() -> None:
    """Several messages, the last cut off."""
    data = message(2, b"abcd", 7) + message(30, b"efgh", 8) + b"\xff\0\0\0"
    assert [(k, s, p) for k, _f, s, p in netlink.messages(data)] == [
        (2, 7, b"abcd"),
        (30, 8, b"efgh"),
    ]


def test_request_bytes() -> None:
    """A whole request: netlink header, generic header, body."""
    assert netlink.request(30, 46, u32(3, 1), 5, netlink.NLM_F_ACK) == bytes.fromhex(
        "1c0000001e00050005000000000000002e0100000800030001000000"
    )


def test_ask_returns_the_cookie_and_keeps_events(pair: tuple[GenericSocket, Kernel]) -> None:
    """What arrives before the acknowledgement is kept, in order."""
    made, kernel = pair
    answer = acknowledgement(2, cookie=0x1122334455667788)
    kernel.queue += [event(19), event(20) + answer, event(21)]
    assert made.ask(129, b"") == 0x1122334455667788
    assert made.has_events()
    assert [each.command for each in made.events()] == [19, 20, 21]
    assert not made.has_events()


def test_ask_raises_the_kernels_errno(pair: tuple[GenericSocket, Kernel]) -> None:
    """An error acknowledgement is a NetlinkError with that errno."""
    made, kernel = pair
    kernel.queue.append(acknowledgement(2, error=16))
    with pytest.raises(NetlinkError) as error:
        made.ask(46, b"")
    assert error.value.errno == 16


def test_a_positive_answer_is_no_error(pair: tuple[GenericSocket, Kernel]) -> None:
    """HWSIM_CMD_NEW_RADIO is acknowledged with the new radio's number."""
    made, kernel = pair
    kernel.queue.append(acknowledgement(2, error=-1))
    assert made.ask(4, b"") == 0


def test_ask_does_not_wait_for_ever(
    pair: tuple[GenericSocket, Kernel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel that does not answer is ETIMEDOUT."""
    made, _kernel = pair
    monkeypatch.setattr(netlink.select, "select", lambda *_a: ([], [], []))
    with pytest.raises(NetlinkError) as error:
        made.ask(46, b"")
    assert error.value.errno == 110


def test_dump_gathers_until_done(pair: tuple[GenericSocket, Kernel]) -> None:
    """All parts of a dump, over several datagrams."""
    made, kernel = pair
    part = struct.pack("=BBH", 34, 1, 0)
    kernel.queue.append(
        message(FAMILY, part + u32(46, 1), 2) + message(FAMILY, part + u32(46, 2), 2)
    )
    kernel.queue.append(message(netlink.NLMSG_DONE, bytes(4), 2))
    assert made.dump(32, b"") == [{46: b"\1\0\0\0"}, {46: b"\2\0\0\0"}]


def test_family_and_groups() -> None:
    """An answer of the controller."""
    group = attribute(1, attribute(1, b"mlme\0") + u32(2, 9))
    found = attributes(attribute(1, b"\x1e\0") + attribute(7, group))
    assert netlink.family_of(found) == netlink.Family(30, {"mlme": 9})


def test_real_kernel_knows_the_controller() -> None:
    """Against the running kernel: the controller's own family, and an unknown one is ENOENT."""
    made = GenericSocket("nlctrl")
    assert made.family.id == netlink.GENL_ID_CTRL
    made.close()
    with pytest.raises(NetlinkError):
        GenericSocket("hil-no-such").close()
