# SPDX-License-Identifier: GPL-2.0-or-later
"""Where runs are kept: the protocol of a store, and the folder that is one."""

from harness.results.store.base import KeptRun, Lost, Pages, RunStore, Saved
from harness.results.store.folder import FolderStore, RunDirectory

__all__ = ["FolderStore", "KeptRun", "Lost", "Pages", "RunDirectory", "RunStore", "Saved"]
