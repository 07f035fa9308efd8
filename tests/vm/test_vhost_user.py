# SPDX-License-Identifier: GPL-2.0-or-later
"""The port `vhost_user`: frames in the virtqueues of the guest's kernel, with QEMU of Debian's
backports, which alone has the device."""

from __future__ import annotations

import json

import pytest

from harness.config.lab import Lab
from harness.lab.bring_up import RunningGuest
from harness.vm.host import GENERIC_DEVICE, qemu_release
from tests.vm.newer_qemu import newer_qemu
from tests.vm.user import Command

LAB = """[store]
runs = "runs"
[air]
port = "vhost_user"
[guest]
accel = "{accel}"                # which of the two it is is known by now
"""


def test_associations_over_virtio_device_29(
    command: Command, guest: RunningGuest, hil_config: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same guest with the same module associates and answers echoes; every rule holds, no frame
    goes by the relay, and what M4 was lost for is asked again."""
    monkeypatch.setenv("PATH", str(newer_qemu(hil_config.store.cache)), prepend=":")
    lab = LAB.format(accel=guest.accel.accel)
    command.start("run", "-n", "1", "plain", "m4-lost", lab=lab)
    assert command.wait() == 0, command.output
    runs = [json.loads(path.read_text()) for path in command.folder.glob("runs/2*/result.json")]
    assert sorted(run["scenario"] for run in runs) == ["m4-lost", "plain"]
    for run in runs:
        assert qemu_release(run["environment"]["qemu"]) >= GENERIC_DEVICE
        assert [one["verdict"] for one in run["associations"]] == ["PASS"]
        assert run["environment"]["other"]["radio port"] == "vhost_user"
