# SPDX-License-Identifier: GPL-2.0-or-later
"""Models by name: shipped, installed, by their module, in a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hwsim.errors import ModelFault
from hwsim.usb import plugins
from hwsim.usb.catalogue import ADAPTERS
from hwsim.usb.plugins import in_a_process, installed, is_a_class, kind_of, source_of
from hwsim.usb.sources import ClassSource, SocketSource

CHIPS = "tests.unit.hwsim.usb.chips"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is installed, with an entry point that is good and one that is not."""
    info = tmp_path / "vendor-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vendor\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        f"[{plugins.GROUP}]\nvendor-chip = {CHIPS}:Chip\nvendor-old = vendor.gone:Chip\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


def test_names_are_told_apart() -> None:
    """By their form alone."""
    assert is_a_class("vendor.chips:Chip")
    assert in_a_process("exec:./model")
    assert in_a_process("unix:/run/model")
    for name in ("rtl8187l", "exec:", "unix:", "a:b:c", "a b:c", ":C", "m:"):
        assert not is_a_class(name) or name == "exec:"
        assert not in_a_process(name)
    assert not is_a_class("unix:model")


def test_each_name_has_its_source() -> None:
    """A class in this process, or a process."""
    for name in (*ADAPTERS, f"{CHIPS}:Chip"):
        assert isinstance(source_of(name), ClassSource)
    for name in ("exec:./model", "unix:/run/model"):
        source = source_of(name)
        assert isinstance(source, SocketSource)
        assert source.name == name


@pytest.mark.usefixtures("package")
def test_what_a_package_offers() -> None:
    """By the name of its entry point."""
    assert set(installed()) >= {"vendor-chip", "vendor-old"}
    kind = kind_of("vendor-chip")
    assert (kind.name, kind.chip) == ("vendor-chip", "A chip of the tests")
    assert isinstance(source_of("vendor-chip"), ClassSource)
    with pytest.raises(ModelFault, match="vendor-old cannot be loaded: ModuleNotFoundError"):
        source_of("vendor-old")


def test_what_a_class_says_of_itself() -> None:
    """Its kind; without one, the first line of its docstring."""
    assert kind_of(f"{CHIPS}:Chip").hides == {"5 GHz": "it has one band"}
    assert kind_of("rtl8187l") is ADAPTERS["rtl8187l"]
    bare = kind_of("tests.unit.hwsim.usb.test_guard:Bench")
    assert (bare.chip, bare.proven) == ("A model behind its guard.", "not told")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing", "nothing is no model that is installed"),
        (f"{CHIPS}:nothing", "cannot be loaded: AttributeError: "),
        (f"{CHIPS}:no_class", "is a int, and no class"),
        ("tests.unit.hwsim.usb.test_plugins:pytest", "is a module, and no class"),
    ],
)
def test_what_is_no_model(name: str, told: str) -> None:
    """In words, for whoever named it."""
    with pytest.raises(ModelFault) as found:
        kind_of(name)
    assert told in str(found.value)


def test_it_tells_as_a_program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON on its output, or one line of error."""
    monkeypatch.setattr("sys.argv", ["plugins", f"{CHIPS}:Chip"])
    assert plugins.main() == 0
    assert json.loads(capsys.readouterr().out)["chip"] == "A chip of the tests"
    monkeypatch.setattr("sys.argv", ["plugins", "nothing"])
    assert plugins.main() == 1
    assert capsys.readouterr().err.count("\n") == 1
