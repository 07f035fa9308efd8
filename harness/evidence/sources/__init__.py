# SPDX-License-Identifier: GPL-2.0-or-later
"""Where evidence comes from: the folder of a run, or a capture alone."""

from harness.evidence.sources.base import CAPTURE, EVENTS, TRACE, EvidenceSource
from harness.evidence.sources.capture import CaptureFile
from harness.evidence.sources.run_folder import FolderEvidence, RunFolder

__all__ = [
    "CAPTURE",
    "EVENTS",
    "TRACE",
    "CaptureFile",
    "EvidenceSource",
    "FolderEvidence",
    "RunFolder",
]
