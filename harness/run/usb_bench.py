# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil bench usb`: emulated USB adapters beside the simulated radio, in turns.

Each turn is a guest of its own with one radio: some associations of the plain scenario, as any run
has them, then frames delivered by the port alone, one at a time and many at a time. What else the
machine does falls on all radios alike, since each round has a turn of each.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from harness.config.lab import SIMULATED, USB_RADIOS, Lab, RadioName
from harness.console import Console
from harness.errors import HarnessError, UsageError
from harness.guests.common.ssh import Ssh
from harness.lab.air_in_guest import must
from harness.lab.bring_up import RunningGuest
from harness.lab.root_shell import root_shell
from harness.lab.shared_guest import SharedGuest
from harness.run.bench import measured_plan, passed
from harness.run.perform import open_lab
from harness.run.usb_figures import Radio, UsbFigures

TURN: Final = 5
"""Associations of a radio's turn."""
ALONE: Final = 300
"""Frames that are on their way alone."""
MANY: Final = 5000
WINDOW: Final = 32
"""Frames that are on their way at a time: fewer than any adapter's driver has buffers for."""
SIZE: Final = 256
FREQ_MHZ: Final = 2412
LIMIT_S: Final = 60.0
LISTEN: Final = (
    "ip link set wlan0 down; iw dev wlan0 set type monitor && ip link set wlan0 up && "
    f"iw dev wlan0 set freq {FREQ_MHZ}"
)

RECEIVED: Final = "cat /sys/class/net/wlan0/statistics/rx_packets"


def measure_usb(
    lab: Lab,
    console: Console,
    associations: int,
    adapters: Sequence[RadioName],
    environment: dict[str, str],
) -> UsbFigures:
    """Measure these adapters and the simulated radio; raises `HarnessError` for a run that does not
    pass. A turn takes half a minute."""
    radios: tuple[RadioName, ...] = (SIMULATED, *adapters)
    figures = UsbFigures(environment, {name: Radio() for name in radios})
    rounds = -(-associations // TURN)
    for number in range(1, rounds + 1):
        for name in radios:
            with console.stage(f"round {number} of {rounds}: {name}"):
                _turn(_lab_with(lab, name), console, figures.radios[name])
    return figures


def adapters_named(names: Sequence[str] | None) -> tuple[RadioName, ...]:
    """These adapters, all of them for none; raises `UsageError` for one there is not."""
    strange = [name for name in names or () if name not in USB_RADIOS]
    if strange:
        raise UsageError(
            f"--adapter {strange[0]}: no emulated USB adapter", hint="`hil radios` lists them"
        )
    return tuple(name for name in USB_RADIOS if not names or name in names)


def _lab_with(lab: Lab, radio: RadioName) -> Lab:
    return lab.model_copy(update={"guest": lab.guest.model_copy(update={"radio": radio})})


def _turn(lab: Lab, console: Console, found: Radio) -> None:
    with tempfile.TemporaryDirectory(prefix="hil-bench-") as folder:
        plan = measured_plan(lab, Path(folder), associations=TURN, saved_state=True)
        shared = SharedGuest()
        with open_lab(console, shared, in_history=False) as opened:
            result = passed(opened.perform(plan)[0])
            found.handshakes_ms += [
                one.timing_us["handshake"] / 1000
                for item in result.associations
                for one in item.handshakes
                if "handshake" in one.timing_us
            ]
            if shared.guest is None:
                raise HarnessError("the guest of a run that passed is gone", hint="run it again")
            with root_shell(shared.guest) as shell:
                _measure_port(shared.guest, shell, found)


def _measure_port(guest: RunningGuest, shell: Ssh, found: Radio) -> None:
    """Have the radio listen, and frames delivered to it."""
    must(shell, LISTEN)
    guest.air.wait_radio(LIMIT_S)
    before = int(must(shell, RECEIVED))
    alone, many = (
        guest.air.measure_port(frames, window=window, size=SIZE, freq_mhz=FREQ_MHZ, limit_s=LIMIT_S)
        for frames, window in ((ALONE, 1), (MANY, WINDOW))
    )
    received = int(must(shell, RECEIVED)) - before
    if alone.refused or many.refused or received < ALONE + MANY:
        raise HarnessError(
            f"of {ALONE + MANY} frames {received} reached the guest's interface",
            hint="see the guest's console; on a machine with other work try again",
        )
    found.took_us += alone.took_us
    found.rates.append(round(many.rate, 1))
