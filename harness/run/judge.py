# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence turned into results: findings, what the handler did, timings. Pure.

Judging happens twice: after each association over a window, for the person who watches, and at
the end over the whole run, since a breach may show only later. The second one counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from harness import codes
from harness.checks import CheckLimits, Evaluation, Expectation, Finding, evaluate
from harness.checks.severity import OsSide
from harness.checks.timing import HandshakeTiming, eapol_timing, summarise
from harness.config.lab import GuestKind, Lab
from harness.config.overrides import Overrides, RuleOverride, in_force
from harness.evidence import AssociationEvidence, RunEvidence, fields, names, segment, window
from harness.evidence.connection import Lost, lost_connection
from harness.evidence.segments import Session
from harness.guests.abilities import ABILITIES
from harness.results import (
    AssociationResult,
    DamageResult,
    EchoResult,
    FindingResult,
    HandshakeResult,
    LabFaultResult,
    PostAssociation,
    RulesResult,
    RunResult,
    TimingSummary,
    UndecidedResult,
    WaivedResult,
    judge_association,
    rejudge,
)
from harness.results.wording import spans
from harness.run.measured import is_connected, is_measured_only, unjudged, unmet
from harness.scenarios import Scenario
from harness.scenarios.associations import listed
from harness.scenarios.expect import Outcome
from hil_common.security import SecurityChoice
from hwsim.records import FOUR_WAY, GROUP_KEY

MESSAGES = (*FOUR_WAY, *GROUP_KEY)
RC4_KEYS = ("rc4-key",)
AUTHENTICATION = ("eapol-start", "eap")
STALL = "a part of the lab stood still"


def limits_of(lab: Lab) -> CheckLimits:
    """The checker's limits as lab.toml sets them."""
    return lab.limits.of_checker()


def expectation_of(scenario: Scenario) -> Expectation:
    """What the checker is to expect of each association of a scenario."""
    exceptions = tuple(
        (listed(one.association), _expectation(scenario, one)) for one in scenario.expect.exceptions
    )
    return replace(_expectation(scenario, scenario.expect), exceptions=exceptions)


def _expectation(scenario: Scenario, outcome: Outcome) -> Expectation:
    """With what the scenario does, that outcome."""
    ordered = Expectation(
        orders=tuple(order.phrase() for order in scenario.os),
        air=tuple(rule.phrase() for rule in scenario.air),
        air_only=tuple(rule.only_in for rule in scenario.air),
        air_media=tuple(rule.media(scenario.network.media) for rule in scenario.air),
        air_by_chance=tuple(n for n, rule in enumerate(scenario.air, 1) if rule.by_chance),
        ap=tuple(order.phrase() for order in scenario.ap),
        usb=tuple(order.phrase() for order in scenario.usb),
    )
    if outcome.connected == "either":
        return replace(ordered, connected=None, echoes=0, messages=())
    if not outcome.connected:
        return replace(ordered, connected=False, messages=(), stopped=outcome.stopped)
    choice = scenario.network.choice
    messages = _messages(choice, scenario.group_rekeys)
    return replace(
        ordered,
        connected=True,
        echoes=scenario.echoes,
        protected=choice.protects_data,
        messages=messages,
        sessions=1 + scenario.roams,
        adapters=scenario.adapters,
    )


def _messages(choice: SecurityChoice, group_rekeys: int) -> tuple[str, ...]:
    """Those by which a station gets its keys."""
    if choice.has_keys:
        return MESSAGES if group_rekeys else FOUR_WAY
    return RC4_KEYS if choice.hands_out_wep_keys else ()


class Judge:
    """Judges the associations of one run, all by the same limits, expectation and overrides.

    ``guest`` says whose the OS side is: on it depends whom a breach of an OS rule is blamed on.
    """

    def __init__(
        self,
        limits: CheckLimits,
        expect: Expectation,
        overrides: Overrides | None = None,
        os_side: OsSide = "lab",
    ) -> None:
        self.limits = limits
        self.expect = expect
        self.overrides = overrides or Overrides()
        self.os_side = os_side
        self.environment: Mapping[str, str] = {}
        """What of the run's environment matters: why no handler may be called."""

    def latest(
        self, evidence: RunEvidence, lab_fault: LabFaultResult | None = None
    ) -> AssociationResult:
        """The newest association, judged by what is known now."""
        newest = evidence.associations[-1]
        near = window(evidence, newest.index)
        return self._associations(near, {newest.index: lab_fault} if lab_fault else {})[-1]

    def all(
        self, evidence: RunEvidence, lab_faults: Mapping[int, LabFaultResult]
    ) -> tuple[tuple[AssociationResult, ...], Evaluation]:
        """Every association of a run, and the evaluation of the whole of it."""
        why = is_measured_only(evidence, self.environment)
        evaluation = self._evaluate(evidence)
        if why:
            evaluation = unjudged(why, evaluation)
        return self._associations(evidence, lab_faults, evaluation), evaluation

    @staticmethod
    def timings(evidence: RunEvidence) -> list[HandshakeTiming]:
        """The timing figures of every handshake of every association."""
        return [
            timing
            for item in evidence.associations
            for timing in eapol_timing(item, evidence.clock)
        ]

    def _evaluate(self, evidence: RunEvidence) -> Evaluation:
        return evaluate(
            evidence,
            self.limits,
            self.expect,
            os_side=self.os_side,
            overrides=self.overrides.active,
        )

    def _associations(
        self,
        evidence: RunEvidence,
        lab_faults: Mapping[int, LabFaultResult],
        evaluation: Evaluation | None = None,
    ) -> tuple[AssociationResult, ...]:
        why = is_measured_only(evidence, self.environment)
        evaluation = evaluation or self._evaluate(evidence)
        if why:
            found = unjudged(why, evaluation)
            return tuple(
                self._measured(one, evidence, lab_faults.get(one.index), found)
                for one in evidence.associations
            )
        sessions: dict[int | None, list[Session]] = {}
        for session in segment(evidence).sessions:
            sessions.setdefault(session.association, []).append(session)
        return tuple(
            _result(
                association,
                evaluation.of(association.index),
                sessions.get(association.index, []),
                eapol_timing(association, evidence.clock),
                lab_faults.get(association.index),
                self.expect.of(association.index).adapters,
                evaluation.missing.get(association.index, ()),
            )
            for association in evidence.associations
        )

    def _measured(
        self,
        one: AssociationEvidence,
        run: RunEvidence,
        lab_fault: LabFaultResult | None,
        found: Evaluation,
    ) -> AssociationResult:
        """An association in which no handler was called."""
        missing = () if lab_fault else tuple(unmet(one, self.expect.of(one.index)))
        missing += found.missing.get(one.index, ())
        adapters, timings = self.expect.adapters, eapol_timing(one, run.clock)
        findings = found.of(one.index)
        whole = _result(one, findings, [], timings, lab_fault, adapters, missing, judged=False)
        return whole.model_copy(update={"connected": is_connected(one, adapters)})


def judge_of(
    limits: CheckLimits,
    expect: Expectation,
    rules: Iterable[RuleOverride],
    at: datetime,
    guest: GuestKind,
) -> Judge:
    """The judge of a run; of the overrides of rules those in force on the day, in UTC, of `at`.

    That is when the run began: what it is judged by is the same for all of it, and again later.
    """
    return Judge(
        limits, expect, in_force(rules, at.astimezone(UTC).date()), ABILITIES[guest].os_side
    )


def judge_of_scenario(lab: Lab, scenario: Scenario, began_at: datetime) -> Judge:
    """The judge of a run of `scenario` on `lab`."""
    return judge_of(
        limits_of(lab), expectation_of(scenario), lab.rules, began_at, lab.guest.system
    )  # fmt: skip


def judged(
    result: RunResult,
    evidence: RunEvidence,
    judge: Judge,
    lab_faults: Mapping[int, LabFaultResult],
) -> RunResult:
    """`result` with all that follows from the evidence made anew: the part a rule can change."""
    judge.environment = result.environment.other
    associations, evaluation = judge.all(evidence, lab_faults)
    timing = summarise(judge.timings(evidence))
    return rejudge(
        result.model_copy(
            update={
                "associations": associations,
                "timing_summary_us": {
                    name: TimingSummary.model_validate(figures) for name, figures in timing.items()
                },
                "rules": RulesResult(
                    checked=tuple(evaluation.checked),
                    held={name: spans(found) for name, found in evaluation.held.items()},
                    undecided=undecided_results(evaluation),
                    waived=waived_results(evaluation),
                    notes=judge.overrides.notes,
                ),
                "findings": run_findings(evaluation),
                "missing": evaluation.missing.get(None, ()),
                "damage": damage_results(evaluation, evidence),
            }
        )
    )


def run_findings(evaluation: Evaluation) -> tuple[FindingResult, ...]:
    """The findings that belong to no association."""
    return tuple(_finding(item) for item in evaluation.of(None))


def undecided_results(evaluation: Evaluation) -> tuple[UndecidedResult, ...]:
    """Rules that could not be decided, and why."""
    return tuple(UndecidedResult.model_validate(item) for item in evaluation.undecided)


def waived_results(evaluation: Evaluation) -> tuple[WaivedResult, ...]:
    """The findings lab.toml waives, with the reason."""
    return tuple(
        WaivedResult(finding=_finding(item.finding), reason=item.reason, expires=item.expires)
        for item in evaluation.waived
    )


def damage_results(evaluation: Evaluation, evidence: RunEvidence) -> tuple[DamageResult, ...]:
    """All that is wrong with the evidence itself, and when a part of the lab stood still."""
    faults = tuple(
        DamageResult(kind=item.kind, message=item.message, missing=item.missing, line=item.line)
        for item in evaluation.damage
    )
    stalls = tuple(
        DamageResult(kind=STALL, message=str(item), missing=False) for item in evidence.stalls
    )
    return faults + stalls


def _result(
    evidence: AssociationEvidence,
    findings: tuple[Finding, ...],
    sessions: list[Session],
    timings: tuple[HandshakeTiming, ...],
    lab_fault: LabFaultResult | None,
    adapters: int,
    missing: tuple[str, ...],
    *,
    judged: bool = True,
) -> AssociationResult:
    several = adapters > 1  # a single one that is removed and comes back is the same
    last = list({id(one.adapter) if several else 0: one for one in sessions}.values())
    failed = [session for session in last if not _succeeded(session)]
    shown = (failed or last)[-1:]
    handshakes = tuple(_handshake(timing) for timing in timings)
    first = handshakes[0] if handshakes else HandshakeResult()
    kinds = Counter[str](frame.kind for frame in evidence.frames)
    gone = lost_connection(evidence)
    return judge_association(
        [_finding(item) for item in findings],
        lab_fault=lab_fault,
        missing=missing,
        judged=judged,
        index=evidence.index,
        connected=len(last) >= adapters and not failed and gone is None,
        lost=_lost(evidence, gone) if gone else None,
        post_association=_post_association(shown[0], evidence) if shown else PostAssociation(),
        messages={kind: kinds[kind] for kind in (*MESSAGES, *AUTHENTICATION) if kinds[kind]},
        retries={name: sum(one.retries[name] for one in handshakes) for name in first.retries},
        echo=EchoResult.model_validate(evidence.echo) if evidence.echo else None,
        timing_us=first.timing_us,
        timing_uncertainty_us=first.timing_uncertainty_us,
        handshakes=handshakes,
        duration_s=max(0, evidence.end_ns - evidence.connect_ns) / 1e9,
    )


def _handshake(timing: HandshakeTiming) -> HandshakeResult:
    return HandshakeResult(
        station=timing.station,
        access_point=timing.access_point,
        session=timing.session,
        kind=timing.kind,
        renewal=timing.renewal,
        retries=timing.retries,
        timing_us={name: value.us for name, value in timing.values.items()},
        timing_uncertainty_us={
            name: value.uncertainty_us
            for name, value in timing.values.items()
            if value.uncertainty_us
        },
    )


def _lost(evidence: AssociationEvidence, gone: Lost) -> str:
    """When a connection was lost and with what, shortly; who did it, EXPECT-08 says."""
    after_s = (gone.at_ns - evidence.connect_ns) / 1e9
    if gone.frame is None:
        return f"lost after {after_s:.1f} s, reason {codes.reason(gone.reason)}"
    code = gone.frame.detail.get("reason")
    reason = codes.dot11_reason(code if isinstance(code, int) else None)
    kind = "deauthenticated" if gone.frame.kind == "deauth" else "disassociated"
    return f"lost after {after_s:.1f} s, {kind} with reason {reason}"


def _succeeded(session: Session) -> bool:
    done = session.completions
    return bool(done) and fields.integer(done[0].args, "dwWin32Error") == 0


def _post_association(session: Session, evidence: AssociationEvidence) -> PostAssociation:
    done = session.completions
    entered = Counter(one.function for one in evidence.ihv if one.kind == "enter")
    return PostAssociation(
        called=True,
        return_code=session.handler.result,
        sessions=entered[names.POST_ASSOCIATE],
        completions=entered[names.POST_COMPLETION],
        win32_error=fields.integer(done[0].args, "dwWin32Error") if done else None,
        reason_code=fields.integer(done[0].args, "dwReasonCode") if done else None,
        asynchronous=done[0].inside(session.handler.function) is None if done else None,
    )


def _finding(finding: Finding) -> FindingResult:
    return FindingResult.model_validate(finding)
