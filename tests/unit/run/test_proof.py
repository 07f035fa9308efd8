# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil prove windows`: its steps run until one fails, and the failure is told as whose it is."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import LabFault, UsageError
from harness.guests.common.ssh import Login
from harness.lab.doctor import Need
from harness.results import Verdict
from harness.run import proof as module
from harness.run.proof import Proof, prove
from harness.run.vendor import CommandLineDll
from tests.unit.doubles import IMAGES

LAB = Lab.model_validate({"guest": {"kind": "windows", "image": "rehearsal"}})


class Guest:
    """What the steps are done on, of which each may fail."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.asked: list[int] = []
        self.verdict = Verdict.PASS
        key = folder / "key"
        key.write_text("-----key-----\n")
        login = Login("Administrator", key, "ssh-ed25519 AAAA")
        self.image = replace(IMAGES, login=login)
        self.needs = [Need("qemu", True, "there")]
        self.steps: dict[str, Callable[[Any], str]] = dict.fromkeys(
            module.WINDOWS_GUEST_STEPS, lambda _: "seen"
        )
        guest = SimpleNamespace(prepare=lambda *_: self.image)
        monkeypatch.setattr(module, "guest_of", lambda _: guest)
        monkeypatch.setattr(module, "examine", lambda: self.needs)
        monkeypatch.setattr(module, "examine_windows", lambda _: [])
        monkeypatch.setattr(module, "open_guest", self.open)
        monkeypatch.setattr(module, "perform", self.perform)
        monkeypatch.setattr(module, "WINDOWS_GUEST_STEPS", self.steps)
        monkeypatch.setattr(module, "_subject", lambda *_: None)

    @contextlib.contextmanager
    def open(self, *_: object) -> Any:
        """It runs."""
        yield SimpleNamespace(accel=SimpleNamespace(accel="tcg"))

    def perform(self, plan: Any, _: object) -> tuple[Any, Path]:
        """A run."""
        self.asked.append(plan.scenario.associations)
        return SimpleNamespace(verdict=self.verdict, reason="why", duration_s=1.0), self.folder

    def proof(self) -> Proof:
        """All steps on it."""
        folder = self.folder / "proof"
        folder.mkdir()
        return prove(LAB, CommandLineDll(), folder, PlainConsole(io.StringIO()))


@pytest.fixture
def guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guest:
    """One with which all is well."""
    return Guest(tmp_path, monkeypatch)


def test_all_ten(guest: Guest) -> None:
    """The last two are runs; a rehearsal is told as one."""
    proof = guest.proof()
    assert proof.complete
    assert proof.rehearsal
    assert guest.asked == [1, 20]
    assert proof.step("series").seen == "PASS: why"
    assert b"-----key-----" in proof.secrets


def test_a_driver_that_is_wrong_is_a_lab_that_works(guest: Guest) -> None:
    """What is proven is that it is seen."""
    guest.verdict = Verdict.FAIL
    assert guest.proof().complete


def test_the_first_that_fails_is_the_last(guest: Guest) -> None:
    """With what was seen; the others were not reached."""

    def gone(_: object) -> str:
        raise LabFault("the WLAN adapter", 0, "Windows lists none")

    guest.steps["adapter"] = gone
    proof = guest.proof()
    assert [one.outcome for one in proof.steps] == [
        *["done"] * 5, "failed", *["not reached"] * 4,
    ]  # fmt: skip
    assert "Windows lists none" in proof.step("adapter").seen
    assert not proof.mistake


@pytest.mark.parametrize("verdict", [Verdict.MISS, Verdict.ERROR])
def test_a_run_of_which_nothing_is_known_fails(guest: Guest, verdict: Verdict) -> None:
    """The lab broke, or the test could not be carried out."""
    guest.verdict = verdict
    assert guest.proof().step("handlers").outcome == "failed"


def test_handlers_that_were_not_called_are_not_proven(guest: Guest) -> None:
    """A driver of a newer model was measured, which another adapter puts right."""
    guest.verdict = Verdict.DONE
    proof = guest.proof()
    assert proof.step("handlers").outcome == "failed"
    assert "Native 802.11" in proof.step("handlers").seen
    assert proof.mistake


def test_what_is_missing_on_this_machine_is_for_the_user(guest: Guest) -> None:
    """Nothing was started."""
    guest.needs = [Need("qemu", False, "not found", "apt-get install qemu")]
    proof = guest.proof()
    assert proof.mistake
    assert proof.step("machine").seen == "qemu: not found (apt-get install qemu)"
    assert proof.step("image").outcome == "not reached"


def test_a_mistake_is_told_with_its_way_out(guest: Guest) -> None:
    """As the command would."""

    def refuse(_: object) -> str:
        raise UsageError("no IHV Extensions DLL", hint="--dll")

    guest.steps["recorder"] = refuse
    assert guest.proof().step("recorder").seen == "no IHV Extensions DLL (--dll)"
