# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab as pytest fixtures, for tests of a driver team's own.

::

    def test_m3_retransmission(hil_associate):
        \"\"\"A second M3 is answered, and the keys are not installed again.\"\"\"
        outcome = hil_associate("m3-retransmitted")
        assert outcome.verdict == "PASS", outcome.findings

One lab serves a session: `hil_lab` (all of it), `hil_guest` (SSH, files, the machine), `hil_air`
(the access point) and `hil_associate` (run a scenario, get it judged). A lab that breaks, or input
that cannot be used, is an error of the test, never its failure: nothing is known of the driver
then.

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
    from harness.lab.air import AirProcess
    from harness.lab.bring_up import RunningGuest
    from harness.lab.recording import Recording
    from harness.pytest_plugin.running_lab import RunningLab, ScenarioResult
    from harness.run.vendor import CommandLineDll
    from harness.scenarios import Scenario

__all__ = ["RunningLab", "ScenarioResult"]


def __getattr__(name: str) -> Any:
    """The types of what the fixtures give, imported when a test module names them."""
    if name in __all__:
        return getattr(importlib.import_module("harness.pytest_plugin.running_lab"), name)
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
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report as an error, which is what pytest calls a failure outside the test, what says nothing
    of the driver: a broken lab, and input that cannot be used."""
    from harness.errors import HarnessError, LabFault
    from harness.naming import as_typed

    report = yield
    if call.excinfo is not None and isinstance(error := call.excinfo.value, HarnessError):
        report.when = "setup" if report.when == "call" else report.when
        lab = "lab fault, nothing is known of the driver: " if isinstance(error, LabFault) else ""
        hint = f"\nhint: {as_typed(error.hint)}" if error.hint else ""
        report.longrepr = f"{lab}{as_typed(error.message)}{hint}"
    return report


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
    with open_console() as console, open_guest(hil_config, console, recording, folder) as guest:
        yield guest


@pytest.fixture(scope="session")
def hil_air(hil_guest: RunningGuest) -> AirProcess:
    """The session's air and its access point."""
    return hil_guest.air


@pytest.fixture(scope="session")
def hil_lab(
    hil_config: Lab,
    hil_dll: CommandLineDll,
    hil_guest: RunningGuest,
    _hil_recording: tuple[Recording, Path],
) -> Iterator[RunningLab]:
    """The whole lab: recorder around the DLL under test, agent, access point on the air."""
    from harness.console import open_console
    from harness.pytest_plugin.running_lab import running_lab

    recording, folder = _hil_recording
    with (
        open_console() as console,
        running_lab(hil_config, hil_guest, recording, folder, hil_dll, console) as lab,
    ):
        yield lab


@pytest.fixture(scope="session")
def hil_associate(
    request: pytest.FixtureRequest, hil_config: Lab, hil_dll: CommandLineDll
) -> Callable[..., ScenarioResult]:
    """Runs a scenario, and gets it judged: `hil_associate(scenario, associations=1, fault=None)`.

    The lab is started by the first call that can be carried out.
    """
    from harness.pytest_plugin.running_lab import plan_test

    def associate(
        scenario: str | Scenario | None = None,
        *,
        associations: int = 1,
        fault: str | None = None,
        whole: bool = False,
    ) -> ScenarioResult:
        plan = plan_test(hil_config, hil_dll, scenario, associations, fault)
        lab: RunningLab = request.getfixturevalue("hil_lab")
        return lab.carry_out(plan, whole=whole)

    return associate
