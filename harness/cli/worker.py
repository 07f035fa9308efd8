# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil worker`: this machine's slots for the nights of another one."""

from __future__ import annotations

import os
import platform
import re
import sys
from typing import Annotated

import typer

from harness.errors import UsageError
from harness.lab.doctor import examine
from harness.nightly.worker import LAB_SLOT

ADDRESS = re.compile(r"(?:(?:tcp|tls)://)?(?:\[[0-9A-Fa-f:.%\w]+\]|[^\s:/\[\]]+):[0-9]{1,5}")


def worker(
    scheduler: Annotated[str, typer.Argument(help="Its address, such as tcp://lab1:8786.")],
    slots: Annotated[
        int, typer.Option(min=1, max=64, help="Guests at a time; each takes a processor.")
    ] = 1,
) -> None:
    """Lend this machine's slots to a dask scheduler, until it is ended.

    `hil nightly --scheduler ADDRESS` runs its cells on them. Who reaches the scheduler can run any
    program here: keep it in a private network, or see dask's documents for TLS.
    """
    _check(scheduler)
    missing = [f"{one.name}: {one.found}" for one in examine() if one.required and not one.ok]
    if missing:
        raise UsageError(
            f"this machine cannot run a guest: {'; '.join(missing)}",
            hint="`hil doctor` has the fixes",
        )
    os.execv(sys.executable, command(scheduler, slots))  # noqa: S606 (no shell is wanted)


def _check(scheduler: str) -> None:
    """Raise `UsageError` for what dask would end at with a traceback."""
    if not ADDRESS.fullmatch(scheduler):
        raise UsageError(
            f"{scheduler}: no address of a scheduler: wanted HOST:PORT",
            hint="such as tcp://lab1:8786; `dask scheduler` says its own when it begins",
        )
    if scheduler.startswith("tls://"):
        from distributed.security import Security

        if not Security().get_connection_args("worker").get("ssl_context"):
            raise UsageError(
                f"{scheduler}: no certificate is set for workers",
                hint="set distributed.comm.tls in dask's configuration, as its documents say",
            )


def command(scheduler: str, slots: int) -> list[str]:
    """The program that lends them: one process a slot, begun anew when it dies."""
    return [
        sys.executable, "-m", "harness.nightly.lend", scheduler,
        "--name", f"{platform.node()}-slot", "--nworkers", str(slots), "--nthreads", "1",
        "--resources", f"{LAB_SLOT}=1",
        "--memory-limit", "0", "--no-dashboard",
    ]  # fmt: skip
