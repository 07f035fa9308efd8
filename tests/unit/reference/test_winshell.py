# SPDX-License-Identifier: GPL-2.0-or-later
"""The login shell that looks like cmd.exe, with a stand-in for Wine."""

import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from . import REFERENCE

WINSHELL = REFERENCE / "guest" / "winshell"
SYSTEM32 = "C:\\windows\\system32"
FAKE = r"""#!/bin/sh
batch=
for word; do case $word in *.bat) batch=$BATCHES/${word##*\\} ;; esac; done
printf '%s\0' "$@" "${HIL_LINE-}"
[ -z "$batch" ] || cat "$batch"
exit "$FAKE_CODE"
"""
"""Its arguments and the line it was given, each with a NUL behind it, then the batch file."""


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Returns a function that runs one line; it returns (exit code, argv, HIL_LINE, batch file)."""
    folder = tmp_path_factory.mktemp("winshell")
    system32 = folder / "c/windows/system32"
    system32.mkdir(parents=True)
    (folder / "c/windows/temp").mkdir()
    for name in ("reg.exe", "net.exe", "cmd.exe"):
        (system32 / name).touch()
    for name in ("wine", "wlansvc", "busybox", "python3"):
        (folder / name).write_text(FAKE)
        (folder / name).chmod(0o755)
    environment_file = folder / "env"
    environment_file.write_text(
        f"PATH={folder}:/usr/bin:/bin\nHIL_WINE={folder}/wine\nHIL_DRIVE_C={folder}/c\n"
    )
    environment = {"HIL_WINE_ENV": str(environment_file), "BATCHES": f"{folder}/c/windows/temp"}

    def run(line, code=0):
        done = subprocess.run(
            ["dash", str(WINSHELL), "-c", line],
            env={**environment, "FAKE_CODE": str(code)},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.stderr == ""
        assert list((folder / "c/windows/temp").iterdir()) == []
        *argv, line, batch = done.stdout.split("\0")
        return done.returncode, argv, line, batch

    return run


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        (r"C:\hil\agent.exe", [r"C:\hil\agent.exe"]),
        (r"C:\hil\agent.exe --log x", [r"C:\hil\agent.exe", "--log", "x"]),
        (r'"C:\Program Files\a b.exe" "c d" e', [r"C:\Program Files\a b.exe", "c d", "e"]),
        (r"  C:\hil\A.EXE   *  ", [r"C:\hil\A.EXE", "*"]),
        ("reg query HKLM", [SYSTEM32 + r"\reg.exe", "query", "HKLM"]),
        (
            r'REG.EXE add "HKLM\A{4D36}\0001" /v X /d "C:\hil\r" /f',
            [
                SYSTEM32 + r"\reg.exe",
                "add",
                r"HKLM\A{4D36}\0001",
                "/v",
                "X",
                "/d",
                r"C:\hil\r",
                "/f",
            ],
        ),
        ("net start", [SYSTEM32 + r"\net.exe", "start"]),
        ("net stop Spooler", [SYSTEM32 + r"\net.exe", "stop", "Spooler"]),
    ],
)
def test_programs_start_without_cmd(shell, line, argv):
    """A path or a program of the system folder with plain arguments needs no cmd.exe."""
    assert shell(line)[1] == argv


@pytest.mark.parametrize(
    "line",
    [
        "dir C:\\hil",
        "echo hello & echo again",
        r"type C:\hil\x | find \"a\"",
        r"C:\hil\a.exe > C:\hil\out.txt",
        r'C:\hil\a.exe "open quote',
        r'C:\hil\a.exe "a\"b"',
        r'C:\hil\a.exe ""x',
        r"C:\hil\run.bat",
        'if exist C:\\x (echo "a b") else echo c',
        "nosuchprogram",
    ],
)
def test_the_rest_goes_to_cmd_letter_by_letter(shell, line):
    """Built-in commands, operators and odd quotes: cmd.exe gets the very line, from a variable."""
    _, argv, passed, _ = shell(line)
    assert argv == [SYSTEM32 + r"\cmd.exe", "/d", "/c", "%HIL_LINE%"]
    assert passed == line


@pytest.mark.parametrize("line", ["echo %CD%", "echo a\necho b"])
def test_lines_that_a_variable_cannot_carry_go_by_batch_file(shell, line):
    """%variables% inside a variable are not expanded; the file is gone afterwards."""
    _, argv, _, text = shell(line)
    assert argv[:3] == [SYSTEM32 + r"\cmd.exe", "/d", "/c"]
    assert text == f"@echo off\n{line}\n"


@pytest.mark.parametrize("line", [r"C:\hil\a.exe", "dir", "echo %CD%"])
@pytest.mark.parametrize("code", [0, 1, 42, 255])
def test_exit_codes_come_through(shell, line, code):
    """On each of the three ways."""
    assert shell(line, code)[0] == code


def test_cmds_own_exit_code_is_printed_and_0_is_told(shell):
    """As cmd.exe prints it on the line after; OpenSSH of Windows says 0 whatever it was."""
    code, argv, _, tail = shell("reg query HKLM & call echo hil-exit-aa %^errorlevel%", 5)
    assert (code, argv) == (0, [SYSTEM32 + r"\reg.exe", "query", "HKLM"])
    assert tail == "hil-exit-aa 5\n"


@pytest.mark.parametrize(
    "line",
    [
        "powershell.exe -NoProfile -EncodedCommand QQA=",
        r'pnputil /restart-device "USB\VID_0BDA&PID_8187\5&1"',
        "netsh wlan show drivers",
    ],
)
def test_programs_that_wine_has_not_are_played(shell, line):
    """They get the very line."""
    _, argv, passed, _ = shell(line)
    assert (argv, passed) == (["-S", "-E", "/opt/hil/windows_face.py", line], "")


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("net stop WlanSvc", "stop"),
        ("NET START wlansvc", "start"),
        ("net.exe stop WLANSVC", "stop"),
    ],
)
def test_the_wlan_service_is_autoconfigs(shell, line, action):
    """Wine has no such service."""
    assert shell(line)[1] == [action]


def test_the_way_for_orders_is_autoconfigs(shell):
    """A command Windows does not have."""
    assert shell("hil-orders")[1] == ["nc", "127.0.0.1", "7711"]


WORD = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=8).filter(
    lambda word: not set(word) & set('"&|<>^%()!`;,=')
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(words=st.lists(WORD, max_size=4))
def test_quoted_words_arrive_whole(shell, words):
    """Whatever is in a quoted argument, spaces and backslashes included, arrives as it is."""
    words = [word.rstrip("\\") or "x" for word in words]  # a backslash before a quote escapes it
    line = " ".join(['"C:\\hil\\a.exe"', *(f'"{word}"' for word in words)])
    assert shell(line)[1] == [r"C:\hil\a.exe", *words]
