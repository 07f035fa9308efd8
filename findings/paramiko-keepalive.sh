#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# paramiko: set_keepalive(1) never finds out that the guest has stopped.
#
# Expected: as with ServerAliveInterval of OpenSSH or keepalive_interval of asyncssh: some unanswered
#   keepalives close the transport, and a read that waits for output ends with an error.
# Seen with paramiko 5.1.0: the keepalive asks for no reply and nothing counts replies. 12 s after the
#   peer stopped reading, with a keepalive of 1 s, is_active() is True, recv on a channel without a
#   time limit waits on, and twelve keepalives lie in the socket's buffer. asyncssh 2.24.1 with
#   keepalive_interval=1 drops the same connection with ConnectionLost after 4 s.
# Why it matters: a paused VM (QMP stop, a snapshot, a guest in its crash screen) is such a peer: the
#   kernel acknowledges TCP for it, or the user-mode network does. A test run with a keepalive "against
#   hangs" waits for ever. Keepalives only serve to keep NAT tables warm here.
#   Way round: a time limit on each channel, and a bounded command as the sign of life.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install paramiko==5.1.0 asyncssh==2.24.1 bcrypt==5.0.0 cryptography==50.0.2 pynacl==1.6.2 invoke==3.0.3 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
timeout 60 venv/bin/python -W ignore - <<'PY'
import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time

import asyncssh
import paramiko

SERVER = textwrap.dedent("""
    import asyncio, asyncssh
    class Open(asyncssh.SSHServer):
        def begin_auth(self, user): return False
    async def forever(process): await asyncio.sleep(600)
    async def main():
        key = asyncssh.generate_private_key("ssh-ed25519")
        server = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[key], server_factory=Open,
                                       process_factory=forever)
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.sleep(600)
    asyncio.run(main())
""")
peer = subprocess.Popen([sys.executable, "-W", "ignore", "-c", SERVER], stdout=subprocess.PIPE, text=True)
try:
    port = int(peer.stdout.readline())
    transport = paramiko.Transport(socket.create_connection(("127.0.0.1", port)))
    transport.start_client(timeout=10)
    transport.auth_none("lab")
    transport.set_keepalive(1)
    channel = transport.open_session()
    channel.exec_command("wait")

    async def lost_after() -> float:
        connection = await asyncssh.connect("127.0.0.1", port, username="lab", known_hosts=None, config=[],
                                            client_keys=None, keepalive_interval=1)
        os.kill(peer.pid, signal.SIGSTOP)  # the peer is paused; its kernel still acknowledges TCP
        start = time.monotonic()
        await asyncio.wait_for(connection.wait_closed(), 20)
        return time.monotonic() - start

    by_asyncssh = asyncio.run(lost_after())
    time.sleep(12 - by_asyncssh)
    alive = transport.is_active()
    channel.settimeout(1)
    try:
        channel.recv(1)
        waiting = False
    except socket.timeout:
        waiting = True
    print(f"asyncssh gave up after {by_asyncssh:.1f} s; paramiko after 12 s: active {alive}, recv waits {waiting}")
    if not (alive and waiting):
        sys.exit("CHANGED: paramiko's keepalive notices a stopped peer")
    print("as described: the keepalive never ends the transport")
finally:
    peer.kill()
PY
