# SPDX-License-Identifier: GPL-2.0-or-later
"""[limits] of lab.toml: every bound on a wait, and on what the DLL may use, as one value.

From here a value goes wherever it counts: to the checker (`harness.checks.CheckLimits`), to the
guest's WLAN service (`of_guest`) and to the lab's own waits. Findings and lab faults that rest on
one name it as it stands in lab.toml. No document of Microsoft's gives a number for any of them.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo

from harness.checks import CheckLimits
from harness.config.validation import Strict
from harness.local.deadline import Limit

LONGEST_S: Final = 3600.0


def _named(value: float, info: ValidationInfo) -> Limit:
    return Limit(value, f"[limits] {info.field_name}")


Seconds = Annotated[float, Field(gt=0, le=LONGEST_S), AfterValidator(_named)]

_OURS: Final = CheckLimits()


def _command_s(known: dict[str, Any]) -> float:
    start_s = _of(known, "load_s") + 2 * _of(known, "handler_s")
    stop_s = 3 * _of(known, "handler_s") + _of(known, "deinit_s") + _of(known, "unload_s")
    return min(LONGEST_S, 20 + max(start_s, stop_s))


def _association_s(known: dict[str, Any]) -> float:
    both_s = _of(known, "pre_associate_s") + _of(known, "post_associate_s")
    return min(LONGEST_S, 5 + 3 * _of(known, "handler_s") + both_s)


def _disconnect_s(known: dict[str, Any]) -> float:
    return min(LONGEST_S, 10 + 2 * _of(known, "handler_s"))


def _of(known: dict[str, Any], name: str) -> float:
    """A value that was read before; its default if it was refused, which is told anyway."""
    return float(known.get(name, getattr(_OURS, name)))


class LimitsConfig(Strict):
    """The table. Times are in seconds, up to an hour."""

    model_config = ConfigDict(validate_default=True)

    # What the DLL may take and use.
    load_s: Seconds = _OURS.load_s
    """From the start of the DLL's process to the end of InitService."""
    handler_s: Seconds = _OURS.handler_s
    """One call of a handler; then its process is ended."""
    deinit_s: Seconds = _OURS.deinit_s
    """DeinitService; a real DLL was seen to wait 300 s in it."""
    unload_s: Seconds = _OURS.unload_s
    """The end of the process after DeinitService."""
    pre_associate_s: Seconds = _OURS.pre_associate_s
    """From the return of PerformPreAssociate to its completion."""
    post_associate_s: Seconds = _OURS.post_associate_s
    """From the return of PerformPostAssociate to its completion."""
    busy_s: Seconds = _OURS.busy_s
    """How long the DLL may keep the processor busy on end."""
    race_s: Seconds = _OURS.race_s
    """How long a call of another thread, decided on before DeinitAdapter, StopPostAssociate or
    AdapterReset was entered, may take to come."""
    threads: Annotated[int, Field(ge=16, le=4096)] = _OURS.threads
    """Threads of the DLL's process, our IHV host's ten included; each takes 0.7 MiB."""
    memory_mib: Annotated[int, Field(ge=0, le=65536)] = _OURS.memory_mib
    """Memory of the DLL's process; 0: three eighths of the guest's."""

    # What the guest's WLAN service does by itself.
    scan_s: Seconds = 10
    """A scan of one or all channels."""
    associate_s: Seconds = 10
    """The radio's association; the one documented figure (Windows 7 and later)."""
    leave_s: Seconds = 2
    """From a disconnect to the radio's confirmation."""
    tx_status_s: Seconds = 1
    """From a packet handed to the radio to its SendPacketCompletion, come what may."""
    onex_start_s: Seconds = 1.5
    """From an EAPOL-Start to the next, or to giving up after the third."""
    onex_s: Seconds = _OURS.onex_s
    """From StartOneX or a message of the access point to its next one, or to the result, in the
    OS's own 802.1X; all of it goes into post_associate_s."""
    os_answer_s: Seconds = _OURS.os_answer_s
    """What the OS owes: send completions, a stop after a deauthentication, notifications."""

    # What the lab waits for. Those left out follow from the values above.
    boot_s: Seconds = 300
    restore_s: Seconds = 60
    command_s: Seconds = Field(default_factory=_command_s)
    """A command in the guest; starting and stopping the WLAN service are the longest."""
    association_s: Seconds = Field(default_factory=_association_s)
    """From WlanConnect to its outcome."""
    disconnect_s: Seconds = Field(default_factory=_disconnect_s)
    """From WlanDisconnect to its notification."""

    def of_guest(self) -> dict[str, float]:
        """Those the guest's WLAN service keeps, by its own names, which are the same."""
        return {name: getattr(self, name) for name in GUEST}

    def of_checker(self) -> CheckLimits:
        """Those findings rest on."""
        return CheckLimits(**{name: getattr(self, name) for name in CHECKED})


GUEST: Final = (
    "load_s", "handler_s", "deinit_s", "unload_s", "pre_associate_s", "post_associate_s",
    "threads", "memory_mib", "scan_s", "associate_s", "leave_s", "tx_status_s", "onex_start_s",
    "onex_s",
)  # fmt: skip
CHECKED: Final = tuple(CheckLimits.__dataclass_fields__)
