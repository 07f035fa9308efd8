# SPDX-License-Identifier: GPL-2.0-or-later
"""What a source of evidence is, and how the files are called in which a run leaves it."""

from __future__ import annotations

from typing import Final, Protocol

from harness.evidence.model import ClockModel, RunEvidence
from hwsim.capture import of_medium
from hwsim.ports.shared import MAX_MEDIA

EVENTS: Final = "events.jsonl"
"""Frames, notifications and all else that came in while a run lasted, in its order."""
TRACE: Final = "ihv-trace.jsonl"
"""Handler and framework calls of the DLL, as the recorder wrote them."""
CAPTURE: Final = "air.pcapng"
"""Every frame on the air, as the air wrote it."""
FURTHER_CAPTURES: Final = tuple(of_medium(CAPTURE, number) for number in range(2, MAX_MEDIA + 1))
"""The same of further isolated media."""
EVENT_LOG: Final = "event-log.xml"
"""The guest's own event log, as it was exported there."""

UNKNOWN_CLOCK: Final = ClockModel(0, 1 << 62)
"""Where nothing ties the guest's clock to the air's."""


class EvidenceSource(Protocol):
    """Something that evidence can be read from, whoever wrote it and whatever became of it."""

    def read(self) -> RunEvidence:
        """All of it; its ``damage`` says what is wrong with it and what the source cannot know.

        Never raises for what is in the files; raises UsageError if they are not there.
        """
