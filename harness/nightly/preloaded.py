# SPDX-License-Identifier: GPL-2.0-or-later
"""What a worker needs until the end of its first cell: imported by the process that workers are
forked from, so that none of them imports it again, and all have one memory of it."""

from __future__ import annotations

from harness.local.imports import importing

with importing():
    import distributed.nanny  # noqa: F401  dask's own, in which a worker begins
    import paramiko  # noqa: F401

    import harness.nightly.worker
    import harness.report  # noqa: F401
