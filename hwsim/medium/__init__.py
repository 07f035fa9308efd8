# SPDX-License-Identifier: GPL-2.0-or-later
"""The medium between radios and access points.

A frame of a radio gets its transmit status (the acknowledgement) first, then the access point it
is for receives it, or all of that channel if it is group-addressed; a frame of an access point goes
to the radio that its receiver was heard from, or to all of them if it is group-addressed. Frame
rules change that, message by message. Where it is asked to, it carries frames from one radio to
others, too, on which no rule acts. The medium knows of a port no more than
:mod:`hwsim.ports.base` says.
"""

from hwsim.medium.access_points import AttachedAp
from hwsim.medium.frame_log import FrameCount
from hwsim.medium.medium import Medium

__all__ = ["AttachedAp", "FrameCount", "Medium"]
