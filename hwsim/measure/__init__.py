# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that measure a medium of mac80211_hwsim from outside, whosever it is.

They run on the machine that the radios are on (`hil bench air` has them run in its guest), know
nothing of the medium, and print JSON lines.
"""
