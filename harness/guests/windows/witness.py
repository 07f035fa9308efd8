# SPDX-License-Identifier: GPL-2.0-or-later
"""What bears witness in a Windows guest beside the trace: event log, dumps, Driver Verifier."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Final

from pydantic import TypeAdapter

from harness.errors import LabFault
from harness.evidence import DriverVerifier, WallClock
from harness.evidence.event_names import APPLICATION_ERROR, BUGCHECK, KERNEL_POWER, WLAN
from harness.evidence.sources.base import EVENT_LOG
from harness.evidence.sources.crash_dumps import DUMPS, MAX_BYTES, MAX_FILES
from harness.evidence.sources.event_xml import MAX_BYTES as MAX_LOG
from harness.guests.common.recorder import FOLDER
from harness.guests.common.ssh import Ssh
from harness.guests.windows.adapters import place_of, the_adapter
from harness.guests.windows.powershell import PowerShell
from harness.guests.windows.verifier import has_ndis_wifi, verified_drivers

LOGS: Final = ("System", "Application", "Microsoft-Windows-WLAN-AutoConfig/Operational")
PROVIDERS: Final = (WLAN, BUGCHECK, KERNEL_POWER, APPLICATION_ERROR)
DUMP_PLACES: Final = (r"C:\Windows\Minidump\*.dmp", rf"{FOLDER}\dumps\*.dmp")
"""Of Windows, and of wlanext.exe as an image that `hil image build windows` made is set up."""
MOST_EVENTS: Final = 10_000
"""Of one log."""
CLOCK_STEP_NS: Final = 16_000_000
"""How often Windows moves its calendar on, at the least: 64 times a second."""
_YEAR_1_TO_1970: Final = 621_355_968_000_000_000
"""In the ticks of .NET, which count from the year 1 in units of 100 ns."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading.ps1 answers."""

    before: int
    utc: int
    after: int
    frequency: int


@dataclass(frozen=True, slots=True)
class Found:
    """What events.ps1 answers: how many events it wrote, and where the dumps are."""

    events: int
    dumps: tuple[str, ...]


READING: Final = TypeAdapter(Reading)
FOUND: Final = TypeAdapter(Found)


class WindowsWitness:
    """See `Witness`. Every call is bounded, and raises `LabFault`."""

    def __init__(self, ssh: Ssh, *, limit_s: float) -> None:
        self._ssh = ssh
        self._shell = PowerShell(ssh, limit_s=limit_s)

    def reading(self) -> WallClock:
        """See `Witness`."""
        return wall_clock(self._shell.ask("reading", READING))

    def verifier(self) -> DriverVerifier:
        """See `Witness`."""
        miniport = place_of(the_adapter(self._shell).image).name
        verified = self._ssh.run("verifier /query").output
        set_to = self._ssh.run("verifier /querysettings").output
        return verifier_of(miniport, verified, set_to)

    def fetch(self, folder: Path, since_utc_ns: int) -> tuple[str, ...]:
        """See `Witness`."""
        target = FOLDER / EVENT_LOG
        found = self._shell.ask(
            "events", FOUND, since_ms=since_utc_ns // 1_000_000, target=str(target),
            logs=LOGS, providers=PROVIDERS, dumps=DUMP_PLACES, most=MOST_EVENTS,
        )  # fmt: skip
        content = self._ssh.read_from(target, 0, MAX_LOG + 1)
        (folder / EVENT_LOG).write_bytes(content)
        lacking = []
        if found.events >= MOST_EVENTS or len(content) > MAX_LOG:
            lacking.append(f"{EVENT_LOG}: {found.events} events; what came later is left out")
        for number, place in enumerate(found.dumps[:MAX_FILES], 1):
            try:
                data = self._ssh.read_from(PureWindowsPath(place), 0, MAX_BYTES)
            except LabFault as fault:
                lacking.append(f"{place}: {fault.message}")
                continue
            (folder / DUMPS).mkdir(exist_ok=True)
            (folder / DUMPS / f"{number:02}.dmp").write_bytes(data)
        return tuple(lacking)


def wall_clock(told: Reading) -> WallClock:
    """A reading as it is kept; raises `LabFault` for one that cannot be."""
    if told.frequency <= 0 or not 0 <= told.before <= told.after:
        raise LabFault("reading of Windows' clocks", 0, f"they say {told}")
    before_ns, after_ns = (
        ticks * 1_000_000_000 // told.frequency for ticks in (told.before, told.after)
    )
    half_ns = (after_ns - before_ns) // 2
    utc_ns = (told.utc - _YEAR_1_TO_1970) * 100
    return WallClock(utc_ns, before_ns + half_ns, half_ns + CLOCK_STEP_NS)


def verifier_of(miniport: str, verified: str, set_to: str) -> DriverVerifier:
    """Driver Verifier by what it prints: names of files and its flags are in no language."""
    drivers = verified_drivers(verified)
    return DriverVerifier(miniport, drivers[:100], bool(drivers) and has_ndis_wifi(set_to))
