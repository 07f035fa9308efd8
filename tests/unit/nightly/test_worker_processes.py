# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that workers of this machine are forked from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

CHILD = """
import json, multiprocessing, signal, sys
from harness.nightly.worker_processes import IMPORTED, METHOD, prepare_workers

def told(pipe):
    blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    pipe.send([blocked, *(name in sys.modules for name in IMPORTED)])

if __name__ == "__main__":
    prepare_workers()
    context = multiprocessing.get_context(METHOD)
    ours, theirs = context.Pipe()
    context.Process(target=told, args=(theirs,)).start()
    print(json.dumps([ours.recv(), [name in sys.modules for name in IMPORTED]]))
"""


def test_a_worker_hears_no_ctrl_c_and_finds_imported_what_it_needs(tmp_path: Path) -> None:
    """Ctrl-C is the main process' alone. What is needed is in the process that it was forked from;
    the one that asked for it need not have imported it."""
    script = tmp_path / "asks.py"
    script.write_text(CHILD)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True
    )
    there, here = json.loads(done.stdout)
    assert (all(there), any(here)) == (True, False)
