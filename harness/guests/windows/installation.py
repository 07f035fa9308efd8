# SPDX-License-Identifier: GPL-2.0-or-later
"""The recorder before the vendor's DLL on Windows: in, out, and never left in by one that died.

What the adapter's registry values were is written to a file in the guest before they are changed,
and that file goes after they have been put back. Whoever finds it, at whatever moment the one
before was killed, has all that it takes to put them back.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import asdict, dataclass
from pathlib import PureWindowsPath
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError

from harness.errors import LabFault, UsageError
from harness.guests.common.recorder import (
    AGENT,
    FOLDER,
    RECORDER,
    SETTINGS,
    TRACE,
    VENDOR_FOLDER,
    Installation,
    Setup,
    settings,
    upload,
)
from harness.guests.common.ssh import Ssh
from harness.guests.windows.adapters import (
    DriverModel,
    ValueKind,
    WlanAdapter,
    dll_place,
    driver_model,
    place_of,
    read_program,
    restart,
    the_adapter,
)
from harness.guests.windows.powershell import PowerShell

JOURNAL = FOLDER / "adapter-before.json"

WITHOUT_HANDLERS: Final[tuple[DriverModel, ...]] = ("WDI", "WiFiCx")
"""Driver models under which Windows need not call a DLL's handlers."""


@dataclass(frozen=True, slots=True)
class Values:
    """What the WLAN service is told of a DLL by the adapter's registry."""

    dll: str | None
    dll_kind: ValueKind
    oui: int | None


@dataclass(frozen=True, slots=True)
class Before:
    """Whose values were changed, and what they were."""

    driver_key: Annotated[str, Field(pattern=r"^\{[0-9A-Fa-f-]{36}\}\\[0-9]{4}$")]
    values: Values


def before_of(adapter: WlanAdapter) -> Before:
    """The values that an adapter has."""
    return Before(adapter.driver_key, Values(adapter.dll, adapter.dll_kind, adapter.oui))


VALUES: Final = TypeAdapter(Values)
BEFORE: Final = TypeAdapter(Before)


@dataclass(frozen=True, slots=True)
class WindowsInstaller:
    """Puts recorder and DLL before the guest's adapter, the WLAN service stopped."""

    ssh: Ssh
    shell: PowerShell
    limit_s: float

    def install(self, setup: Setup) -> Installation:
        """See `ServiceControl`. If it fails, the adapter's values are as they were."""
        adapter = self.put_back()
        self.ssh.mkdir(FOLDER)
        self.ssh.put(setup.agent, AGENT)
        silent = self._silent(adapter)
        before = before_of(adapter)
        uploaded = upload(self.ssh, setup.dll) if setup.dll is not None else []
        vendor = self._vendor(setup, adapter, silent)
        if not vendor:
            return Installation(
                setup.key, "", "", adapter.driver_key, "", adapter.oui, adapter.oui, (), silent
            )
        content = read_program(self.ssh, PureWindowsPath(vendor))
        if not content:
            raise LabFault("the IHV Extensions DLL", 0, f"{vendor} is not there, or empty")
        oui = int(setup.oui, 16) if setup.dll is not None and setup.oui else adapter.oui
        self.ssh.put(setup.recorder, RECORDER)
        self.ssh.write(settings(vendor), SETTINGS)
        self.ssh.remove(TRACE)
        self._change(before, Values(str(RECORDER), "String", oui), adapter)
        return Installation(
            setup.key, vendor, hashlib.sha256(content).hexdigest(), adapter.driver_key,
            adapter.dll or "", oui, adapter.oui, tuple(map(str, uploaded)), silent,
        )  # fmt: skip

    @property
    def in_place(self) -> bool:
        """Whether the adapter's values are changed."""
        return self._journal() is not None

    def uninstall(self, installation: Installation) -> None:
        """Undo `install`."""
        self.put_back()
        for file in installation.uploaded:
            self.ssh.remove(PureWindowsPath(file))

    def put_back(self) -> WlanAdapter:
        """Have the adapter's values be what they were before anybody changed them; the adapter.

        Raises `LabFault`, where it says what they were in vain too.
        """
        adapter = the_adapter(self.shell)
        before = self._journal()
        if before is None:
            if adapter.dll is not None and PureWindowsPath(adapter.dll) == RECORDER:
                raise LabFault(
                    f"original value of ExtensibilityDLL in {JOURNAL}", 0,
                    "the adapter's registry names the recorder, and the file is not there",
                    hint="set the value to the vendor's DLL by hand, or remove it",
                )  # fmt: skip
            return adapter
        if before != before_of(adapter):
            self._set(before.driver_key, before.values)
            restart(self.ssh, self.shell, adapter, limit_s=self.limit_s)
        self.ssh.remove(JOURNAL)
        return the_adapter(self.shell)

    def _change(self, before: Before, wanted: Values, adapter: WlanAdapter) -> None:
        self.ssh.write(BEFORE.dump_json(before), JOURNAL)
        try:
            self._set(before.driver_key, wanted)
            restart(self.ssh, self.shell, adapter, limit_s=self.limit_s)
        except BaseException:
            with contextlib.suppress(LabFault):  # the first fault tells more; the file stays
                self._set(before.driver_key, before.values)
                self.ssh.remove(JOURNAL)
            raise

    def _set(self, driver_key: str, wanted: Values) -> None:
        told = self.shell.ask("registry", VALUES, driver_key=driver_key, **asdict(wanted))
        if told != wanted:
            raise LabFault(
                "the registry values of the adapter", 0, f"they are {told}, not {wanted}"
            )

    def _journal(self) -> Before | None:
        content = self.ssh.read_from(JOURNAL, 0, 1 << 16)
        with contextlib.suppress(ValidationError):
            return BEFORE.validate_json(content)
        return None  # cut short: its writer died before it changed anything

    def _silent(self, adapter: WlanAdapter) -> str:
        """Why no handler of a DLL may ever be called; empty if the adapter's driver has them."""
        model = driver_model(read_program(self.ssh, place_of(adapter.image)))
        if model not in WITHOUT_HANDLERS:
            return ""
        return f"the driver of {adapter.description} is of the {model} model"

    def _vendor(self, setup: Setup, adapter: WlanAdapter, silent: str) -> str:
        """The guest path of the DLL under test; empty for none, which a silent driver may have."""
        if setup.dll is not None:
            return str(VENDOR_FOLDER / setup.dll.path.name)
        if adapter.dll is None and not silent:
            raise UsageError(
                f"the driver of {adapter.description} brings no IHV Extensions DLL",
                hint="name one: --dll, or [dll] path in lab.toml",
            )
        return str(dll_place(adapter.dll)) if adapter.dll else ""
