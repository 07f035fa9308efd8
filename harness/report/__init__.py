# SPDX-License-Identifier: GPL-2.0-or-later
"""The HTML report of a run: one file, no network, made from the result and its timelines."""

from harness.report.origin import Clocks
from harness.report.pages import pages
from harness.report.render import render, render_contract

__all__ = ["Clocks", "pages", "render", "render_contract"]
