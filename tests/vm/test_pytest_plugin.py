# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin on the real thing: two workers of pytest-xdist, each with a guest of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.guests.base import GuestImage
from harness.results import load_result
from harness.run.replay import judge_again

pytest_plugins = ["pytester"]

SUITE = r"""
import pytest

@pytest.mark.hil("m4-lost", associations=2)
def test_m4_lost(hil_result):
    assert hil_result.verdict == "PASS", hil_result

def test_plain(hil_associate):
    run = hil_associate("plain", associations=2)
    assert run.verdict == "PASS", run
    assert len(run.evidence.associations) == 2

@pytest.mark.hil(fault="completes-after-stop")
def test_fault(hil_result):
    assert hil_result.verdict == "PASS", hil_result

def test_a_lab_to_reach_into(hil_lab):
    assert hil_lab.session.ssh.run("reg add HKLM\\SOFTWARE\\Acme /v X /d 1 /f").status == 0
    runs = [hil_lab.associate(fault=one) for one in ("completes-after-stop", None)]
    assert [one.verdict for one in runs] == ["FAIL", "PASS"], runs
    assert hil_lab.session.ssh.run("reg query HKLM\\SOFTWARE\\Acme /v X").status == 0
    assert hil_lab.session.agent.interfaces(timeout_s=60)
"""


def test_workers_do_not_get_into_each_others_way(
    pytester: pytest.Pytester, image: GuestImage, hil_config: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every run is in a folder of its own, comes to its verdict, and to the same judged again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(hil_config.store.cache.parent))
    pytester.makepyfile(test_dll=SUITE)
    ended = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-n", "2", "--dist", "load", "--hil-runs", "kept", timeout=500
    )
    ended.assert_outcomes(passed=3, failed=1)
    said = ended.stdout.str()
    assert "wlan-hil runs: 2 FAIL, 3 PASS" in said
    assert "again:    pytest test_dll.py::test_fault --hil-runs kept" in said
    kept = [one.parent for one in Path("kept").glob("2*/result.json")]
    assert sorted(load_result(one).verdict for one in kept) == ["FAIL"] * 2 + ["PASS"] * 3
    for folder in kept:
        again, _ = judge_again(folder)
        assert again.verdict is load_result(folder).verdict
        assert again.associations == load_result(folder).associations
    assert [one for one in kept if str(one) in said], "the failed test names its run"
