# SPDX-License-Identifier: GPL-2.0-or-later
"""How a host process ended, as a line of the IHV trace that the harness reads."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from autoconfig.ihv_host.confine import Usage
from autoconfig.ihv_host.exit_record import HANDLERS, HostExit, append, documented, record
from autoconfig.ihv_host.process import IhvHost, ServiceEvent
from autoconfig.settings import ServiceLimits

from harness.evidence import names, parse_trace
from hil_common.loop import Loop
from tests.unit.autoconfig.doubles import FAKE_HOST

CALLS = (*HANDLERS, "adapter_reset", "stop_post_associate", "validate_profile", "receive_packet",
         "send_packet_completion", "receive_indication", "process_session_change", "control",
         "create_discovery_profiles")  # fmt: skip


def test_the_harness_reads_it() -> None:
    """Every member arrives, in a record of the process it is about."""
    usage = Usage(cpu_ms=5, memory_kib=6, threads=7, threads_limit=8, busy_ms=9, busy_t_ns=10)
    end = HostExit("ended", pid=32, function="init_adapter", exit_code=7, usage=usage)
    (found,), damage = parse_trace(record(end, 1234))
    assert not damage
    assert (found.kind, found.pid, found.t_ns, found.seq) == ("host", 32, 1234, 1)
    assert found.function == "Dot11ExtIhvInitAdapter"
    assert (found.raw["exit_code"], found.raw["busy_t"], found.raw["threads"]) == (7, 10, 7)


@pytest.mark.parametrize("call", CALLS)
def test_handlers_by_their_documented_names(call: str) -> None:
    """Each call of the host's protocol is a handler of wlanihv.h."""
    assert documented(call) in names.HANDLERS


def test_phases_keep_their_names() -> None:
    """What is no handler stays as it is."""
    own = ["", "start", "load", "unload"]
    assert [documented(name) for name in own] == own


def test_it_is_added_to_the_trace(tmp_path: Path) -> None:
    """Behind what is there; a trace that is gone begins anew; no folder, no trace."""
    trace = tmp_path / "trace.jsonl"
    trace.write_bytes(b"before\n")
    append(HostExit("stopped"), trace)
    assert trace.read_bytes().startswith(b'before\n{"t":')
    trace.unlink()
    append(HostExit("stopped"), trace)
    assert trace.read_bytes().startswith(b'{"t":')
    append(HostExit("stopped"), tmp_path / "none" / "trace.jsonl")
    assert not (tmp_path / "none").exists()


def test_a_line_the_recorder_could_not_end_is_ended_first(tmp_path: Path) -> None:
    """The disk was full: what there is of the recorder's last record spoils no other."""
    trace = tmp_path / "trace.jsonl"
    trace.write_bytes(b'{"seq":5,"t":1')
    append(HostExit("stopped", pid=32), trace)
    (found,), damage = parse_trace(trace.read_bytes())
    assert (found.kind, found.pid) == ("host", 32)
    assert [item.line for item in damage] == [1]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """The DLL can put anything in the trace's place; the service writes to a file of its own."""
    target = tmp_path / "target"
    target.write_bytes(b"")
    (tmp_path / "trace.jsonl").symlink_to(target)
    append(HostExit("stopped"), tmp_path / "trace.jsonl")
    assert target.read_bytes() == b""


def run(fault: str, call: str = "", *, finish: bool = False, waits: bool = False) -> HostExit:
    """The end of a double of the host with a fault; one that `waits` is let go on first."""
    loop = Loop()
    ends: list[HostExit] = []
    services: list[ServiceEvent] = []
    losses: list[object] = []
    load_s = 0.3 if fault == "never-starts" else 5
    limits = ServiceLimits(handler_s=0.3, load_s=load_s, deinit_s=0.3)
    host = IhvHost(
        loop, (sys.executable, "-S", FAKE_HOST, fault), limits, lambda _f, _a: {"status": 0},
        services.append, losses.append, None, ends.append,
    )  # fmt: skip
    prepared: list[bool] = []
    if waits:
        host.prepare(prepared.append)
        while not prepared:
            loop.turn(1)
    host.start()
    if call:
        while not services:
            loop.turn(1)
        host.call(call, {}, (lambda _r: host.finish(lambda: None)) if finish else None)
    for _ in range(100):
        if ends:
            break
        loop.turn(0.1)
    (end,) = ends
    return end


@pytest.mark.parametrize(
    ("fault", "call", "how", "function", "exit_code"),
    [
        ("exit-before-start", "", "ended", "start", 9),
        ("never-starts", "", "hung", "start", None),
        ("exit-at-start", "", "ended", "load", 10),
        ("exit-in:init_adapter", "init_adapter", "ended", "init_adapter", 7),
        ("crash-in:init_adapter", "init_adapter", "ended", "init_adapter", None),
        ("hang-in:init_adapter", "init_adapter", "hung", "init_adapter", None),
        ("close-in:init_adapter", "init_adapter", "cut", "init_adapter", None),
        ("garbage", "", "cut", "load", None),
    ],
)
def test_each_way_to_end(
    fault: str, call: str, how: str, function: str, exit_code: int | None
) -> None:
    """How, in what, and the exit code where there is one; the process's own id in its world."""
    end = run(fault, call)
    assert (end.how, end.function, end.exit_code) == (how, function, exit_code)
    if call:
        assert end.pid == 4711


@pytest.mark.parametrize(
    ("fault", "how"), [("exit-before-start", "ended"), ("never-starts", "hung")]
)
def test_one_that_waited_and_never_started(fault: str, how: str) -> None:
    """It was let go on, and ended before it could load the DLL: that is no loading."""
    end = run(fault, waits=True)
    assert (end.how, end.function, end.pid) == (how, "start", 0)


def test_an_orderly_end() -> None:
    """After DeinitService the process ends by itself: as it was asked to."""
    end = run("good", "deinit_service", finish=True)
    assert (end.how, end.function, end.exit_code) == ("stopped", "", 0)


def test_the_registrys_oui_is_passed_on() -> None:
    """What the host reads there at its start counts for the profiles."""
    loop, ouis = Loop(), list[int]()
    host = IhvHost(
        loop, (sys.executable, "-S", FAKE_HOST), ServiceLimits(), lambda _f, _a: {},
        lambda _event: None, lambda _loss: None, on_adapter_oui=ouis.append,
    )  # fmt: skip
    host.start()
    for _ in range(100):
        if ouis:
            break
        loop.turn(0.1)
    host.kill()
    assert ouis == [0x123456]


def test_a_process_that_does_not_unload() -> None:
    """It is killed, and that is told."""
    end = run("stays", "deinit_service", finish=True)
    assert (end.how, end.function) == ("hung", "unload")
