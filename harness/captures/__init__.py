# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures as the field has them: containers, link layers and tunnels, down to 802.11 frames.

A capture is untrusted: what is damaged ends it or is passed over, and says so; nothing in it raises
but :class:`harness.errors.UsageError`, and no more than one packet and one block of the file is
kept at a time.
"""

from harness.captures.reader import CapturedFrame, Reader, open_capture

__all__ = ["CapturedFrame", "Reader", "open_capture"]
