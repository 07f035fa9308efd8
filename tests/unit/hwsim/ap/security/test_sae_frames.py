# SPDX-License-Identifier: GPL-2.0-or-later
"""Commit and confirm as bytes, tokens in both forms, and rubbish."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.security.sae_frames import (
    Confirm,
    parse_commit,
    parse_confirm,
    token_request,
)
from hwsim.errors import WireError

SCALAR, ELEMENT = bytes(range(32)), bytes(range(64))
GROUP = b"\x13\0"


def test_a_token_of_hunting_and_pecking_stands_behind_the_group() -> None:
    """Of whatever length: scalar and element are at the end."""
    commit = parse_commit(GROUP + b"token" + SCALAR + ELEMENT, hash_to_element=False)
    assert (commit.token, commit.scalar, commit.element) == (b"token", SCALAR, ELEMENT)
    assert commit.body() == GROUP + SCALAR + ELEMENT


def test_elements_of_hash_to_element() -> None:
    """Password identifier (33), rejected groups (92) and token (93) follow; others do no harm."""
    behind = "ff022161ff055c14001500ff045d746f6bdd0100ff00"
    body = GROUP + SCALAR + ELEMENT + bytes.fromhex(behind)
    commit = parse_commit(body, hash_to_element=True)
    assert (commit.identifier, commit.rejected, commit.token) == (b"a", (20, 21), b"tok")


@pytest.mark.parametrize("hash_to_element", [False, True])
@pytest.mark.parametrize(
    "body", [b"", b"\x13", b"\x16\0" + SCALAR + ELEMENT, GROUP + SCALAR + ELEMENT[:-1]]
)
def test_what_is_no_commit(body: bytes, hash_to_element: bool) -> None:
    """No group, half of it, one that we do not know, one byte too few."""
    with pytest.raises(WireError):
        parse_commit(body, hash_to_element=hash_to_element)


def test_half_a_rejected_group() -> None:
    """Two bytes each."""
    with pytest.raises(WireError, match="half a rejected group"):
        parse_commit(GROUP + SCALAR + ELEMENT + b"\xff\x02\x5c\x14", hash_to_element=True)


def test_a_token_is_asked_for() -> None:
    """Bare, or in its element."""
    assert token_request(19, b"tok", hash_to_element=False).hex() == "1300746f6b"
    assert token_request(19, b"tok", hash_to_element=True).hex() == "1300ff045d746f6b"


def test_confirms() -> None:
    """The number in little endian, then the code."""
    assert parse_confirm(b"\1\0code") == Confirm(1, b"code")
    assert Confirm(1, b"code").body() == b"\1\0code"
    with pytest.raises(WireError):
        parse_confirm(b"\1\0")


@given(st.binary(max_size=150), st.booleans())
def test_rubbish(body: bytes, hash_to_element: bool) -> None:
    """The declared error only."""
    for known in (body, GROUP + body):
        with contextlib.suppress(WireError):
            parse_commit(known, hash_to_element=hash_to_element)
    with contextlib.suppress(WireError):
        parse_confirm(body)
