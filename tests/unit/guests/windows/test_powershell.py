# SPDX-License-Identifier: GPL-2.0-or-later
"""PowerShell: no value of a call can be read as a part of a script, and no answer goes unseen."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from harness.errors import LabFault, PeerGone
from harness.guests.common.ssh import CommandResult
from harness.guests.windows.powershell import (
    LONGEST_LINE,
    PowerShell,
    ScriptFailed,
    answer_in,
    command_line,
    script,
    whole,
)
from harness.guests.windows.service_control import STATUS
from tests.powershell import faults
from tests.unit.guests.windows.face import WindowsFace

SCRIPTS = ("system", "clock", "service", "adapters", "registry", "reading", "events")


@given(st.text())
def test_what_is_given_stays_data(value: str) -> None:
    """Whatever it holds, it is one word of base64 between two quotes; the rest is our text."""
    text = whole("service", {"name": value}, "aa")
    begin, _, rest = text.partition("\n")
    assert re.fullmatch(r"\$Token = 'aa'; \$GivenText = '[A-Za-z0-9+/=]*'", begin)
    assert rest == whole("service", {}, "aa").partition("\n")[2]


@given(st.text())
def test_the_command_line_is_utf_16_in_base64(text: str) -> None:
    """As -EncodedCommand wants it; nothing in it means anything to cmd.exe."""
    try:
        line = command_line(text)
    except ValueError:  # too long, or half a character
        return
    assert base64.b64decode(line.rpartition(" ")[2]).decode("utf-16-le") == text
    assert not re.search(r"[&|<>^%!\"]", line)


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_script_fits_a_command_line_of_cmd(name: str) -> None:
    """With values of some length, and with the question for the exit code behind it."""
    given = {"driver_key": "k" * 50, "dll": "d" * 200, "oui": 0x123456}
    assert len(command_line(whole(name, given, "0" * 16))) < LONGEST_LINE - 60
    assert f"# hil: {name}" in script(name)
    assert faults(whole(name, given, "0" * 16)) == []


def test_an_answer_is_found_among_other_words() -> None:
    """Of this call alone, and whole."""
    told = base64.b64encode(b'{"answer": {"status": "Running"}}').decode()
    said = f"WARNING: x\nhil-answer-aa {told}\nmore"
    assert answer_in(said, "aa") == {"answer": {"status": "Running"}}
    assert answer_in(said, "bb") is None
    assert answer_in(f"hil-answer-aa {told[:20]}", "aa") is None


@given(st.text())
def test_no_output_breaks_the_reader(output: str) -> None:
    """It is the guest's."""
    found = answer_in(f"hil-answer-aa {output}", "aa")
    assert found is None or isinstance(found, dict)


def test_a_script_that_failed_tells_why(face: WindowsFace, shell: PowerShell) -> None:
    """In words, and by PowerShell's name of the error."""
    face.trouble["disk"] = "full"
    with pytest.raises(ScriptFailed, match="not enough space") as caught:
        shell.ask(
            "registry", TypeAdapter(dict), driver_key="x", dll=None, dll_kind="String", oui=None
        )
    assert caught.value.error_id.startswith("System.IO.IOException")


@pytest.mark.parametrize("how", ["mute", "garbage"])
def test_an_answer_that_does_not_come_is_a_lab_fault(
    face: WindowsFace, shell: PowerShell, how: str
) -> None:
    """However much of it came."""
    face.trouble["powershell"] = how
    with pytest.raises(PeerGone, match=r"answer of service\.ps1") as caught:
        shell.ask("service", STATUS, name="WlanSvc", want="Running", limit_s=1)
    assert "PowerShell 5.1" in caught.value.hint


def test_an_answer_of_another_form_is_a_lab_fault(shell: PowerShell) -> None:
    """With the part of it that is wrong."""
    form = TypeAdapter(dict[str, int])
    with pytest.raises(LabFault, match="status: Input should be a valid integer"):
        shell.ask("service", form, name="WlanSvc", want="Running", limit_s=1)


def test_a_guest_without_powershell_is_told_in_its_words() -> None:
    """cmd.exe's, with its status."""

    class NoPowerShell:
        def run(self, _: str, *, timeout_s: float | None = None) -> CommandResult:
            return CommandResult(9009, "", "'powershell.exe' is not recognized")

    with pytest.raises(PeerGone, match=r"status 9009: 'powershell.exe' is not recognized"):
        PowerShell(NoPowerShell(), limit_s=1).ask("system", STATUS)  # type: ignore[arg-type]
