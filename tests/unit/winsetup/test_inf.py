# SPDX-License-Identifier: GPL-2.0-or-later
"""INF files: class and hardware ids, in both encodings, and of files that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winsetup.inf import Inf, read_inf

ADAPTER = """\
; a comment
[Version]
Signature = "$Windows NT$"
Class     = Net
ClassGUID = {4d36e972-e325-11ce-bfc1-08002be10318}

[Manufacturer]
%Vendor% = Vendor, NTamd64, NTamd64.10.0

[Vendor.NTamd64]
%A.Desc% = A.ndi, USB\\VID_0BDA&PID_8187&REV_0100 ; the first revision
[Vendor.NTamd64.10.0]
%A.Desc% = A.ndi, USB\\vid_0bda&pid_8187, USB\\VID_0BDA&PID_8189
[Vendor.NTx86]
%A.Desc% = A.ndi, USB\\VID_FFFF&PID_FFFF
[A.ndi]
AddReg = A.reg
"""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "cp1252"])
def test_the_devices_of_an_adapter(encoding: str) -> None:
    """Those of the models that the manufacturer's line names, each once, in capitals."""
    assert read_inf(ADAPTER.encode(encoding)) == Inf(
        "Net",
        (
            "USB\\VID_0BDA&PID_8187&REV_0100",
            "USB\\VID_0BDA&PID_8187",
            "USB\\VID_0BDA&PID_8189",
        ),
    )


@given(st.binary(max_size=400) | st.text(alphabet="[]=,;\\\n aVN", max_size=200).map(str.encode))
def test_no_file_does_harm(data: bytes) -> None:
    """One that is no INF file says nothing, or something."""
    assert isinstance(read_inf(data), Inf)
