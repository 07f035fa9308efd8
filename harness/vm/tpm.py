# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulated TPM 2.0 beside a machine: swtpm, started and gone again with it."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.local.deadline import Deadline
from harness.local.programs import PARENT_DEATH, ProgramMissing, last_line

BINARY: Final = "swtpm"
NO_TPM: Final = "apt-get install --no-install-recommends swtpm"
START_S: Final = 10.0
"""Bound on swtpm's start, which takes a hundredth of a second."""


def tpm_argv(state: Path, socket: Path) -> list[str]:
    """swtpm's command line: what the TPM keeps is in the folder `state`."""
    return [
        *(BINARY, "socket", "--tpm2"),
        *("--tpmstate", f"dir={state}"),
        *("--ctrl", f"type=unixio,path={socket}"),
    ]


@contextlib.contextmanager
def running_tpm(state: Path, socket: Path, log: Path) -> Iterator[Path]:
    """Run a TPM whose memory is the folder `state` and which listens on `socket`.

    Raises `ProgramMissing`, and `LabFault` if it does not come up; `log` has what it said.
    """
    program = shutil.which(BINARY)
    if program is None:
        raise ProgramMissing(f"{BINARY}: not found on this machine", hint=NO_TPM)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("ab") as said:
        process = subprocess.Popen(
            [*PARENT_DEATH, program, *tpm_argv(state, socket)[1:]],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True,  # a Ctrl-C is ours to act on
        )  # fmt: skip
    try:
        _await_socket(process, socket, log)
        yield socket
    finally:
        process.kill()
        process.wait()


def _await_socket(process: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    deadline = Deadline("start of the emulated TPM (swtpm)", START_S)

    def listens() -> bool | None:
        code = process.poll()
        if code is not None:
            deadline.state = f"it ended with status {code}: {last_line(log) or 'without a word'}"
            raise deadline.gone()
        return socket.exists() or None

    deadline.poll(listens, every_s=0.01)
