# SPDX-License-Identifier: GPL-2.0-or-later
"""Holm's correction."""

from __future__ import annotations

import pytest

from harness.comparison.multiplicity import holm


def test_holm_by_hand() -> None:
    """The smallest times all, the next times one fewer, and none below one before it."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_no_p_value_exceeds_one_and_none_may_be_corrected() -> None:
    """The ends."""
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
