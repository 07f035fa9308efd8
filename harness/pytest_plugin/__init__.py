# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab as pytest fixtures, for tests of a driver team's own.

::

    def test_m3_retransmission(hil_associate):
        \"\"\"A second M3 is answered, and the keys are not installed again.\"\"\"
        run = hil_associate("m3-retransmitted")
        assert run.verdict == "PASS", run.findings

`hil_associate` carries out a run as `hil run` does, and keeps it where that does; `hil_result` does
so for what the marker `hil` says. `hil_lab`, `hil_guest` and `hil_air` are the parts of a lab for
tests that reach deeper. A lab that breaks, or input that cannot be used, is an error of the test,
never its failure: nothing is known of the driver then.

pytest imports this module in every suite of an environment that the package is installed in: what
a test has not asked for is not imported.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.config.lab import Lab
    from harness.lab.air_process import AirProcess
    from harness.lab.bring_up import RunningGuest
    from harness.lab.recording import Recording
    from harness.pytest_plugin.running_lab import RunningLab
    from harness.pytest_plugin.runs import ScenarioRun, TestRuns
    from harness.pytest_plugin.runs import ScenarioRun as ScenarioResult
    from harness.run.perform import OpenLab
    from harness.run.vendor import CommandLineDll

__all__ = ["RunningLab", "ScenarioResult", "ScenarioRun"]

_HOME = {
    "RunningLab": ("running_lab", "RunningLab"),
    "ScenarioRun": ("runs", "ScenarioRun"),
    "ScenarioResult": ("runs", "ScenarioRun"),  # its old name
}
_RUNS = pytest.StashKey["list[ScenarioRun]"]()
"""The session's runs, in its configuration; not there until a test asks for one."""
OPTIONS = ("--hil-lab", "--hil-dll", "--hil-with", "--hil-runs")
LOGS = "logs"
"""Where below the session's folder guest, QEMU and air write what they say."""
_BEFORE = pytest.StashKey[int]()
"""How many runs there were before a test."""
_CURRENT = pytest.StashKey[pytest.Item]()


def __getattr__(name: str) -> Any:
    """The types of what the fixtures give, imported when a test module names them."""
    if name in _HOME:
        module, there = _HOME[name]
        return getattr(importlib.import_module(f"{__name__}.{module}"), there)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the lab."""
    group = parser.getgroup("wlan-hil", "hardware-in-the-loop lab for WLAN drivers")
    group.addoption("--hil-lab", metavar="FILE", type=Path, help="lab.toml to use")
    group.addoption("--hil-dll", metavar="FILE", type=Path, help="IHV Extensions DLL to test")
    group.addoption(
        "--hil-with",
        metavar="PATH",
        type=Path,
        action="append",
        default=[],
        help="file or folder the DLL needs beside it (repeatable)",
    )
    group.addoption(
        "--hil-runs", metavar="FOLDER", type=Path, help="where runs go (lab.toml: [store] runs)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    from harness.pytest_plugin import marker

    config.addinivalue_line("markers", marker.MEANING)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Offer the fixtures by their old names, too, where no other plugin has one of that name."""
    from harness.pytest_plugin import old_names

    known = session._fixturemanager  # no public way asks for a fixture without setting it up
    free = {
        name: made for name, made in old_names.FIXTURES.items()
        if not known.getfixturedefs(name, session)
    }  # fmt: skip
    offered = ModuleType("wlan-hil-old-names")
    vars(offered).update(free)
    session.config.pluginmanager.register(offered, offered.__name__)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A marker that cannot be carried out is an error of its file, before any test is begun."""
    from harness.pytest_plugin import marker

    report = yield
    wrong = marker.mistakes(report.result) if report.passed else []
    if wrong:
        report.outcome, report.longrepr, report.result = "failed", "\n".join(wrong), []
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keep which test is run, so that runs know theirs."""
    item.stash[_BEFORE] = len(item.config.stash.get(_RUNS, ()))
    item.config.stash[_CURRENT] = item
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report as an error, which is what pytest calls a failure outside the test, what says nothing
    of the driver: a broken lab, and input that cannot be used. Name the runs of the test."""
    from harness.pytest_plugin import reporting

    report = yield
    if call.excinfo is not None:
        from harness.errors import HarnessError
        from harness.pytest_plugin.wording import told

        if isinstance(error := call.excinfo.value, HarnessError):
            reporting.as_error(report, told(error))
    made = item.config.stash.get(_RUNS, None)
    if made is not None:
        from harness.pytest_plugin.runs import of_test

        reporting.describe(item, report, of_test(made, item.stash[_BEFORE], _arguments(item)))
    return report


def _arguments(item: pytest.Item) -> list[object]:
    """The values of the fixtures that a test takes."""
    return list(item.funcargs.values()) if isinstance(item, pytest.Function) else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many runs there were, and what they came to."""
    from harness.pytest_plugin import reporting

    runs = reporting.count(one for all_of in terminalreporter.stats.values() for one in all_of)
    if runs:
        terminalreporter.write_line(f"wlan-hil runs: {runs}")


@pytest.fixture(scope="session")
def hil_config(request: pytest.FixtureRequest) -> Lab:
    """The lab to use: the file of --hil-lab, ./lab.toml, or the defaults."""
    from harness.config.lab import load_lab

    return load_lab(request.config.getoption("--hil-lab"))


@pytest.fixture(scope="session")
def hil_dll(request: pytest.FixtureRequest, hil_config: Lab) -> CommandLineDll:
    """The DLL that --hil-dll and --hil-with name, looked at with that of lab.toml."""
    from harness.run.vendor import CommandLineDll, vendors_dll

    option = request.config.getoption
    given = CommandLineDll(option("--hil-dll"), tuple(option("--hil-with")))
    vendors_dll(hil_config, given)
    return given


@pytest.fixture(scope="session")
def _hil_recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Recording, Path]]:
    from harness.lab.recording import open_recording

    folder = tmp_path_factory.mktemp("lab")
    with open_recording(folder) as recording:
        yield recording, folder


@pytest.fixture(scope="session")
def hil_guest(
    hil_config: Lab, hil_dll: CommandLineDll, _hil_recording: tuple[Recording, Path]
) -> Iterator[RunningGuest]:
    """The session's guest, running and reachable by SSH, without recorder and agent yet.

    It needs no DLL; but nothing is started for one that could not be used.
    """
    from harness.console import open_console
    from harness.lab.bring_up import open_guest

    recording, folder = _hil_recording
    (folder / LOGS).mkdir()
    with (
        open_console() as console,
        open_guest(hil_config, console, recording, folder, logs=folder / LOGS) as guest,
    ):
        yield guest


@pytest.fixture(scope="session")
def hil_air(hil_guest: RunningGuest) -> AirProcess:
    """The session's air and its access point."""
    return hil_guest.air


@pytest.fixture(scope="session")
def hil_lab(
    pytestconfig: pytest.Config,
    hil_config: Lab,
    hil_dll: CommandLineDll,
    hil_guest: RunningGuest,
    _hil_recording: tuple[Recording, Path],
) -> Iterator[RunningLab]:
    """The whole lab: recorder around the DLL under test, agent, access point on the air."""
    from harness.lab.standing_guest import StandingGuest
    from harness.pytest_plugin.running_lab import RunningLab
    from harness.pytest_plugin.runs import console
    from harness.run.perform import open_lab

    _, folder = _hil_recording
    standing = StandingGuest(hil_guest, folder / LOGS)
    with console() as shown, open_lab(shown, standing) as opened:
        runs = _runs_of(pytestconfig, hil_config, hil_dll, opened)
        lab = RunningLab(standing, runs, folder, shown)
        try:
            assert lab.session, "it stands before a test begins"
            yield lab
        finally:
            lab.close()


def _runs_of(config: pytest.Config, lab: Lab, dll: CommandLineDll, opened: OpenLab) -> TestRuns:
    """Runs on an open lab, which the reports of tests are going to name."""
    from harness.pytest_plugin.reporting import command_of
    from harness.pytest_plugin.runs import TestRuns, kept_in

    def command() -> str:
        options = {name: config.getoption(name) for name in OPTIONS}
        return command_of(config.stash.get(_CURRENT, None), options)

    kept = kept_in(lab, config.getoption("--hil-runs"))
    return TestRuns(kept, dll, opened, command, config.stash.setdefault(_RUNS, []))


@pytest.fixture(scope="session")
def hil_associate(
    pytestconfig: pytest.Config, hil_config: Lab, hil_dll: CommandLineDll
) -> Iterator[Callable[..., ScenarioRun]]:
    """Runs a scenario and judges it, as `hil run` does: a function of the arguments `scenario`,
    `associations` (1), `fault` and `waive` ({"RULE": "reason until 2027-01-31"})."""
    from harness.pytest_plugin.runs import console
    from harness.run.perform import open_lab

    with console() as shown, open_lab(shown) as opened:
        yield _runs_of(pytestconfig, hil_config, hil_dll, opened).associate


@pytest.fixture
def hil_result(
    request: pytest.FixtureRequest, hil_associate: Callable[..., ScenarioRun]
) -> ScenarioRun:
    """The run that the test's marker `hil` asks for, carried out and judged; a test whose scenario
    the session's lab cannot run is skipped."""
    from harness.errors import Unfit, UsageError
    from harness.pytest_plugin import marker

    asked = marker.wanted(request.node)
    if asked is None:
        raise UsageError(f"{marker.FIXTURE} needs a marker that says what to run", hint=marker.HOW)
    try:
        return hil_associate(
            asked.scenario,
            associations=asked.associations,
            fault=asked.fault,
            waive=asked.waive,
        )
    except Unfit as error:
        pytest.skip(error.message)
