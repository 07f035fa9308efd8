# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures from the field: who spoke with whom, how far they came, and what is odd about it."""

from harness.field.inspection import Inspection, inspect

__all__ = ["Inspection", "inspect"]
