# SPDX-License-Identifier: GPL-2.0-or-later
"""What a device model is, and what is told of one that cannot be used."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.guests import device_models
from harness.guests.device_models import SAID, adapter_kind
from hwsim.usb.catalogue import ADAPTERS

CHIPS = "tests.unit.hwsim.usb.chips"


def test_what_comes_along_is_known() -> None:
    """By the catalogue; lab.toml may add what an adapter hides."""
    assert adapter_kind("rtl8187b") is ADAPTERS["rtl8187b"]
    kind = adapter_kind("rtl8187b", ("replay", "5 GHz"))
    assert kind.hides["replay"] == SAID
    assert kind.hides["5 GHz"] == ADAPTERS["rtl8187b"].hides["5 GHz"]


def test_a_class_is_asked_in_a_process_of_its_own() -> None:
    """Nothing of it is loaded here."""
    assert adapter_kind(f"{CHIPS}:Chip").hides == {"5 GHz": "it has one band"}
    with pytest.raises(UsageError, match="cannot be loaded: AttributeError") as found:
        adapter_kind(f"{CHIPS}:nothing")
    assert found.value.hint == "see docs/adding-a-device-model.md"
    with pytest.raises(UsageError, match="is a int, and no class"):
        adapter_kind(f"{CHIPS}:no_class")


def test_an_import_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or ends the process: both are told in a line."""
    (tmp_path / "endless.py").write_text("import time\ntime.sleep(60)\n")
    (tmp_path / "ending.py").write_text("import os\nos._exit(7)\n")
    (tmp_path / "lying.py").write_text("import os\nprint('{}', flush=True)\nos._exit(0)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(UsageError, match="its import ended the process with status 7"):
        adapter_kind("ending:Chip")
    with pytest.raises(UsageError, match="has not the form of an AdapterKind"):
        adapter_kind("lying:Chip")
    monkeypatch.setattr(device_models, "TELL_S", 1.0)
    with pytest.raises(UsageError, match="its import did not end within 1 s"):
        adapter_kind("endless:Chip")


def test_a_process_has_to_be_there(tmp_path: Path) -> None:
    """A program that can be started, a socket."""
    path = tmp_path / "model"
    with pytest.raises(UsageError, match="No such file or directory"):
        adapter_kind(f"exec:{path}")
    path.write_text("no program")
    with pytest.raises(UsageError, match="it is no program that can be started"):
        adapter_kind(f"exec:{path}")
    with pytest.raises(UsageError, match="it is no socket"):
        adapter_kind(f"unix:{path}")
    path.chmod(0o755)
    assert adapter_kind(f"exec:{path}").chip == "a model in a process of its own"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        assert adapter_kind(f"unix:{tmp_path / 'socket'}", ("replay",)).hides == {"replay": SAID}
