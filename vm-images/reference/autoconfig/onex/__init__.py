# SPDX-License-Identifier: GPL-2.0-or-later
"""The OS's own 802.1X, with wpa_supplicant as EAP peer."""
