# SPDX-License-Identifier: GPL-2.0-or-later
"""A program in QEMU's place: it speaks QMP on its descriptor and notes what it was asked.

Run with a folder as its first argument: `answers.json` there maps commands to what they return,
`asked` gets a command with its arguments a line, `argv.json` its own arguments. A file `dies` (its
last words) ends it at once; a file `stays` lets it ignore `quit`; `mute` keeps the guest's console
silent; `says` is what it writes to its standard error.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STATUS = 3


def main() -> int:
    """Serve one QMP session."""
    folder, arguments = Path(sys.argv[1]), sys.argv[2:]
    (folder / "argv.json").write_text(json.dumps(arguments))
    if (folder / "dies").exists():
        sys.stderr.write((folder / "dies").read_text())
        return STATUS
    if (folder / "says").exists():
        sys.stderr.write((folder / "says").read_text())
        sys.stderr.flush()
    console = "" if (folder / "mute").exists() else "Linux\r\nhil: ready\r\n\r\n"
    Path(option(arguments, "file,id=serial,path=")).write_text(console)
    with socket.socket(fileno=int(option(arguments, "socket,id=qmp,fd="))) as sock:
        return serve(sock, folder)


def option(arguments: list[str], start: str) -> str:
    """The rest of the argument that begins with `start`."""
    return next(one for one in arguments if one.startswith(start)).removeprefix(start)


def serve(sock: socket.socket, folder: Path) -> int:
    """Answer commands until `quit`, the end of the session, or one that kills."""
    answers = json.loads((folder / "answers.json").read_text())
    version = {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": ""}
    say(sock, {"QMP": {"version": version, "capabilities": []}})
    for request in requests(sock):
        name = request["execute"]
        with (folder / "asked").open("a") as asked:
            asked.write(json.dumps([name, request.get("arguments")]) + "\n")
        values = answers.get(name) or [{}]
        value = values.pop(0) if len(values) > 1 else values[0]
        if value == "die":
            return STATUS
        refused = {"error": {"class": "GenericError", "desc": "refused"}}
        answer = refused if value == "refuse" else {"return": value}
        say(sock, answer | ({"id": request["id"]} if "id" in request else {}))
        if name == "quit" and not (folder / "stays").exists():
            return 0
    if (folder / "stays").exists():
        signal.pause()  # to be killed: without a client it would end by itself
    return 0


def requests(sock: socket.socket) -> Iterator[dict[str, Any]]:
    """The commands of a session; a client need not end them with a line end."""
    pending = ""
    while data := sock.recv(65536):
        pending = (pending + data.decode()).lstrip()
        while pending:
            request, end = json.JSONDecoder().raw_decode(pending)
            pending = pending[end:].lstrip()
            yield request


def say(sock: socket.socket, message: dict[str, Any]) -> None:
    """Send one message."""
    sock.sendall(json.dumps(message).encode() + b"\n")


sys.exit(main())
