# SPDX-License-Identifier: GPL-2.0-or-later
"""A boot that cannot succeed is seen early: by what QEMU says, or by the console's silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.vm import boot
from harness.vm.boot import KVM_SILENCE_S, BootWatch, watch


class Guest:
    """A machine with a console to write on."""

    def __init__(self, folder: Path) -> None:
        self.serial_log = folder / "serial.log"
        self.stopped = ""

    def trouble(self) -> str:
        """What QEMU says."""
        return self.stopped

    def state(self) -> str:
        """The console's last line."""
        return "serial console: Linux"


@pytest.fixture
def guest(tmp_path: Path) -> Any:
    """A machine that has said nothing yet."""
    return Guest(tmp_path)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be moved on by hand."""
    now = [100.0]
    monkeypatch.setattr(boot.time, "monotonic", lambda: now[0])
    return now


def test_silence_is_bounded_and_each_word_begins_it_anew(guest: Any, clock: list[float]) -> None:
    """A console that goes on is a guest that runs, however slowly."""
    watched = BootWatch(guest, silence_s=10, _heard_at_s=clock[0])
    clock[0] += 9
    assert watched.trouble() == ""
    guest.serial_log.write_text("Linux\n")
    assert watched.trouble() == ""
    clock[0] += 10.5
    assert watched.trouble() == "the guest does not go on: serial console: Linux for 10 s"


def test_what_qemu_says_comes_first(guest: Any, clock: list[float]) -> None:
    """A stop nobody asked for needs no waiting."""
    guest.stopped = "QEMU stopped the guest (internal-error)"
    assert watch(guest, "tcg").trouble() == guest.stopped


def test_only_under_kvm_is_silence_a_sign(guest: Any) -> None:
    """An emulated guest may be slow; the boot's own limit bounds it."""
    assert watch(guest, "kvm").silence_s == KVM_SILENCE_S
    assert watch(guest, "tcg").silence_s is None
