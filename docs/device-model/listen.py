# SPDX-License-Identifier: GPL-2.0-or-later
"""Listen on a Unix socket, and run a device model for each connection: listen.py SOCKET PROGRAM.

The program has the connection as standard input, as with `radio = "exec:…"`, and this terminal for
what it prints.
"""

import socket
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Serve one connection after the other."""
    path, program = sys.argv[1:3]
    if Path(path).is_socket():  # of a listener before; no other file is taken for one
        Path(path).unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        print(f"{program} for whoever connects to {path}", flush=True)
        while True:
            link, _ = listener.accept()
            with link:
                subprocess.run([program], stdin=link.fileno(), check=False)


if __name__ == "__main__":
    main()
