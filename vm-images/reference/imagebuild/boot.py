# SPDX-License-Identifier: GPL-2.0-or-later
"""What QEMU must be told to boot the reference guest, and what the guest says when it is up."""

from __future__ import annotations

KERNEL_COMMAND_LINE = "console=ttyS0 quiet mitigations=off nokaslr norandmaps"
"""For -append. Mitigations cost time and protect nothing in an emulated machine of our own.

Nor do addresses by chance, and QEMU translates code anew for each address: with them a run on a
guest that had one before came to 43,000 blocks of code, without them to 6,000.
"""
READY_LINE = "hil: ready"
"""Last line of a good boot on the serial console: every service answers."""
NOT_READY_PREFIX = "hil: not ready: "
"""Start of the line that names the service which did not answer within its bound."""
