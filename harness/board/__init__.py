# SPDX-License-Identifier: GPL-2.0-or-later
"""The board: one HTML page of the history, for who wants to know in a minute what changed."""

from harness.board.content import content
from harness.board.given import GivenPlan, Issue
from harness.board.links import RunFolders
from harness.board.page import page

__all__ = ["GivenPlan", "Issue", "RunFolders", "content", "page"]
