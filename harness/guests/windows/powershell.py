# SPDX-License-Identifier: GPL-2.0-or-later
"""PowerShell in the guest: scripts that are files, run by -EncodedCommand, answered in one line.

Nothing that is asked becomes part of a script's text: what a script is given is JSON in base64,
whose letters end no quote, and the whole goes to Windows as base64 of UTF-16LE, which cmd.exe
leaves alone. What a script gives back, or why it failed, is JSON in base64 behind a token of this
one call: no exit status, code page or message in the guest's language is relied on.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import LabFault
from harness.guests.common.exit_status import new_token
from harness.guests.common.ssh import Ssh
from harness.local.deadline import Deadline

LONGEST_LINE = 8191
"""Characters that cmd.exe takes as one command line."""

PROGRAM = "powershell.exe -NoProfile -NonInteractive -EncodedCommand "

T = TypeVar("T")


class ScriptFailed(LabFault):
    """A script ended with an error; `error_id` is PowerShell's own name of it, in no language."""

    def __init__(self, awaited: str, error: str, error_id: str) -> None:
        super().__init__(awaited, 0, f"{error} ({error_id})")
        self.error = error
        self.error_id = error_id


def script(name: str) -> str:
    """The text of a script of ours, without the lines that are comments."""
    text = (files("harness.guests.windows.scripts") / f"{name}.ps1").read_text("utf-8")
    lines = text.splitlines()
    return "\n".join(one for one in lines if not one.startswith("#") or one.startswith("# hil:"))


def whole(name: str, given: Mapping[str, object], token: str) -> str:
    """All that PowerShell is given to run one of our scripts with `given` as its $Given."""
    text = base64.b64encode(json.dumps(given).encode()).decode()
    begin = f"$Token = '{token}'; $GivenText = '{text}'\n$Script = {{\n"
    return f"{begin}{script(name)}\n}}\n{script('frame')}\n"


def command_line(text: str) -> str:
    """The line for cmd.exe that runs `text`; raises `ValueError` if cmd.exe cannot take it."""
    line = PROGRAM + base64.b64encode(text.encode("utf-16-le")).decode()
    if len(line) > LONGEST_LINE:
        raise ValueError(f"{len(line)} characters: cmd.exe takes {LONGEST_LINE}")
    return line


def answer_in(output: str, token: str) -> dict[str, Any] | None:
    """What a script told, from all that PowerShell printed; None if it is not there, or damaged."""
    found = re.search(rf"hil-answer-{token} ([A-Za-z0-9+/=]+)\s", output + "\n")
    if found is None:
        return None
    try:
        told = json.loads(base64.b64decode(found[1], validate=True))
    except ValueError:  # of base64, UTF-8 or JSON
        return None
    return told if isinstance(told, dict) else None


class PowerShell:
    """Runs our scripts in a guest. Every call is bounded, and raises `LabFault`."""

    def __init__(self, ssh: Ssh, *, limit_s: float) -> None:
        self._ssh = ssh
        self._limit_s = limit_s

    def ask(self, name: str, form: TypeAdapter[T], /, **given: object) -> T:
        """What the script `name` answers, which has to have the form `form`.

        Raises `ScriptFailed` for what it told, `LabFault` for an answer that does not come or has
        another form.
        """
        token = new_token()
        deadline = Deadline(f"answer of {name}.ps1 in the guest", self._limit_s)
        deadline.state = "asked for"
        line = command_line(whole(name, given, token))
        done = self._ssh.run(line, timeout_s=self._limit_s)
        told = answer_in(done.output, token)
        if told is None:
            said = (done.errors or done.output).strip().splitlines()
            deadline.state = f"status {done.status}: {said[0][:200] if said else 'no output'}"
            raise deadline.gone(hint="does the guest's Administrator have Windows PowerShell 5.1?")
        if "error" in told:
            raise ScriptFailed(deadline.awaited, str(told["error"]), str(told.get("id", "")))
        try:
            return form.validate_python(told.get("answer"))
        except ValidationError as error:
            wrong = error.errors()[0]
            where = ".".join(map(str, wrong["loc"])) or "the whole"
            deadline.state = f"{where}: {wrong['msg']}"
            raise deadline.gone() from None
