# SPDX-License-Identifier: GPL-2.0-or-later
"""wpa_supplicant's debug stream: its outcomes are found, however it is cut, and nothing else."""

from __future__ import annotations

import pytest
from autoconfig.onex.peer import DebugStream, Outcome

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
