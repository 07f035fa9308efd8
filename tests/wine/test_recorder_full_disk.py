# SPDX-License-Identifier: GPL-2.0-or-later
"""recorder.dll on a disk that is full for a while: what it could not write is seen to be missing.

The limit is put on the size of the files that the process may write, which fails like a full disk:
what fits of a write is written, the rest is refused.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.evidence import DamageKind, IhvRecord, TraceDamage, names, parse_trace
from tests.wine.access_point import AccessPoint
from tests.wine.conftest import Recorder, StartHost
from tests.wine.peer import HostPeer

MakeRecorder = Callable[[Path], Recorder]
UNLIMITED = resource.RLIM_INFINITY


def room(host: HostPeer, size: int) -> None:
    """The process may write files of up to `size` bytes from now on."""
    resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))


def associated(host: HostPeer) -> None:
    """One association, from its beginning to its end: the same calls each time."""
    host.ap = AccessPoint()
    host.connect()
    host.associate()
    assert host.wait_completion()["dwWin32Error"] == 0
    host.stop()
    host.reset()


def read(setup: Recorder) -> tuple[tuple[IhvRecord, ...], tuple[TraceDamage, ...]]:
    """The trace as the harness reads it."""
    return parse_trace(setup.trace.read_bytes())


@pytest.fixture
def running(start_host: StartHost, recorder: MakeRecorder, pe: Path) -> tuple[HostPeer, Recorder]:
    """A host behind the recorder, with one association in the trace."""
    setup = recorder(pe / "sample.dll")
    host = start_host(setup.dll, refuses_quietly=True)
    host.start()
    associated(host)
    return host, setup


@pytest.mark.parametrize("left", [0, 100])
def test_what_could_not_be_written_is_a_gap(running: tuple[HostPeer, Recorder], left: int) -> None:
    """No room, or room for a part of a record: the records behind it tell how many are missing,
    the part of one that was written spoils none of them, and the last one has the number."""
    host, setup = running
    whole, _ = read(setup)
    size = setup.trace.stat().st_size
    room(host, size + left)
    associated(host)
    room(host, UNLIMITED)
    assert setup.trace.stat().st_size == size + left
    associated(host)
    assert host.shut_down() == 0
    records, damage = read(setup)
    begun = [one for one in records if (one.kind, one.function) == ("enter", names.POST_ASSOCIATE)]
    assert len(begun) == 2, "of three associations the second is not in the trace"
    third = records[len(whole) : [one.function for one in records].index(names.DEINIT_ADAPTER)]
    end = records[-1]
    assert end.kind == "unload"
    lost = end.raw["lost"]
    assert lost == end.seq - len(records) > len(whole) // 2
    assert lost == len(third), "one association has as many records as another"
    kinds = [one.kind for one in damage]
    assert kinds == [DamageKind.NOT_JSON] * (left > 0) + [
        DamageKind.SEQ_GAP, DamageKind.NOT_WRITTEN
    ]  # fmt: skip
    first = whole[-1].seq + 1
    assert f"records {first} to {first + lost - 1} are missing" in damage[-2].message


def test_nothing_is_lost_where_there_is_room(running: tuple[HostPeer, Recorder]) -> None:
    """The last record says so."""
    host, setup = running
    assert host.shut_down() == 0
    records, damage = read(setup)
    assert damage == ()
    assert records[-1].raw["lost"] == 0
