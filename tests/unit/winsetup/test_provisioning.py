# SPDX-License-Identifier: GPL-2.0-or-later
"""What is on the provisioning CD."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from tests.unit.winsetup.test_inf import ADAPTER
from winsetup.answer_file import Answers
from winsetup.provisioning import (
    LABEL,
    SECRET,
    Ihv,
    Provisioning,
    Ssh,
    disc_files,
    hardware_ids,
)
from winsetup.unfit import Unfit
from winsetup.wim import Edition

GIVEN = Provisioning(
    answers=Answers(Edition(1, "W", "Pro", "amd64", 26100, False, "en-US"), "secret-word", LABEL),
    virtio={"viostor/viostor.inf": b"inf"},
    ssh=Ssh(
        package_name="openssh.zip", package=b"zip", host_key=b"host", host_key_pub=b"host.pub",
        login_pub=b"login.pub",
    ),
    driver={"wlan.inf": ADAPTER.encode(), "x64/wlan.sys": b"sys", "test.cer": b"cer"},
    ihv=Ihv(
        name="ihv.dll", files={"ihv.dll": b"dll", "sub/help.dll": b"help"}, adapter_oui=0x123456,
        hardware_ids=("USB\\VID_1&PID_2",),
    ),
    companions={"agent.exe": b"agent"},
)  # fmt: skip


def test_where_everything_lies() -> None:
    """Setup finds answer file and drivers at the root; the rest is the scripts'."""
    files = disc_files(GIVEN)
    assert set(files) == {
        "autounattend.xml", "$WinPEDriver$/viostor/viostor.inf", "SHA256SUMS",
        *(f"provision/{name}" for name in (
            "common.ps1", "first-logon.ps1", "after-restart.ps1", "ihv-extensions.ps1",
            "given.json", "openssh.zip", "ssh/administrators_authorized_keys",
            "ssh/ssh_host_ed25519_key", "ssh/ssh_host_ed25519_key.pub", "companions/agent.exe",
            "driver/wlan.inf", "driver/x64/wlan.sys", "driver/test.cer", "certificates/test.cer",
            "ihv/ihv.dll", "ihv/sub/help.dll",
        )),
    }  # fmt: skip
    assert files.keys() >= SECRET
    assert files["provision/driver/x64/wlan.sys"] == b"sys"


def test_every_file_has_its_sum() -> None:
    """As sha256sum -c reads them, but for the list itself."""
    files = disc_files(GIVEN)
    lines = dict(
        reversed(one.split("  ", 1)) for one in files.pop("SHA256SUMS").decode().split("\n")[:-1]
    )
    assert lines == {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


def test_what_the_scripts_are_told() -> None:
    """Names and hashes, and nothing that is secret."""
    told = json.loads(disc_files(GIVEN)["provision/given.json"])
    assert told == {
        "openssh": "openssh.zip",
        "openssh_sha256": hashlib.sha256(b"zip").hexdigest().upper(),
        "ihv": {
            "dll": "ihv.dll", "adapter_oui": 0x123456, "hardware_ids": ["USB\\VID_1&PID_2"],
        },
    }  # fmt: skip
    without = replace(GIVEN, ihv=None)
    assert json.loads(disc_files(without)["provision/given.json"])["ihv"] is None


def test_the_adapters_of_a_driver() -> None:
    """Those of INF files of the class Net; a filter's or a disk's are none."""
    disk = ADAPTER.replace("= Net", "= SCSIAdapter").replace("0BDA", "1AF4")
    files = {"a.inf": disk.encode(), "b.INF": ADAPTER.encode("utf-16"), "c.txt": b"[x]"}
    assert hardware_ids(files)[1] == "USB\\VID_0BDA&PID_8187"
    assert all("1AF4" not in one for one in hardware_ids(files))


def test_two_files_that_windows_takes_for_one() -> None:
    """Are refused, as one would silently replace the other."""
    with pytest.raises(Unfit, match="one file to Windows"):
        disc_files(replace(GIVEN, driver={"a.inf": b"", "A.INF": b""}))
