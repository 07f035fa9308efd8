# SPDX-License-Identifier: GPL-2.0-or-later
"""Both displays: what they say, and that nothing makes them fail."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.console import Console, LiveConsole, PlainConsole, open_console
from harness.results import DamageResult, FindingResult, LabFaultResult, RunResult, Verdict
from tests.unit.results.samples import NO_COMPLETION, association, run

RULES = {"POST-05": SimpleNamespace(cls="M", text="must eventually come", source="seed")}
EVIL = "[bold]x[/]\x1b[2J\u202e<b>"
Make = Callable[[io.StringIO], Console]


def live(width: int) -> Make:
    """A live display of a given width."""
    return lambda out: LiveConsole(out, RULES, width=width, force_terminal=True)


DISPLAYS = [lambda out: PlainConsole(out, RULES), live(120), live(80), live(20), live(1)]
NAMES = ["plain", "120", "80", "20", "1"]


def everything(console: Console, folder: Path, result: RunResult | None = None) -> None:
    """All a console can be asked to show."""
    result = result or run(
        association(1),
        association(2, NO_COMPLETION),
        lab_faults=(LabFaultResult(message="disk full", hint="free some"),),
        errors=("bad rule",),
        requested_associations=3,
    )
    with console:
        console.plan(3)
        console.note("KVM is not used")
        with console.stage("boot") as stage:
            stage.update(0.5, "waiting for SSH")
            stage.update(None, "still waiting")
            stage.update(7.0, "more than all")
        for item in result.associations:
            console.association(item)
        console.fault("agent gone", "look at serial.log")
        console.summary(result, folder, ["report.html: No space left on device"])


@pytest.mark.parametrize("make", DISPLAYS, ids=NAMES)
def test_everything_can_be_shown_at_any_width(make: Make, tmp_path: Path) -> None:
    """No width is an error, and the verdict is told at each."""
    out = io.StringIO()
    everything(make(out), tmp_path)
    assert "FAIL" in strip_styles(out.getvalue()).replace(" ", "")


@pytest.mark.parametrize("make", DISPLAYS[:3], ids=NAMES[:3])
def test_the_summary_has_it_all(make: Make, tmp_path: Path) -> None:
    """Verdict, reason, counts, rule text, timing, faults, lost files, places, command."""
    (tmp_path / "report.html").touch()
    out = io.StringIO()
    everything(make(out), tmp_path)
    text = " ".join(out.getvalue().split())
    for words in (
        "The driver broke 1 rule (POST-05)", "2 of 3 associations: 1 FAIL, 1 PASS",
        "must eventually come", "handshake 2 1.00 2.00 3.00 4.00 5.00", "disk full", "free some",
        "bad rule", "report.html: No space left on device", str(tmp_path / "report.html"),
        "./hil run --scenario plain", "look at serial.log",
    ):  # fmt: skip
        assert words in strip_styles(text), words


@pytest.mark.parametrize("make", DISPLAYS[:3], ids=NAMES[:3])
@pytest.mark.parametrize(
    "ended",
    [
        {"errors": ("the DLL refuses the profile (give one that it takes)",)},
        {"lab_faults": (LabFaultResult(message="agent gone", hint="look at serial.log"),)},
        {"lab_faults": 3 * (LabFaultResult(message="agent gone", last_state="asleep"),)},
    ],
)
def test_what_ended_a_run_is_told_once(make: Make, ended: Any) -> None:
    """In the verdict's reason, and below it only what the reason does not have."""
    out = io.StringIO()
    make(out).summary(run(**ended), Path("runs/x"))
    text = strip_styles(out.getvalue())
    for words in ("refuses the profile", "look at serial.log", "asleep"):
        assert text.count(words) == (words in repr(ended)), text


@pytest.mark.parametrize("make", DISPLAYS[:3], ids=NAMES[:3])
def test_what_is_wrong_with_the_evidence_is_told(make: Make, tmp_path: Path) -> None:
    """What an association lacks stands below its line; all damage, up to a few, in the summary."""
    gaps = tuple(
        DamageResult(kind="records are missing", message=f"record {number}", missing=True)
        for number in range(7)
    )
    out = io.StringIO()
    lacking = association(1, missing=("frame 7 is missing",))
    everything(make(out), tmp_path, run(lacking, damage=gaps))
    text = strip_styles(out.getvalue())
    for words in (
        "frame 7 is missing", "records are missing: record 4", "and 2 more (see the report)",
        "Not all of the evidence is there (1 of 1 association ran): frame 7 is missing.",
    ):  # fmt: skip
        assert words in text, words
    assert "record 5" not in text


def strip_styles(text: str) -> str:
    """Text without the terminal's colour codes."""
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).split())


@pytest.mark.parametrize("make", DISPLAYS, ids=NAMES)
def test_hostile_strings_neither_style_nor_steer(make: Make, tmp_path: Path) -> None:
    """Escape sequences and rich markup of the guest reach the terminal as harmless text."""
    found = FindingResult(rule=EVIL, severity="FAIL", message=EVIL)
    out = io.StringIO()
    everything(make(out), tmp_path, run(association(1, found), command=EVIL, scenario=EVIL))
    assert "\x1b[2J" not in out.getvalue()
    assert "\u202e" not in out.getvalue()


@pytest.mark.parametrize("verdict", Verdict)
def test_no_badge_is_bold_black(verdict: Verdict) -> None:
    """Many terminals draw bold black as grey, which on bright black is nothing at all."""
    out = io.StringIO()
    live(80)(out).association(association(1).model_copy(update={"verdict": verdict}))
    assert verdict in out.getvalue()
    assert "\x1b[1;30;" not in out.getvalue()


def test_markup_is_shown_as_written(tmp_path: Path) -> None:
    """Square brackets of a message are not taken for markup."""
    out = io.StringIO()
    live(200)(out).note("[bold]not bold[/]")
    assert "[bold]not bold[/]" in out.getvalue()


@pytest.mark.parametrize("make", DISPLAYS, ids=NAMES)
def test_failing_stage_is_said_and_passed_on(make: Make) -> None:
    """The error reaches the caller; the stage is shown as failed."""
    out = io.StringIO()
    console = make(out)
    with pytest.raises(TimeoutError), console, console.stage("boot"):
        raise TimeoutError
    assert "failed after" in out.getvalue() or "✗" in out.getvalue()


def test_stages_may_be_nested() -> None:
    """The inner stage ends before the outer one, and both say so."""
    out = io.StringIO()
    with live(80)(out) as console, console.stage("outer"), console.stage("inner"):
        pass
    text = out.getvalue()
    assert text.rindex("✓") > text.index("✓")
    assert text.rindex("outer") > text.rindex("inner")


def test_plain_stage_repeats_itself_seldom() -> None:
    """A log shows life every fifteen seconds, and only when there is news."""
    now = [0.0]
    out = io.StringIO()
    console = PlainConsole(out, clock=lambda: now[0])
    with console.stage("boot") as stage:
        for second in range(40):
            now[0] = float(second)
            stage.update(second / 40, f"step {second // 10}")
    assert out.getvalue().splitlines() == [
        "boot …", "boot:  38%  step 1", "boot:  75%  step 3", "boot: done in 39.0 s",
    ]  # fmt: skip


class Closed(io.StringIO):
    """A pipe whose reader has gone."""

    def write(self, _: str) -> int:
        """Fail as such a pipe does."""
        raise BrokenPipeError

    def flush(self) -> None:
        """Fail as such a pipe does."""
        raise BrokenPipeError


@pytest.mark.parametrize("make", DISPLAYS[:2], ids=NAMES[:2])
def test_a_reader_that_has_gone_does_not_end_the_run(make: Make, tmp_path: Path) -> None:
    """``hil run | head`` must not break the run."""
    everything(make(Closed()), tmp_path)


def test_ascii_stream_gets_replacements() -> None:
    """What the stream cannot encode becomes a question mark, not an exception."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    PlainConsole(stream).note("2 µs → 3")
    assert raw.getvalue() == b"2 ?s ? 3\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say so."""
        return True


class AsciiTerminal(Terminal):
    """A terminal that cannot show Unicode."""

    encoding = "ANSI_X3.4-1968"


@pytest.mark.parametrize(
    ("stream", "environment", "kind"),
    [
        (Terminal(), {}, LiveConsole),
        (Terminal(), {"NO_COLOR": ""}, LiveConsole),
        (Terminal(), {"NO_COLOR": "1"}, PlainConsole),
        (Terminal(), {"CI": "true"}, PlainConsole),
        (Terminal(), {"TERM": "dumb"}, PlainConsole),
        (AsciiTerminal(), {}, PlainConsole),
        (io.StringIO(), {}, PlainConsole),
    ],
)
def test_display_fits_the_stream(
    stream: io.StringIO, environment: dict[str, str], kind: type
) -> None:
    """Live on a terminal that can show it, plain lines everywhere else."""
    assert isinstance(open_console(stream, environment=environment), kind)
