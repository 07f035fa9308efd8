# SPDX-License-Identifier: GPL-2.0-or-later
"""A KVM that opens and does not run the guest: the run goes on without it, and says why.

It is played by a program in QEMU's place that, asked for KVM, starts the real QEMU with a processor
that stands still: QMP answers, the console is silent, as on hosts where KVM lies.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.vm.accel import RECORD
from tests.vm.user import Command

STAND_IN = """#!/bin/bash
arguments=()
for word; do
    case $word in
    *accel=kvm*) word=${word/accel=kvm/accel=tcg}; kvm=yes ;;
    host) word=max,smap=off ;;
    esac
    arguments+=("$word")
done
[ "$kvm" ] && [[ " $* " == *" -name LIES "* ]] && arguments+=(-S)
exec QEMU "${arguments[@]}"
"""
"""Machines named LIES never run a step."""


@pytest.fixture
def cache(tmp_path: Path, hil_config: Lab) -> Path:
    """The cache with all that is built, and nothing known of KVM."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for built in hil_config.store.cache.iterdir():
        if built.is_dir() and built.name.partition("-")[0] != "state":
            (folder / built.name).symlink_to(built)
    for state in hil_config.store.cache.glob("state-*"):
        (folder / state.name).symlink_to(state)
    return folder


@pytest.mark.parametrize(
    ("lies", "said"),
    [
        ("hil-probe", r"the guest's kernel does not run under KVM: silent for 8 s"),
        ("hil-state", r"the guest failed under KVM: the guest does not go on: .*silent for 12 s"),
    ],
    ids=["at its first line", "after its first line"],
)
def test_a_run_goes_on_without_it(
    command: Command,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lies: str,
    said: str,
) -> None:
    """PASS under TCG; the reason is on the console and in the result, what the failed start said
    is in the run's folder, and the next run does not try again."""
    real = shutil.which("qemu-system-x86_64")
    stand_in = tmp_path / "bin" / "qemu-system-x86_64"
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN.replace("LIES", lies).replace("QEMU", str(real)))
    stand_in.chmod(0o755)
    device = tmp_path / "kvm"
    device.touch()
    monkeypatch.setenv("PATH", f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HIL_KVM", str(device))
    monkeypatch.delenv("HIL_ACCEL", raising=False)
    lab = f'[store]\nruns = "runs"\ncache = "{cache}"\n'

    command.start("run", "-n", "1", lab=lab)
    assert command.wait() == 0, command.output
    environment = command.result()["environment"]
    assert environment["accelerator"] == "tcg"
    assert said.partition(":")[0] in command.output
    assert re.search(said, environment["accelerator_reason"])
    kept = list(command.run_dir.glob("kvm-*/qmp.jsonl"))
    assert len(kept) == 1
    assert (cache / RECORD).is_file()

    command.start("run", "-n", "1", lab=lab)
    assert command.wait() == 0, command.output
    assert "tries again" in command.result()["environment"]["accelerator_reason"]
