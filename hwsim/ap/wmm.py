# SPDX-License-Identifier: GPL-2.0-or-later
"""WMM: the elements by which access point and station agree on QoS, and on automatic power save
delivery (U-APSD).

Source: Wi-Fi Alliance, WMM Specification 1.2, 2.2.1 (WMM Information), 2.2.2 (WMM Parameter) and
figure 6 (QoS Info); IEEE 802.11-2020, table 10-1 (access categories of TIDs).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.frames import DATA, SUBTYPE_QOS_BIT, parse_header, vendor_element

_VENDOR: Final = 221
_WMM: Final = bytes.fromhex("0050f202")
_INFORMATION: Final = 0
_PARAMETERS: Final = 1
_VERSION: Final = 1
_HAS_UAPSD: Final = 0x80
_ACCESS_CATEGORIES: Final = bytes.fromhex("03a4000027a4000042435e0062322f00")
"""Best effort, background, video, voice: the default parameters (table 14 there)."""
_AT_QOS_INFO: Final = 8
"""In the whole WMM Information element: behind subtype and version."""
_VOICE, _VIDEO, _BACKGROUND, _BEST_EFFORT = 1, 2, 4, 8
"""The access categories, as QoS Info has them as bits."""
_OF_TID: Final = (
    _BEST_EFFORT, _BACKGROUND, _BACKGROUND, _BEST_EFFORT, _VIDEO, _VIDEO, _VOICE, _VOICE,
)  # fmt: skip
_ALL: Final = 0x0F
_MOST: Final = (0, 2, 4, 6)
"""How many frames a station wants of a service period; 0: all that wait."""


class Uapsd(NamedTuple):
    """Which access categories of a station are delivery-enabled and trigger-enabled, and how many
    frames it wants at once (0: all)."""

    categories: int
    most: int

    @property
    def has_all(self) -> bool:
        """Whether all four are."""
        return self.categories == _ALL

    def has(self, frame: bytes) -> bool:
        """Whether a frame's category is among them: that of its TID, voice of a management frame,
        best effort without one (10.2.3.2)."""
        header = parse_header(frame)
        category = _OF_TID[header.tid & 7] if header.type == DATA else _VOICE
        return bool(self.categories & category)


def wmm_parameters(*, uapsd: bool = False) -> bytes:
    """The WMM Parameter element of an access point."""
    info = _HAS_UAPSD if uapsd else 0
    content = _WMM + bytes((_PARAMETERS, _VERSION, info, 0)) + _ACCESS_CATEGORIES
    return bytes((_VENDOR, len(content))) + content


def qos_info(elements: bytes) -> int | None:
    """The QoS Info of a station that says, as far as its elements are well formed, that it has WMM;
    None of any other."""
    try:
        found = vendor_element(elements, _WMM + bytes((_INFORMATION, _VERSION)))
    except WireError:
        return None
    return found[_AT_QOS_INFO] if found is not None and len(found) > _AT_QOS_INFO else None


def uapsd_of(info: int) -> Uapsd | None:
    """What a station's QoS Info says of U-APSD; None if no category is enabled."""
    return Uapsd(info & _ALL, _MOST[info >> 5 & 3]) if info & _ALL else None


def is_qos_data(frame: bytes) -> bool:
    """Whether a frame has a QoS Control field, which begins at :data:`AT_QOS_CONTROL`."""
    header = parse_header(frame)
    return header.type == DATA and bool(header.subtype & SUBTYPE_QOS_BIT)


AT_QOS_CONTROL: Final = 24
END_OF_SERVICE_PERIOD: Final = 0x10
"""Of the QoS Control field of an access point's frame (9.2.4.5.3); no cipher covers it."""
