# SPDX-License-Identifier: GPL-2.0-or-later
"""The EAP peer: a wpa_supplicant process of its own, fed with EAPOL over a tap.

It runs with the driver for wired networks, so it does 802.1X and EAP and nothing of 802.11. Its
control interface tells no key, so the MSK is read from its debug stream, a pipe: of the lines of
the stream two kinds of outcome and the key are looked at, nothing is kept, nothing is logged. Its
configuration, with a password in it, is handed over in a memory file without a name.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import struct
import subprocess
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hil_common.loop import Loop

from ..log import note

COMMAND = "/usr/sbin/wpa_supplicant"
TUN_DEVICE = "/dev/net/tun"
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000  # linux/if_tun.h
PAE_GROUP = bytes.fromhex("0180c2000003")  # IEEE 802.1X-2010, Table 11-1
EAPOL_TYPE = bytes.fromhex("888e")
ETHERNET_HEADER_BYTES = 14
MAX_FRAME_BYTES = 2048
MAX_LINE_BYTES = 4096
MAX_HELD = 8
MSK_BYTES = 64  # RFC 3748, 7.10
EXIT_LIMIT_S = 2.0

READY = b"EAPOL: SUPP_PAE entering state CONNECTING"
SUCCESS, FAILURE = b"CTRL-EVENT-EAP-SUCCESS", b"CTRL-EVENT-EAP-FAILURE"
KEYS = tuple(
    b"EAP-%s: Derived key - hexdump(len=64): " % name for name in (b"TLS", b"TTLS", b"PEAP")
)
"""With cryptobinding PEAP derives twice: the last key before the success is the MSK."""


class PeerEvents(Protocol):
    """What an EAP peer reports, from within the loop."""

    def on_eapol(self, frame: bytes) -> None:
        """An EAPOL frame, from its version byte on, is to be sent."""

    def on_success(self, msk: bytes) -> None:
        """The authentication succeeded; 64 bytes. Secret."""

    def on_failure(self) -> None:
        """The authentication failed."""

    def on_gone(self) -> None:
        """The process ended by itself."""


class Peer(Protocol):
    """A running EAP peer."""

    def receive(self, frame: bytes) -> None:
        """Hand over an EAPOL frame of the authenticator, from its version byte on."""

    def close(self) -> None:
        """End it; nothing is reported any more."""


PeerFactory = Callable[[str, PeerEvents], Peer]


@dataclass(frozen=True)
class Outcome:
    """A line of the debug stream that says something."""

    ready: bool = False
    msk: bytes | None = None  # the success
    failed: bool = False


class DebugStream:
    """Finds the outcomes in wpa_supplicant's debug output."""

    def __init__(self) -> None:
        self._rest = b""
        self._key: bytes | None = None

    def feed(self, data: bytes) -> list[Outcome]:
        """The outcomes in the next piece of the stream."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()[:MAX_LINE_BYTES]
        return [outcome for line in lines if (outcome := self._line(line)) is not None]

    def _line(self, line: bytes) -> Outcome | None:
        if line.startswith(KEYS):
            self._key = _key_of(line.rpartition(b": ")[2])
        elif SUCCESS in line:
            key, self._key = self._key, None
            return Outcome(msk=key) if key is not None else Outcome(failed=True)
        elif FAILURE in line:
            self._key = None
            return Outcome(failed=True)
        elif line.startswith(READY):
            return Outcome(ready=True)
        return None


def _key_of(digits: bytes) -> bytes | None:
    try:
        key = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return None
    return key if len(key) == MSK_BYTES else None


class SupplicantPeer:
    """wpa_supplicant on a tap.

    Args:
        loop: serves the tap and the debug stream.
        config: wpa_supplicant.conf(5). Secret.
        events: told what comes of it.
        interface: name for the tap; the kernel puts a free number for %d.

    Raises:
        OSError: no tap, or no wpa_supplicant.
    """

    def __init__(
        self, loop: Loop, config: str, events: PeerEvents, interface: str = "hilonex%d"
    ) -> None:
        self._loop = loop
        self._events = events
        self._stream = DebugStream()
        self._held: deque[bytes] = deque(maxlen=MAX_HELD)
        self._ready = False
        self._open = True
        self._tap, interface = _open_tap(interface)
        try:
            self._process = _start(interface, config)
        except OSError:
            os.close(self._tap)
            raise
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        loop.watch(self._tap, self._from_tap)
        loop.watch(self._output, self._from_stream)

    def receive(self, frame: bytes) -> None:
        """See Peer. What comes before the process listens is held back for it."""
        if not self._ready:
            self._held.append(frame)
        elif self._open:
            with contextlib.suppress(OSError):
                os.write(self._tap, PAE_GROUP + PAE_GROUP[:5] + b"\x01" + EAPOL_TYPE + frame)

    def close(self) -> None:
        """See Peer."""
        if not self._open:
            return
        self._open = False
        self._loop.unwatch(self._tap)
        self._loop.unwatch(self._output)
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        os.close(self._tap)
        assert self._process.stdout is not None
        self._process.stdout.close()
        try:
            self._process.wait(EXIT_LIMIT_S)
        except subprocess.TimeoutExpired:
            note("the EAP peer does not die; left behind")

    def _from_tap(self) -> None:
        try:
            frame = os.read(self._tap, MAX_FRAME_BYTES)
        except BlockingIOError:
            return
        if frame[12:ETHERNET_HEADER_BYTES] == EAPOL_TYPE:
            self._events.on_eapol(frame[ETHERNET_HEADER_BYTES:])

    def _from_stream(self) -> None:
        try:
            data = os.read(self._output, 65536)
        except BlockingIOError:
            return
        if not data:
            self.close()
            note(f"the EAP peer ended with status {self._process.returncode}")
            self._events.on_gone()
            return
        for outcome in self._stream.feed(data):
            if self._open:
                self._tell(outcome)

    def _tell(self, outcome: Outcome) -> None:
        if outcome.msk is not None:
            self._events.on_success(outcome.msk)
        elif outcome.failed:
            self._events.on_failure()
        elif outcome.ready:
            self._ready = True
            while self._held:
                self.receive(self._held.popleft())


def _open_tap(pattern: str) -> tuple[int, str]:
    tap = os.open(TUN_DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        request = struct.pack("16sH22x", pattern.encode(), IFF_TAP | IFF_NO_PI)
        named = fcntl.ioctl(tap, TUNSETIFF, request)
    except OSError:
        os.close(tap)
        raise
    return tap, named[:16].rstrip(b"\0").decode()


def _start(interface: str, config: str) -> subprocess.Popen[bytes]:
    memory = os.memfd_create("eap")
    try:
        os.write(memory, config.encode("utf-8"))
        return subprocess.Popen(
            (COMMAND, "-D", "wired", "-i", interface, "-c", f"/proc/self/fd/{memory}", "-d", "-K"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(memory,),
            bufsize=0,
        )
    finally:
        os.close(memory)
