# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil worker`: what it begins, and on which machine it does not."""

from __future__ import annotations

import os

import pytest

from harness.cli import worker as module
from harness.lab.doctor import Need
from tests.unit.command import Command


def test_a_machine_that_cannot_run_a_guest_lends_nothing(
    hil: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what is missing, and who has the fix."""
    monkeypatch.setattr(module, "examine", lambda: [Need("qemu", False, "not found")])
    said = hil("worker", "tcp://127.0.0.1:1")
    assert said.code == 2
    assert said.err.startswith("error: this machine cannot run a guest: qemu: not found\nhint: ")


def test_a_fit_one_becomes_a_worker(hil: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process a slot, each with the resource that a cell takes."""
    monkeypatch.setattr(module, "examine", list)
    seen: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, argv: seen.append(argv))
    hil("worker", "tcp://lab1:8786", "--slots", "2")
    (argv,) = seen
    assert argv[1:4] == ["-m", "harness.nightly.lend", "tcp://lab1:8786"]
    assert "lab_slot=1" in argv
    assert argv[argv.index("--nworkers") + 1] == "2"


@pytest.mark.parametrize("address", ["lab1", "tcp://lab1", "tcp://lab1:x", "http://lab1:8786"])
def test_what_is_no_address_is_refused(
    address: str, hil: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dask would end with a traceback and 1, which says that the driver is wrong."""
    monkeypatch.setattr(module, "examine", list)
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("a worker was begun"))
    said = hil("worker", address)
    assert said.code == 2
    assert "no address of a scheduler" in said.err


def test_tls_wants_its_certificates(hil: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are set where dask has its configuration."""
    monkeypatch.setattr(module, "examine", list)
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("a worker was begun"))
    said = hil("worker", "tls://lab1:8786")
    assert said.code == 2
    assert "certificate" in said.err
