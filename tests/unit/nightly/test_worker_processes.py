# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that workers of this machine are forked from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

NEEDED = ("distributed.nanny", "harness.nightly.worker", "harness.report", "paramiko")
CHILD = f"""
import gc, json, multiprocessing, signal, sys
from harness.nightly.worker_processes import METHOD, prepare_workers

NEEDED = {NEEDED}

def told(pipe):
    blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    searched = gc.isenabled() and len(gc.get_objects()) < gc.get_freeze_count()
    pipe.send([blocked, searched, *(name in sys.modules for name in NEEDED)])

if __name__ == "__main__":
    prepare_workers()
    context = multiprocessing.get_context(METHOD)
    ours, theirs = context.Pipe()
    context.Process(target=told, args=(theirs,)).start()
    print(json.dumps([ours.recv(), [name in sys.modules for name in NEEDED]]))
"""


def test_a_worker_hears_no_ctrl_c_and_finds_imported_what_it_needs(tmp_path: Path) -> None:
    """Ctrl-C is the main process' alone. What is needed is in the process that it was forked from;
    the one that asked for it need not have imported it. What was imported is not looked through for
    garbage again, what the worker makes is."""
    script = tmp_path / "asks.py"
    script.write_text(CHILD)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True
    )
    there, here = json.loads(done.stdout)
    assert (all(there), any(here)) == (True, False)
