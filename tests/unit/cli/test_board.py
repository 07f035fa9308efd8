# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil board`: where the page goes, and what is told when there is nothing to show."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from harness.history.model import CellState, NightState
from harness.history.sql import open_history
from harness.results import Verdict
from tests.unit.board.factory import a_test
from tests.unit.command import Command, Said

AT = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)


def keep_nights(count: int) -> None:
    """A history of so many nights at its usual place."""
    Path("runs").mkdir(exist_ok=True)
    with open_history("runs/history.sqlite") as history:
        for day in range(count):
            at = AT + timedelta(days=day)
            night = history.begin_night("validation", "0" * 64, [(a_test(), 1)], at)
            attempt = history.begin_attempt(night, 0, "slot-1", at)
            history.end_attempt(attempt, Verdict.FAIL, "1 rule broken", at)
            history.end_cell(night, 0, CellState.DONE, None, "")
            history.end_night(night, NightState.COMPLETE, at)


class Data(HTMLParser):
    """The data in a board's page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._inside, self.text = False, ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The data is in an element of its own."""
        self._inside = dict(attrs).get("id") == "data"

    def handle_data(self, data: str) -> None:
        """Its text."""
        self.text += data if self._inside else ""


def data_in(file: str) -> dict[str, Any]:
    """The data of a board's page."""
    found: dict[str, Any] = json.loads(Data(Path(file).read_text()).text)
    return found


def nights_in(file: str) -> int:
    """How many nights a board shows."""
    return len(data_in(file)["nights"]["id"])


def refused(said: Said, *words: str) -> None:
    """It ended as a user's mistake, with these words and no traceback."""
    assert said.code == 2
    assert all(word in said.err for word in words), said.err
    assert "Traceback" not in said.err


def test_it_goes_beside_the_runs(hil: Command) -> None:
    """So its links lead to them wherever the folder is taken."""
    keep_nights(3)
    said = hil("board")
    assert (said.code, said.out) == (0, "Board: runs/board.html\n")
    assert nights_in("runs/board.html") == 3


@pytest.mark.parametrize(
    ("out", "file"),
    [("site", "site/index.html"), ("deep/er/nights.html", "deep/er/nights.html")],
)
def test_a_folder_or_a_file_can_be_given(hil: Command, out: str, file: str) -> None:
    """In a folder it is the page a web server shows for the folder."""
    keep_nights(1)
    assert hil("board", "--out", out).code == 0
    assert nights_in(file) == 1


def test_the_newest_nights_alone(hil: Command) -> None:
    """A smaller page."""
    keep_nights(3)
    assert hil("board", "--last", "2").code == 0
    assert nights_in("runs/board.html") == 2


def test_with_a_plan_its_nights_alone_are_shown_with_gate_and_known_issues(hil: Command) -> None:
    """The gate is that of the plan as it is now."""
    keep_nights(2)
    plan = """
        name = "validation"
        scenarios = ["default"]
        [[known_issue]]
        test = "*/acme/m4-*"
        rules = ["POST-05"]
        reason = "lost after a roam"
        expires = 2026-12-31
    """
    Path("plan.toml").write_text(plan)
    Path("other.toml").write_text('name = "other"\nscenarios = ["default"]')
    assert hil("board", "--plan", "plan.toml").code == 0
    told = data_in("runs/board.html")["plan"]
    assert told["gates"] == {"0": ["1 FAIL: 0 may fail"], "1": ["1 FAIL: 0 may fail"]}
    assert [(one["reason"], one["expires"]) for one in told["issues"]] == [
        ("lost after a roam", "2026-12-31")
    ]
    said = hil("board", "--plan", "other.toml")
    refused(said, "no nights of plan 'other'", "there is validation")
    refused(hil("board", "--plan", "pan.toml"), "pan.toml", "did you mean plan.toml?")


def test_without_a_history_none_is_made(hil: Command) -> None:
    """To read leaves nothing behind."""
    refused(hil("board"), "there is no history at runs/history.sqlite", "hint: ")
    assert list(Path().iterdir()) == []


def test_a_history_without_nights_is_told(hil: Command) -> None:
    """With what makes one."""
    keep_nights(0)
    refused(hil("board"), "the history has no nights yet", "nightly")


def test_a_place_that_cannot_be_written_is_told(hil: Command) -> None:
    """Without a traceback."""
    keep_nights(1)
    Path("file").touch()
    refused(hil("board", "--out", "file/site"), "cannot write file/site/index.html")


def test_a_server_writes_no_file(hil: Command) -> None:
    """One thing at a time."""
    refused(hil("board", "--serve", "--out", "x"), "--serve writes no file")


def test_a_port_that_is_taken_is_told(hil: Command) -> None:
    """With another way."""
    keep_nights(1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(hil("board", "--serve", "--port", port), f"port {port} cannot be used", "--port")


def test_what_cannot_be_served_is_told_before_it_listens(hil: Command) -> None:
    """And not in a browser."""
    refused(hil("board", "--serve"), "there is no history")
