# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings from the environment: every kind, and what is refused."""

from __future__ import annotations

import pytest
from autoconfig.settings import SettingError, Settings, from_environment


def test_nothing_set_is_the_defaults() -> None:
    """An empty environment."""
    assert from_environment({}) == Settings()


def test_every_kind() -> None:
    """Text, command line, decimal, hexadecimal, list, limits."""
    settings = from_environment({
        "HIL_WLAN_INTERFACE": "wlan7",
        "HIL_IHV_HOST": "python3 '/a b/host.py'",
        "HIL_WLANAPI_PORT": "7712",
        "HIL_ADAPTER_OUI": "0x00AABB",
        "HIL_SCAN_MHZ": "2412,5180",
        "HIL_HANDLER_LIMIT_S": "2.5",
        "HIL_POST_ASSOCIATE_LIMIT_S": "30",
    })  # fmt: skip
    assert settings.interface == "wlan7"
    assert settings.host_command == ("python3", "/a b/host.py")
    assert settings.address == ("127.0.0.1", 7712)
    assert settings.adapter_oui == 0xAABB
    assert settings.frequencies_mhz == (2412, 5180)
    assert settings.limits.handler_s == 2.5
    assert settings.limits.post_associate_s == 30


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HIL_WLANAPI_PORT", "http"),
        ("HIL_ADAPTER_OUI", "xyz"),
        ("HIL_SCAN_MHZ", "2412;5180"),
        ("HIL_HANDLER_LIMIT_S", "soon"),
        ("HIL_HANDLER_LIMIT_S", "0"),
        ("HIL_HANDLER_LIMIT_S", "nan"),
        ("HIL_HANDLER_LIMIT_S", "1e9"),
    ],
)
def test_unusable_values_name_the_setting(name: str, value: str) -> None:
    """The error says which variable is wrong."""
    with pytest.raises(SettingError, match=name):
        from_environment({name: value})
