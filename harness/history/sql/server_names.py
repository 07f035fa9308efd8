# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of database servers, looked up in bounded time.

Neither the client's library nor Python bounds that: name servers that do not answer are waited for
by the resolver of the system, for tens of seconds a name.
"""

from __future__ import annotations

import ipaddress
import os
import queue
import socket
import threading
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Any, Final

from harness.local.deadline import Deadline

PORT: Final = "5432"
"""PostgreSQL's, where none is said."""

UNRESOLVED: Final = "failed to resolve host"
"""What the client's library says, too."""


def look_up(parameters: dict[str, Any], limit_s: float) -> None:
    """Give the parameters of a connection the addresses of the hosts they name.

    Raises psycopg's `OperationalError` if there is none within `limit_s`.
    """
    hosts = _listed(parameters.get("host") or os.environ.get("PGHOST"))
    if parameters.get("hostaddr") or not any(map(_is_name, hosts)):
        return
    ports = _listed(parameters.get("port") or os.environ.get("PGPORT") or PORT)
    deadline = Deadline("the server's address", limit_s)
    found, troubles = [], []
    for host, port in zip(hosts, islice(cycle(ports), len(hosts)), strict=True):
        try:
            found += [(host, address, port) for address in _addresses(host, deadline)]
        except OSError as error:
            troubles.append(f"{UNRESOLVED} {host!r}: {error.strerror}")
    if not found:
        from psycopg import OperationalError

        raise OperationalError("; ".join(troubles))
    for name, values in zip(("host", "hostaddr", "port"), zip(*found, strict=True), strict=True):
        parameters[name] = ",".join(values)


def _listed(text: object) -> Sequence[str]:
    return str(text or "").split(",")


def _is_name(host: str) -> bool:
    """Not an address, nor the folder of a Unix socket."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and host[0] not in "/@"
    return False


def _addresses(host: str, deadline: Deadline) -> Iterator[str]:
    """The addresses of a host, each once; "" for a Unix socket. Raises `OSError`."""
    if not _is_name(host):
        return iter(("" if not host or host[0] in "/@" else host,))
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            known = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(0, str(error)))
        else:
            answers.put([str(one[4][0]) for one in known])

    threading.Thread(target=ask, name=f"address of {host}", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.remaining_s)
    except queue.Empty:
        raise OSError(0, f"no name server answered within {deadline.limit_s:g} s") from None
    if isinstance(found, OSError):
        raise found
    return iter(dict.fromkeys(found))
