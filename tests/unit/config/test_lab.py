# SPDX-License-Identifier: GPL-2.0-or-later
"""[guest] of lab.toml: what goes together."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from harness.config.lab import WINDOWS_MEMORY_MIB, GuestConfig


def guest(**keys: object) -> GuestConfig:
    """It with these keys."""
    return GuestConfig.model_validate(keys)


def test_windows_needs_more_memory() -> None:
    """Unless it is the rehearsal, which is the reference guest; what is given holds."""
    image = {"kind": "windows", "image": "w10", "radio": "rtl8187b"}
    assert guest(**image).memory_mib == WINDOWS_MEMORY_MIB
    assert guest(**image, memory_mib=8192).memory_mib == 8192
    assert guest(kind="windows", image="rehearsal").memory_mib == guest().memory_mib


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"kind": "windows"}, "a Windows guest needs an image"),
        ({"kind": "windows", "image": "w10"}, "Windows has no driver for radio 'hwsim'"),
        ({"image": "w10"}, "are a Windows guest's"),
        ({"driver_verifier": True}, "are a Windows guest's"),
        ({"kind": "windows", "image": "../x"}, "should match pattern"),
    ],
)
def test_what_does_not_go_together(keys: dict[str, object], said: str) -> None:
    """With the way out of it."""
    with pytest.raises(ValidationError, match=said):
        guest(**keys)
