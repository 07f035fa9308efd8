# SPDX-License-Identifier: GPL-2.0-or-later
"""What a user gives for an image: read, compared with its hashes, and refused with the reason."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.guests.windows_image import given as module
from harness.guests.windows_image.build import fresh_keys
from harness.guests.windows_image.given import Request, check, read_folder, sha256_of
from tests.unit.guests.common.test_dll import EXPORTS, compiled
from tests.unit.winsetup.test_inf import ADAPTER
from tests.windows_discs import openssh_package, virtio_iso, windows_iso


@pytest.fixture(scope="module")
def request_(tmp_path_factory: pytest.TempPathFactory) -> Request:
    """All that has to be given."""
    folder = tmp_path_factory.mktemp("given")
    package, total = openssh_package(folder)
    return Request(
        iso=windows_iso(folder), virtio_win=virtio_iso(folder), openssh=package,
        openssh_sha256=total,
    )  # fmt: skip


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    """A driver's folder."""
    folder = tmp_path / "driver"
    (folder / "x64").mkdir(parents=True)
    (folder / "wlan.INF").write_text(ADAPTER)
    (folder / "x64" / "wlan.sys").write_bytes(b"sys")
    return folder


def refused(request: Request) -> UsageError:
    """Why it cannot be used."""
    with pytest.raises(UsageError) as caught:
        check(request)
    return caught.value


def test_all_that_has_to_be_given(request_: Request) -> None:
    """Its hashes are kept, also where none was asked for."""
    given = check(request_)
    assert given.edition.name == "Windows 11 Pro"
    assert given.iso_sha256 == hashlib.sha256(request_.iso.read_bytes()).hexdigest()
    assert given.virtio.system == "w11"
    assert given.openssh_name == "openssh.zip"
    assert (given.driver, given.ihv) == ({}, None)


def test_another_iso_than_was_meant(request_: Request) -> None:
    """Neither an ISO nor a package of another hash is used, nor is a hash that is none."""
    other = "0" * 64
    assert "--iso-sha256 says 000" in refused(replace(request_, iso_sha256=other)).message
    assert "--openssh-sha256 says" in refused(replace(request_, openssh_sha256=other)).message
    assert "64 hex digits" in refused(replace(request_, openssh_sha256="abc")).message
    right = sha256_of(request_.iso).upper()
    assert check(replace(request_, iso_sha256=right)).iso_sha256 == right.lower()


def test_a_package_is_read_once_and_within_its_bound(
    request_: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was compared is what is installed, whatever lies there afterwards."""
    before, package = request_.openssh.read_bytes(), tmp_path / "openssh.zip"
    package.write_bytes(before)
    request, compare = replace(request_, openssh=package), module._compare

    def replaced(path: Path, found: str, wanted: str, option: str) -> None:
        compare(path, found, wanted, option)
        package.write_bytes(b"another")

    monkeypatch.setattr(module, "_compare", replaced)
    assert check(request).openssh == before
    monkeypatch.setattr(module, "PACKAGE_MOST", 4)
    assert "more than 4 bytes" in refused(request).message


def test_files_in_each_others_place(request_: Request) -> None:
    """Each is told as what it is."""
    assert "no Windows ISO" in refused(replace(request_, iso=request_.virtio_win)).message
    assert "drivers" in refused(replace(request_, virtio_win=request_.iso)).message
    assert "package of Win32-OpenSSH" in refused(replace(request_, openssh=request_.iso)).message


def test_a_dll_and_the_adapters_of_its_driver(
    request_: Request, driver: Path, tmp_path: Path
) -> None:
    """The INF says which adapter is the right one, unless the user does."""
    dll = compiled(tmp_path, EXPORTS, "-shared", "-Wl,-e,Dot11ExtIhvInitService", name="ihv.dll")
    given = check(replace(request_, dll=dll, driver=driver, adapter_oui=0x123456))
    assert given.ihv is not None
    assert given.ihv.hardware_ids[0] == "USB\\VID_0BDA&PID_8187&REV_0100"
    assert given.ihv.files == {"ihv.dll": dll.read_bytes()}
    assert set(given.driver) == {"wlan.INF", "x64/wlan.sys"}
    named = check(replace(request_, dll=dll, hardware_ids=("USB\\X",)))
    assert named.ihv is not None
    assert named.ihv.hardware_ids == ("USB\\X",)
    assert "for which adapter" in refused(replace(request_, dll=dll)).message
    assert "ELF" in refused(replace(request_, dll=Path("/bin/true").resolve())).message


def test_a_folder_without_a_driver(tmp_path: Path) -> None:
    """pnputil would find nothing in it."""
    (tmp_path / "readme.txt").touch()
    with pytest.raises(UsageError, match=r"no \.inf file"):
        read_folder(tmp_path)


def test_an_installation_gets_keys_of_its_own(request_: Request) -> None:
    """Nothing that is secret is in what may be printed of it."""
    keys = fresh_keys()
    given = check(replace(request_, product_key="AAAAA-BBBBB"))
    made = given.provisioning(keys, {})
    assert made.answers.password == keys.password
    for secret in (keys.password, "AAAAA", "PRIVATE KEY"):
        assert secret not in f"{given!r} {made!r} {keys!r}"
    assert fresh_keys().password != keys.password
