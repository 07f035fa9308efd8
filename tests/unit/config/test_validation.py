# SPDX-License-Identifier: GPL-2.0-or-later
"""Models of TOML files: what is wrong is one line, and a secret is in none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from harness.config.lab import AirConfig, Lab
from harness.config.validation import load_toml, validated
from harness.errors import UsageError
from harness.scenarios import Scenario
from harness.scenarios.air import AirRule
from harness.scenarios.expect import Expect
from harness.scenarios.network import Network

GOOD: dict[str, Any] = {"name": "x", "summary": "y"}


def refused(data: dict[str, Any]) -> str:
    """Why a scenario of this data is refused."""
    with pytest.raises(UsageError) as caught:
        validated(data, Scenario, source="s.toml")
    assert caught.value.__cause__ is None
    assert "\n" not in caught.value.message
    return caught.value.message


def test_every_mistake_is_named_at_once() -> None:
    """Two wrong fields are two parts of the one line."""
    said = refused(GOOD | {"associations": 0, "echoes": -1})
    assert said.startswith("s.toml: associations = 0: ")
    assert "; echoes = -1: " in said


@pytest.mark.parametrize(
    ("data", "table"),
    [
        ({"colour": 1}, Scenario),
        ({"network": {"chanel": 1}}, Network),
        ({"air": [{"message": "M1", "action": "drop", "ntg": 1}]}, AirRule),
        ({"expect": {"conected": True}}, Expect),
    ],
)
def test_an_unknown_key_comes_with_the_known_ones(
    data: dict[str, Any], table: type[BaseModel]
) -> None:
    """At every depth: those of the table the key stands in."""
    assert f"(known here: {', '.join(sorted(table.model_fields))})" in refused(GOOD | data)


@pytest.mark.parametrize("network", [{"passphrase": "sécret-pass"}, {"passphrase": 12345678}])
def test_a_passphrase_is_never_repeated(network: dict[str, Any]) -> None:
    """Not as text, and not as a value of a wrong type."""
    said = refused(GOOD | {"network": network})
    assert "network.passphrase" in said
    assert str(network["passphrase"]) not in said


def test_a_file_that_is_not_utf8_is_not_valid(tmp_path: Path) -> None:
    """Told as that, without a traceback."""
    path = tmp_path / "lab.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not valid TOML"):
        load_toml(path, Lab)


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    """The system's own words."""
    with pytest.raises(UsageError, match="Is a directory"):
        load_toml(tmp_path, Lab)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"boot_s": 0}, "wanted more than 0"),
        ({"boot_s": -1}, "wanted more than 0"),
        ({"boot_s": 3601}, "wanted 3600 or less"),
        ({"boot_s": float("inf")}, "wanted 3600 or less"),
        ({"boot_s": float("nan")}, "boot_s"),
    ],
)
def test_no_wait_is_endless(limits: dict[str, float], said: str) -> None:
    """Every limit is positive and an hour at most; TOML's inf and nan are none."""
    with pytest.raises(UsageError, match=said):
        validated({"limits": limits}, Lab, source="lab.toml")


def test_the_retry_timer_fits_the_accelerator() -> None:
    """hostapd's own under KVM, longer under emulation; a value that is set holds for both."""
    assert (AirConfig().retry_ms("kvm"), AirConfig().retry_ms("tcg")) == (100, 1000)
    assert {AirConfig(first_retry_ms=7).retry_ms(accel) for accel in ("kvm", "tcg")} == {7}
