# SPDX-License-Identifier: GPL-2.0-or-later
"""A network without keys: no RSN element, no handshake, data in the clear."""

from __future__ import annotations

from hwsim.ap.security.mode import SecurityMode


class Open(SecurityMode):
    """Anyone associates."""

    name = "open"
    meaning = "none"
    credential = "none"
    os_authentication = "open"
    os_encryption = "none"
    auth_algorithm = 1
