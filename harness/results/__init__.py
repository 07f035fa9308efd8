# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run found out: the result model, the verdict, the store of runs."""

from harness.results.assemble import judge_association, judge_run, reason, rejudge
from harness.results.grouping import FindingGroup, RuleText, group_findings
from harness.results.junit import junit_xml
from harness.results.model import (
    SCHEMA,
    AirSummary,
    AssociationResult,
    DamageResult,
    EchoResult,
    Environment,
    EvidenceFile,
    FindingResult,
    HandshakeResult,
    LabFaultResult,
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
    FolderStore,
    KeptRun,
    Lost,
    Pages,
    RunDirectory,
    RunStore,
    Saved,
)
from harness.results.verdict import WRONG, Verdict, association_verdict, combine, run_verdict

__all__ = [
    "SCHEMA",
    "WRONG",
    "AirSummary",
    "AssociationResult",
    "DamageResult",
    "EchoResult",
    "Environment",
    "EvidenceFile",
    "FindingGroup",
    "FindingResult",
    "FolderStore",
    "HandshakeResult",
    "KeptRun",
    "LabFaultResult",
    "Lost",
    "Pages",
    "PostAssociation",
    "RuleText",
    "RulesResult",
    "RunDirectory",
    "RunResult",
    "RunStore",
    "Saved",
    "Stage",
    "TimingSummary",
    "UndecidedResult",
    "Verdict",
    "WaivedResult",
    "association_verdict",
    "combine",
    "group_findings",
    "json_schema",
    "judge_association",
    "judge_run",
    "junit_xml",
    "load_result",
    "reason",
    "rejudge",
    "run_verdict",
]
