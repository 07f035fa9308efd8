# SPDX-License-Identifier: GPL-2.0-or-later
"""The air: a virtual 802.11 medium for mac80211_hwsim radios, with a scapy access point on it.

The package knows nothing of the harness. It runs as a process of its own
(``python -m hwsim``) so that nothing the harness does can delay a frame. Other code may import what
loads no scapy: :class:`FrameRecord`, which says what happened to one frame on the air, and the
parsers of frames, EAP and EAPOL.
"""

from hwsim.records import FRAME_KINDS, FrameRecord

__all__ = ["FRAME_KINDS", "FrameRecord"]
