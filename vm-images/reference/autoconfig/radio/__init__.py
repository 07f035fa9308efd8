# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio: what a connection needs of it (`interface`), and nl80211 that does it."""
