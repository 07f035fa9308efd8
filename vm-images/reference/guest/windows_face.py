# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference guest's Windows face: Windows' own programs, as far as the harness uses them.

``powershell.exe``, ``pnputil``, ``netsh wlan``, ``verifier`` and ``shutdown``, called by winshell
with the whole command line. It is no PowerShell: of a script it knows the name in its first line,
and does in Python what that script does on Windows, with the same answer. Everything around it is
real: the command line, the encodings, the way back.

What Windows may do to a harness is asked for in the file TROUBLE, a JSON object; see `TROUBLES`.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TROUBLE = Path("/run/hil/windows-trouble.json")
TROUBLES = {
    "adapter": "gone: Windows lists none; lost: it does not come back after a restart",
    "pnputil": "an exit code of its own",
    "registry": "deaf: values are not kept",
    "netsh": "deaf: the service has another DLL than the registry; de: in German",
    "service": "stuck: it neither starts nor stops",
    "clock": "stuck: it cannot be set",
    "powershell": "mute: it ends without an answer; hung: it does not end; garbage: half of one",
    "disk": "full: no script can write",
    "shutdown": "deaf: nothing happens; an exit code of its own",
    "driver": "path of the driver's file",
}
"""What may be asked for, and what it brings about."""

VERIFIER = Path("/var/lib/hil-verifier.json")
"""Drivers to be verified, and the boot in which that was asked for."""

KINDS = {"String": "REG_SZ", "ExpandString": "REG_EXPAND_SZ"}
CLASS = r"SYSTEM\CurrentControlSet\Control\Class"
DRIVER_KEY = r"{4D36E972-E325-11CE-BFC1-08002BE10318}\0001"
INSTANCE = r"USB\VID_0BDA&PID_8187\5&2A3B4C5D&0&1"
RADIO = Path("/sys/class/net/wlan0")
RESTARTED = Path("/run/hil/adapter-restarted")

SHOWN = {
    "en": ("Interface name", "IHV service present", "IHV adapter OUI",
           "IHV extensibility DLL path"),
    "de": ("Schnittstellenname", "IHV-Dienst vorhanden", "IHV-Adapter-OUI",
           "Pfad der IHV-Erweiterungs-DLL"),
}  # fmt: skip


class ScriptError(Exception):
    """A script failed: what PowerShell would say, and its name of the error."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


def trouble(part: str) -> Any:
    """What was asked for of a part; None if it is to work."""
    try:
        return json.loads(TROUBLE.read_text()).get(part)
    except OSError:
        return None


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    """A program of the guest's own system."""
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def leave_behind(line: str) -> None:
    """A shell line that goes on when this program has ended."""
    subprocess.Popen(
        ["busybox", "sh", "-c", line], start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def wine_reg(*args: str) -> str:
    """What Wine's reg.exe prints."""
    return run("wine", r"C:\windows\system32\reg.exe", *args).stdout


def extensions_key(driver_key: str) -> str:
    """The registry key of an adapter's IHV Extensions DLL."""
    return rf"HKLM\{CLASS}\{driver_key}\Ndi\IHVExtensions"


def values(driver_key: str) -> dict[str, Any]:
    """What the registry says of an adapter's DLL."""
    said = wine_reg("query", extensions_key(driver_key))
    dll = re.search(r"^\s+ExtensibilityDLL\s+REG_(EXPAND_)?SZ\s+(.*?)\s*$", said, re.MULTILINE)
    oui = re.search(r"^\s+AdapterOUI\s+REG_DWORD\s+0x([0-9A-Fa-f]+)", said, re.MULTILINE)
    return {
        "dll": dll[2] if dll else None,
        "dll_kind": "ExpandString" if dll and dll[1] else "String",
        "oui": int(oui[1], 16) if oui else None,
    }


def ask_service(call: str, **args: object) -> dict[str, Any]:
    """One call of the WLAN service; its answer, or error, as it came."""
    with socket.create_connection(("127.0.0.1", 7711)) as way, way.makefile("rb") as answers:
        way.sendall(json.dumps({"id": 1, "call": call, "args": args}).encode() + b"\n")
        for line in answers:
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == 1:
                return answer
    return {"error": {"message": "the service ended"}}


def system(_: dict[str, Any]) -> dict[str, Any]:
    """system.ps1: the boot's calendar time moves with the clock, as Windows' does."""
    up_s = float(Path("/proc/uptime").read_text().split()[0])
    boot = re.search(r"^btime (\d+)$", Path("/proc/stat").read_text(), re.MULTILINE)
    assert boot is not None
    return {
        "boot_ms": int(boot[1]) * 1000,
        "up_s": up_s,
        "now_ms": time.time_ns() // 1_000_000,
        "name": "Microsoft Windows 10 (the reference guest)",
        "build": "19043",
    }


def clock(given: dict[str, Any]) -> dict[str, Any]:
    """clock.ps1."""
    before_ms = time.time_ns() // 1_000_000
    if trouble("clock") != "stuck":
        time.clock_settime_ns(time.CLOCK_REALTIME, given["now_ms"] * 1_000_000)
    return {"before_ms": before_ms, "after_ms": time.time_ns() // 1_000_000}


def service(given: dict[str, Any]) -> dict[str, Any]:
    """service.ps1 for WlanSvc."""
    if given["name"].lower() != "wlansvc":
        raise ScriptError(
            f"Cannot find any service with service name '{given['name']}'.",
            "NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.GetServiceCommand",
        )
    if trouble("service") == "stuck":
        return {"status": "StartPending" if given["want"] == "Running" else "StopPending"}
    states = {"running": "Running", "stopped": "Stopped", "failed": "Stopped"}
    state = states.get(ask_service("service", action="state").get("result", {}).get("state", ""))
    if state == given["want"]:
        return {"status": state}
    answer = ask_service("service", action="start" if given["want"] == "Running" else "stop")
    if "error" in answer and given["want"] == "Running":
        raise ScriptError(
            f"Service 'WLAN AutoConfig (WlanSvc)' cannot be started: "
            f"{answer['error'].get('message')}",
            "StartServiceFailed,Microsoft.PowerShell.Commands.StartServiceCommand",
        )
    return {"status": given["want"]}


def adapters(_: dict[str, Any]) -> dict[str, Any]:
    """adapters.ps1: the guest's radio."""
    lost = trouble("adapter") == "lost" and RESTARTED.exists()
    if trouble("adapter") == "gone" or lost or not RADIO.exists():
        return {"adapters": []}
    return {
        "adapters": [
            {
                "name": "Wi-Fi",
                "description": "Reference IEEE 802.11 Adapter",
                "guid": "{00000000-0000-0000-0000-000000000001}",
                "instance": INSTANCE,
                "driver_key": DRIVER_KEY,
                "image": trouble("driver") or r"\SystemRoot\System32\drivers\hilref.sys",
                "driver_version": "1.0.0.0",
                "ndis": "6.20",
                "status": "Disconnected",
                **values(DRIVER_KEY),
            }
        ]
    }


def registry(given: dict[str, Any]) -> dict[str, Any]:
    """registry.ps1."""
    if trouble("disk") == "full":
        raise ScriptError(
            "There is not enough space on the disk.",
            "System.IO.IOException,Microsoft.PowerShell.Commands.NewItemPropertyCommand",
        )
    key = extensions_key(given["driver_key"])
    if trouble("registry") != "deaf":
        for name, form, value in (("ExtensibilityDLL", KINDS[given["dll_kind"]], given["dll"]),
                                  ("AdapterOUI", "REG_DWORD", given["oui"])):  # fmt: skip
            if value is None:
                wine_reg("delete", key, "/v", name, "/f")
            else:
                wine_reg("add", key, "/v", name, "/t", form, "/d", str(value), "/f")
    return values(given["driver_key"])


def reading(_: dict[str, Any]) -> dict[str, Any]:
    """reading.ps1: .NET's ticks, and the counter that Wine gives."""
    before, utc_ns, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
    utc = utc_ns // 100 + 621_355_968_000_000_000
    return {"before": before // 100, "utc": utc, "after": after // 100, "frequency": 10_000_000}


def write_file(target: str, data: bytes) -> None:
    """A file by its Windows name, where SFTP finds it."""
    Path("/" + target.replace("\\", "/")).write_bytes(data)


def events(given: dict[str, Any]) -> dict[str, Any]:
    """events.ps1: that the IHV module has started is all that this guest's log has."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    dll = (values(DRIVER_KEY)["dll"] or "").replace("&", "&amp;").replace("<", "&lt;")
    event = (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        "<Provider Name='Microsoft-Windows-WLAN-AutoConfig'/><EventID>10001</EventID>"
        f"<TimeCreated SystemTime='{now}.0000000Z'/><EventRecordID>1</EventRecordID>"
        "<Channel>System</Channel></System><EventData>"
        f"<Data Name='ExtensibleModulePath'>{dll}</Data></EventData></Event>\r\n"
    )
    write_file(given["target"], event.encode())
    return {"events": 1, "dumps": []}


SCRIPTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "system": system,
    "clock": clock,
    "service": service,
    "adapters": adapters,
    "registry": registry,
    "reading": reading,
    "events": events,
}


def powershell(line: str) -> int:
    """powershell.exe -EncodedCommand: a script of the harness, by the name in its first line."""
    encoded = re.search(r"-EncodedCommand\s+([A-Za-z0-9+/=]+)\s*$", line)
    text = base64.b64decode(encoded[1]).decode("utf-16-le") if encoded else ""
    begin = re.match(r"\$Token = '([0-9a-f]+)'; \$GivenText = '([A-Za-z0-9+/=]*)'\n", text)
    name = re.search(r"^# hil: (\w+)$", text, re.MULTILINE)
    if begin is None or name is None or name[1] not in SCRIPTS:
        print("no script of the harness", file=sys.stderr)
        return 1
    print("#< CLIXML", file=sys.stderr)  # as Windows PowerShell does over SSH
    if trouble("powershell") == "mute":
        return 0
    if trouble("powershell") == "hung":
        time.sleep(3600)
    try:
        told: dict[str, Any] = {"answer": SCRIPTS[name[1]](json.loads(base64.b64decode(begin[2])))}
    except ScriptError as error:
        told = {"error": str(error), "id": error.name}
    answer = base64.b64encode(json.dumps(told).encode()).decode()
    if trouble("powershell") == "garbage":
        answer = answer[: len(answer) // 2]
    print(f"hil-answer-{begin[1]} {answer}\r")
    return 0


def pnputil(line: str) -> int:
    """pnputil /restart-device: the radio goes down and up."""
    asked = re.search(r'/restart-device\s+"([^"]*)"', line)
    print("Microsoft PnP Utility\r\n\r")
    if asked is None or asked[1] != INSTANCE:
        print("Failed to restart device: the device instance does not exist.\r")
        return 0xE000020B  # ERROR_NO_SUCH_DEVINST
    code = trouble("pnputil")
    if code is None:
        for state in ("down", "up"):
            run("busybox", "ip", "link", "set", "wlan0", state)
        RESTARTED.touch()
        print("Device restarted successfully.\r")
    return int(code or 0)


def netsh(line: str) -> int:
    """netsh wlan show drivers, in English or German."""
    if not re.search(r"wlan\s+show\s+drivers\s*$", line):
        print("The following command was not found.\r")
        return 1
    if ask_service("service", action="state").get("result", {}).get("state") != "running":
        print("The Wireless AutoConfig Service (wlansvc) is not running.\r")
        return 1
    now, asked = values(DRIVER_KEY), trouble("netsh")
    dll = r"C:\drivers\other\other.dll" if asked == "deaf" else now["dll"]
    words = SHOWN["de" if asked == "de" else "en"]
    oui = f"{now['oui'] or 0:06X}"
    there = ("Ja" if asked == "de" else "Yes") if dll else ("Nein" if asked == "de" else "No")
    print(f"\r\n{words[0]}: Wi-Fi\r\n\r\n    {words[1]:<26} : {there}\r")
    print(f"    {words[2]:<26} : [{oui[:2]} {oui[2:4]} {oui[4:]}], type: [00]\r")
    if dll:
        print(f"    {words[3]:<26} : {dll}\r")
    return 0


def verifier(line: str) -> int:
    """verifier: what is asked for is in force from the next boot on."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    asked = re.search(r"/flags\s+(0x[0-9a-f]+)\s+/driver\s+(.+)$", line)
    if asked:
        kept = {"boot": boot, "flags": int(asked[1], 16), "drivers": asked[2].split()}
        VERIFIER.write_text(json.dumps(kept))
        run("busybox", "sync")
        return 2
    if "/reset" in line:
        VERIFIER.unlink(missing_ok=True)
        return 2
    if "/querysettings" in line:
        flags = json.loads(VERIFIER.read_text())["flags"] if VERIFIER.exists() else 0
        for bit in (0x00000001, 0x00020000, 0x00200000):
            print(f"[{'X' if flags & bit else ' '}] {bit:#010x}\r")
    elif "/query" in line and VERIFIER.exists():
        kept = json.loads(VERIFIER.read_text())
        if kept["boot"] != boot:
            for name in kept["drivers"]:
                print(f"MODULE: {name} (load: 1 / unload: 0)\r")
    return 0


def shutdown(_: str) -> int:
    """shutdown /r."""
    asked = trouble("shutdown")
    if asked is None:
        leave_behind("sleep 1; busybox reboot")
    return asked if isinstance(asked, int) else 0


PROGRAMS = {
    "powershell": powershell,
    "pnputil": pnputil,
    "netsh": netsh,
    "verifier": verifier,
    "shutdown": shutdown,
}


def main(line: str) -> int:
    """Run one command line; its exit code, of which a Linux process tells the low byte only."""
    program = re.split(r"[\s.]", line.strip(), maxsplit=1)[0].lower()
    code = PROGRAMS[program](line)
    place = os.environ.get("HIL_EXIT_FILE")
    if place:
        Path(place).write_text(str(code))
    return code & 0xFF


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
