# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference guest's own parts."""

from pathlib import Path

REFERENCE = Path(__file__).parents[3] / "vm-images" / "reference"
