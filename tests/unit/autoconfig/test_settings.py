# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings from the environment: every kind, and what is refused."""

from __future__ import annotations

import pytest
from autoconfig.settings import ServiceLimits, SettingError, Settings, from_environment


def test_nothing_set_is_the_defaults() -> None:
    """An empty environment."""
    assert from_environment({}) == Settings()


def test_every_kind() -> None:
    """Text, command line, decimal, hexadecimal, list."""
    settings = from_environment({
        "HIL_WLAN_INTERFACE": "wlan7",
        "HIL_IHV_HOST": "python3 '/a b/host.py'",
        "HIL_WLANAPI_PORT": "7712",
        "HIL_ADAPTER_OUI": "0x00AABB",
        "HIL_SCAN_MHZ": "2412,5180",
    })  # fmt: skip
    assert settings.interface == "wlan7"
    assert settings.host_command == ("python3", "/a b/host.py")
    assert settings.address == ("127.0.0.1", 7712)
    assert settings.adapter_oui == 0xAABB
    assert settings.frequencies_mhz == (2412, 5180)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HIL_WLANAPI_PORT", "http"),
        ("HIL_ADAPTER_OUI", "xyz"),
        ("HIL_SCAN_MHZ", "2412;5180"),
    ],
)
def test_unusable_values_name_the_setting(name: str, value: str) -> None:
    """The error says which variable is wrong."""
    with pytest.raises(SettingError, match=name):
        from_environment({name: value})


def test_limits_are_changed_for_all_who_keep_them() -> None:
    """The object stays the same; what is not named stays as it was."""
    limits = ServiceLimits()
    limits.change({"handler_s": 20, "threads": 256.0, "memory_mib": 0})
    assert (limits.handler_s, limits.threads, limits.memory_mib) == (20.0, 256, 0)
    assert limits.load_s == ServiceLimits().load_s
    assert isinstance(limits.threads, int)


@pytest.mark.parametrize(
    "values",
    [
        {"handler_s": 0}, {"handler_s": -1}, {"handler_s": float("nan")}, {"handler_s": 1e9},
        {"handler_s": "5"}, {"handler_s": True}, {"handler_s": None}, {"hander_s": 5},
        {"change": 5},
    ],
)  # fmt: skip
def test_unusable_limits_change_nothing(values: dict[str, object]) -> None:
    """They name the limit; the good ones beside them are not set either."""
    limits = ServiceLimits()
    with pytest.raises(SettingError, match=next(iter(values))):
        limits.change({"load_s": 1} | values)
    assert limits == ServiceLimits()
