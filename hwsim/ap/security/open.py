# SPDX-License-Identifier: GPL-2.0-or-later
"""A network without keys: no RSN element, no handshake, data in the clear."""

from __future__ import annotations

from hil_common.security import OPEN
from hwsim.ap.security.mode import SecurityMode


class Open(SecurityMode):
    """Anyone associates."""

    choice = OPEN
