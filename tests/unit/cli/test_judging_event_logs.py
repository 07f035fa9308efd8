# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's exported event log in a run's folder: seen in the report, and never a verdict."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.evidence.sources.base import EVENT_LOG, EVENTS
from harness.evidence.sources.seal import SEAL, seal
from tests.unit.evidence.windows_log import NOON_NS, event_xml

RECORDED = Path(__file__).parents[1] / "recorded"
CONNECT_NS = 25_046_614_300
"""When the recorded association was asked for, on its guest's clock."""
CONNECTION = "0x100000000"


def at(ms: int) -> int:
    """So many milliseconds after that, by the guest's calendar."""
    return NOON_NS + ms * 1_000_000


LOG = (
    event_xml(10001, at(-500), channel="System", record=1)
    + event_xml(8000, at(10), ConnectionId=CONNECTION, record=2)
    + event_xml(11007, at(700), ConnectionId=CONNECTION, record=3)
    + event_xml(11009, at(900), ConnectionId=CONNECTION, IhvReasonCode="589825", record=4)
    + event_xml(8002, at(9_000), ConnectionId=CONNECTION, ReasonCode="229387", record=5)
)


def run_with(tmp_path: Path, log: bytes, *, clock: bool = True) -> Path:
    """The recorded run with a log, sealed, and with a reading of both clocks or without."""
    run = Path(shutil.copytree(RECORDED / "plain", tmp_path / "run"))
    (run / EVENT_LOG).write_bytes(log)
    if clock:
        lines = (run / EVENTS).read_text().splitlines()
        reading = {"utc_ns": NOON_NS, "guest_ns": CONNECT_NS, "uncertainty_ns": 1_000_000}
        told = {"host_ns": 2_616_500_000_000, "event": "wall clock", **reading}
        (run / EVENTS).write_text("\n".join([*lines[:-1], json.dumps(told), lines[-1]]) + "\n")
    (run / SEAL).unlink()
    seal(run)
    return run


def judge(run: Path) -> tuple[int, str, str]:
    """Exit code, output and report."""
    done = CliRunner().invoke(app, ["judge", str(run)])
    return done.exit_code, done.output, (run / "judged" / "report.html").read_text("utf-8")


def test_events_are_in_the_timeline_with_their_reasons_by_name(tmp_path: Path) -> None:
    """Those of the connection, also one that came after the association's end; a module's start
    before it is not."""
    code, said, report = judge(run_with(tmp_path, LOG.encode()))
    assert code == 0, said
    for label in ("8000 connecting", "11007 IHV security started", "8002 connection failed"):
        assert f"event {label}" in report
    assert "WLAN_REASON_CODE_DRIVER_DISCONNECTED (229387, 0x3800b)" in report
    assert "vendor-defined (589825, 0x90001)" in report
    assert "event 10001" not in report


@pytest.mark.parametrize("at_byte", [0, 1, 700, 1500, 2500])
def test_a_damaged_log_is_told_and_changes_no_verdict(tmp_path: Path, at_byte: int) -> None:
    """Torn or overwritten before it was sealed; its whole events are still shown."""
    torn = LOG.encode()[:at_byte] + b"\x00\xff<" + LOG.encode()[at_byte + 40 : -300]
    code, said, report = judge(run_with(tmp_path, torn))
    assert code == 0, said
    assert "event-log.xml: part" in report


def test_a_log_that_nothing_places_is_told(tmp_path: Path) -> None:
    """Without a reading of both clocks no event has a place on the timeline."""
    code, said, report = judge(run_with(tmp_path, LOG.encode(), clock=False))
    assert code == 0, said
    assert "5 events are not placed" in report
    assert "event 8000" not in report


def test_a_log_changed_after_the_run_is_left_out(tmp_path: Path) -> None:
    """The seal tells; what it says now is not evidence."""
    run = run_with(tmp_path, LOG.encode())
    (run / EVENT_LOG).write_bytes(LOG.replace("8000", "8001").encode())
    code, said, report = judge(run)
    assert code == 0, said
    assert "event-log.xml is not what it was when the run ended" in report
    assert "event 8001" not in report
