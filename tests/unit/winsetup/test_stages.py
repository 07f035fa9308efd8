# SPDX-License-Identifier: GPL-2.0-or-later
"""The stages: read from a console, and told by the scripts that they are named in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winsetup.answer_file import Answers, answer_file
from winsetup.provisioning import SCRIPTS
from winsetup.stages import NAMES, Told, awaited_after, read_told
from winsetup.wim import Edition


@pytest.mark.parametrize(
    ("console", "told"),
    [
        (b"", Told()),
        (b"BdsDxe: starting Boot0001\r\n", Told()),
        (b"HIL-STAGE windows-pe\r\n", Told("windows-pe")),
        (b"\x1b[2JHIL-STAGE specialize \r\nnoise\r\n", Told("specialize")),
        (b"HIL-STAGE ssh\r\nHIL-STAGE set", Told("ssh")),
        (b"HIL-STAGE no-such-stage\r\n", Told()),
        (b"HIL-STAGE ssh\nHIL-FAILED ssh: msiexec.exe ended with status 1603\n",
         Told("ssh", "ssh: msiexec.exe ended with status 1603")),
        (b"HIL-FAILED drivers:\nHIL-STAGE ssh\n", Told("", "drivers: no reason given")),
    ],
)  # fmt: skip
def test_what_a_console_tells(console: bytes, told: Told) -> None:
    """Whole lines of ours, whatever is beside them."""
    assert read_told(console) == told


@given(st.binary(max_size=200))
def test_no_console_does_harm(noise: bytes) -> None:
    """Bytes of any kind before a line of ours leave it what it is, or hide it."""
    assert read_told(noise + b"\nHIL-STAGE sealed\n").stage in (*NAMES, "")


def test_stages_come_in_order() -> None:
    """Each names the next; the last none."""
    first = awaited_after("")
    assert first is not None
    assert first.name == NAMES[0]
    assert [one and one.name for one in map(awaited_after, NAMES)] == [*NAMES[1:], None]


def test_each_stage_is_told_once_and_in_this_order() -> None:
    """By the answer file, by the first script and by the one after the restart."""
    edition = Edition(1, "W", "Pro", "amd64", 26100, False, "en-US")
    answers = answer_file(Answers(edition, "p", "LABEL")).decode()
    told = re.findall("echo HIL-STAGE ([a-z-]+)", answers)
    for script in ("first-logon.ps1", "after-restart.ps1"):
        told += re.findall("Enter-Stage '([a-z-]+)'", (SCRIPTS / script).read_text())
    assert tuple(told) == NAMES
