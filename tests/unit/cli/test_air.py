# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil air`: which run is meant, what a file must hold, and what is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli import air as module
from harness.cli.app import app
from harness.errors import UsageError

DROP = '[[air]]\nmessage = "M3"\naction = "drop"\n'
RULE = {"place": 1, "words": "drop M3", "live": True, "fitted": 2, "acted": 1}

Hil = Callable[..., str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the one run under way, process 7, was asked."""
    calls: list[Any] = []

    def ask(place: Path, call: str, /, **given: Any) -> dict[str, Any]:
        calls.append((place.name, call, given))
        return {"rules": [RULE], "places": [2, 3], "place": 4, "stations": 1}

    monkeypatch.setattr(module, "ask", ask)
    monkeypatch.setattr(module, "runs_under_way", lambda: {7: Path("7-1")})
    return calls


def hil(*args: str, **settings: Any) -> str:
    """What the command says; raises what it raises."""
    done = CliRunner().invoke(app, ["air", *args], **settings)
    if isinstance(done.exception, UsageError):
        raise done.exception
    return done.output


def test_rules_are_listed(asked: list[Any]) -> None:
    """With what they did."""
    assert hil("list") == "  1  drop M3: fitted 2, acted 1, given live\n"
    assert '"acted": 1' in hil("list", "--json", "--pid", "7")


def test_rules_are_given_and_taken_back(asked: list[Any], tmp_path: Path) -> None:
    """Of a file or of standard input."""
    file = tmp_path / "rules.toml"
    file.write_text(DROP)
    assert hil("add", str(file), "--asked") == "rule 2 is in force\nrule 3 is in force\n"
    assert hil("change", "2", "-", input=DROP) == "rule 4 is in force\n"
    assert hil("trigger", "4", "--medium", "2") == "sent to 1 station\n"
    assert hil("remove", "4") == ""
    rule = {"message": "M3", "action": "drop"}
    assert asked == [
        ("7-1", "add", {"rules": [rule], "asked_only": True, "medium": 1}),
        ("7-1", "change", {"place": 2, "rule": rule, "medium": 1}),
        ("7-1", "trigger", {"place": 4, "medium": 2}),
        ("7-1", "remove", {"place": 4, "medium": 1}),
    ]


@pytest.mark.parametrize(
    ("stations", "said"),
    [(0, "rule 1 acts on the next message that fits it\n"), (2, "sent to 2 stations\n")],
)
def test_what_a_triggered_rule_does(
    asked: list[Any], monkeypatch: pytest.MonkeyPatch, stations: int, said: str
) -> None:
    """One that sends nothing by itself has been sent to nobody, and waits for its message."""
    monkeypatch.setattr(module, "ask", lambda *_, **__: {"stations": stations})
    assert hil("trigger", "1") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "wanted .*air.* rules"),
        ('name = "x"\n' + DROP, "wanted .*air.* rules"),
        ("air = [\n", "not valid TOML"),
        (DROP + 'acton = "x"\n', "rule 1: acton: unknown key"),
        (2 * DROP, "wanted one"),
    ],
)
def test_a_file_that_cannot_be_used(asked: list[Any], text: str, said: str) -> None:
    """Nothing is asked of the run."""
    with pytest.raises(UsageError, match=said):
        hil("change", "1", "-", input=text)
    assert asked == []


def test_which_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """None, or several: what is wanted is said."""
    monkeypatch.setattr(module, "runs_under_way", dict)
    with pytest.raises(UsageError, match="no run of yours"):
        hil("list")
    monkeypatch.setattr(module, "runs_under_way", lambda: {7: Path("7-1"), 8: Path("8-1")})
    with pytest.raises(UsageError, match="--pid: wanted one of the runs under way: 7, 8"):
        hil("list")
    with pytest.raises(UsageError, match="--pid 9: wanted"):
        hil("list", "--pid", "9")
