# SPDX-License-Identifier: GPL-2.0-or-later
"""The radios that a guest can have, as they are listed."""

from __future__ import annotations

import json
from typing import get_args

import pytest

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


def test_the_simulated_radio_is_no_adapter() -> None:
    """What is not said is the kernel's own."""
    assert GuestConfig().adapter is None
    assert GuestConfig(radio="rtl8187b").adapter == "rtl8187b"
