# SPDX-License-Identifier: GPL-2.0-or-later
"""What the service arranges for its own process: neither is a reason not to serve."""

from __future__ import annotations

import os

import pytest
from autoconfig import process_setup


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What it notes."""
    notes: list[str] = []
    monkeypatch.setattr(process_setup, "note", notes.append)
    return notes


def test_it_goes_before_ordinary_processes(
    notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Itself (0), by the kernel's call."""
    asked: list[tuple[int, ...]] = []
    monkeypatch.setattr(os, "setpriority", lambda *args: asked.append(args))
    process_setup.raise_priority()
    assert (asked, notes) == ([(os.PRIO_PROCESS, 0, -10)], [])


def test_without_the_right_to_it_serves_all_the_same(
    notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line tells why it may be slow."""

    def refuse(*args: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse)
    process_setup.raise_priority()
    assert notes == ["no right to a higher priority"]


def test_ciphers_are_asked_of_the_kernel_by_name(
    notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that it does not have is noted, the others are prepared."""
    made_up = ("hash", "no-such-hash")
    monkeypatch.setattr(process_setup, "CIPHERS", (made_up, *process_setup.CIPHERS))
    process_setup.preload_ciphers()
    assert notes[0].startswith("no-such-hash not prepared: ")


PROC_CRYPTO = """\
name         : cbc(aes)
driver       : cbc-aes-aesni
priority     : 400
type         : skcipher
async        : yes

name         : aes
driver       : aes-generic
priority     : 100
type         : cipher

name         : aes
driver       : aes-aesni
priority     : 300
type         : cipher

"""


def test_the_block_cipher_is_that_of_the_highest_priority() -> None:
    """As the kernel itself chooses; without one its plain name is as good."""
    assert process_setup.driver_of("aes", PROC_CRYPTO) == "aes-aesni"
    assert process_setup.driver_of("twofish", PROC_CRYPTO) == "twofish"
