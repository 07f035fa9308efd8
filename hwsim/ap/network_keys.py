# SPDX-License-Identifier: GPL-2.0-or-later
"""What the access points of one network know of stations together, over the wire between them."""

from __future__ import annotations

from hwsim.ap.pmksa import PmkCache


class NetworkKeys:
    """The keys that an access point finds there which another one has made.

    Attributes:
        pmks: PMKSAs, where the network has opportunistic key caching.
    """

    def __init__(self) -> None:
        self.pmks = PmkCache()
