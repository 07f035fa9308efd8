# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run found out: the result model, the verdict, the run directory."""

from harness.results.assemble import judge_association, judge_run, reason, rejudge
from harness.results.errors import ResultFileError, StoreError
from harness.results.grouping import FindingGroup, RuleText, group_findings
from harness.results.junit import junit_xml
from harness.results.model import (
    FIGURE_LABELS,
    FIGURES,
    SCHEMA,
    AirSummary,
    AssociationResult,
    EchoResult,
    Environment,
    EvidenceFile,
    FindingResult,
    HandshakeResult,
    LabFault,
    PostAssociation,
    RulesResult,
    RunResult,
    Stage,
    TimingSummary,
    UndecidedResult,
    WaivedResult,
    json_schema,
)
from harness.results.reading import load_result
from harness.results.store import (
    Lost,
    Pages,
    RunDirectory,
    Saved,
    create_run_directory,
    save,
    write_atomic,
)
from harness.results.verdict import Verdict, association_verdict, combine, run_verdict

__all__ = [
    "FIGURES",
    "FIGURE_LABELS",
    "SCHEMA",
    "AirSummary",
    "AssociationResult",
    "EchoResult",
    "Environment",
    "EvidenceFile",
    "FindingGroup",
    "FindingResult",
    "HandshakeResult",
    "LabFault",
    "Lost",
    "Pages",
    "PostAssociation",
    "ResultFileError",
    "RuleText",
    "RulesResult",
    "RunDirectory",
    "RunResult",
    "Saved",
    "Stage",
    "StoreError",
    "TimingSummary",
    "UndecidedResult",
    "Verdict",
    "WaivedResult",
    "association_verdict",
    "combine",
    "create_run_directory",
    "group_findings",
    "json_schema",
    "judge_association",
    "judge_run",
    "junit_xml",
    "load_result",
    "reason",
    "rejudge",
    "run_verdict",
    "save",
    "write_atomic",
]
