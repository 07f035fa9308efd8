# SPDX-License-Identifier: GPL-2.0-or-later
"""Two runs, nights or builds compared: which stage became slower, beyond noise. Pure."""
