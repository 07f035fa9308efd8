# SPDX-License-Identifier: GPL-2.0-or-later
"""What a capture alone tells: its key handshakes and how long they took.

The rules are asked as for a run. All that need the DLL's calls stay undecided, so that a capture by
itself never is a PASS: what is not in it may have happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.checks.figures import FIGURES
from harness.config.lab import Lab
from harness.evidence.model import DamageKind
from harness.evidence.sources import CaptureFile
from harness.results import AssociationResult, HandshakeResult, Verdict, combine
from harness.run.judge import judge_of, limits_of
from harness.run.replay import NOTHING_EXPECTED
from harness.text import clean, milliseconds


@dataclass(frozen=True, slots=True)
class JudgedCapture:
    """A capture judged: what it shows, and how much it leaves open."""

    path: Path
    frames: int
    associations: tuple[AssociationResult, ...]
    """One, which is the whole capture; none if it has no frame of a station."""
    undecided: int
    """Rules that the capture can neither show as kept nor as broken."""
    unread: tuple[str, ...] = ()
    """What of it was not read, and why."""

    @property
    def verdict(self) -> Verdict:
        """MISS, as the DLL's calls are missing, unless what is there breaks a rule."""
        return combine(one.verdict for one in self.associations) or Verdict.MISS

    def lines(self) -> Iterator[str]:
        """All of it for a person, the verdict last."""
        yield f"{self.path}: {self.frames} frames, beacons aside"
        for text in self.unread:
            yield clean(f"  not read: {text}")
        for one in self.associations:
            for handshake in one.handshakes:
                yield _handshake(handshake)
            for found in one.findings:
                yield clean(f"{found.severity}  {found.rule}  {found.message}")
        yield (
            f"{self.verdict}  A capture shows the air alone: the DLL's calls are missing, and "
            f"{self.undecided} rules could not be decided."
        )


def judge_capture(path: Path, lab: Lab) -> JudgedCapture:
    """Judge the capture by the rules, limits and overrides of `lab` as of today.

    Raises `UsageError` for a file that is no capture of 802.11 frames.
    """
    evidence = CaptureFile(path).read()
    judge = judge_of(
        limits_of(lab), NOTHING_EXPECTED, lab.rules, datetime.now(UTC), lab.guest.system
    )
    associations, evaluation = judge.all(evidence, {})
    frames = sum(len(one.frames) for one in evidence.associations)
    undecided = len({one.rule for one in evaluation.undecided})
    unread = tuple(one.message for one in evidence.damage if one.kind is DamageKind.FRAME_GAP)
    return JudgedCapture(path, frames, associations, undecided, unread)


def _handshake(one: HandshakeResult) -> str:
    what = f"{one.kind} handshake" + (f", renewal {one.renewal}" if one.renewal else "")
    figures = [f"{FIGURES[name].label} {milliseconds(us)}" for name, us in one.timing_us.items()]
    repeated = [f"{name.upper()} {count} times" for name, count in one.retries.items() if count]
    told = [f"{', '.join(figures)} ms"] if figures else []
    told += [f"sent again: {', '.join(repeated)}"] if repeated else []
    who = f"{one.station or 'unknown'} with {one.access_point or 'unknown'}"
    return clean("; ".join([f"{who}: {what}", *told]))
