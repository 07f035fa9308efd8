# SPDX-License-Identifier: GPL-2.0-or-later
"""What the reference guest's WLAN service does out of the ordinary: the correct DLL copes with all
of it, the trace shows that it did happen, and the adapter is good for the next association."""

from __future__ import annotations

from harness.evidence import names
from harness.evidence.segments import segment
from harness.pytest_plugin import Outcome, RunningLab


def passed(lab: RunningLab, name: str) -> Outcome:
    """Two associations of a scenario, both good, and a plain one after them."""
    outcome = lab.associate(name, associations=2)
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    return outcome


def test_reset_with_pre_association_pending(lab: RunningLab) -> None:
    """AdapterReset is entered before the completion, which then comes cancelled inside of it."""
    outcome = passed(lab, "reset-pre-pending")
    for operation in segment(outcome.evidence).pre[-2:]:
        (completion,) = operation.completions
        reset = operation.ended_by
        assert reset is not None
        assert reset.function == names.ADAPTER_RESET
        assert reset.key < completion.key
        assert completion.args["dwWin32Error"] == 1223
    assert lab.associate("plain").verdict == "PASS"


def test_reset_with_post_association_pending(lab: RunningLab) -> None:
    """Likewise for post-association, without a StopPostAssociate."""
    outcome = passed(lab, "reset-post-pending")
    for session in segment(outcome.evidence).sessions[-2:]:
        (completion,) = session.completions
        assert session.reset is not None
        assert session.stop is None
        assert session.reset.key < completion.key
        assert completion.args["dwWin32Error"] == 1223
    assert lab.associate("plain").verdict == "PASS"
