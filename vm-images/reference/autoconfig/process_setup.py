# SPDX-License-Identifier: GPL-2.0-or-later
"""What the process arranges for itself before it serves: its place before others on the one
processor, and ciphers that are ready before the first key."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from .log import note

NICE = -10
KERNEL_CIPHERS = Path("/proc/crypto")
BLOCK_CIPHER = "aes"
CIPHERS = (
    ("aead", "ccm_base(ctr({aes}),cbcmac({aes}))"),
    ("aead", "gcm_base(ctr({aes}),ghash-generic)"),
    ("hash", "cmac(aes)"),
)
"""Kind and name of each. CCM and GCM are named by the drivers that they are made of: mac80211 wants
one that is not asynchronous (CRYPTO_ALG_ASYNC in its mask), and AF_ALG would choose another one."""


def raise_priority() -> None:
    """Run before ordinary processes, and with us the IHV host, which inherits it: a client that
    is woken by a notification shall not come between two messages of a handshake."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    except PermissionError:
        note("no right to a higher priority")


def preload_ciphers() -> None:
    """Let the kernel put the ciphers of keys together now: the first key would otherwise wait for
    module loading and self-tests, 0.3 s under emulation."""
    try:
        aes = driver_of(BLOCK_CIPHER, KERNEL_CIPHERS.read_text(encoding="ascii"))
    except OSError:
        aes = BLOCK_CIPHER
    for kind, template in CIPHERS:
        name = template.format(aes=aes)
        try:
            with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0) as cipher:
                cipher.bind((kind, name))
        except OSError as error:
            note(f"{name} not prepared: {error.strerror}")


def driver_of(name: str, ciphers: str) -> str:
    """The kernel's driver for the block cipher `name`: of those that /proc/crypto (`ciphers`)
    lists, the one of the highest priority, which a template is given. `name` if there is none."""
    found: list[tuple[int, str]] = []
    for block in ciphers.split("\n\n"):
        rows = (line.partition(":") for line in block.splitlines())
        fields = {key.strip(): value.strip() for key, _, value in rows}
        if (fields.get("name"), fields.get("type")) == (name, "cipher"):
            found.append((int(fields["priority"]), fields["driver"]))
    return max(found)[1] if found else name
