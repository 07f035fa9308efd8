# SPDX-License-Identifier: GPL-2.0-or-later
"""A night with one cell of each kind, and what comes in the text of a hostile guest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from harness.exports import Document, of_night
from harness.history.model import (
    Attempt,
    Cell,
    CellState,
    Crash,
    FindingRow,
    Mark,
    Night,
    NightState,
    RunSummary,
    Test,
)
from harness.results import Verdict

AT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
LONG = timedelta(seconds=90)
HOSTILE = "\x00\x1b[31m]]><failure/>&\r\n::error::owned|`*_<b>@all #1 100%, a:b \ud800\uffff"
CRASH = Crash(0xC0000005 - (1 << 32), ("vendor.dll!Foo+0x12", "ntdll.dll+0x1234"))
FACTS = {"qemu": "7.2.22", "host_cpu": "slow"}


def attempt(
    verdict: Verdict | None, number: int = 1, reason: str = "", crash: Crash | None = None
) -> Attempt:
    """An attempt that came to this verdict; None: it was cut off."""
    end = AT + LONG if verdict else None
    name = f"{verdict}-{number}"
    return Attempt(name, number, "host/0", AT, end, f"run-{name}", verdict, reason, crash)


def cell(
    scenario: str,
    *attempts: Attempt,
    state: CellState = CellState.DONE,
    repetition: int = 1,
    mark: Mark | None = None,
) -> Cell:
    """A cell of the plan; its place comes when it is put into a night."""
    return Cell(
        position=0, test=Test("reference", "hwsim", "acme", scenario), repetition=repetition,
        state=state, verdict=attempts[-1].verdict if attempts else None, mark=mark,
        mark_reason="ticket 7, until 2027-01-01" if mark else "", attempts=attempts,
    )  # fmt: skip


CELLS = (
    cell("good", attempt(Verdict.PASS)),
    cell("broken", attempt(Verdict.FAIL), attempt(Verdict.FAIL, 2, "The driver broke 1 rule.")),
    cell("retried", attempt(Verdict.MISS, reason="SSH gone"), attempt(Verdict.PASS, 2)),
    cell("lab-broke", attempt(Verdict.MISS, reason=HOSTILE)),
    cell("wrong", attempt(Verdict.ERROR, reason="no such thing")),
    cell("known", attempt(Verdict.FAIL), mark=Mark.KNOWN_ISSUE),
    cell("crashes", attempt(Verdict.FAIL, reason="it crashed", crash=CRASH), repetition=2),
    cell("killed", attempt(None), state=CellState.KILLED),
    cell("left-out", state=CellState.LEFT_OUT),
    cell("to-come", state=CellState.PLANNED),
)


def a_run(name: str) -> RunSummary:
    """The run of an attempt."""
    return RunSummary(
        id=name, test=Test("reference", "hwsim", "acme", "x"), fault=None, started_at=AT,
        duration_s=90.0, verdict=Verdict.FAIL, reason="", associations=3, dll_sha256="ab" * 32,
        environment="f1", path=f"runs/{name}", command="./hil run x --dll 'a|b.dll'",
    )  # fmt: skip


def document(*cells: Cell, state: NightState = NightState.COMPLETE) -> Document:
    """A night of these cells, by default one of each kind."""
    cells = cells or CELLS
    names = {one.run_id for each in cells for one in each.attempts if one.verdict}
    found = [
        FindingRow(run_id=f"run-FAIL-{number}", rule=rule, severity=severity, message=message,
                   association=1)
        for number in (1, 2)
        for rule, severity, message in (
            ("POST-05", "FAIL", "no completion"), ("POST-05", "FAIL", "again none"),
            ("POST-12", "WARN", "a warning"), ("KEY-01", "FAIL", HOSTILE),
        )
    ]  # fmt: skip
    return of_night(
        Night(
            "n1", "nightly", "00", AT, None if state is NightState.RUNNING else AT + 10 * LONG,
            state, cells,
        ),
        {name: a_run(name) for name in names if name},
        found,
        {"f1": FACTS},
    )  # fmt: skip
