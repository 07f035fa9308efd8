# SPDX-License-Identifier: GPL-2.0-or-later
"""The service as a process: signals that reach its loop, and its log."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from autoconfig import log
from autoconfig.__main__ import on_signal

from hil_common.loop import Loop


def test_signal_reaches_the_loop() -> None:
    """A signal while the loop waits runs its callback at once."""
    loop = Loop()
    before = signal.getsignal(signal.SIGUSR1)
    on_signal(loop, signal.SIGUSR1, loop.stop)
    loop.later(lambda: os.kill(os.getpid(), signal.SIGUSR1))
    loop.call_after_s(10, lambda: pytest.fail("the signal was not seen"))
    loop.run()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGUSR1, before)


def test_log_lines_wait_for_a_quiet_moment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written at once before `defer`, together afterwards."""
    later: list[Callable[[], None]] = []
    monkeypatch.setattr(log, "_later", None)
    log.note("first")
    assert "first" in capsys.readouterr().err
    log.defer(lambda _delay_s, flush: later.append(flush))
    log.note("second")
    log.note("third")
    assert capsys.readouterr().err == ""
    (flush,) = later
    flush()
    lines = capsys.readouterr().err.splitlines()
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["second", "third"]
