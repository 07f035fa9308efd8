# SPDX-License-Identifier: GPL-2.0-or-later
"""The ten steps for whoever has Windows: what each does on the face, and what it tells."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from harness.errors import LabFault
from harness.guests.base import ServiceControl
from harness.guests.common.ssh import CommandResult, Ssh
from harness.guests.windows import proof as module
from harness.guests.windows.proof import GUEST_STEPS, STEPS, UNPROVEN, Subject
from harness.guests.windows.service_control import WindowsServiceControl
from tests.unit.guests.windows.face import ORIGINAL, WindowsFace
from tests.unit.guests.windows.test_installation import SAMPLE, setup_of

WINDOWS = "Microsoft Windows 10 (the reference guest), build 19043"


@pytest.fixture
def subject(face: WindowsFace, tmp_path: Path) -> Subject:
    """The face, with the sample DLL."""
    face.files[SAMPLE] = b"MZ sample"
    ssh = cast("Ssh", face)
    service: ServiceControl = WindowsServiceControl(ssh, limit_s=5)
    return Subject(ssh, service, setup_of(tmp_path), lambda: (ssh, service), 5, 5)


def test_ten_steps_in_an_order() -> None:
    """Each proves something; every fact that is unproven has a step that sheds light on it."""
    assert len(STEPS) == 10
    assert [one.name for one in STEPS if one.name in GUEST_STEPS] == list(GUEST_STEPS)
    assert all(one.proves for one in STEPS)
    assert {fact for one in STEPS for fact in one.facts} == set(UNPROVEN)


def test_what_the_steps_tell(subject: Subject, face: WindowsFace) -> None:
    """The system, the adapter, and that the recorder went in and out."""
    answers = {"cmd /c exit 7": CommandResult(7, "", "")}
    run = face.run
    face.run = lambda command, **limit: answers.get(command) or run(command, **limit)  # type: ignore[method-assign]
    assert GUEST_STEPS["shell"](subject) == WINDOWS
    assert "hilref.sys 1.0.0.0 of the unknown model" in GUEST_STEPS["adapter"](subject)
    assert "it stood before" in GUEST_STEPS["recorder"](subject)
    assert face.registry == ORIGINAL


def test_an_exit_code_that_is_0_always(subject: Subject, face: WindowsFace) -> None:
    """Nothing else can be trusted then."""
    face.run = lambda *_, **__: CommandResult(0, "", "")  # type: ignore[method-assign]
    with pytest.raises(LabFault, match=r"exit code 7.*0 was told"):
        GUEST_STEPS["shell"](subject)


def test_a_reboot_changes_the_connection(
    subject: Subject, face: WindowsFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps that follow take the new one."""
    monkeypatch.setattr(module, "reboot", lambda _ssh, again, **_: again())
    assert "Reference IEEE 802.11 Adapter is Disconnected" in GUEST_STEPS["reboot"](subject)


def test_a_service_that_does_not_start_leaves_nothing(subject: Subject, face: WindowsFace) -> None:
    """The recorder is out again."""
    face.refusal = "the IHV host ended"
    with pytest.raises(LabFault, match="start of the WLAN service with the recorder"):
        GUEST_STEPS["recorder"](subject)
    assert face.registry == ORIGINAL


def test_the_document_has_the_same_steps() -> None:
    """In the same words."""
    text = (Path(__file__).parents[4] / "docs" / "windows.md").read_text(encoding="utf-8")
    for step in STEPS:
        assert f"| {step.name} | {step.does} | {step.proves} |" in text
