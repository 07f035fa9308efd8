# SPDX-License-Identifier: GPL-2.0-or-later
"""KEY rules on a key's form, its deletion, and what protection needs."""

from __future__ import annotations

from typing import Any

import pytest

from harness.evidence import names
from tests.unit.checks.builder import tell
from tests.unit.checks.judging import clean, only_finding, reasons
from tests.unit.checks.stories import api, in_post, steps, until
from tests.unit.checks.story import KEY, SERVICE, Story
from tests.unit.checks.story_steps import extension, key, key_id, registered

CCMP_KEY = "DOT11_KEY_ALGO_CCMP"


def deletion(result: int = 87, direction: int = 1, **changes: Any) -> Story:
    """A run in which the OS answers the deletion of a default key with this error."""
    value = KEY | {"bDelete": 1} | changes
    call = api(names.SET_DEFAULT_KEY, SERVICE, result, pKey=value, dot11Direction=direction)
    return in_post(call)()


@pytest.mark.parametrize(("cipher", "length"), [(0x101, 16), (0x101, 29), (1, 5), (5, 13), (9, 44)])
def test_key_06_lengths_that_fit(cipher: int, length: int) -> None:
    """DOT11_CIPHER_ALGO_WEP is WEP with a key of any length; only 40 and 104 fix theirs."""
    clean(in_post(key(AlgorithmId=cipher, usKeyLength=length))(), "KEY-06")


@pytest.mark.parametrize(
    ("cipher", "length"), [(1, 13), (5, 5), (4, 27), (8, 27), (9, 43), (0x101, 0)]
)
def test_key_06_lengths_that_do_not(cipher: int, length: int) -> None:
    """Too short for its structure, or another WEP's."""
    story = in_post(key(AlgorithmId=cipher, usKeyLength=length))()
    only_finding(story, "KEY-06", "WARN", f"usKeyLength is {length}")


def test_key_06_the_nested_keys_own_length() -> None:
    """A nested key whose own length leads out of usKeyLength is told, with both lengths."""
    fits = {"ulCCMPKeyLength": 16, "ucCCMPKey": {"length": 16, "hash": "00"}}
    clean(in_post(key(**{CCMP_KEY: fits}))(), "KEY-06")
    beyond = {"ulCCMPKeyLength": 64, "ucCCMPKey": {"out_of_bounds": True}}
    only_finding(in_post(key(**{CCMP_KEY: beyond}))(), "KEY-06", "WARN", "ulCCMPKeyLength 64")


def test_key_07_what_a_deletion_still_needs() -> None:
    """Index, address and direction say which key is meant: refusing a wrong one is right."""
    only_finding(deletion(), "KEY-07", "MISS", "refused")
    for story in (
        deletion(uKeyIndex=9),
        deletion(MacAddr="ff:ff:ff:ff:ff:ff"),
        deletion(direction=0),
    ):
        assert "names no key" in reasons(story, "KEY-07")


def test_key_11_a_refused_exclusion_excludes_nothing() -> None:
    """Where the OS refused SetExcludeUnencrypted, EAPOL needs no exemption."""

    def told(result: int) -> Story:
        ciphers = steps(
            api(names.SET_AUTH, dwAuthAlgo=7),
            api(names.SET_UNICAST_CIPHER, dwUnicastCipherAlgo=4),
            api(names.SET_MULTICAST_CIPHER, dwMulticastCipherAlgo=4),
            api(names.SET_EXCLUDE_UNENCRYPTED, result=result, bExcludeUnencrypted=1),
        )
        none = registered(pExemption=[], uNumOfExemption=0)
        return tell(ethertypes=none, ciphers=ciphers)

    only_finding(told(0), "KEY-11", "WARN", "no exemption")
    clean(told(50))


@pytest.mark.parametrize(("action", "packets", "counts"), [
    (1, 1, True), (2, 3, True), (0, 3, False), (1, 2, False),
])  # fmt: skip
def test_key_11_what_an_exemption_exempts(action: int, packets: int, counts: bool) -> None:
    """NO_EXEMPTION is none, and one of multicast packets lets no EAPOL of the access point in."""
    listed = {"ethertype_bytes": "888e", "action": action, "packet_type": packets}
    story = tell(ethertypes=registered(pExemption=[listed]))
    if counts:
        clean(story, "KEY-11")
    else:
        only_finding(story, "KEY-11", "WARN", "no exemption")


def test_key_09_named_before_it_is_set() -> None:
    """The order of the two calls is free, as long as the key is there when the session is
    completed; after a reset that goes for the keys set since."""
    early = steps(key_id(2), key(uKeyIndex=2))
    clean(tell(keys=early), "KEY-09")
    clean(tell(associations=2, keys=steps(key_id(1), key(uKeyIndex=1))), "KEY-09", "RST-07")
    only_finding(tell(keys=steps(key(), key_id(2))), "KEY-09", "WARN", "never set")


def test_key_09_where_nothing_is_completed() -> None:
    """The key may still have been to come."""
    story = until("m1", key_id(2))
    assert "no session was completed" in reasons(story, "KEY-09")


def test_key_09_keys_of_a_private_request() -> None:
    """What the driver was asked for in private may have been the key."""
    private = steps(extension(8), key(), key_id(2))
    assert "does not show all keys" in reasons(tell(keys=private), "KEY-09")


def test_key_09_where_records_are_lost() -> None:
    """The key may have been set in what is missing, up to the completion that needs it."""
    story = tell(keys=steps(key_id(2), key(uKeyIndex=2)))
    lost = next(i for i, line in enumerate(story.lines) if names.SET_DEFAULT_KEY + '"' in line)
    del story.lines[lost : lost + 2]
    assert "missing from the trace" in reasons(story, "KEY-09")
