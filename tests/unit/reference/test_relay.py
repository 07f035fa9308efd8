# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio relay, between two socket pairs that stand for the port and the kernel."""

import errno
import itertools
import json
import os
import socket
import struct

import pytest
import relay as relay_module
import relay_netlink
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from relay import Relay
from relay_netlink import NLM_F_ACK, NLMSG_ERROR, NLMSGHDR

from hil_common.radio_port import DELIVERED, FRAME_DOWN, FRAME_UP, HEADER, HELLO, PING, PONG

FAMILY = 0x1C
FRAME = struct.pack("=BBH", 2, 1, 0) + b"attributes of a frame"
REGISTER = struct.pack("=BBH", 1, 1, 0)
RADIOS = [{"mac": "02:00:00:00:00:00", "hw": "42:00:00:00:00:00"}]


class Ends:
    """The relay under test, the host's end of its port and the kernel's end of its netlink."""

    def __init__(self):
        self.port, self.host = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.link, self.kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self.port, self.host, self.kernel):
            end.setblocking(False)
        self.relay = Relay(self.port.fileno(), self.link, FAMILY)

    def close(self):
        """Close all four."""
        for end in (self.port, self.host, self.link, self.kernel):
            end.close()

    def say(self, kind, payload):
        """The host sends one message, and the relay takes it."""
        self.host.send(HEADER.pack(len(payload), kind, 0) + payload)
        return self.relay.on_port()

    def hear(self):
        """All messages the host got: (kind, guest_ns, payload)."""
        try:
            data = self.host.recv(1 << 20)
        except BlockingIOError:
            return []
        found = []
        while data:
            length, kind, at_ns = HEADER.unpack_from(data)
            found.append((kind, at_ns, data[16 : 16 + length]))
            data = data[16 + length :]
        return found

    def kernel_got(self):
        """The next netlink message: (type, flags, sequence, payload)."""
        data = self.kernel.recv(65536)
        length, kind, flags, sequence, _ = NLMSGHDR.unpack_from(data)
        assert length == len(data)
        return kind, flags, sequence, data[16:]

    def acknowledge(self, sequence, code):
        """The kernel answers a request, as with NETLINK_CAP_ACK."""
        inner = NLMSGHDR.pack(16, FAMILY, 0, sequence, 0)
        payload = struct.pack("=i", -code) + inner
        self.kernel.send(NLMSGHDR.pack(16 + len(payload), NLMSG_ERROR, 0, sequence, 0) + payload)
        self.relay.on_netlink()


@pytest.fixture
def ends(monkeypatch):
    """A relay with both ends."""
    monkeypatch.setattr(relay_module, "radios", lambda: RADIOS)
    both = Ends()
    yield both
    both.close()


def down(tag, message=FRAME):
    """The payload of a FRAME_DOWN."""
    return struct.pack("<I", tag) + message


def test_a_frame_of_the_kernel_goes_up_unchanged(ends):
    """The netlink header gives way to the port's; the rest is as the kernel sent it."""
    before = relay_module.guest_ns()
    ends.kernel.send(NLMSGHDR.pack(16 + len(FRAME), FAMILY, 0, 0, 0) + FRAME)
    ends.relay.on_netlink()
    [(kind, at_ns, payload)] = ends.hear()
    assert (kind, payload) == (FRAME_UP, FRAME)
    assert before <= at_ns <= relay_module.guest_ns()


def test_what_is_no_frame_stays_below(ends):
    """Other families and other commands are none of the host's business."""
    ends.kernel.send(NLMSGHDR.pack(16 + len(FRAME), FAMILY + 1, 0, 0, 0) + FRAME)
    ends.kernel.send(NLMSGHDR.pack(16 + len(REGISTER), FAMILY, 0, 0, 0) + REGISTER)
    ends.relay.on_netlink()
    assert ends.hear() == []


def test_a_frame_of_the_host_goes_to_the_kernel(ends):
    """Tag 0: no report is wanted, so none is asked of the kernel."""
    assert ends.say(FRAME_DOWN, down(0))
    kind, flags, _, payload = ends.kernel_got()
    assert (kind, payload) == (FAMILY, FRAME)
    assert not flags & NLM_F_ACK
    assert ends.hear() == []


@pytest.mark.parametrize("code", [0, errno.EINVAL])
def test_a_tagged_frame_is_reported(ends, code):
    """With the kernel's verdict and the time just before the kernel got it."""
    before = relay_module.guest_ns()
    ends.say(FRAME_DOWN, down(77))
    handed_over = relay_module.guest_ns()
    _, flags, sequence, _ = ends.kernel_got()
    assert flags & NLM_F_ACK
    ends.acknowledge(sequence, code)
    [(kind, at_ns, payload)] = ends.hear()
    assert (kind, struct.unpack("<Ii", payload)) == (DELIVERED, (77, code))
    assert before <= at_ns <= handed_over


def test_reports_find_their_frame_whatever_the_order(ends):
    """Acknowledgements carry sequence numbers; tags may repeat and come back in any order."""
    ends.say(FRAME_DOWN, down(1))
    ends.say(FRAME_DOWN, down(2))
    first, second = ends.kernel_got()[2], ends.kernel_got()[2]
    ends.acknowledge(second, 0)
    ends.acknowledge(first, errno.EINVAL)
    reports = [struct.unpack("<Ii", payload) for _, _, payload in ends.hear()]
    assert reports == [(2, 0), (1, errno.EINVAL)]


def test_hello_is_answered_and_registers_anew(ends):
    """A new air finds the radios' addresses and a relay that is the medium."""
    ends.say(HELLO, b'{"air":1}')
    kind, flags, _, payload = ends.kernel_got()
    assert (kind, payload) == (FAMILY, REGISTER)
    assert flags & NLM_F_ACK
    [(kind, _, payload)] = ends.hear()
    assert kind == HELLO
    assert json.loads(payload) == {"relay": 1, "radios": RADIOS}


def test_ping_is_answered_with_its_token(ends):
    """The stamp is the guest clock between the ping's arrival and the pong's departure."""
    before = relay_module.guest_ns()
    ends.say(PING, struct.pack("<Q", 0x0123456789ABCDEF))
    [(kind, at_ns, payload)] = ends.hear()
    assert (kind, payload) == (PONG, struct.pack("<Q", 0x0123456789ABCDEF))
    assert before <= at_ns <= relay_module.guest_ns()


def test_unknown_kinds_are_skipped_by_length(ends):
    """A newer air may say more."""
    ends.say(99, b"what is this")
    ends.say(PING, bytes(8))
    assert [kind for kind, _, _ in ends.hear()] == [PONG]


def test_rubbish_asks_for_a_reopened_port(ends):
    """A length beyond all messages means that the start of one was lost."""
    ends.host.send(HEADER.pack(65537, PING, 0))
    assert ends.relay.on_port() is False


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(cuts=st.lists(st.integers(1, 90), max_size=8))
def test_messages_survive_any_cut(ends, cuts):
    """A stream has no message borders: pieces of any size add up to the same messages."""
    stream = b"".join(HEADER.pack(8, PING, 0) + struct.pack("<Q", n) for n in range(4))
    marks = [0, *sorted(set(cuts)), len(stream)]
    for start, end in itertools.pairwise(marks):
        ends.host.send(stream[start:end])
        assert ends.relay.on_port()
    assert [struct.unpack("<Q", payload)[0] for _, _, payload in ends.hear()] == [0, 1, 2, 3]


def test_without_a_host_frames_are_dropped(ends):
    """Nobody listens: the relay forgets and goes on."""
    ends.host.close()
    assert ends.relay.on_port()
    ends.kernel.send(NLMSGHDR.pack(16 + len(FRAME), FAMILY, 0, 0, 0) + FRAME)
    ends.relay.on_netlink()
    assert not ends.relay.connected


def test_half_a_message_of_a_lost_host_is_forgotten(ends):
    """Else the next host's first message would be read as its rest."""
    ends.host.send(HEADER.pack(8, PING, 0)[:10])
    ends.host.close()
    ends.relay.on_port()
    new_port, new_host = socket.socketpair()
    with new_port, new_host:
        new_port.setblocking(False)
        ends.relay.port = new_port.fileno()
        new_host.send(HEADER.pack(8, PING, 0) + bytes(8))
        ends.relay.on_port()
        assert HEADER.unpack_from(new_host.recv(64))[1] == PONG


def test_a_host_whose_data_outruns_its_opening_is_not_lost(ends, monkeypatch):
    """Data, then an end of file that is none: the driver has not yet read "port opened"."""
    real = os.readv
    script = iter(["real", "end of file"])

    def readv(port, buffers):
        return 0 if next(script, "real") == "end of file" else real(port, buffers)

    monkeypatch.setattr(os, "readv", readv)
    ends.say(PING, bytes(8))
    assert ends.relay.connected
    assert [kind for kind, _, _ in ends.hear()] == [PONG]


def test_a_full_port_keeps_the_order(ends):
    """What does not fit waits and goes first."""
    sent = 0
    while not ends.relay._backlog:
        ends.relay.send(PONG, struct.pack("<Q", sent))
        sent += 1
    ends.relay.send(PONG, struct.pack("<Q", sent))
    heard = [struct.unpack("<Q", payload)[0] for _, _, payload in ends.hear()]
    ends.relay.flush()
    heard += [struct.unpack("<Q", payload)[0] for _, _, payload in ends.hear()]
    assert heard == list(range(sent + 1))


def registration(ends, code):
    """The relay asks to be the medium and the kernel answers."""
    ends.relay.register()
    ends.acknowledge(ends.kernel_got()[2], code)


def test_a_busy_radio_is_said_once_registered_never(ends, capsys):
    """EBUSY is the good answer as long as the registration is ours."""
    registration(ends, errno.EBUSY)
    assert "another medium" in capsys.readouterr().err
    registration(ends, 0)
    registration(ends, errno.EBUSY)
    assert "another medium" not in capsys.readouterr().err
    assert ends.relay.registered


def test_an_overrun_registers_again(ends):
    """The kernel drops its medium when it cannot deliver to it."""

    class Overrun:
        """A netlink socket that reports one overrun."""

        def __init__(self, link):
            self.link = link
            self.errors = [OSError(errno.ENOBUFS, "overrun")]

        def recv_into(self, buffer):
            if self.errors:
                raise self.errors.pop()
            return self.link.recv_into(buffer)

        def send(self, data):
            return self.link.send(data)

    ends.relay.link = Overrun(ends.link)
    ends.relay.on_netlink()
    assert ends.kernel_got()[3] == REGISTER


def test_attributes_are_padded_and_found():
    """Netlink attributes start at multiples of four; the length does not count the padding."""
    data = relay_netlink.attribute(2, b"MAC80211_HWSIM\0") + relay_netlink.attribute(1, b"\x1c\0")
    assert len(data) % 4 == 0
    assert relay_netlink.find_attribute(data, 1) == b"\x1c\0"
    assert relay_netlink.find_attribute(data, 2) == b"MAC80211_HWSIM\0"
    assert relay_netlink.find_attribute(data, 3) is None
    assert relay_netlink.find_attribute(b"\0\0\1\0", 9) is None


def test_radios_and_ports_are_read_from_sysfs(tmp_path):
    """The second address of a hwsim radio is the one its messages carry."""
    phy = tmp_path / "ieee80211" / "phy0"
    phy.mkdir(parents=True)
    (phy / "addresses").write_text("02:00:00:00:00:00\n42:00:00:00:00:00\n")
    assert relay_module.radios(phy.parent) == RADIOS
    port = tmp_path / "virtio-ports" / "vport1p1"
    port.mkdir(parents=True)
    (port / "name").write_text("hil.radio\n")
    found = relay_module.find_port("hil.radio", port.parent)
    assert str(found) == "/dev/vport1p1"
    assert relay_module.find_port("other", port.parent) is None
