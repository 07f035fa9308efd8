# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference guest's face: Windows over SSH, cut off from every network, sound under Wine."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from pathlib import Path, PureWindowsPath

import pytest

from harness.guests.common.ssh import CommandResult
from harness.lab.bring_up import RunningGuest
from tests.vm.shell import GuestShell

WINDOW = """
#include <windows.h>
int main(void)
{
    HWND window = CreateWindowW(L"STATIC", L"hil", 0, 0, 0, 1, 1, HWND_MESSAGE, NULL, NULL, NULL);
    return GetDesktopWindow() && window ? 42 : 1;
}
"""

PARSER = """
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <msxml2.h>
#include <stdio.h>

/* Prints the text of /a/b as the DOMDocument of that name reads it, or what COM answered. */
static void parse(const WCHAR *name)
{
    IXMLDOMDocument *document = NULL;
    IXMLDOMNode *node = NULL;
    VARIANT_BOOL loaded = VARIANT_FALSE;
    BSTR xml = SysAllocString(L"<a><b>value</b></a>"), path = SysAllocString(L"/a/b"), text = NULL;
    CLSID class;
    HRESULT result = CLSIDFromProgID(name, &class);
    if (SUCCEEDED(result))
        result = CoCreateInstance(&class, NULL, CLSCTX_INPROC_SERVER, &IID_IXMLDOMDocument,
                                  (void **)&document);
    if (SUCCEEDED(result)) result = IXMLDOMDocument_loadXML(document, xml, &loaded);
    if (result == S_OK) result = IXMLDOMDocument_selectSingleNode(document, path, &node);
    if (result == S_OK) result = IXMLDOMNode_get_text(node, &text);
    printf("%ls %#lx %ls\\n", name, (unsigned long)result, text ? text : L"-");
}

int main(void)
{
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    parse(L"Microsoft.XMLDOM");
    parse(L"Msxml2.DOMDocument");
    parse(L"Msxml2.DOMDocument.3.0");
    parse(L"Msxml2.DOMDocument.6.0");
    CoUninitialize();
    return 0;
}
"""


def test_commands_are_cmd_lines_with_exit_codes(guest: RunningGuest) -> None:
    """cmd.exe runs what is given, and its exit code comes back."""
    assert guest.ssh.run("echo %OS%").output == "Windows_NT"
    assert guest.ssh.run("exit 7").status == 7
    assert guest.ssh.run("ver").output.startswith("Microsoft Windows")


def test_the_registry_keeps_what_reg_writes(guest: RunningGuest) -> None:
    """reg.exe adds, finds and deletes a value."""
    key = r"HKCU\Software\hil-test"
    assert guest.ssh.run(rf'reg add {key} /v X /t REG_SZ /d "C:\a b" /f').status == 0
    assert r"C:\a b" in guest.ssh.run(f"reg query {key} /v X").output
    assert guest.ssh.run(f"reg delete {key} /f").status == 0
    assert guest.ssh.run(f"reg query {key}").status != 0


def test_files_are_named_as_on_windows(guest: RunningGuest) -> None:
    r"""What SFTP writes to C:\hil is there for programs, byte for byte."""
    place = PureWindowsPath(r"C:\hil\test.txt")
    guest.ssh.write(b"one\r\ntwo\r\n", place)
    assert guest.ssh.run(rf"type {place}").output.split() == ["one", "two"]
    assert guest.ssh.read_from(place, 5) == b"two\r\n"
    guest.ssh.remove(place)
    assert guest.ssh.read_from(place, 0) == b""


def test_the_clock_of_a_guest_that_lives_in_the_past_is_set(
    guest: RunningGuest, shell: GuestShell
) -> None:
    """A guest restored from an old state is days behind; certificates would not be valid yet."""
    shell.run("date -u -s @$(($(date +%s) - 259200))")
    assert guest.service.set_clock() == pytest.approx(259_200, abs=5)
    assert float(shell.run("date +%s.%N").output) == pytest.approx(time.time(), abs=5)
    assert guest.service.set_clock() == pytest.approx(0, abs=2)


def test_a_program_may_make_a_window(guest: RunningGuest, tmp_path: Path) -> None:
    """A DLL's hidden message window must not bring the guest down: such a program just ends."""
    assert run_program(guest, tmp_path, WINDOW).status == 42


def test_com_has_parsers_for_xml(guest: RunningGuest, tmp_path: Path) -> None:
    """A DLL that reads its profile fragments by MSXML gets the parser it names, old or new."""
    said = run_program(guest, tmp_path, PARSER, "-lole32", "-loleaut32", "-luuid").output
    assert said.split("\n") == [
        "Microsoft.XMLDOM 0 value", "Msxml2.DOMDocument 0 value",
        "Msxml2.DOMDocument.3.0 0 value", "Msxml2.DOMDocument.6.0 0 value",
    ]  # fmt: skip


def run_program(guest: RunningGuest, folder: Path, source: str, *options: str) -> CommandResult:
    """Compile a program, bring it to the guest and run it there."""
    (folder / "w.c").write_text(source)
    program = folder / "w.exe"
    argv = ["x86_64-w64-mingw32-gcc", "-o", str(program), str(folder / "w.c"), *options]
    subprocess.run(argv, check=True)
    place = PureWindowsPath(r"C:\hil\w.exe")
    guest.ssh.put(program, place)
    return guest.ssh.run(str(place), timeout_s=30)


@pytest.mark.parametrize("address", ["10.0.2.2", "10.0.2.3", "192.0.2.1"])
def test_the_guest_reaches_no_network(shell: GuestShell, address: str) -> None:
    """Neither the host (10.0.2.2 stands for its loopback), nor a name server, nor beyond."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        port = server.getsockname()[1]
        said = shell.run(
            "ip route add default via 10.0.2.2 2>/dev/null; "
            f'python3 -c "import socket; socket.create_connection((\\"{address}\\", {port}), 3)"'
        )
        assert said.status != 0
        assert re.search("refused|timed out|unreachable", said.errors), said
        with pytest.raises(TimeoutError):
            server.accept()


def test_the_guest_has_no_password_to_guess(shell: GuestShell) -> None:
    """Keys only: no account has a password, and the daemon offers no other way."""
    settings = shell.run("sshd -T -f /opt/hil/sshd_config 2>/dev/null || cat /opt/hil/sshd_config")
    text = settings.output.lower()
    assert "passwordauthentication no" in text
    assert shell.run("grep -E '^[^:]+:[^*!:]' /etc/shadow").output == ""


def test_a_program_finds_its_libraries_where_it_had_them(shell: GuestShell) -> None:
    """So what QEMU has translated of them serves the next process, too."""
    before, again = (shell.run("cat /proc/self/maps").output for _ in range(2))
    assert "libc" in before
    assert again == before
