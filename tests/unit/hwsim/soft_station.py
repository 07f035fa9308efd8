# SPDX-License-Identifier: GPL-2.0-or-later
"""A station and its relay in software, to try the air process without a VM.

Written from the standards and the radio port's framing, without any code of ``hwsim``: what both
sides got wrong in the same way would not show otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import socket
import struct
import time
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

GUEST_OFFSET_NS = 4_000_000_000_123
"""The software guest's clock minus the host's."""

RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac020000")
RATES = bytes.fromhex("010882848b960c121824")
LLC_EAPOL = bytes.fromhex("aaaa03000000888e")
LLC_ARP = bytes.fromhex("aaaa030000000806")
LLC_IP = bytes.fromhex("aaaa030000000800")
FREQ = 2437
LIMIT_S = 10.0


def guest_ns() -> int:
    """The software guest's clock."""
    return time.monotonic_ns() + GUEST_OFFSET_NS


def prf(key: bytes, label: bytes, data: bytes, size: int) -> bytes:
    """The PRF of 12.7.1.2, that many bytes of it."""
    out = b""
    for i in range(-(-size // 20)):
        out += hmac.new(key, label + b"\x00" + data + bytes([i]), hashlib.sha1).digest()
    return out[:size]


def ones_complement(data: bytes) -> int:
    """The Internet checksum."""
    data += b"\0" * (len(data) & 1)
    total = sum(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


@dataclass
class KeyMessage:
    """An EAPOL-Key frame as the station sees it."""

    info: int
    replay: int
    nonce: bytes
    rsc: bytes
    mic: bytes
    data: bytes
    pdu: bytes
    protected: bool
    sequence: int

    @property
    def name(self) -> str:
        """Which message it is."""
        pairwise, ack, mic = self.info & 8, self.info & 0x80, self.info & 0x100
        assert ack
        if not pairwise:
            return "G1"
        return "M3" if mic else "M1"


class CcmpFrame:
    """CCMP of 12.5.3 for data frames without QoS and with three addresses."""

    def __init__(self, key: bytes, key_id: int = 0) -> None:
        self.ccm = AESCCM(key, tag_length=8)
        self.key_id = key_id

    @staticmethod
    def _inputs(header: bytes, pn: int) -> tuple[bytes, bytes]:
        fc0, fc1 = header[0] & 0x8F, (header[1] & 0xC7) | 0x40
        aad = bytes([fc0, fc1]) + header[4:22] + bytes([header[22] & 15, 0])
        return b"\0" + header[10:16] + pn.to_bytes(6, "big"), aad

    def seal(self, header: bytes, plain: bytes, pn: int) -> bytes:
        """Protect a payload."""
        header = bytes([header[0], header[1] | 0x40]) + header[2:]
        nonce, aad = self._inputs(header, pn)
        n = pn.to_bytes(6, "little")
        ccmp = bytes([n[0], n[1], 0, 0x20 | self.key_id << 6, n[2], n[3], n[4], n[5]])
        return header + ccmp + self.ccm.encrypt(nonce, plain, aad)

    def open(self, frame: bytes) -> tuple[int, bytes]:
        """Packet number and payload of a protected frame."""
        header, ccmp = frame[:24], frame[24:32]
        pn = int.from_bytes(ccmp[:2] + ccmp[4:], "little")
        assert ccmp[3] == 0x20 | self.key_id << 6
        nonce, aad = self._inputs(header, pn)
        return pn, self.ccm.decrypt(nonce, frame[32:], aad)


class SoftStation:
    """The radio port's far end: relay and station in one, driven step by step.

    Its AKM is PSK; a subclass with another one has its own RSNE, key descriptor with its version,
    lengths in bytes (of MIC, KCK and KEK), `expand` and `mic`; one with another cipher its own
    `cipher` and lengths of its keys. `offered` is the access point's RSNE if it has more to offer.
    """

    rsne = RSNE
    offered = b""
    descriptor = 2
    version = 2
    cipher: type[CcmpFrame] = CcmpFrame
    pmk_length = 32
    tk_length = 16
    gtk_length = 16
    g1_key_length = 0
    mic_length = 16
    kck_length = 16
    kek_length = 16

    def __init__(
        self, path: str, *, ssid: str, passphrase: str, mac: str = "02:00:00:00:00:00",
        bssid: str = "02:48:49:4c:00:01", ip: str = "10.77.0.2", report: bool = True,
        protected: bool = True,
    ) -> None:  # fmt: skip
        self.connect(path)
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.hw = b"\x42" + self.mac[1:]
        self.bssid = bytes.fromhex(bssid.replace(":", ""))
        self.ip = socket.inet_aton(ip)
        self.ssid = ssid.encode()
        self.pmk = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), self.ssid, 4096, 32)
        self.report = report
        self.protected = protected
        self.buffer = b""
        self.cookie = 100
        self.freq = FREQ
        self.more_radios: list[bytes] = []
        self.beside: list[StationBeside] = []
        self.seq = 0
        self.status: dict[int, int] = {}
        self.beacons: list[tuple[int, bytes]] = []
        self.inbox: list[bytes] = []
        self.arrived_ns = 0
        self.snonce = os.urandom(32)
        self.ptk: bytes = b""
        self.tk: CcmpFrame | None = None
        self.gtk: dict[int, CcmpFrame] = {}
        self.tx_pn = 0
        self.group_pns: list[int] = []
        self.sent_ns = 0

    # relay

    def connect(self, path: str) -> None:
        """Connect to the radio port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.wait_at_most(LIMIT_S)
        self.sock.connect(path)

    def wait_at_most(self, limit_s: float) -> None:
        """How long :meth:`pump` waits for something to read; TimeoutError after that."""
        self.sock.settimeout(limit_s)

    def hello(self) -> None:
        """The relay's HELLO."""
        macs = [self.mac, *self.more_radios, *(one.mac for one in self.beside)]
        radios = [{"mac": mac.hex(":"), "hw": (b"\x42" + mac[1:]).hex(":")} for mac in macs]
        self.message(1, json.dumps({"relay": 1, "radios": radios}).encode())

    def message(self, kind: int, payload: bytes) -> None:
        """A message on the radio port."""
        self.sock.sendall(struct.pack("<IB3xQ", len(payload), kind, guest_ns()) + payload)

    def send_frame(self, frame: bytes, *, flags: int = 1, freq: int | None = None) -> int:
        """Send a frame as the kernel would; returns its cookie."""
        self.cookie += 1

        def attr(kind: int, value: bytes) -> bytes:
            head = struct.pack("<HH", 4 + len(value), kind)
            return head + value + b"\0" * (-len(value) % 4)

        payload = struct.pack("<BBH", 2, 1, 0) + attr(2, self.hw) + attr(3, frame)
        payload += attr(4, struct.pack("<I", flags))
        payload += attr(19, struct.pack("<I", freq or self.freq))
        payload += attr(7, bytes.fromhex("00010001ff00ff00"))
        payload += attr(8, struct.pack("<Q", self.cookie))
        self.sent_ns = time.monotonic_ns()
        self.message(2, payload)
        return self.cookie

    def pump(self) -> None:
        """Read from the port once; frames go to the inbox, beacons apart."""
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("the air closed the radio port")
        self.buffer += data
        while len(self.buffer) >= 16:
            length, kind, _ = struct.unpack_from("<IB3xQ", self.buffer)
            if len(self.buffer) < 16 + length:
                break
            payload, self.buffer = self.buffer[16 : 16 + length], self.buffer[16 + length :]
            self._on_message(kind, payload)

    def _on_message(self, kind: int, payload: bytes) -> None:
        if kind == 1:
            assert json.loads(payload) == {"air": 1}
            self.hello()
        elif kind == 5:
            self.message(6, payload)
        elif kind == 3:
            self._on_netlink(struct.unpack_from("<I", payload)[0], payload[4:])

    def _on_netlink(self, tag: int, message: bytes) -> None:
        if tag and self.report:
            self.message(4, struct.pack("<Ii", tag, 0))
        attrs, at = {}, 4
        while at < len(message):
            length, kind = struct.unpack_from("<HH", message, at)
            attrs[kind] = message[at + 4 : at + length]
            at += (length + 3) // 4 * 4
        radio = attrs[2 if message[0] == 3 else 1]
        for one in self.beside:
            if radio == one.hw:
                one.take(message[0], attrs)
                return
        if radio[1:] not in [mac[1:] for mac in self.more_radios]:
            self.take(message[0], attrs)

    def take(self, command: int, attrs: dict[int, bytes]) -> None:
        """A status of what was sent, or a frame."""
        if command == 3:
            assert attrs[2] == self.hw
            self.status[struct.unpack("<Q", attrs[8])[0]] = struct.unpack("<I", attrs[4])[0]
            return
        assert command == 2
        assert attrs[1] == self.hw
        frame = attrs[3]
        if frame[0] == 0x80:
            self.beacons.append((time.monotonic_ns(), frame))
        else:
            self.arrived_ns = time.monotonic_ns()
            self.inbox.append(frame)

    def next_frame(self, limit_s: float = LIMIT_S) -> bytes:
        """The next frame to us or to all, beacons apart; AssertionError after ``limit_s``."""
        end = time.monotonic() + limit_s
        while not self.inbox:
            assert time.monotonic() < end, "no frame came"
            self.wait_at_most(max(end - time.monotonic(), 0.001))
            try:
                self.pump()
            except TimeoutError:
                raise AssertionError(f"no frame came within {limit_s} s") from None
        return self.inbox.pop(0)

    def next_of(self, kind: int) -> bytes:
        """The next frame of a type and subtype (0xC0: deauthentication), others apart. What the air
        says of a frame comes when the station has taken it."""
        return next(frame for frame in iter(self.next_frame, b"") if frame[0] == kind)

    def acked(self, cookie: int) -> bool:
        """Whether the frame was acknowledged, once its transmit status is there."""
        self.wait_at_most(LIMIT_S)
        while cookie not in self.status:
            self.pump()
        return bool(self.status[cookie] & 4)

    # 802.11

    def header(self, fc: bytes, receiver: bytes, address3: bytes) -> bytes:
        """An 802.11 header of ours with the next sequence number."""
        self.seq = (self.seq + 1) % 4096
        control = struct.pack("<H", self.seq << 4)
        return fc + b"\x3a\x01" + receiver + self.mac + address3 + control

    def management(self, subtype: int, body: bytes, receiver: bytes | None = None) -> int:
        """Send a management frame; returns its cookie."""
        to = receiver or self.bssid
        return self.send_frame(self.header(bytes([subtype << 4, 0]), to, to) + body)

    def probe(self, ssid: bytes) -> int:
        """Send a probe request."""
        return self.management(4, b"\0" + bytes([len(ssid)]) + ssid + RATES, b"\xff" * 6)

    def authenticate(self) -> None:
        """Open authentication; it must succeed."""
        cookie = self.management(11, struct.pack("<HHH", 0, 1, 0))
        frame = self.next_frame()
        assert frame[0] == 0xB0, frame.hex()
        assert struct.unpack_from("<HHH", frame, 24) == (0, 2, 0)
        assert self.acked(cookie)

    def assoc_request(self, rsne: bytes | None = None, ssid: bytes | None = None) -> int:
        """Send an association request."""
        name = self.ssid if ssid is None else ssid
        body = struct.pack("<HH", 0x0431, 5) + bytes([0, len(name)]) + name + RATES
        return self.management(0, body + (self.rsne if rsne is None else rsne))

    def reassociate(self, before: bytes) -> None:
        """Reassociate, coming from the access point ``before``; it must succeed."""
        self.tk = None
        body = struct.pack("<HH", 0x0431, 5) + before
        body += bytes([0, len(self.ssid)]) + self.ssid + RATES + self.rsne
        self.management(2, body)
        assert self.assoc_status(0x30) == 0

    def shake(self) -> None:
        """Both sides of a 4-way handshake that begins with the next frame."""
        m1 = self.key_message()
        self.m2(m1)
        self.m4(self.key_message())
        self.install()

    def assoc_status(self, kind: int = 0x10) -> int:
        """The status of the association response that comes next."""
        frame = self.next_frame()
        assert frame[0] == kind, frame.hex()
        assert frame[10:16] == frame[16:22] == self.bssid
        return int(struct.unpack_from("<H", frame, 26)[0])

    def associate(self) -> None:
        """Associate; it must succeed."""
        self.assoc_request()
        assert self.assoc_status() == 0

    def reason(self, frame: bytes) -> int:
        """The reason in a deauthentication."""
        assert frame[0] == 0xC0, frame.hex()
        assert frame[4:10] == self.mac
        return int(struct.unpack_from("<H", frame, 24)[0])

    def data(self, payload: bytes, *, pn: int | None = None, protect: bool = True) -> int:
        """Send a data frame, protected once there is a key."""
        header = self.header(b"\x08\x01", self.bssid, self.bssid)
        if self.tk is None or not protect:
            return self.send_frame(header + payload)
        if pn is None:
            self.tx_pn += 1
            pn = self.tx_pn
        return self.send_frame(self.tk.seal(header, payload, pn))

    # EAPOL

    def key_message(self, limit_s: float = LIMIT_S) -> KeyMessage:
        """The EAPOL-Key frame that comes next."""
        return self.parse_key(self.next_frame(limit_s))

    def parse_key(self, frame: bytes) -> KeyMessage:
        """Check and read an EAPOL-Key frame."""
        assert frame[0] == 0x08, frame.hex()
        assert frame[4:10] == self.mac
        assert frame[10:16] == frame[16:22] == self.bssid
        protected = bool(frame[1] & 0x40)
        if protected:
            assert self.tk is not None
            payload = self.tk.open(frame)[1]
        else:
            payload = frame[24:]
        assert payload[:8] == LLC_EAPOL
        pdu = payload[8:]
        assert pdu[0] == 2
        assert pdu[1] == 3
        assert struct.unpack_from(">H", pdu, 2)[0] == len(pdu) - 4
        _, info, length, replay = struct.unpack_from(">BHHQ", pdu, 4)
        assert length == (self.tk_length if info & 8 else self.g1_key_length)
        mic_end = 81 + self.mic_length
        data_at = mic_end + 2
        size = struct.unpack_from(">H", pdu, mic_end)[0]
        assert len(pdu) == data_at + size
        return KeyMessage(
            info, replay, pdu[17:49], pdu[65:73], pdu[81:mic_end], pdu[data_at:], pdu, protected,
            struct.unpack_from("<H", frame, 22)[0] >> 4,
        )  # fmt: skip

    def key_pdu(self, info: int, replay: int, nonce: bytes, data: bytes, kck: bytes) -> bytes:
        """An EAPOL-Key frame with its MIC."""
        body = struct.pack(">BHHQ", self.descriptor, info, 0, replay) + nonce.ljust(32, b"\0")
        body += bytes(16 + 8 + 8 + self.mic_length) + struct.pack(">H", len(data)) + data
        pdu = bytearray(struct.pack(">BBH", 1, 3, len(body)) + body)
        pdu[81 : 81 + self.mic_length] = self.mic(kck, bytes(pdu))
        return bytes(pdu)

    def derive(self, m1: KeyMessage) -> None:
        """Derive the PTK."""
        a, s = self.bssid, self.mac
        lo_hi = min(a, s) + max(a, s) + min(m1.nonce, self.snonce) + max(m1.nonce, self.snonce)
        self.ptk = self.expand(lo_hi)

    @property
    def kck(self) -> bytes:
        """The key of MICs: the PTK's first part."""
        return self.ptk[: self.kck_length]

    def expand(self, context: bytes) -> bytes:
        """The PTK over addresses and nonces."""
        return prf(self.pmk, b"Pairwise key expansion", context, 32 + self.tk_length)

    def mic(self, kck: bytes, pdu: bytes) -> bytes:
        """The MIC of an EAPOL-Key frame."""
        return hmac.new(kck, pdu, hashlib.sha1).digest()[:16]

    def m2(self, m1: KeyMessage, rsne: bytes | None = None, *, spoil: bool = False) -> int:
        """Answer M1, in the clear."""
        pdu = self.m2_pdu(m1, rsne)
        if spoil:
            pdu = pdu[:81] + bytes([pdu[81] ^ 1]) + pdu[82:]
        return self.data(LLC_EAPOL + pdu, protect=False)

    def m2_pdu(self, m1: KeyMessage, rsne: bytes | None = None) -> bytes:
        """The answer to M1, and the PTK that follows from it."""
        assert m1.name == "M1"
        assert m1.info == 0x0088 | self.version
        self.derive(m1)
        info, element = 0x0108 | self.version, self.rsne if rsne is None else rsne
        return self.key_pdu(info, m1.replay, self.snonce, element, self.kck)

    def check(self, key: KeyMessage) -> bytes:
        """Verify the MIC and return the unwrapped key data."""
        zeroed = key.pdu[:81] + bytes(self.mic_length) + key.pdu[81 + self.mic_length :]
        assert self.mic(self.kck, zeroed) == key.mic
        kek = self.ptk[self.kck_length : self.kck_length + self.kek_length]
        return aes_key_unwrap(kek, key.data)

    def take_gtk(self, plain: bytes) -> int:
        """Remember the group key of key data; returns its identifier."""
        at = plain.index(bytes((0xDD, 6 + self.gtk_length)) + bytes.fromhex("000fac01"))
        key_id = plain[at + 6] & 3
        assert key_id in (1, 2)
        self.gtk[key_id] = self.cipher(plain[at + 8 : at + 8 + self.gtk_length], key_id)
        return key_id

    def m4(self, m3: KeyMessage, *, protect: bool = False) -> int:
        """Check M3 and answer it."""
        assert m3.name == "M3"
        assert m3.info == 0x13C8 | self.version
        plain = self.check(m3)
        assert plain.startswith(self.offered or self.rsne)
        self.take_gtk(plain)
        pdu = self.key_pdu(0x0308 | self.version, m3.replay, b"", b"", self.kck)
        return self.data(LLC_EAPOL + pdu, protect=protect)

    def install(self) -> None:
        """Use the pairwise key from now on; its packet number starts over."""
        tk_at = self.kck_length + self.kek_length
        self.tk = self.cipher(self.ptk[tk_at : tk_at + self.tk_length])
        self.tx_pn = 0

    def g2(self, g1: KeyMessage) -> int:
        """Check G1 and answer it."""
        assert g1.name == "G1"
        assert g1.info == 0x1380 | self.version
        self.take_gtk(self.check(g1))
        pdu = self.key_pdu(0x0300 | self.version, g1.replay, b"", b"", self.kck)
        return self.data(LLC_EAPOL + pdu)

    def join(self) -> None:
        """The good path, from authentication to keys in use."""
        self.authenticate()
        self.associate()
        m1 = self.key_message()
        self.m2(m1)
        m3 = self.key_message()
        assert m3.nonce == m1.nonce
        self.m4(m3)
        self.install()

    # behind the keys

    def open(self, frame: bytes) -> bytes:
        """The payload of a frame to us or to all; it is protected unless the network is open."""
        assert bool(frame[1] & 0x40) == self.protected
        if not self.protected:
            return frame[24:]
        if frame[4] & 1:
            pn, plain = self.gtk[frame[27] >> 6].open(frame)
            self.group_pns.append(pn)
            return plain
        assert self.tk is not None
        return self.tk.open(frame)[1]

    def answer(self, frame: bytes) -> str:
        """Answer an ARP request or echo request as a host does; returns which it was."""
        payload = self.open(frame)
        if payload[:8] == LLC_ARP:
            arp = payload[8:]
            assert arp[24:28] == self.ip
            reply = arp[:7] + b"\x02" + self.mac + self.ip + arp[8:18]
            self.data(LLC_ARP + reply)
            return "arp"
        assert payload[:8] == LLC_IP
        ip, icmp = payload[8:28], payload[28:]
        assert ones_complement(ip) == 0
        assert ones_complement(icmp) == 0
        assert icmp[0] == 8
        self.data(LLC_IP + self.packet(ip[16:20], ip[12:16], b"\0\0" + icmp[4:]))
        return "icmp"

    def packet(self, source: bytes, destination: bytes, icmp: bytes) -> bytes:
        """An IPv4 packet; ``icmp`` is type, code and what follows the checksum."""
        body = icmp[:2] + b"\0\0" + icmp[2:]
        body = icmp[:2] + ones_complement(body).to_bytes(2, "big") + icmp[2:]
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 7, 0, 64, 1, 0)
        head += source + destination
        return head[:10] + ones_complement(head).to_bytes(2, "big") + head[12:] + body


class StationBeside(SoftStation):
    """Another radio of the same guest: one relay carries what both say."""

    def __init__(self, first: SoftStation, **changes: str) -> None:
        self._first = first
        super().__init__("", **changes)  # type: ignore[arg-type]
        first.beside.append(self)

    def connect(self, path: str) -> None:
        """It is connected."""
        self.sock = self._first.sock

    def pump(self) -> None:
        """Read from the port once, for both."""
        self._first.pump()
