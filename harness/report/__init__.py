# SPDX-License-Identifier: GPL-2.0-or-later
"""The report of a run: one self-contained HTML file."""

from harness.report.render import render, render_contract

__all__ = ["render", "render_contract"]
