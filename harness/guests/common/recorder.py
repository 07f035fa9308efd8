# SPDX-License-Identifier: GPL-2.0-or-later
r"""Putting the recorder between the IHV host and the vendor's DLL, and taking it out again.

The WLAN service loads the DLL named by the adapter's registry value
``Ndi\IHVExtensions\ExtensibilityDLL``. We point it at recorder.dll, whose .ini file names the
vendor's DLL. It stays so: a guest's disk is an overlay that goes with the guest. Only one that is
given another DLL has the first taken out before; the original value is kept in a file for that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path, PureWindowsPath

from pydantic import TypeAdapter

from harness.errors import LabFault, PeerGone
from harness.guests.common.dll import Dll
from harness.guests.common.ssh import CommandResult, Ssh
from harness.local.cache import digest

FOLDER = PureWindowsPath(r"C:\hil")
AGENT = FOLDER / "agent.exe"
RECORDER = FOLDER / "recorder.dll"
SETTINGS = FOLDER / "recorder.ini"
TRACE = FOLDER / "trace.jsonl"
ORIGINAL = FOLDER / "original-dll.txt"
VENDOR_FOLDER = FOLDER / "vendor"

NETWORK_CLASS = (
    r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}"
)
"""Setup class of network adapters: the key below which INF files put Ndi\\IHVExtensions."""

VALUE = "ExtensibilityDLL"
OUI_VALUE = "AdapterOUI"
SERVICE = "WlanSvc"


@dataclass(frozen=True, slots=True)
class Registration:
    """Where the WLAN service finds an adapter's IHV Extensions DLL."""

    key: str
    dll: str


def parse_query(output: str) -> Registration | None:
    """The first registration in what ``reg query … /s /v ExtensibilityDLL`` printed."""
    key = ""
    for line in output.splitlines():
        fields = line.split(None, 2)
        if line.upper().startswith("HKEY_"):
            key = line.strip()
        elif len(fields) == 3 and fields[0].lower() == VALUE.lower() and key:
            return Registration(key, fields[2].strip())
    return None


def settings(vendor: str) -> bytes:
    """recorder.ini for the vendor DLL at path `vendor`."""
    return f"[recorder]\r\nvendor={vendor}\r\ntrace={TRACE}\r\n".encode()


@dataclass(frozen=True, slots=True)
class Setup:
    """What is put into a guest before its service starts with the DLL under test."""

    agent: Path
    recorder: Path
    dll: Dll | None
    """None: the guest's own."""
    oui: str | None = None
    """Six hex digits that profiles are to be for. With a DLL of one's own we stand in for its
    driver's INF, which sets the adapter's OUI, too."""

    @property
    def key(self) -> str:
        """Changes with anything that is put there."""
        files = [self.agent.read_bytes(), self.recorder.read_bytes()]
        names: list[str] = []
        if self.dll is not None:
            names += [self.dll.path.name, self.dll.sha256, self.oui or ""]
            names += [part for one in self.dll.companions for part in (one.name, one.sha256)]
        return digest(*files, *names)


@dataclass(frozen=True, slots=True)
class Installation:
    """What was put into a guest, and what was there before."""

    setup: str
    """The key of its `Setup`."""
    vendor: str
    """Guest path of the DLL under test."""
    sha256: str
    key: str
    """The registry key that names the DLL."""
    original: str
    """Guest path of the guest's own DLL."""
    oui: int | None
    oui_before: int | None
    uploaded: tuple[str, ...]
    silent: str = ""
    """Why no handler of the DLL may ever be called, in words; empty where they have to be."""

    def to_note(self) -> dict[str, object]:
        """As JSON can keep it."""
        return asdict(self)


def installation_from(note: dict[str, object]) -> Installation:
    """What `Installation.to_note` gave; raises `ValueError` for anything else."""
    return _INSTALLATION.validate_python(note)


_INSTALLATION = TypeAdapter(Installation)


@dataclass(frozen=True, slots=True)
class ServiceStart:
    """A start of the WLAN service with the recorder around the DLL."""

    vendor: str
    """Guest path of the DLL under test."""
    sha256: str
    refusal: str = ""
    """Why the WLAN service did not come up with the DLL; else empty."""


def install(ssh: Ssh, setup: Setup) -> Installation:
    """Put agent, recorder and DLL into the guest and register the recorder; nothing is started.

    The WLAN service is stopped. Raises `LabFault` if the guest has no registration.
    """
    ssh.mkdir(FOLDER)
    ssh.put(setup.agent, AGENT)
    registration, dll = registered(ssh), setup.dll
    vendor = registration.dll if dll is None else str(VENDOR_FOLDER / dll.path.name)
    stop_service(ssh)
    uploaded = upload(ssh, dll) if dll is not None else []
    before = _adapter_oui(ssh, registration.key) if dll is not None and setup.oui else None
    wanted = int(setup.oui, 16) if before is not None and setup.oui else before
    content = ssh.read_from(PureWindowsPath(vendor), 0)
    if not content:
        raise PeerGone("the IHV Extensions DLL of the guest", 0, f"{vendor} is not there, or empty")
    ssh.put(setup.recorder, RECORDER)
    ssh.write(settings(vendor), SETTINGS)
    ssh.write(registration.dll.encode(), ORIGINAL)
    ssh.remove(TRACE)
    _set(ssh, registration.key, str(RECORDER))
    if wanted != before:
        _set_oui(ssh, registration.key, wanted)
    return Installation(
        setup.key, vendor, hashlib.sha256(content).hexdigest(), registration.key, registration.dll,
        wanted, before, tuple(map(str, uploaded)),
    )  # fmt: skip


def start(ssh: Ssh, installation: Installation, start_service: Callable[[], str]) -> ServiceStart:
    """Start the service, which is stopped, with what was installed.

    `start_service` tells why it did not come up, or nothing. A service that does not is for the
    caller to judge: a DLL may do that.
    """
    ssh.remove(TRACE)  # what a run sees begins with this start
    return ServiceStart(installation.vendor, installation.sha256, start_service())


def uninstall(ssh: Ssh, installation: Installation) -> None:
    """Undo `install`, for a guest that is given another DLL: it must not find what came with this
    one. The service is stopped."""
    _set(ssh, installation.key, installation.original)  # first: the service may hang
    ssh.remove(ORIGINAL)
    if installation.oui != installation.oui_before:
        _set_oui(ssh, installation.key, installation.oui_before)
    stop_service(ssh)
    for file in installation.uploaded:
        ssh.remove(PureWindowsPath(file))


def upload(ssh: Ssh, dll: Dll) -> list[PureWindowsPath]:
    """Put a DLL and what comes with it into the vendor's folder; where everything lies."""
    files = {dll.path.name: dll.path} | {one.name: one.path for one in dll.companions}
    targets = []
    for name, source in files.items():
        target = VENDOR_FOLDER / PureWindowsPath(name)  # checked: no part leads out of the folder
        ssh.mkdir(target.parent)
        ssh.put(source, target)
        targets.append(target)
    return targets


def stop_service(ssh: Ssh) -> None:
    """Stop the WLAN service, which unloads the DLL; one that is stopped stays so."""
    _checked(ssh, f"net stop {SERVICE}", may_fail=True)


def registered(ssh: Ssh) -> Registration:
    """The adapter's own DLL, also while the recorder stands in its place."""
    said = ssh.run(f"reg query {NETWORK_CLASS} /s /v {VALUE}")
    found = parse_query(said.output)
    if found is None:
        raise PeerGone(
            f"registry value {VALUE} below the network class",
            0,
            said.output or said.errors or f"reg query ended with {said.status} and no output",
            hint="is the vendor's WLAN driver installed in this guest?",
        )
    if PureWindowsPath(found.dll) != RECORDER:
        return found
    kept = ssh.read_from(ORIGINAL, 0).decode("utf-8", "replace").strip()
    if not kept:
        raise PeerGone(
            f"original value of {VALUE} in {ORIGINAL}",
            0,
            f"{found.key} names the recorder, and the file is not there, or empty",
            hint="set the registry value to the vendor's DLL by hand",
        )
    return Registration(found.key, kept)


def _set(ssh: Ssh, key: str, dll: str) -> None:
    _checked(ssh, f'reg add "{key}" /v {VALUE} /t REG_SZ /d "{dll}" /f')


def _adapter_oui(ssh: Ssh, key: str) -> int | None:
    """The adapter's OUI as the registry has it; None where its driver set none."""
    said = ssh.run(f'reg query "{key}" /v {OUI_VALUE}').output.split()
    try:
        return int(said[-1], 16)
    except (IndexError, ValueError):
        return None


def _set_oui(ssh: Ssh, key: str, oui: int | None) -> None:
    _checked(ssh, f'reg add "{key}" /v {OUI_VALUE} /t REG_DWORD /d {oui} /f')


def _checked(ssh: Ssh, command: str, *, may_fail: bool = False) -> CommandResult:
    result = ssh.run(command)
    if result.status != 0 and not may_fail:
        raise LabFault(f"guest command {command!r}", 0, _last_words(result))
    return result


def _last_words(result: CommandResult) -> str:
    said = (result.errors or result.output).strip().splitlines()
    return f"status {result.status}: {said[-1] if said else 'no output'}"
