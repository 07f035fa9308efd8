# SPDX-License-Identifier: GPL-2.0-or-later
"""WMM: the elements by which access point and station agree on QoS.

Source: Wi-Fi Alliance, WMM Specification 1.2, 2.2.1 (WMM Information) and 2.2.2 (WMM Parameter).
"""

from __future__ import annotations

from typing import Final

from hwsim.errors import WireError
from hwsim.frames import vendor_element

_VENDOR: Final = 221
_WMM: Final = bytes.fromhex("0050f202")
_INFORMATION: Final = 0
_PARAMETERS: Final = 1
_VERSION: Final = 1
_ACCESS_CATEGORIES: Final = bytes.fromhex("03a4000027a4000042435e0062322f00")
"""Best effort, background, video, voice: the default parameters (table 14 there)."""
_AT_QOS_INFO: Final = 8
"""In the whole WMM Information element: behind subtype and version."""


def wmm_parameters() -> bytes:
    """The WMM Parameter element of an access point."""
    content = _WMM + bytes((_PARAMETERS, _VERSION, 0, 0)) + _ACCESS_CATEGORIES
    return bytes((_VENDOR, len(content))) + content


def has_wmm(elements: bytes) -> bool:
    """Whether a station's elements, as far as they are well formed, say that it has WMM."""
    try:
        found = vendor_element(elements, _WMM + bytes((_INFORMATION, _VERSION)))
    except WireError:
        return False
    return found is not None and len(found) > _AT_QOS_INFO
