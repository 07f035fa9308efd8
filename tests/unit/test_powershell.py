# SPDX-License-Identifier: GPL-2.0-or-later
"""Every PowerShell script of the tree is one, for Windows PowerShell 5.1."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.powershell import decoded, encoded, faults
from winsetup.answer_file import provisioning_command

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {".venv", ".tox", ".git", "build"}


@pytest.mark.parametrize(
    "script",
    [
        "$ErrorActionPreference = 'Stop'\nRestart-Service -Name WlanSvc -Force",
        "if (-not (Test-Path 'C:\\hil')) { throw 'C:\\hil is not there' }",
        "Get-WinEvent -FilterHashtable @{LogName = 'System'; Id = 10003} | % { $_.ToXml() }",
        "& 'C:\\Windows\\System32\\reg.exe' query 'HKLM\\SOFTWARE' /v X 2>&1 | Out-String",
        "[Console]::OutputEncoding = [Text.UTF8Encoding]::new($false)",
        "@'\nno $variable here\n'@ | Set-Content -Encoding ASCII out.txt",
        "try { Stop-Service x } catch { exit 3 } finally { Write-Output done }",
        "",
    ],
)
def test_what_windows_takes_has_no_fault(script: str) -> None:
    """Forms that the scripts and commands of a Windows guest use."""
    assert faults(script) == []


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("if ($x { 1 }", "1:1: no PowerShell: if ($x { 1 }"),
        ("Get-Date\nWrite-Output 'open", "2:1: no PowerShell: Write-Output 'open"),
        ("a; }", "1:4: no PowerShell: }"),
        ("a && b", "1:3: && and || are of PowerShell 7"),
        ("$x = $y ? 1 : 2", "1:6: ? : is of PowerShell 7"),
        ("$y ?? 1", "1:1: ?? is of PowerShell 7"),
    ],
)
def test_what_windows_refuses_is_named_with_its_place(script: str, found: str) -> None:
    """Broken scripts, and what only a later PowerShell than that of Windows knows."""
    assert found in faults(script)


def test_an_encoded_command_is_utf_16() -> None:
    """As `powershell.exe -EncodedCommand` takes it: A is two bytes, the low one first."""
    assert encoded("A") == "QQA="
    assert decoded(encoded("Write-Output 'ä'")) == "Write-Output 'ä'"


def test_every_script_of_the_tree_is_powershell() -> None:
    """All files that end in .ps1, wherever they are."""
    scripts = [
        path for path in ROOT.rglob("*.ps1") if not ELSEWHERE & set(path.relative_to(ROOT).parts)
    ]
    assert {"first-logon.ps1", "frame.ps1"} <= {path.name for path in scripts}
    found = {str(path): faults(path.read_text(encoding="utf-8-sig")) for path in scripts}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_command_of_the_answer_file_is_powershell() -> None:
    """What the program is given once Windows has taken its line apart."""
    command = provisioning_command("HIL-PROVISION").partition(' -Command "')[2]
    assert command.endswith('"')
    assert faults(command[:-1].replace('\\"', '"')) == []
