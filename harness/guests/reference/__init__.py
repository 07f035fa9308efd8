# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference guest: Debian with a mac80211_hwsim radio, and Wine, that looks like Windows."""
