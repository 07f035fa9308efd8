# SPDX-License-Identifier: GPL-2.0-or-later
"""How a command ends: one line for the person, one exit code for the script.

0  nothing is wrong (PASS)
1  the driver is wrong (FAIL), and nothing else
2  wrong usage, or something on this machine to be put right (ERROR)
3  the lab broke, or this program did: nothing is known of the driver (MISS)
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Callable

from harness.errors import HarnessError, LabFault
from harness.local.storage import FREE_SOME, is_disk_full, is_for_want_of_room
from harness.naming import as_typed, own_name

USAGE_EXIT = 2
LAB_EXIT = 3
PLAIN = (
    (r"Input should be greater than or equal to (\S+)$", r"wanted \1 or more"),
    (r"Input should be less than or equal to (\S+)$", r"wanted \1 or less"),
    (r"\S+ is not in the range x>=(\S+)$", r"wanted \1 or more"),
    (r"Input should be a valid integer.*|\S+ is not a valid integer$", "wanted a whole number"),
    (r"Value error, ", ""),
)
"""Words of the library that reads the command line → the same in plain ones."""

INTERRUPTED = 130
"""What typer makes of a KeyboardInterrupt."""


def exit_code_of(program: Callable[[], object]) -> int:
    """Run `program` to its end, which gives its exit code or raises; tell what it raises.

    Only a code that `program` gives can be 1.
    """
    try:
        code = program()
        sys.stdout.flush()
    except BaseException as error:
        ends_with = _report(error)
        _drop_unwritable_output()
        return ends_with
    if code == INTERRUPTED:
        return _complain("interrupted", "", LAB_EXIT)
    return code if isinstance(code, int) else 0


def _report(error: BaseException) -> int:
    if isinstance(error, LabFault):
        return _complain(error.message, error.hint, LAB_EXIT)
    if isinstance(error, HarnessError):
        of_lab = isinstance(error.__cause__, LabFault) or is_for_want_of_room(error)
        code = LAB_EXIT if of_lab else USAGE_EXIT
        return _complain(error.message, error.hint, code)
    if isinstance(error, KeyboardInterrupt):
        return _complain("interrupted", "", LAB_EXIT)
    if isinstance(error, BrokenPipeError):
        return _reader_gone()
    if isinstance(error, SystemExit):  # of typer: it exits 1 when a reader is gone
        return error.code if isinstance(error.code, int) and error.code != 1 else _reader_gone()
    if hasattr(error, "format_message"):  # a usage error of click, whichever copy typer brings
        return _complain(*_of_usage_error(error), USAGE_EXIT)
    if is_disk_full(error):
        place = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
        return _complain(f"{place}the disk is full: {error}", FREE_SOME, LAB_EXIT)
    return _complain(*_of_unforeseen(error), LAB_EXIT)


def _complain(message: str, hint: str, code: int) -> int:
    with contextlib.suppress(OSError, ValueError):  # nobody is there to be told
        for label, text in (("error", message), ("hint", hint)):
            line = " ".join(as_typed(text).split())
            if line:
                print(f"{label}: {line}", file=sys.stderr)
    return code


def _of_usage_error(error: BaseException) -> tuple[str, str]:
    """A click error as message and hint."""
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "") or own_name()
    message = error.format_message().rstrip(".")  # type: ignore[attr-defined]
    for library, ours in PLAIN:
        message = re.sub(library, ours, message)
    near = [one for one in getattr(error, "possibilities", None) or () if one not in message]
    if near:
        return message, f"did you mean {near[0]}?"
    return message, f"see {command} --help"


def _of_unforeseen(error: BaseException) -> tuple[str, str]:
    """An error nobody foresaw as message and hint: its traceback goes to a file."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({os.path.relpath(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    message = f"internal error: {type(error).__name__}: {error}{where}"
    text = "".join(traceback.format_exception(error))
    try:
        descriptor, name = tempfile.mkstemp(prefix="hil-crash-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        sys.stderr.write(text)
        return message, "a bug of this program, which says nothing of the driver"
    return message, f"a bug of this program, which says nothing of the driver; traceback: {name}"


def _reader_gone() -> int:
    """Standard output was closed by its reader."""
    _drop_unwritable_output()
    return LAB_EXIT


def _drop_unwritable_output() -> None:
    """What Python still holds for an output that takes nothing would change the exit code to 120
    when it tries once more at its end."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
