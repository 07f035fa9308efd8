# SPDX-License-Identifier: GPL-2.0-or-later
"""A vendor's DLL looked at before anything is started: is it one the guest's host can load?

The file is untrusted: its headers are read, it is never loaded here. The interface version a DLL
speaks is only known to its code (`Dot11ExtIhvGetVersionInfo`), so that is judged in the guest,
by rule LIFE-03.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.guests.common import pe
from harness.guests.common.companions import (
    Companion,
    collect,
    redistributables,
    safe_name,
    unresolved,
)
from harness.guests.common.given_by import OPTIONS, GivenBy, named

REQUIRED_EXPORTS = ("Dot11ExtIhvGetVersionInfo", "Dot11ExtIhvInitService")
"""What the OS looks up by name (wlanihv.h IHV_VERSION_FUNCTION_NAME, IHV_INIT_FUNCTION_NAME)."""

MAX_SIZE = 256 << 20
SHOWN = 4
"""Missing imports named in one message."""


@dataclass(frozen=True, slots=True)
class Dll:
    """A DLL that the guest can load, as far as its headers tell, and what comes with it."""

    path: Path
    sha256: str
    companions: tuple[Companion, ...] = ()
    notices: tuple[str, ...] = ()
    """What may matter later, in words."""


def inspect(
    path: Path,
    companions: Sequence[Path] = (),
    system: Callable[[str], bool] = lambda _: True,
    by: GivenBy = OPTIONS,
) -> Dll:
    """`path` as a loadable DLL with its companions; raises `UsageError` that says what is wrong.

    `system` knows the DLLs that the guest itself brings, by lower-case name.
    """
    with named(by.dll):
        wrong = safe_name(path.name)
        if wrong:
            raise UsageError(
                f"{path}: its name holds {wrong}",
                hint="rename it: recorder.ini and the guest's SFTP names are ASCII",
            )
        image = _loadable(path, _read(path))
    with named(by.companions):
        files = collect(companions, path)
    with named(by.dll):
        _resolved(path, image, files, system, by)
    return Dll(path, image.sha256, files, tuple(_notices(path, image, files, system)))


def _loadable(path: Path, data: bytes) -> pe.Image:
    try:
        image = pe.read(data)
    except pe.NotPe as error:
        raise _refused(path, str(error)) from None
    if image.managed:
        raise _refused(path, "a managed (.NET) file; the OS calls exports of native code")
    if image.driver:
        raise _refused(path, "a kernel driver; its IHV Extensions DLL is another file")
    if image.machine != pe.AMD64:
        raise _refused(
            path,
            f"{image.machine_name}, and the IHV host of the guest is x86-64, as is a 64-bit "
            "Windows's: a DLL for it is missing",
            hint="give the DLL of the driver package's amd64 (x64) part",
        )
    if not image.is_dll:
        raise _refused(path, "a program, not a DLL")
    missing = [name for name in REQUIRED_EXPORTS if name not in image.exports]
    if missing:
        raise _refused(path, f"a DLL that does not export {' and '.join(missing)}")
    return image


def _resolved(
    path: Path,
    image: pe.Image,
    companions: Sequence[Companion],
    system: Callable[[str], bool],
    by: GivenBy,
) -> None:
    beside = {one.name.lower() for one in companions}
    lines = unresolved(path.name, image, companions, system)
    for name in REQUIRED_EXPORTS:
        target = image.forwarded.get(name, "").rpartition(".")[0].lower()
        if target and f"{target}.dll" not in beside and not system(f"{target}.dll"):
            lines.append(f"{path.name} forwards {name} to {target}.dll, which is not there")
    if lines:
        more = f"; and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
        raise UsageError(
            f"{path}: {'; '.join(lines[:SHOWN])}{more}",
            hint=f"give what is missing along: a file, or a folder with all it holds, by "
            f"{by.companions}",
        )


def _notices(
    path: Path,
    image: pe.Image,
    companions: Sequence[Companion],
    system: Callable[[str], bool],
) -> list[str]:
    beside = {one.name.lower() for one in companions}
    late = [name for name in image.delayed if name not in beside and not system(name)]
    found = []
    if late:
        found.append(
            f"{path.name} loads {', '.join(late)} when first used, and the guest has no such DLL"
        )
    shipped = redistributables(image, companions)
    if shipped:
        found.append(
            f"{path.name} needs {', '.join(shipped)}: the guest has it, a bare Windows has not; "
            "install the Visual C++ runtime along with the driver, or ship it: --with FILE"
        )
    if image.packer:
        found.append(f"{path.name} is packed ({image.packer}): its imports show only in the guest")
    return found


def _read(path: Path) -> bytes:
    try:
        if not path.is_dir() and path.exists() and not path.is_file():
            raise _refused(path, "a device or pipe, not a file")
        if path.stat().st_size > MAX_SIZE:
            raise _refused(path, f"larger than {MAX_SIZE >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", hint="give the path of the DLL file itself"
        ) from None


def _refused(path: Path, found: str, hint: str = "") -> UsageError:
    return UsageError(
        f"{path}: is {found}",
        hint=hint
        or "give the 64-bit IHV Extensions DLL named by Ndi\\IHVExtensions in the driver's INF",
    )
