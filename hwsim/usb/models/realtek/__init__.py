# SPDX-License-Identifier: GPL-2.0-or-later
"""Realtek's RTL8187L and RTL8187B: a register file that both share, and the parts behind it.

Sources: drivers/net/wireless/realtek/rtl818x of Linux and its header of registers; the names are
Realtek's. No data sheet of the hardware cipher engine is public: `cam` says what it is made from.
"""
