# SPDX-License-Identifier: GPL-2.0-or-later
"""wpa_supplicant's debug stream: its outcomes are found, however it is cut, and nothing else.

And its process: what is sent to it waits until it listens, what it does is told, and it is ended.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from autoconfig.onex import peer as module
from autoconfig.onex.peer import DebugStream, Outcome, SupplicantPeer

from hil_common.loop import Loop

MSK, TUNNEL = bytes(range(64)), bytes(64)


def derived(method: str, key: bytes) -> bytes:
    """The line that tells a key."""
    return f"EAP-{method}: Derived key - hexdump(len={len(key)}): {key.hex(' ')}\n".encode()


EVENT = b"hilonex0: CTRL-EVENT-EAP-SUCCESS EAP authentication completed successfully\n"
FAILED = b"hilonex0: CTRL-EVENT-EAP-FAILURE EAP authentication failed\n"
READY = b"EAPOL: SUPP_PAE entering state CONNECTING\n"


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_outcomes_are_found_in_any_pieces(size: int) -> None:
    """PEAP with cryptobinding derives twice: the last key before the success is the MSK."""
    text = (
        READY + b"noise\n" * 3 + derived("PEAP", TUNNEL)
        + derived("MSCHAPV2", bytes(32)) + derived("PEAP", MSK) + EVENT
    )  # fmt: skip
    stream = DebugStream()
    found = [o for i in range(0, len(text), size) for o in stream.feed(text[i : i + size])]
    assert found == [Outcome(ready=True), Outcome(msk=MSK)]


def test_a_key_serves_one_success() -> None:
    """A second success without a key of its own is a failure: no old key is handed on."""
    stream = DebugStream()
    assert stream.feed(derived("TLS", MSK) + EVENT) == [Outcome(msk=MSK)]
    assert stream.feed(EVENT) == [Outcome(failed=True)]


def test_a_failure_forgets_the_key() -> None:
    """What a failed authentication derived is of no use."""
    stream = DebugStream()
    assert stream.feed(derived("PEAP", MSK) + FAILED) == [Outcome(failed=True)]
    assert stream.feed(EVENT) == [Outcome(failed=True)]


@pytest.mark.parametrize(
    "line", [derived("TLS", bytes(32)), b"EAP-TLS: Derived key - hexdump(len=64): [REMOVED]\n"]
)
def test_a_malformed_key_is_none(line: bytes) -> None:
    """A key of another length, or one that is not shown, is no key."""
    assert DebugStream().feed(line + EVENT) == [Outcome(failed=True)]


def test_a_line_without_end_is_cut() -> None:
    """The stream cannot fill the memory."""
    stream = DebugStream()
    for _ in range(100):
        stream.feed(b"x" * 65536)
    assert stream.feed(b"\n" + READY) == [Outcome(ready=True)]


LIMIT_S = 10.0
FRAME = b"\x02\x00\x00\x05\x01\x07\x00\x05\x01"
SAYS_READY = f"printf '{READY.decode().strip()}\\n'"
SAYS_KEY = f"printf '{derived('TLS', MSK).decode().strip()}\\n'"
SAYS_SUCCESS = f"printf '{EVENT.decode().strip()}\\n'"
SAYS_FAILED = f"printf '{FAILED.decode().strip()}\\n'"


class Supplicant:
    """A peer whose program runs its configuration as a shell script, the tap in our hands."""

    def __init__(self, program: Path, patch: pytest.MonkeyPatch) -> None:
        self.tap, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.tap.settimeout(LIMIT_S)
        theirs.setblocking(False)
        self._theirs = theirs.detach()
        patch.setattr(module, "COMMAND", str(program))
        patch.setattr(module, "_open_tap", lambda pattern: (self._theirs, "hilonex0"))
        self.loop = Loop()
        self.told: list[object] = []
        self.peer: SupplicantPeer | None = None

    def start(self, *script: str) -> SupplicantPeer:
        """Start it; it stays when it has said what it has to say."""
        self.peer = SupplicantPeer(self.loop, "\n".join(script), self)
        return self.peer

    def until(self, done: Callable[[], bool]) -> None:
        """Serve its events until something is so."""
        end = time.monotonic() + LIMIT_S
        while not done():
            assert time.monotonic() < end, self.told
            self.loop.turn(0.1)

    def on_eapol(self, frame: bytes) -> None:
        """See PeerEvents."""
        self.told.append(frame)

    def on_success(self, msk: bytes) -> None:
        """See PeerEvents."""
        self.told.append(("success", msk))

    def on_failure(self) -> None:
        """See PeerEvents."""
        self.told.append("failure")

    def on_gone(self) -> None:
        """See PeerEvents."""
        self.told.append("gone")


@pytest.fixture
def supplicant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supplicant]:
    """Not started yet."""
    program = tmp_path / "supplicant"
    program.write_text('#!/bin/sh\n. "$6"\nexec sleep 60\n')
    program.chmod(0o755)
    made = Supplicant(program, monkeypatch)
    yield made
    if made.peer is not None:
        made.peer.close()
    made.tap.close()
    made.loop.close()


def test_a_success_is_told_with_its_key(supplicant: Supplicant) -> None:
    """From the output of the process."""
    supplicant.start(SAYS_READY, SAYS_KEY, SAYS_SUCCESS)
    supplicant.until(lambda: bool(supplicant.told))
    assert supplicant.told == [("success", MSK)]


def test_a_failure_is_told(supplicant: Supplicant) -> None:
    """And no key is, that it derived before."""
    supplicant.start(SAYS_READY, SAYS_KEY, SAYS_FAILED)
    supplicant.until(lambda: bool(supplicant.told))
    assert supplicant.told == ["failure"]


def test_frames_wait_until_it_listens(supplicant: Supplicant, tmp_path: Path) -> None:
    """wpa_supplicant takes a while to open its interface: the request sent meanwhile is kept."""
    go = tmp_path / "go"
    os.mkfifo(go)
    peer = supplicant.start(f"cat {go}", SAYS_READY)
    peer.receive(FRAME)
    supplicant.tap.setblocking(False)
    with pytest.raises(BlockingIOError):
        supplicant.tap.recv(2048)
    supplicant.tap.settimeout(LIMIT_S)
    go.write_bytes(b"")
    supplicant.until(lambda: peer._ready)
    sent = supplicant.tap.recv(2048)
    assert (sent[:6], sent[12:14], sent[14:]) == (module.PAE_GROUP, b"\x88\x8e", FRAME)


def test_its_eapol_frames_are_handed_on(supplicant: Supplicant) -> None:
    """And nothing else that its interface sends."""
    supplicant.start(SAYS_READY)
    for kind in (b"\x86\xdd", b"\x88\x8e"):
        supplicant.tap.send(bytes(12) + kind + FRAME)
    supplicant.until(lambda: bool(supplicant.told))
    assert supplicant.told == [FRAME]


def test_a_process_that_ends_by_itself_is_told(supplicant: Supplicant) -> None:
    """Once, with all that is its closed."""
    supplicant.start(SAYS_READY, "exit 3")
    supplicant.until(lambda: bool(supplicant.told))
    assert supplicant.told == ["gone"]
    assert supplicant.tap.recv(1) == b""


def test_a_closed_one_is_dead_and_silent(supplicant: Supplicant) -> None:
    """Whoever closes it is told nothing any more, and may close it twice."""
    peer = supplicant.start(SAYS_READY)
    peer.close()
    peer.close()
    peer.receive(FRAME)
    assert peer._process.returncode == -9
    assert supplicant.told == []
    assert supplicant.tap.recv(1) == b""


def test_no_program_is_an_error_that_leaves_nothing_open(supplicant: Supplicant) -> None:
    """The tap is closed with it."""
    Path(module.COMMAND).unlink()
    with pytest.raises(FileNotFoundError):
        supplicant.start()
    assert supplicant.tap.recv(1) == b""
