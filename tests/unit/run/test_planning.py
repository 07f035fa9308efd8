# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot be used of a wanted run is told before anything starts."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.run import planning
from harness.scenarios import find_scenario


def test_only_the_reference_guest_obeys_orders() -> None:
    """Told before anything starts."""
    planning._check_guest(find_scenario("plain"), "windows")
    planning._check_guest(find_scenario("reset-post-pending"), "reference")
    with pytest.raises(UsageError, match="only the reference guest obeys orders"):
        planning._check_guest(find_scenario("reset-post-pending"), "windows")
