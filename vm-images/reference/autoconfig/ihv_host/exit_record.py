# SPDX-License-Identifier: GPL-2.0-or-later
"""The exit record of an IHV host process: how it ended, as the last line of its IHV trace.

The recorder inside the process may have had no time to write anything when it ended, so
the service writes the last line: one record of kind "host" per process, once it is gone, whatever
the way. Windows tells the same in its System log (WLAN-AutoConfig 10000 failed to start, 10001
started, 10002 stopped, 10003 stopped unexpectedly, 10004 timed out).

The record's members, beside "kind":"host":

- t: guest clock in ns (the recorder's), when the process was gone.
- pid: the process as the recorder's records name it, 0 if it never told.
- how: "stopped" (asked to, and did so in order), "failed" (it did not come up, see stage and
  error), "ended" (nobody had asked it to), "hung" (a call did not return in time; it was killed),
  "cut" (it closed or broke its pipe to the service; it was killed), "memory" (the kernel killed it
  for using more than the limit).
- function: the call outstanding then: a handler's documented name, "start" until the process said
  that it has started and would load the DLL, "load" until the service was up, "unload" after
  DeinitService, or "".
- text: what was seen, in words. stage, error: of "failed". exit_code: the process's (its low
  byte), null if it was killed. waited_ms: how long the outstanding call had run.
- cpu_ms, memory_kib, memory_limit_kib, threads, threads_limit, threads_refused, busy_ms,
  busy_t: see confine.Usage.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from ..log import note
from .confine import Usage

HANDLERS = {
    "init_adapter": "InitAdapter",
    "deinit_adapter": "DeinitAdapter",
    "deinit_service": "DeinitService",
    "pre_associate": "PerformPreAssociate",
    "post_associate": "PerformPostAssociate",
    "capability_match": "PerformCapabilityMatch",
    "onex_indicate_result": "OnexIndicateResult",
    "is_ui_request_pending": "IsUIRequestPending",
    "process_ui_response": "ProcessUIResponse",
    "query_ui_request": "QueryUIRequest",
}
"""Documented names of handlers where they are not the call's words in a row."""


def clock_ns() -> int:
    """The guest clock: the one Wine's QueryPerformanceCounter reads."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)


@dataclass(frozen=True)
class HostExit:
    """The end of one host process; members as in the record."""

    how: str
    pid: int = 0
    function: str = ""
    text: str = ""
    stage: str = ""
    error: int = 0
    exit_code: int | None = None
    waited_ms: int = 0
    usage: Usage = field(default_factory=Usage)


def documented(call: str) -> str:
    """The documented name of a handler by the name of its call; "load" and the like stay."""
    if call in ("", "start", "load", "unload"):
        return call
    words = "".join(word.capitalize() for word in call.split("_"))
    return f"Dot11ExtIhv{HANDLERS.get(call, words)}"


def record(end: HostExit, t_ns: int) -> bytes:
    """The host's end as a line of the trace, beside the recorder's: JSON, times in ns and ms."""
    usage = end.usage
    members = {
        "t": t_ns, "pid": end.pid, "tid": 0, "kind": "host", "how": end.how,
        "function": documented(end.function), "text": end.text, "stage": end.stage,
        "error": end.error, "exit_code": end.exit_code, "waited_ms": end.waited_ms,
        "cpu_ms": usage.cpu_ms, "memory_kib": usage.memory_kib,
        "memory_limit_kib": usage.memory_limit_kib, "threads": usage.threads,
        "threads_limit": usage.threads_limit, "threads_refused": usage.threads_refused,
        "busy_ms": usage.busy_ms, "busy_t": usage.busy_t_ns,
    }  # fmt: skip
    return json.dumps(members, separators=(",", ":")).encode() + b"\n"


def append(end: HostExit, trace: Path) -> None:
    """Add the record to the trace, if the harness has made its folder.

    The recorder's process is gone by now, and both write whole lines at the file's end: a line
    that the recorder had no room to end is ended first.
    """
    if not trace.parent.is_dir():
        return
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        fd = os.open(trace, flags, 0o644)
    except OSError as error:
        note(f"end of the IHV host not recorded: {error.strerror}")
        return
    try:
        size = os.fstat(fd).st_size
        whole = size == 0 or os.pread(fd, 1, size - 1) == b"\n"
        os.write(fd, (b"" if whole else b"\n") + record(end, clock_ns()))
    except OSError as error:  # no room: its absence is seen
        note(f"end of the IHV host not recorded: {error.strerror}")
    finally:
        os.close(fd)
