# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be set from outside, all through the environment, each with a usable default.

No document of the contract gives a time limit for an IHV handler or a post-association operation
(docs/contract.md, "Time"), so every limit here is our own choice.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class SettingError(ValueError):
    """A setting holds something that cannot be used; the text names the setting."""


@dataclass
class ServiceLimits:
    """Upper bounds of everything the service waits for, in seconds, and of what the DLL may use.

    They are the harness's `[limits]`, by the same names and with the same defaults. One object is
    shared by all who keep to a limit, and read when it is needed: `change` goes for all of them.

    Attributes:
        load_s: from starting ihvhost.exe until its "service" event.
        handler_s: one handler call into the IHV DLL; beyond it the host counts as hung.
        deinit_s: Dot11ExtIhvDeinitService; real DLLs were seen to take 300 s.
        unload_s: the process' end after that.
        pre_associate_s: from the return of PerformPreAssociate to PreAssociateCompletion.
        post_associate_s: from the return of PerformPostAssociate to PostAssociateCompletion.
        threads: threads a host may have; the host itself needs about ten. A thread takes 0.7 MiB
            under Wine, so twice as many would need more memory than a host may have.
        memory_mib: memory a host may have, 0 for `confine.MEMORY_SHARE` of the machine's.
        scan_s: one scan of one or all channels.
        associate_s: the radio's association; 10 s is the one documented figure (the contract's
            TIME table: general-association-operation-guidelines, Windows 7 and later).
        leave_s: from the disconnect request to the radio's confirmation.
        tx_status_s: from a frame handed to the radio to its transmit status; then it is
            completed without one, so that the DLL always gets its SendPacketCompletion.
        onex_start_s: from an EAPOL-Start to the next, or to giving up after the third.
        onex_s: the OS's 802.1X, from one message of the access point to the next.
    """

    load_s: float = 30.0
    handler_s: float = 5.0
    deinit_s: float = 5.0
    unload_s: float = 2.0
    pre_associate_s: float = 10.0
    post_associate_s: float = 10.0
    threads: int = 128
    memory_mib: int = 0
    scan_s: float = 10.0
    associate_s: float = 10.0
    leave_s: float = 2.0
    tx_status_s: float = 1.0
    onex_start_s: float = 1.5
    onex_s: float = 9.5

    def change(self, values: Mapping[str, object]) -> None:
        """Set those named, all or none. Raises SettingError for what is no limit or no number."""
        for name, value in {name: _limit(name, value) for name, value in values.items()}.items():
            setattr(self, name, value)


def _limit(name: str, value: object) -> float:
    if name not in ServiceLimits.__dataclass_fields__:
        raise SettingError(f"there is no limit {name}")
    least = 0 if name == "memory_mib" else 1e-3
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingError(f"{name} must be a number")
    if not least <= value <= LARGEST:
        raise SettingError(f"{name} must lie between {least:g} and {LARGEST}")
    return int(value) if name in WHOLE else float(value)


LIMIT_MARGIN_S = 0.25
"""What the service ends for its limit has lasted so much longer: by any clock longer than that."""
LARGEST = 86_400
WHOLE = ("threads", "memory_mib")

MAX_FIRST = 16


@dataclass(frozen=True)
class Settings:
    """The service's settings.

    Attributes:
        interface: the Linux network interface that plays the WLAN adapter.
        plugged_mac: the address of an adapter that is plugged in later; empty: it is there.
        host_command: argv of the IHV host.
        address: where wlanapi.dll finds the service (host, port).
        adapter_oui: the driver's AdapterOUI; a profile of another OUI is refused. The registry's
            counts where the host reports one.
        frequencies_mhz: channels to scan first when nothing is known of a network, the likeliest
            first; all follow when it is not there. All take this radio 3.8 s under emulation, the
            four 0.35 s, the first alone 0.04 s.
        trace: the IHV trace, at whose end the end of a host process is told.
        limits: every wait, and what the DLL may use.
        bss_fresh_s: how old a known BSS may be for a connect to go without a scan.
        certificates: the folder of the machine's certificate stores (onex.supplicant).
        first_mhz: channels before those of `frequencies_mhz`, as a client last told them: where
            it knows that access points are, in their order.
    """

    interface: str = "wlan0"
    plugged_mac: bytes = b""
    host_command: tuple[str, ...] = ("wine", r"C:\hilref\ihvhost.exe")
    address: tuple[str, int] = ("127.0.0.1", 7711)
    adapter_oui: int = 0x123456
    frequencies_mhz: tuple[int, ...] = (2412, 2437, 2462, 5180)
    trace: Path = Path("/var/lib/wine/drive_c/hil/trace.jsonl")
    limits: ServiceLimits = field(default_factory=ServiceLimits)
    bss_fresh_s: float = 3.0
    certificates: Path = Path("/var/lib/wine/drive_c/hil/certificates")
    first_mhz: list[int] = field(default_factory=list)

    def look_first(self, mhz: object) -> None:
        """Scan those channels first. Raises SettingError for what is no list of some."""
        if not isinstance(mhz, list) or not all(isinstance(one, int) for one in mhz):
            raise SettingError("mhz is a list of frequencies")
        if len(mhz) > MAX_FIRST:
            raise SettingError(f"at most {MAX_FIRST} channels are scanned first")
        self.first_mhz[:] = mhz

    def likely_mhz(self) -> tuple[int, ...]:
        """The channels to scan first, the likeliest first."""
        return tuple(dict.fromkeys((*self.first_mhz, *self.frequencies_mhz)))


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from HIL_… variables.

    HIL_WLAN_INTERFACE, HIL_WLAN_PLUGGED (an address), HIL_IHV_HOST (a command line),
    HIL_WLANAPI_PORT, HIL_ADAPTER_OUI (hex), HIL_SCAN_MHZ (comma-separated) and HIL_TRACE (a path).
    Limits are told later (`ServiceLimits.change`).

    Raises:
        SettingError: a value is not of its kind.
    """
    env = os.environ if environment is None else environment
    plain = Settings()
    return Settings(
        interface=env.get("HIL_WLAN_INTERFACE", plain.interface),
        plugged_mac=_address(env, "HIL_WLAN_PLUGGED"),
        host_command=_command(env.get("HIL_IHV_HOST"), plain.host_command),
        address=(plain.address[0], _integer(env, "HIL_WLANAPI_PORT", 10, plain.address[1])),
        adapter_oui=_integer(env, "HIL_ADAPTER_OUI", 16, plain.adapter_oui),
        frequencies_mhz=_integers(env, "HIL_SCAN_MHZ", plain.frequencies_mhz),
        trace=Path(env.get("HIL_TRACE", plain.trace)),
    )


def _address(env: Mapping[str, str], name: str) -> bytes:
    text = env.get(name, "")
    try:
        found = bytes.fromhex(text.replace(":", ""))
    except ValueError:
        found = b"?"
    if text and len(found) != 6:
        raise SettingError(f"{name} must be an address of six bytes, not {text!r}")
    return found


def _command(text: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(shlex.split(text)) if text else default


def _integer(env: Mapping[str, str], name: str, base: int, default: int) -> int:
    text = env.get(name)
    if text is None:
        return default
    try:
        return int(text, base)
    except ValueError as error:
        raise SettingError(f"{name} must be a number of base {base}, not {text!r}") from error


def _integers(env: Mapping[str, str], name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    text = env.get(name)
    if text is None:
        return default
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingError(f"{name} must be numbers with commas between") from error
