# SPDX-License-Identifier: GPL-2.0-or-later
"""Stages are shown as ever, and how long each took is kept."""

from __future__ import annotations

import io

import pytest

from harness.console import PlainConsole
from harness.console.stages import StageClock


def test_stages_and_notes_are_shown_and_stages_kept(
    console: PlainConsole, said: io.StringIO
) -> None:
    """In the order in which they ended."""
    clock = StageClock(console)
    with clock.stage("boot the guest"):
        clock.note("accelerator tcg")
    with clock.stage("install recorder and agent"):
        pass
    names = [stage.name for stage in clock.stages]
    assert names == ["boot the guest", "install recorder and agent"]
    assert all(stage.duration_s >= 0 for stage in clock.stages)
    for text in (*names, "accelerator tcg"):
        assert text in said.getvalue()


def test_a_stage_that_fails_is_kept_too(console: PlainConsole) -> None:
    """How long it took until then is what one wants to know."""
    clock = StageClock(console)
    with pytest.raises(TimeoutError), clock.stage("boot the guest"):
        raise TimeoutError
    assert [stage.name for stage in clock.stages] == ["boot the guest"]
