# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the harness share: a lab without a guest, and plans to run on it."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Connection, inspect

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.faults import find_fault
from harness.history.sql import upgrade
from harness.lab import recording, shared_guest, standing_guest
from harness.run import collect as run_module
from harness.run.plan import RunPlan
from harness.scenarios import find_scenario
from tests.unit.command import SIGNALS, Command
from tests.unit.doubles import IMAGES, World

# An example that took long says something of what else the machine was doing, not of the code. The
# same examples each time: a run of the tests speaks of the change it was made for. New ones, and
# many more, are looked for by HYPOTHESIS_PROFILE=explore.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

gc.disable()  # until all is collected: hardly anything of it is garbage


def pytest_collection_finish() -> None:
    """All that is imported and collected, 400 000 objects, lives until the end: the collector does
    not walk over it (as each pytest in a test would have it do), and rarely over all the rest.

    Hypothesis registers numpy's generator with its first example and, in its older releases, asks
    the collector who refers to it: what is frozen is not told.
    """
    hypothesis.find(hypothesis.strategies.just(None), lambda _: True)
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 1000)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A search for a counterexample, or a large input, is not measured: coverage would double what
    it takes, and its hundreds of examples reach what the tests of single examples reach."""
    tracer = sys.gettrace()
    if any(pyfuncitem.get_closest_marker(name) for name in ("unmeasured", "hypothesis")):
        sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


@pytest.fixture(scope="session", autouse=True)
def migrated_once() -> Iterator[None]:
    """Alembic makes the first new database; the tables of all others are made as it made those."""
    migrate, made = upgrade._upgrade, list[str]()

    def copied(connection: Connection, shown: str) -> None:
        if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
            migrate(connection, shown)
        elif made:
            for statement in made:
                connection.exec_driver_sql(statement)
        else:
            migrate(connection, shown)
            tables = "SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY rowid"
            made.extend(connection.exec_driver_sql(tables).scalars())
            made.append(f"INSERT INTO {upgrade.VERSION_TABLE} VALUES ('{upgrade.HEAD}')")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(upgrade, "_upgrade", copied)
        yield


MakePlan = Callable[..., RunPlan]


@pytest.fixture
def said() -> io.StringIO:
    """What the console showed."""
    return io.StringIO()


@pytest.fixture
def console(said: io.StringIO) -> PlainConsole:
    """A console that writes to `said`."""
    return PlainConsole(said)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A lab without a guest, in the place of the real one."""
    world = World()
    folder = tmp_path_factory.mktemp("image")
    world.image = replace(IMAGES, agent=folder / "agent.exe", recorder=folder / "recorder.dll")
    for file in (world.image.agent, world.image.recorder):
        file.write_text(f"MZ {file.name}")
    monkeypatch.setattr(recording, "time", world)
    monkeypatch.setattr(shared_guest, "open_guest", world.open_guest)
    monkeypatch.setattr(run_module, "open_session", world.open_session)
    monkeypatch.setattr(standing_guest, "stop_service", lambda _: world.step("stop service"))
    return world


@pytest.fixture
def plan(tmp_path: Path) -> MakePlan:
    """Makes plans whose runs are kept below `tmp_path`."""
    lab = Lab.model_validate({"store": {"runs": tmp_path / "runs", "cache": tmp_path / "cache"}})

    def make(scenario: str = "plain", associations: int = 3, fault: str | None = None) -> RunPlan:
        found = find_scenario(scenario).model_copy(update={"associations": associations})
        return RunPlan(
            lab, found.with_passphrase(), "./hil run", find_fault(fault) if fault else None
        )

    return make


@pytest.fixture
def hil(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """The command, with this process's signal handlers put back afterwards."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("HIL_COMMAND", "./hil")
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    yield Command(folder, monkeypatch, capsys)
    for number, handler in handlers.items():
        signal.signal(number, handler)
