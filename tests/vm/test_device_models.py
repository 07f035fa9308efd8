# SPDX-License-Identifier: GPL-2.0-or-later
"""Device models that do not come along, as docs/adding-a-device-model.md has them, in the guest.

The kernel's unmodified driver binds to the model in C, which is a process of its own.
"""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.local.deadline import Deadline
from harness.scenarios import AirRule
from tests import device_model_guide as guide
from tests.vm.plugged import Plugged, guest_with_usb, plugged
from tests.vm.user import Command, command_line, descendants


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model in C, compiled."""
    folder = tmp_path_factory.mktemp("model")
    guide.lay_out(folder)
    return guide.compiled(folder)


@pytest.fixture(scope="module")
def adapter(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugged]:
    """It is plugged into a guest, and wpa_supplicant connects by it."""
    folder = tmp_path_factory.mktemp("usb")
    with (
        guest_with_usb(folder) as guest,
        plugged(guest, f"exec:{program}", tmp_path_factory.mktemp("air")) as one,
    ):
        yield one


def test_the_kernels_driver_takes_a_process_for_its_chip(adapter: Plugged) -> None:
    """It binds, hears the access point at its signal, associates, and data passes."""
    driver = adapter.shell.run("readlink /sys/class/net/wlan0/device/driver").output
    assert driver.strip().endswith("/rtl8187")
    adapter.await_connected()
    signal_dbm = re.search(r"signal: (-\d+) dBm", adapter.shell.run("iw dev wlan0 link").output)
    assert signal_dbm is not None
    assert abs(int(signal_dbm[1]) + 40) <= 2
    echo = adapter.air.echo(3, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (3, True, True)
    ping = "busybox ping -c 1 -W 5 -s $n 10.77.0.1 >/dev/null"
    said = adapter.shell.run(f"for n in 0 416 424 928 1472; do {ping} || echo lost $n; done")
    assert said.output.strip() == ""


def test_its_driver_sees_a_frame_that_is_lost(adapter: Plugged) -> None:
    """M2 is not acknowledged, and comes again."""
    adapter.connect(1, (AirRule.model_validate({"message": "M2", "action": "drop"}),))
    assert adapter.kinds(1).count("M2") >= 2


def test_a_process_that_dies_is_a_fault_of_the_lab(adapter: Plugged) -> None:
    """It is told with how it ended, and the guest sees the adapter go."""
    name = adapter.name.removeprefix("exec:")
    (child,) = (pid for pid in descendants(os.getpid()) if command_line(pid).startswith(name))
    os.kill(child, signal.SIGKILL)
    deadline = Deadline("the fault of the model", 20)
    deadline.poll(lambda: adapter.air.state.fault or None)
    assert adapter.air.state.fault == f"model: {adapter.name}: its process ended by signal 9"
    assert adapter.air.state.fault_of == "model"
    deadline.poll(lambda: adapter.shell.run("ip link show wlan0").status != 0 or None)


def test_the_guides_run(command: Command) -> None:
    """`hil run` with its class in Python and its lab.toml: the driver passes."""
    folder, text = command.folder, guide.labs()[0]
    guide.lay_out(folder)
    guide.run("cp docs/device-model/deaf_chip.py .", folder)
    told = next(one for one in guide.commands() if one.startswith("./hil run"))
    command.start(*told.split()[1:], lab=f'[store]\nruns = "runs"\n{text}')
    assert command.wait() == 0, command.output
    result = json.loads((command.run_dir / "result.json").read_text())
    assert result["verdict"] == "PASS"
    assert result["environment"]["other"]["radio"] == "deaf_chip:DeafChip"


def test_a_model_that_raises_is_told_in_a_line(command: Command) -> None:
    """MISS, with the reason; no traceback, and nothing against the driver."""
    (command.folder / "broken.py").write_text(
        "from hwsim.usb.models.realtek.rtl8187l import Rtl8187l\n\n\nclass Chip(Rtl8187l):\n"
        "    def receive(self, frame):\n        return self.not_there[frame]\n"
    )
    command.start("run", "-n", "1", lab='[store]\nruns = "runs"\n[guest]\nradio = "broken:Chip"\n')
    assert command.wait() == 3, command.output
    why = "broken:Chip: receive() raised AttributeError: 'Chip' object has no attribute 'not_there'"
    assert f"{why} at broken.py:6" in command.output
    assert "Traceback" not in command.output
    assert "FAIL" not in command.output
