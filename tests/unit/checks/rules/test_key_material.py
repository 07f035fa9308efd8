# SPDX-License-Identifier: GPL-2.0-or-later
"""KEY rules."""

from __future__ import annotations

from typing import Any

from harness.evidence import names
from tests.unit.checks.builder import tell
from tests.unit.checks.judging import clean, only_finding
from tests.unit.checks.stories import api, steps
from tests.unit.checks.story import KEY, Story


def key(direction: int = 1, **changes: Any) -> Story:
    """A good run with one more default key."""

    def step(s: Story) -> None:
        s.api(names.SET_DEFAULT_KEY, pKey=KEY | changes, dot11Direction=direction)

    return tell(after={"keys": step})


def test_key_01_direction() -> None:
    """INBOUND and BOTH pass, OUTBOUND and anything else not; a deletion is not looked at."""
    clean(key(3), "KEY-01")
    only_finding(key(2), "KEY-01", "FAIL", "OUTBOUND")
    only_finding(key(9), "KEY-01", "FAIL", "no value of DOT11_DIRECTION")
    clean(key(2, bDelete=1), "KEY-01")


def test_key_02_index() -> None:
    """0 to 3, BIP 4 and 5, vendors' ciphers any."""
    clean(key(uKeyIndex=3), "KEY-02")
    clean(key(uKeyIndex=4, AlgorithmId=6), "KEY-02")
    clean(key(uKeyIndex=77, AlgorithmId=0x80000001), "KEY-02")
    for cipher in (0xB, 0xC, 0xD):  # BIP-GMAC-128, BIP-GMAC-256, BIP-CMAC-256
        clean(key(uKeyIndex=5, AlgorithmId=cipher, usKeyLength=44), "KEY-02")
        only_finding(key(AlgorithmId=cipher, usKeyLength=44), "KEY-02", "FAIL", "index 1")
    only_finding(key(uKeyIndex=4), "KEY-02", "FAIL", "index 4")
    only_finding(key(uKeyIndex=1, AlgorithmId=6), "KEY-02", "FAIL", "cipher 0x6")


def test_key_02_key_id() -> None:
    """A default key id above 3 is a finding, unless of BIP or a vendor's cipher."""

    def step(s: Story) -> None:
        s.api(names.SET_DEFAULT_KEY_ID, uDefaultKeyId=4)

    only_finding(tell(after={"keys": step}), "KEY-02", "FAIL", "key 4")
    bip = {"uKeyIndex": 4, "AlgorithmId": 6}
    both = steps(api(names.SET_DEFAULT_KEY, pKey=KEY | bip, dot11Direction=1), step)
    clean(tell(after={"keys": both}), "KEY-02")
    chosen = api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=0x80000002)
    clean(tell(after={"ciphers": chosen, "keys": step}), "KEY-02")


def test_key_03_address() -> None:
    """Zero and unicast addresses pass, group addresses do not."""
    clean(key(MacAddr="02:00:00:00:01:00"), "KEY-03")
    only_finding(key(MacAddr="ff:ff:ff:ff:ff:ff"), "KEY-03", "FAIL", "ff:ff:ff:ff:ff:ff")
