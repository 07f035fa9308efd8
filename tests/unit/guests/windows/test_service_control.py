# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows' WLAN service and clock: what it cannot do is refused, what it does wrong is named."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harness.config.limits import LimitsConfig
from harness.errors import LabFault
from harness.guests.windows.service_control import WindowsServiceControl
from harness.local.jsonlines import CallFailed
from harness.scenarios.stimuli import OsParameters
from tests.unit.guests.windows.face import ORIGINAL, WindowsFace
from tests.unit.guests.windows.test_installation import SAMPLE, setup_of


@pytest.fixture
def control(face: WindowsFace) -> WindowsServiceControl:
    """Of the face."""
    return WindowsServiceControl(face, limit_s=5)  # type: ignore[arg-type]


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The times that the clock was set to: never this machine's."""
    import windows_face

    found: list[int] = []
    monkeypatch.setattr(windows_face.time, "clock_settime_ns", lambda _, ns: found.append(ns))
    return found


def test_the_service_is_stopped_and_started(
    face: WindowsFace, control: WindowsServiceControl
) -> None:
    """And one that is stopped stays so."""
    control.stop()
    control.stop()
    assert face.state == "stopped"
    assert control.start() == ""
    assert face.state == "running"


def test_a_service_that_does_not_come_up_says_why(
    face: WindowsFace, control: WindowsServiceControl
) -> None:
    """That may be the DLL's doing, so it is no lab fault yet."""
    control.stop()
    face.refusal = "the IHV host ended"
    assert "the IHV host ended (StartServiceFailed" in control.start()
    face.trouble["service"] = "stuck"
    assert control.start() == "WlanSvc is StartPending after 5 s"


def test_a_service_that_does_not_stop_is_a_lab_fault(
    face: WindowsFace, control: WindowsServiceControl
) -> None:
    """With the state it is in."""
    face.trouble["service"] = "stuck"
    with pytest.raises(LabFault, match=r"end of the service WlanSvc.*StopPending"):
        control.stop()


@pytest.mark.parametrize("language", [None, "de"])
def test_windows_has_to_have_the_recorder(
    face: WindowsFace, control: WindowsServiceControl, tmp_path: Path, language: str | None
) -> None:
    """By netsh, in whatever language."""
    face.files[SAMPLE] = b"MZ sample"
    installed = control.install(setup_of(tmp_path))
    face.trouble["netsh"] = language
    assert control.start() == ""
    face.trouble["netsh"] = "deaf"
    with pytest.raises(LabFault, match=r"recorder\.dll as the IHV service.*other\.dll") as caught:
        control.start()
    assert "hil prove windows" in caught.value.hint
    control.uninstall(installed)
    assert face.registry == ORIGINAL
    assert control.start() == ""


def test_the_clock_is_set_and_read_back(
    control: WindowsServiceControl, set_to: list[int], face: WindowsFace
) -> None:
    """To the millisecond that was asked for."""
    assert abs(control.set_clock()) < 2
    assert abs(set_to[0] / 1e9 - time.time()) < 5


def test_a_clock_that_cannot_be_set_is_a_lab_fault(
    face: WindowsFace, control: WindowsServiceControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guest's tells another time than the host's afterwards."""
    import windows_face

    monkeypatch.setattr(windows_face.time, "time_ns", lambda: 10**18)
    face.trouble["clock"] = "stuck"
    with pytest.raises(LabFault, match=r"setting of the guest's clock.*s behind"):
        control.set_clock()


def test_what_windows_does_not_do(control: WindowsServiceControl) -> None:
    """Is refused, or is no matter."""
    control.give((), OsParameters())
    assert control.collect() == []
    control.keep_limits(LimitsConfig())
    control.look_first([2412])
    control.close()
    for call in (lambda: control.have_adapters(2), control.forget):
        with pytest.raises(CallFailed):
            call()
