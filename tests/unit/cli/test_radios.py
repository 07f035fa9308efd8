# SPDX-License-Identifier: GPL-2.0-or-later
"""The radios that a guest can have, as they are listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from harness.cli.radios import radios
from harness.config.lab import SIMULATED, USB_RADIOS, GuestConfig, RadioName
from hwsim.usb.catalogue import ADAPTERS


def test_each_radio_of_lab_toml_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """By the names that can be configured, and no others."""
    radios(as_json=True)
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(get_args(RadioName))
    assert {row["name"] for row in rows} <= {SIMULATED, *ADAPTERS}
    assert all(row["proven"] for row in rows)


def test_what_an_adapter_hides_is_told_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """And that nothing was run on Windows."""
    radios()
    said = capsys.readouterr().out
    assert "hides 5 GHz" in said
    assert said.count("nothing was run") == len(USB_RADIOS)


def test_what_it_cannot_run_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Each scenario with its reason; with the kernel's own radio there is none."""
    radios(as_json=True)
    rows = {row["name"]: row["cannot_run"] for row in json.loads(capsys.readouterr().out)}
    assert rows[SIMULATED] == {}
    assert "2.4 GHz" in rows["rt3070"]["channel-5ghz"]
    assert "encrypt" in rows["rtl8187l"]["pmf-required"]
    radios()
    assert "cannot run" in capsys.readouterr().out


def test_models_of_ones_own_are_listed_when_they_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With what they say of themselves, and the scenarios that they cannot run."""
    radios(["tests.unit.hwsim.usb.chips:Chip", "hwsim"], as_json=True)
    chip, simulated = json.loads(capsys.readouterr().out)
    assert (chip["chip"], chip["usb"]) == ("A chip of the tests", ["1234:5678"])
    assert "it has one band" in chip["cannot_run"]["channel-5ghz"]
    assert simulated["name"] == SIMULATED


def test_installed_models_are_listed_and_what_is_wrong_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the names of their entry points, behind those that come along."""
    info = tmp_path / "vendor-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vendor\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[wlan_hil.usb_models]\nvendor-good = tests.unit.hwsim.usb.chips:Chip\n"
        "vendor-gone = no_such_package:Chip\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    radios()
    said = capsys.readouterr().out
    assert "vendor-good: A chip of the tests\n" in said
    assert "vendor-gone: cannot be used: radio 'vendor-gone': cannot be loaded: Module" in said
    assert GuestConfig(radio="vendor-good").adapter == "vendor-good"


def test_a_radio_that_is_none_is_refused() -> None:
    """With what could have been meant."""
    with pytest.raises(ValidationError, match="module:Class, exec:PROGRAM or unix:SOCKET"):
        GuestConfig(radio="nothing")
    assert GuestConfig(radio="exec:build/chip").radio_name == "exec:chip"
    assert GuestConfig(radio="vendor:Chip").radio_name == "vendor:Chip"


def test_the_simulated_radio_is_no_adapter() -> None:
    """What is not said is the kernel's own."""
    assert GuestConfig().adapter is None
    assert GuestConfig(radio="rtl8187b").adapter == "rtl8187b"
