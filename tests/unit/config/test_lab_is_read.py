# SPDX-License-Identifier: GPL-2.0-or-later
"""Every key of lab.toml is read by something: a key that changes nothing would be a lie."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel

from harness.config.lab import Lab
from harness.config.limits import CHECKED, GUEST
from harness.config.overrides import RuleOverride

ROOT = Path(__file__).parents[3]
OWNERS = {
    "guest": {"guest", "config"},  # config: what a kind of guest is asked with
    "air": {"air", "self"},  # self: AirConfig.retry_ms, which go_on_air asks
    "dll": {"dll", "vendor"},
    "limits": {"limits"},
    "store": {"store", "self"},  # StoreConfig.place, which whoever opens the history asks
    "rules": {"item", "self", "override", "waiver"},
    "": {"lab", "config"},
}
"""Section of lab.toml → how whoever reads it calls it; "" for lab.toml itself."""

Read = tuple[str, str]


def reads_in(source: str) -> Iterator[Read]:
    """Owner and name of each attribute that a module reads; names given to getattr too."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield owner_of(node.value), node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from by_name(node)


def by_name(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Read]:
    """What a function reads by getattr, of names that are written in it."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    named = [
        call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "getattr"
    ]
    for call in named:
        for node in ast.walk(function):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield owner_of(call.args[0]), node.value


def owner_of(node: ast.expr) -> str:
    """The last name of what an attribute is of, such as `limits` in `self._limits`."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return str(name).lstrip("_")


@cache
def read_below(*folders: str) -> set[Read]:
    """All that the modules below these folders read."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {read for path in paths for read in reads_in(path.read_text("utf-8"))}


def sections() -> dict[str, type[BaseModel]]:
    """The tables of lab.toml, by name; "" for the file."""
    found: dict[str, type[BaseModel]] = {"": Lab, "rules": RuleOverride}
    for name, field in Lab.model_fields.items():
        if name != "rules":
            assert isinstance(field.annotation, type)
            assert issubclass(field.annotation, BaseModel)
            found[name] = field.annotation
    return found


@pytest.mark.unmeasured
@pytest.mark.parametrize("section", sections())
def test_every_key_is_read(section: str) -> None:
    """By an attribute, or by getattr with the name written beside it."""
    read = read_below("harness")
    handed_on = {*CHECKED, *GUEST} if section == "limits" else set()
    for name in sections()[section].model_fields:
        found = any((owner, name) in read for owner in OWNERS[section])
        assert found or name in handed_on, f"[{section}] {name} is read by nothing"


@pytest.mark.unmeasured
def test_limits_that_are_handed_on_are_read_where_they_go() -> None:
    """The checker's by the checks, as an attribute or in a message; the guest's by its service."""
    checks = read_below("harness/checks")
    names = {
        node.value
        for path in (ROOT / "harness" / "checks").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }
    unread = [name for name in CHECKED if ("limits", name) not in checks and name not in names]
    assert unread == []
    service = read_below("vm-images/reference/autoconfig")
    assert [name for name in GUEST if ("limits", name) not in service] == []
