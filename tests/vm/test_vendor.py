# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil run` with a DLL of one's own, as its user meets it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from harness.results import load_result
from tests.vm.test_hostile import compile_hostile
from tests.vm.user import Command


def test_a_dll_with_a_companion(command: Command, tmp_path: Path) -> None:
    """What it imports is told when it is missing, found when it is given, and named in the result.

    The DLL refuses every connection, which is all there is to find then.
    """
    helper, source = tmp_path / "vhelp.dll", tmp_path / "vhelp.c"
    source.write_text("__declspec(dllexport) int Helps(void) { return 4711; }")
    argv = ["x86_64-w64-mingw32-gcc", "-shared", "-o", str(helper), str(source)]
    subprocess.run(argv, check=True, timeout=120)
    dll = compile_hostile(tmp_path / "own.dll", "-DCOMPANION", str(helper))
    command.start("run", "--dll", str(dll), "-n", "1")
    assert command.wait() == 2
    assert "own.dll imports vhelp.dll (Helps), which is not there" in command.output
    command.start("run", "--dll", str(dll), "--with", str(helper), "-n", "1")
    assert command.wait() == 1, command.output
    result = load_result(command.run_dir / "result.json")
    assert list(result.environment.dll_companions) == ["vhelp.dll"]
    assert {found.rule for found in result.associations[0].findings} == {"EXPECT-01"}


def test_a_dll_that_ends_the_process_when_it_is_loaded(command: Command, tmp_path: Path) -> None:
    """Exit 1 and the finding, not a broken lab; its hash is in the result all the same."""
    dll = compile_hostile(tmp_path / "exit-load.dll")
    command.start("run", "--dll", str(dll), "-n", "1")
    assert command.wait() == 1, command.output
    assert "HOST-03" in command.output
    result = load_result(command.run_dir / "result.json")
    assert result.verdict == "FAIL"
    assert result.environment.dll_sha256 is not None
    assert [found.rule for found in result.findings] == ["HOST-03"]
    assert "HOST-03" in (command.run_dir / "report.html").read_text()


PROFILE = """<?xml version="1.0"?>
<WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1">
<name>Vendor's own</name><SSIDConfig><SSID><name>vendor</name></SSID></SSIDConfig>
<connectionType>ESS</connectionType><connectionMode>manual</connectionMode>
<MSM><security><authEncryption><authentication>open</authentication>
<encryption>none</encryption><useOneX>false</useOneX></authEncryption></security></MSM>
<IHV><OUIHeader><OUI>00A1B2</OUI><type>00</type></OUIHeader>
<connectivity><VendorConnectivity/></connectivity>
<security><IhvSecurity><Passphrase>{passphrase}</Passphrase></IhvSecurity></security></IHV>
</WLANProfile>
"""


def test_a_profile_of_the_vendors(command: Command, tmp_path: Path) -> None:
    """--profile: the adapter gets its OUI, the DLL both fragments, the air its network."""
    own, profile = tmp_path / "own.dll", tmp_path / "p.xml"
    own.write_bytes((command.image.recorder.parent / "sample.dll").read_bytes())
    profile.write_text(PROFILE)
    command.start("run", "--dll", str(own), "--profile", str(profile), "-n", "1")
    assert command.wait() == 0, command.output
    trace = (command.run_dir / "ihv-trace.jsonl").read_text().splitlines()
    called = '"function":"Dot11ExtIhvPerformPreAssociate","args"'
    (call,) = [json.loads(line)["args"] for line in trace if called in line]
    assert call["pIhvConnProfile"]["pszXmlFragmentIhvConnectivity"]["length"] > 0
    assert call["pIhvSecProfile"]["pszXmlFragmentIhvSecurity"]["length"] > 0
