# SPDX-License-Identifier: GPL-2.0-or-later
"""The messages between the air on the host and the relay in the guest, over the radio port.

Every message, both ways, is a header ``<IB3xQ`` (length of the payload, kind, guest
clock in ns or 0) and a payload:

=====  =========  =========  ==================================================================
kind   name       direction  payload
=====  =========  =========  ==================================================================
1      HELLO      both       JSON; down ``{"air":1}``, up ``{"relay":1,"radios":[{"mac","hw"}]}``
2      FRAME_UP   up         a HWSIM_CMD_FRAME message as the kernel sent it
3      FRAME_DOWN down       u32 tag, then a hwsim message for the kernel; tag 0: no report
4      DELIVERED  up         u32 tag, i32 errno (0: the kernel has it)
5      PING       down       u64 token
6      PONG       up         u64 token
=====  =========  =========  ==================================================================

Guest clock: the one Wine's QueryPerformanceCounter reads. A longer payload than `MAX_PAYLOAD` is a
protocol error, after which both sides start anew with a HELLO.
"""

from __future__ import annotations

import struct
from typing import Final

HELLO: Final = 1
FRAME_UP: Final = 2
FRAME_DOWN: Final = 3
DELIVERED: Final = 4
PING: Final = 5
PONG: Final = 6

MAX_PAYLOAD: Final = 65536
HEADER: Final = struct.Struct("<IB3xQ")
TAG: Final = struct.Struct("<I")
REPORT: Final = struct.Struct("<Ii")
TOKEN: Final = struct.Struct("<Q")
