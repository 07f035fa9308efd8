# SPDX-License-Identifier: GPL-2.0-or-later
"""A correct DLL on an undisturbed air: nothing is found, and everything has been seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.pytest_plugin import Outcome, RunningLab

ASSOCIATIONS = 5


@pytest.fixture(scope="module")
def outcome(lab: RunningLab) -> Outcome:
    """Some associations of the sample DLL."""
    return lab.associate("plain", associations=ASSOCIATIONS)


def test_it_passes_without_findings(outcome: Outcome) -> None:
    """Verdict PASS, and not so much as a warning."""
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.verdict == "PASS"
    assert len(outcome.associations) == ASSOCIATIONS


def test_the_handler_ran_and_completed_as_documented(outcome: Outcome) -> None:
    """Called, ERROR_SUCCESS, one completion, asynchronous, win32_error 0 — in each association."""
    for association in outcome.associations:
        post = association.post_association
        assert (post.called, post.return_code, post.completions) == (True, 0, 1)
        assert (post.win32_error, post.reason_code, post.asynchronous) == (0, 0, True)


def test_the_four_messages_crossed_the_air(outcome: Outcome) -> None:
    """One each of M1 to M4, nothing retransmitted."""
    for association in outcome.associations:
        assert association.messages == {"M1": 1, "M2": 1, "M3": 1, "M4": 1}
        assert association.retries == {"m1": 0, "m3": 0}


def test_protected_data_flows_both_ways(outcome: Outcome) -> None:
    """ARP and ICMP echo, CCMP-protected in both directions, are answered."""
    for association in outcome.associations:
        assert association.echo is not None
        assert (association.echo.sent, association.echo.answered) == (1, 1)
        assert association.echo.arp
        assert association.echo.protected


def test_every_timing_figure_was_measured(outcome: Outcome) -> None:
    """All figures of an association are there, and those of one clock carry no uncertainty."""
    for association in outcome.associations:
        assert set(association.timing_us) == {
            "assoc_to_m1", "m1_to_m2", "m2_to_m3", "m3_to_m4", "handshake", "assoc_to_handler",
            "handler", "handler_to_completion", "m4_to_completion", "completion_to_data",
        }  # fmt: skip
        assert not {"m1_to_m2", "m2_to_m3", "m3_to_m4"} & set(association.timing_uncertainty_us)


def test_handler_time_lies_within_the_association(outcome: Outcome) -> None:
    """Radio port and trace are on one clock: M1 comes after the association response, the handler
    is entered after it too, and the completion comes after M4."""
    for association in outcome.associations:
        timing = association.timing_us
        assert timing["assoc_to_handler"] > 0
        assert timing["m4_to_completion"] > 0
        assert timing["completion_to_data"] > 0


def test_no_secret_is_in_the_evidence(lab: RunningLab, outcome: Outcome) -> None:
    """The passphrase and the PMK appear nowhere but in the capture's own key file."""
    assert outcome.verdict == "PASS"
    passphrase = lab.passphrase.encode()
    keys = (lab.folder / "air.keys").read_text()
    pmk = keys.split('"')[3]
    assert len(bytes.fromhex(pmk)) == 32
    secrets = [passphrase, passphrase.hex().encode(), pmk.encode(), bytes.fromhex(pmk)]
    for path in files(lab.folder):
        if path.name != "air.keys":
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path


def test_the_events_are_json_lines(lab: RunningLab, outcome: Outcome) -> None:
    """events.jsonl can be read by anyone: one object a line, each with the host's time."""
    assert outcome.associations
    lines = (lab.folder / "events.jsonl").read_text().splitlines()
    assert lines
    assert all(isinstance(json.loads(line)["host_ns"], int) for line in lines)


def files(folder: Path) -> list[Path]:
    """All files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]
