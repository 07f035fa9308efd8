# SPDX-License-Identifier: GPL-2.0-or-later
"""hil doctor: one line for each need, with the exact fix for what is missing."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import PeerGone
from harness.guests.common.ssh import CommandResult
from harness.guests.registry import UNPROVEN, guest_of
from harness.lab import doctor
from harness.lab.doctor import Need, examine, examine_windows
from harness.local.folders import user_name
from harness.local.programs import ProgramMissing
from harness.vm import accel
from harness.vm.accel import Choice
from harness.vm.argv import DiskBoot
from harness.vm.firmware import FirmwareMissing

MISSING = FirmwareMissing("no UEFI firmware", hint="apt-get install ovmf")


def lab_of(guest: dict[str, str], store: dict[str, Path]) -> Lab:
    """lab.toml with these."""
    return Lab.model_validate({"guest": guest, "store": store})


def ask(*args: str) -> tuple[int, str]:
    """Exit code and output of `hil doctor ARGS`."""
    said = CliRunner().invoke(app, ["doctor", *args])
    return said.exit_code, said.output


def test_each_need_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are as many lines as needs, each with its mark."""
    needs = examine()
    _, output = ask()
    lines = output.splitlines()
    assert len(lines) == len(needs)
    for line, need in zip(lines, needs, strict=True):
        assert line.split(None, 1)[1].startswith(f"{need.name}: ")
    assert len({need.name for need in needs}) == len(needs)


def test_every_program_can_be_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine with nothing each program names the package that brings it; exit 2."""
    monkeypatch.setattr(doctor.shutil, "which", lambda *_, **__: None)
    code, output = ask()
    assert code == 2
    programs = [
        one for one in guest_of("reference").program_needs("run", "build") if not one.is_file
    ]
    assert len(programs) > 5
    for need in programs:
        start = f"MISSING {need.program}: "
        (line,) = (one for one in output.splitlines() if one.startswith(start))
        assert line.endswith(f"fix: apt-get install --no-install-recommends {need.packages[0]}")


def test_what_is_not_required_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    """KVM makes it faster, no more: its absence is told and is no failure."""
    slow = Need("KVM", False, "TCG is used", "usermod", required=False)
    monkeypatch.setattr(doctor, "examine", lambda: [slow])
    assert ask() == (0, "note    KVM: TCG is used; fix: usermod\n")


def test_json_holds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """For programs: name, whether it is met, what was found, the fix."""
    monkeypatch.setattr(doctor, "examine", lambda: [Need("make", False, "not found", "apt")])
    code, output = ask("--json")
    assert json.loads(output) == [{"need": "make", "ok": False, "found": "not found", "fix": "apt"}]
    assert code == 2


def test_an_ordinary_users_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without root the ranges of subordinate ids are needed; the fix adds them."""
    monkeypatch.setattr(doctor.os, "geteuid", lambda: 65534)
    monkeypatch.setattr(doctor, "_listed", lambda *_: False)
    needs = {need.name: need for need in doctor._namespaces()}
    user = user_name()
    assert needs[f"{user} in /etc/subuid"].fix == f"usermod --add-subuids 100000-165535 {user}"
    assert needs[f"{user} in /etc/subgid"].fix == f"usermod --add-subgids 100000-165535 {user}"
    assert "newuidmap" in needs


def test_a_user_is_found_in_the_list(tmp_path: Path) -> None:
    """By the whole name; a missing file lists nobody."""
    (tmp_path / "subuid").write_text("joanna:1:2\njo:100000:65536\n")
    assert doctor._listed(tmp_path / "subuid", "jo")
    assert not doctor._listed(tmp_path / "subuid", "joan")
    assert not doctor._listed(tmp_path / "no", "jo")


def test_a_full_disk_is_a_missing_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Free space is looked at where the cache will be, also before it is there."""
    usage = type("Usage", (), {"free": (1 << 30) - 1})
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    need = doctor._space(tmp_path / "not" / "yet", 1 << 30, "[store] cache in lab.toml")
    assert not need.ok
    assert "free 1 GiB there, or set [store] cache" in need.fix


def test_a_user_without_a_name_or_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that is run by number: a need with its fix, and no traceback."""
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", _no_home)
    needs = {need.name: need for need in doctor.examine()}
    assert "XDG_CACHE_HOME" in needs["folder for the cache"].fix
    assert "4000000000 in /etc/subuid" in needs


def _no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_a_kvm_that_opens_is_not_said_to_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a guest that runs shows that; one that cannot be opened is told with the fix."""
    monkeypatch.setattr(doctor, "unusable", lambda: "")
    assert "whether it runs the guest" in doctor._accelerator().found
    monkeypatch.setattr(doctor, "unusable", lambda: "/dev/kvm does not exist")
    assert doctor._accelerator().found == "TCG is used: /dev/kvm does not exist"


def test_a_qemu_without_the_device_of_a_port_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to have it; the fix says how."""
    monkeypatch.setattr(doctor, "vhost_user_misfit", lambda: None)
    assert doctor._vhost_user().ok
    monkeypatch.setattr(doctor, "vhost_user_misfit", lambda: "QEMU 7.2: too old")
    need = doctor._vhost_user()
    assert (need.ok, need.required, need.found) == (False, False, "QEMU 7.2: too old")

    def absent() -> str | None:
        raise ProgramMissing("qemu-system-x86_64")

    monkeypatch.setattr(doctor, "vhost_user_misfit", absent)
    assert doctor._vhost_user().found == "no QEMU"


class Deep:
    """In place of `open_guest`: a guest that answers, or does not come up."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.labs, self.folders = fault, list[Lab](), list[Path]()
        self.accel = Choice("tcg", "KVM hung")
        self.ssh = self

    def run(self, command: str) -> CommandResult:
        """What the guest says it is."""
        assert command == "ver"
        return CommandResult(0, "Microsoft Windows 10.0.19045", "")

    @contextlib.contextmanager
    def open(self, lab: Lab, *args: Any, **_: Any) -> Iterator[Deep]:
        """The guest."""
        self.labs.append(lab)
        self.folders.append(args[-1])
        if self.fault is not None:
            raise self.fault
        yield self


def test_deep_means_that_the_guest_is_booted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Booted, not restored, and with what was known of KVM forgotten; nothing of it stays."""
    deep = Deep()
    monkeypatch.setattr(doctor, "open_guest", deep.open)
    lab = Lab.model_validate({"store": {"cache": tmp_path}})
    (tmp_path / accel.RECORD).write_text("{}")
    needs = list(doctor.examine_deeply(lab, PlainConsole(io.StringIO())))
    assert [need.ok for need in needs] == [True, True]
    assert needs[0].found == "tcg: KVM hung"
    assert "Microsoft Windows 10.0.19045" in needs[1].found
    assert deep.labs[0].guest.saved_state is False
    assert not deep.folders[0].exists()
    assert not (tmp_path / accel.RECORD).exists()


def test_a_guest_that_does_not_boot_leaves_its_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault says what happened; the folder it names stays."""
    deep = Deep(PeerGone("boot of the guest", 3, "QEMU stopped the guest"))
    monkeypatch.setattr(doctor, "open_guest", deep.open)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    lab = Lab.model_validate({"store": {"cache": tmp_path}})
    with pytest.raises(PeerGone):
        list(doctor.examine_deeply(lab, PlainConsole(io.StringIO())))
    assert deep.folders[0].exists()


def test_this_python_is_new_enough() -> None:
    """The tests themselves run on it."""
    assert doctor._python().ok
    assert doctor._python().found == ".".join(map(str, sys.version_info[:3]))


def test_a_file_that_tests_alone_need_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without it runs the lab all the same."""
    monkeypatch.setattr(doctor.Path, "exists", lambda _: False)
    needs = {need.name: need for need in examine()}
    files = {one.use: one.when for one in guest_of("reference").program_needs() if one.is_file}
    assert {"build", "test"} == set(files.values())
    assert all(needs[use].required == (when != "test") for use, when in files.items())


def test_the_firmware_is_the_one_that_an_image_is_built_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That with Secure Boot: another that the machine has is of no use to the build."""
    other = DiskBoot(Path("OVMF.fd"), Path("VARS.fd"), secure=False)

    def only_without(*, secure_boot: bool) -> DiskBoot:
        if secure_boot:
            raise MISSING
        return other

    monkeypatch.setattr(doctor, "find_firmware", only_without)
    windows = {"kind": "windows", "image": "w10", "radio": "rtl8187b"}
    needs = {one.name: one for one in examine_windows(lab_of(windows, {"cache": tmp_path}))}
    assert not needs["UEFI firmware"].ok


def test_a_windows_guest_needs_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Firmware and an image; a rehearsal needs neither, and says what it is."""
    monkeypatch.setattr(doctor, "find_firmware", lambda **_: (_ for _ in ()).throw(MISSING))
    cache = {"cache": tmp_path}
    windows = {"kind": "windows", "image": "w10", "radio": "rtl8187b"}
    needs = {one.name: one for one in examine_windows(lab_of(windows, cache))}
    assert not needs["UEFI firmware"].ok
    assert needs["UEFI firmware"].required
    assert "no such Windows image" in needs["image of Windows"].found
    rehearsal = {"kind": "windows", "image": "rehearsal"}
    needs = {one.name: one for one in examine_windows(lab_of(rehearsal, cache))}
    assert not needs["UEFI firmware"].required
    assert "nothing of it is Windows" in needs["image of Windows"].found
    assert not examine_windows(Lab())[-1].required


def test_what_was_run_on_windows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is unproven, with the step that would show it."""
    _, output = ask("--windows")
    assert "run on Windows: nothing yet" in output
    assert output.count("unproven: ") == len(UNPROVEN)
    assert "`hil prove windows`" in output
