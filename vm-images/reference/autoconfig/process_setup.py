# SPDX-License-Identifier: GPL-2.0-or-later
"""What the process arranges for itself before it serves: its place before others on the one
processor, and ciphers that are ready before the first key."""

from __future__ import annotations

import os
import socket

from .log import note

NICE = -10
CIPHERS = (("aead", "ccm(aes)"), ("hash", "cmac(aes)"))


def raise_priority() -> None:
    """Run before ordinary processes, and with us the IHV host, which inherits it: a client that
    is woken by a notification shall not come between two messages of a handshake."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    except PermissionError:
        note("no right to a higher priority")


def preload_ciphers() -> None:
    """Let the kernel put the ciphers of CCMP together now: the first key would otherwise wait for
    module loading and self-tests, 0.3 s under emulation."""
    for kind, name in CIPHERS:
        try:
            with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0) as cipher:
                cipher.bind((kind, name))
        except OSError as error:
            note(f"{name} not prepared: {error.strerror}")
