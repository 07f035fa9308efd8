# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules given to the air of a run by another process, over a socket of the user's own."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.lab.air import AirClient
from harness.lab.live_air import SOCKET, answer, ask, runs_under_way, serving
from harness.local.jsonlines import CallFailed
from harness.local.workspace import PREFIX
from harness.scenarios import AirRule

DROP = {"message": "M3", "action": "drop"}


class Told(AirClient):
    """An air that keeps what it is told, and has one rule in force."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.pid = 7

    def add_rules(
        self, *rules: AirRule, asked_only: bool = False, medium: int = 1
    ) -> tuple[int, ...]:
        """Keep them."""
        self.told.append((tuple(rule.phrase() for rule in rules), asked_only, medium))
        return (2,)

    def change_rule(self, place: int, rule: AirRule, *, medium: int = 1) -> int:
        """Keep it."""
        self.told.append((place, rule.phrase(), medium))
        return 3

    def remove_rule(self, place: int, *, medium: int = 1) -> None:
        """There is one rule."""
        if place != 1:
            raise CallFailed("the air", "remove_rule", "no-such-rule", "no rule 7 is in force")
        self.told.append(("removed", place, medium))

    def trigger_rule(self, place: int, *, medium: int = 1) -> int:
        """One station is there."""
        return 1

    def list_rules(self, *, medium: int = 1) -> list[dict[str, Any]]:
        """One."""
        return [{"place": 1, "words": "drop M3", "live": False, "fitted": 2, "acted": 1}]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The private folder of a run, where temporary files are."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = tmp_path / f"{PREFIX}1"
    folder.mkdir()
    return folder


@pytest.fixture
def air(folder: Path) -> Iterator[Told]:
    """An air that takes calls."""
    told = Told()
    with serving(told, folder / SOCKET):
        yield told
    assert list(folder.iterdir()) == []


def test_rules_of_another_process_reach_the_air(air: Told) -> None:
    """Each call by its own connection; the run is known by the process of its air."""
    ((pid, place),) = runs_under_way().items()
    assert pid == 7
    assert ask(place, "add", rules=[DROP], asked_only=True) == {"places": [2]}
    assert ask(place, "change", place=2, rule={**DROP, "nth": 2}, medium=2) == {"place": 3}
    assert ask(place, "remove", place=1) == {}
    assert ask(place, "trigger", place=3) == {"stations": 1}
    (rule,) = ask(place, "list")["rules"]
    assert rule["acted"] == 1
    assert air.told == [
        (("drop M3 (number 1)",), True, 1), (2, "drop M3 (number 2)", 2), ("removed", 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"call": "add", "rules": [{**DROP, "acton": "drop"}]}, "unknown key"),
        ({"call": "add", "rules": [{**DROP, "association": 2}]}, "the association under way"),
        ({"call": "add", "rules": ["drop"]}, "a rule is a table"),
        ({"call": "remove", "place": 7}, "no rule 7 is in force"),
        ({"call": "remove", "place": "x"}, "no call"),
        ({"call": "renew", "directory": "/"}, "no call"),
        ({"call": ["list"]}, "no call"),
        ([], "no call"),
    ],
)
def test_what_cannot_be_done_is_said(call: object, said: str) -> None:
    """Nothing that comes in ends the run, and no other call of the air is to be had."""
    air = Told()
    assert said in answer(air, json.dumps(call).encode())["error"]
    assert air.told == []


@pytest.mark.parametrize("line", [b"", b"\n", b"{", b"\xff\xfe\n", b"[" * 60_000])
def test_rubbish(line: bytes) -> None:
    """No call."""
    assert "no call" in answer(Told(), line)["error"]


def test_an_error_is_the_users(air: Told) -> None:
    """It comes back as a usage error, with its hint."""
    (place,) = runs_under_way().values()
    with pytest.raises(UsageError, match="no rule 7"):
        ask(place, "remove", place=7)


def test_a_run_that_is_over_is_told(folder: Path) -> None:
    """One that was killed leaves its socket behind, which is no run."""
    place = folder / SOCKET
    with serving(Told(), place):
        assert list(runs_under_way().values()) == [place]
    with pytest.raises(UsageError, match="it may be over"):
        ask(place, "list")
    place.touch()
    assert runs_under_way() == {}


def test_who_goes_away_in_the_midst_of_a_call_harms_nobody(air: Told) -> None:
    """The next one is served."""
    (place,) = runs_under_way().values()
    with socket.socket(socket.AF_UNIX) as gone:
        gone.connect(str(place))
        gone.sendall(b'{"call":')
    assert ask(place, "trigger", place=1) == {"stations": 1}
