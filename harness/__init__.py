# SPDX-License-Identifier: GPL-2.0-or-later
"""Hardware-in-the-loop test harness for Windows WLAN drivers."""
