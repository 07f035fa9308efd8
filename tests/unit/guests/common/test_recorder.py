# SPDX-License-Identifier: GPL-2.0-or-later
"""The recorder put in place and taken out: the guest's own registration always comes back; what
`reg query` prints, and the recorder's settings."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from harness.errors import LabFault, PeerGone, TooSlow
from harness.guests.common.companions import Companion
from harness.guests.common.dll import Dll
from harness.guests.common.recorder import (
    AGENT,
    NETWORK_CLASS,
    ORIGINAL,
    RECORDER,
    SETTINGS,
    TRACE,
    VENDOR_FOLDER,
    Registration,
    ServiceStart,
    Setup,
    install,
    installation_from,
    parse_query,
    settings,
    start,
    uninstall,
)
from harness.guests.common.ssh import CommandResult

KEY = NETWORK_CLASS.replace("HKLM", "HKEY_LOCAL_MACHINE") + r"\0001\Ndi\IHVExtensions"
VENDOR = r"C:\drivers\ihvsample\sample.dll"
CONTENT = b"MZ vendor"


class FakeSsh:
    """A guest with a registry value, files and a service, which notes everything done to it."""

    def __init__(self) -> None:
        self.dll: str | None = VENDOR
        self.oui = 0x123456
        self.files: dict[PureWindowsPath, bytes] = {
            PureWindowsPath(VENDOR): CONTENT, TRACE: b"of the last run", AGENT: b"MZ",
        }  # fmt: skip
        self.done: list[str] = []
        self.refuses: set[str] = set()
        self.refusal = ""
        self.hangs: set[str] = set()
        self.gone = False

    def run(self, command: str, *, timeout_s: float | None = None) -> CommandResult:
        """reg.exe and net.exe, as far as the recorder uses them."""
        if self.gone:
            raise PeerGone(command, 0, "gone")
        verb = " ".join(command.split()[:2])
        self.done.append(verb)
        if verb in self.hangs:
            raise TooSlow(f"end of the guest's command {command!r}", 60, "running")
        if verb in self.refuses:
            return CommandResult(2, "", "first\nSystem error 1060 has occurred.")
        if verb == "reg query" and "AdapterOUI" in command:
            return CommandResult(0, f"{KEY}\n    AdapterOUI    REG_DWORD    {self.oui:#x}\n", "")
        if verb == "reg query":
            return self._query()
        if verb == "reg add" and "AdapterOUI" in command:
            self.oui = int(command.partition("/d ")[2].split()[0])
            return CommandResult(0, "", "")
        if verb == "reg add":
            assert f'"{KEY}" /v ExtensibilityDLL /t REG_SZ' in command
            self.dll = command.partition('/d "')[2].partition('"')[0]
            self.done[-1] += f" {PureWindowsPath(self.dll).name}"
        return CommandResult(0, "", "")

    def start(self) -> str:
        """Of the WLAN service."""
        self.done.append("start")
        return self.refusal

    def _query(self) -> CommandResult:
        if self.dll is None:
            return CommandResult(1, "", "End of search: 0 match(es) found.")
        return CommandResult(0, f"{KEY}\n    ExtensibilityDLL    REG_SZ    {self.dll}\n", "")

    def die(self) -> None:
        """The connection ends."""
        self.gone = True
        raise PeerGone("SSH of the guest", 1, "closed")

    def put(self, source: Path, target: PureWindowsPath) -> None:
        """Upload."""
        self.done.append(f"put {target.name}")
        self.files[target] = source.read_bytes()

    def write(self, data: bytes, target: PureWindowsPath) -> None:
        """Write a file."""
        self.done.append(f"write {target.name}")
        self.files[target] = data

    def mkdir(self, target: PureWindowsPath) -> None:
        """Make a folder."""
        self.done.append(f"mkdir {target.name}")

    def remove(self, target: PureWindowsPath) -> None:
        """Remove a file."""
        if self.gone:
            raise PeerGone("removing", 0, "gone")
        self.done.append(f"remove {target.name}")
        self.files.pop(target, None)

    def read_from(self, target: PureWindowsPath, offset: int) -> bytes:
        """Read a file."""
        return self.files.get(target, b"")[offset:]


@pytest.fixture
def ssh() -> FakeSsh:
    """A guest with the vendor's DLL registered."""
    return FakeSsh()


@contextlib.contextmanager
def installed(
    ssh: FakeSsh, recorder: Path, *, dll: Dll | None, oui: str | None = None
) -> Iterator[ServiceStart]:
    """Everything installed, started, and taken out again for the next DLL."""
    guest: Any = ssh
    installation = install(guest, Setup(recorder.with_name("agent.exe"), recorder, dll, oui))
    yield start(guest, installation, ssh.start)
    uninstall(guest, installation)


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """recorder.dll on this machine."""
    path = tmp_path / "recorder.dll"
    path.write_bytes(b"MZ recorder")
    path.with_name("agent.exe").write_bytes(b"MZ agent")
    return path


def test_the_registered_dll_is_wrapped_and_put_back(ssh: FakeSsh, recorder: Path) -> None:
    """The service is stopped first, started with the recorder in place, and the value restored.

    What the registry held is kept in a file before the registry is touched.
    """
    with installed(ssh, recorder, dll=None) as place:
        assert ssh.dll == str(RECORDER)
        assert place.vendor == VENDOR
        assert place.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert ssh.files[RECORDER] == b"MZ recorder"
        assert ssh.files[SETTINGS] == settings(VENDOR)
        assert ssh.files[ORIGINAL] == VENDOR.encode()
        assert TRACE not in ssh.files
    assert ssh.dll == VENDOR
    assert ORIGINAL not in ssh.files
    assert ssh.done == [
        *("mkdir hil", "put agent.exe", "reg query", "net stop"),
        *("put recorder.dll", "write recorder.ini", "write original-dll.txt"),
        *("remove trace.jsonl", "reg add recorder.dll", "remove trace.jsonl", "start"),
        *("reg add sample.dll", "remove original-dll.txt", "net stop"),
    ]


def test_an_own_dll_is_uploaded_and_wrapped(ssh: FakeSsh, recorder: Path, tmp_path: Path) -> None:
    """--dll brings its file and what comes with it into a folder of ours, while it is tested."""
    own = tmp_path / "own ihv.dll"
    own.write_bytes(b"MZ own")
    helper = Companion(own, "data/helper.dll", "00")
    dll = Dll(own, "00", (helper,))
    with installed(ssh, recorder, dll=dll) as place:
        assert place.vendor == str(VENDOR_FOLDER / "own ihv.dll")
        assert ssh.files[VENDOR_FOLDER / "data" / "helper.dll"] == b"MZ own"
        assert place.sha256 == hashlib.sha256(b"MZ own").hexdigest()
        assert ssh.files[SETTINGS] == settings(place.vendor)
    assert ssh.dll == VENDOR
    assert not [path for path in ssh.files if VENDOR_FOLDER in path.parents]


def test_the_adapter_gets_the_oui_of_the_profile(
    ssh: FakeSsh, recorder: Path, tmp_path: Path
) -> None:
    """As the driver's INF would set it; and back again. Without a DLL of one's own it stays."""
    (tmp_path / "own.dll").write_bytes(b"MZ own")
    with installed(ssh, recorder, dll=Dll(tmp_path / "own.dll", "00"), oui="00A1b2"):
        assert ssh.oui == 0x00A1B2
    assert ssh.oui == 0x123456
    with installed(ssh, recorder, dll=None, oui="00A1b2"):
        assert ssh.oui == 0x123456


def test_what_was_placed_survives_as_a_note(ssh: FakeSsh, recorder: Path, tmp_path: Path) -> None:
    """A guest that was saved with everything in place is started and taken apart by its note."""
    (tmp_path / "own.dll").write_bytes(b"MZ own")
    guest: Any = ssh
    setup = Setup(recorder.with_name("agent.exe"), recorder, Dll(tmp_path / "own.dll", "00"))
    installation = installation_from(json.loads(json.dumps(install(guest, setup).to_note())))
    ssh.done.clear()
    assert start(guest, installation, ssh.start).sha256 == hashlib.sha256(b"MZ own").hexdigest()
    assert ssh.done == ["remove trace.jsonl", "start"]
    uninstall(guest, installation)
    assert ssh.dll == VENDOR
    assert VENDOR_FOLDER / "own.dll" not in ssh.files
    for odd in ({"vendor": "x"}, {**installation.to_note(), "vendor": 2}):
        with pytest.raises(ValueError, match=r"Installation"):
            installation_from(odd)


def test_a_setup_is_named_by_all_that_it_brings(recorder: Path, tmp_path: Path) -> None:
    """Another agent, recorder, DLL, companion, name or OUI is another setup."""
    agent, other = recorder.with_name("agent.exe"), tmp_path / "other"
    other.write_bytes(b"MZ other")
    helper = Companion(other, "helper.dll", "01")
    setups = [
        Setup(agent, recorder, None),
        Setup(other, recorder, None),
        Setup(agent, other, None),
        Setup(agent, recorder, Dll(tmp_path / "a.dll", "00")),
        Setup(agent, recorder, Dll(tmp_path / "b.dll", "00")),
        Setup(agent, recorder, Dll(tmp_path / "a.dll", "01")),
        Setup(agent, recorder, Dll(tmp_path / "a.dll", "00"), "00A1B2"),
        Setup(agent, recorder, Dll(tmp_path / "a.dll", "00", (helper,))),
        Setup(agent, recorder, Dll(tmp_path / "a.dll", "00", (replace(helper, sha256="02"),))),
    ]
    assert len({setup.key for setup in setups}) == len(setups)
    assert setups[0].key == Setup(agent, recorder, None, "00A1B2").key  # it is for a DLL of ours


def test_a_service_that_does_not_start_is_told(ssh: FakeSsh, recorder: Path) -> None:
    """Its words are given to the caller, who judges whose fault it is."""
    ssh.refusal = "init: error 1067"
    with installed(ssh, recorder, dll=None) as place:
        assert place.refusal == "init: error 1067"


def test_a_registry_that_cannot_be_written_is_a_lab_fault(ssh: FakeSsh, recorder: Path) -> None:
    """The command and its last words are named."""
    ssh.refuses.add("reg add")
    with (
        pytest.raises(LabFault, match=r"reg add.*status 2: .*1060 has occurred"),
        installed(ssh, recorder, dll=None),
    ):
        pass


def test_a_service_that_was_stopped_already_is_fine(ssh: FakeSsh, recorder: Path) -> None:
    """`net stop` of a stopped service fails, and that is all right."""
    ssh.refuses.add("net stop")
    with installed(ssh, recorder, dll=None):
        assert ssh.dll == str(RECORDER)


def test_what_a_cut_off_run_left_is_healed(ssh: FakeSsh, recorder: Path) -> None:
    """A registry value that still names the recorder: the kept original is wrapped and restored."""
    ssh.dll = str(RECORDER)
    ssh.files[ORIGINAL] = VENDOR.encode()
    with installed(ssh, recorder, dll=None) as place:
        assert place.vendor == VENDOR
    assert ssh.dll == VENDOR


@pytest.mark.parametrize("own", [False, True])
def test_a_lost_original_leaves_the_guest_alone(
    ssh: FakeSsh, recorder: Path, tmp_path: Path, own: bool
) -> None:
    """With the recorder registered and no kept value there is nothing to put back: told at once."""
    ssh.dll = str(RECORDER)
    (tmp_path / "own.dll").write_bytes(b"MZ own")
    with (
        pytest.raises(PeerGone, match=r"original value .*original-dll\.txt") as caught,
        installed(ssh, recorder, dll=Dll(tmp_path / "own.dll", "00") if own else None),
    ):
        pass
    assert "by hand" in caught.value.hint
    assert not [step for step in ssh.done if step.startswith(("reg add", "write", "net"))]


def test_a_guest_without_registration_is_a_lab_fault(ssh: FakeSsh, recorder: Path) -> None:
    """No driver installed: the value is named, with what reg.exe said and where to look."""
    ssh.dll = None
    with (
        pytest.raises(PeerGone, match=r"ExtensibilityDLL.*End of search") as caught,
        installed(ssh, recorder, dll=None),
    ):
        pass
    assert "driver installed" in caught.value.hint
    assert ssh.done == ["mkdir hil", "put agent.exe", "reg query"]


def test_a_registered_dll_that_is_not_there_is_a_lab_fault(ssh: FakeSsh, recorder: Path) -> None:
    """The value names a file the guest does not have: told before anything is changed."""
    del ssh.files[PureWindowsPath(VENDOR)]
    with (
        pytest.raises(PeerGone, match="is not there, or empty"),
        installed(ssh, recorder, dll=None),
    ):
        pass
    assert ssh.dll == VENDOR
    assert not [step for step in ssh.done if step.startswith("reg add")]


def test_a_service_that_hangs_at_the_end_keeps_no_value_back(ssh: FakeSsh, recorder: Path) -> None:
    """The registry is put right before the service is touched: a stuck DLL cannot prevent it."""
    with pytest.raises(TooSlow), installed(ssh, recorder, dll=None):
        ssh.hangs.add("net stop")
    assert ssh.dll == VENDOR
    assert ORIGINAL not in ssh.files


def test_key_and_path_are_found() -> None:
    """The key line above the value names where it stands; a path may hold blanks."""
    value = "    ExtensibilityDLL    REG_SZ    C:\\Program Files\\v\\ihv.dll"
    output = f"\n{KEY}\n{value}\n\nEnd of search\n"
    assert parse_query(output) == Registration(KEY, r"C:\Program Files\v\ihv.dll")


def test_no_registration() -> None:
    """An adapter without IHV Extensions gives none."""
    assert parse_query("End of search: 0 match(es) found.\n") is None
    assert parse_query("") is None
    assert parse_query("    ExtensibilityDLL    REG_SZ    x\n") is None


def test_settings_name_vendor_and_trace() -> None:
    """recorder.ini says which DLL is wrapped and where the trace goes."""
    assert settings(r"C:\v\ihv.dll") == (
        b"[recorder]\r\nvendor=C:\\v\\ihv.dll\r\ntrace=C:\\hil\\trace.jsonl\r\n"
    )
