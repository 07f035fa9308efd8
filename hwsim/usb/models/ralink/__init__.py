# SPDX-License-Identifier: GPL-2.0-or-later
"""Ralink's chips: RT2870 and RT3070, which Linux' rt2800usb and Windows' netr28ux drive.

The 8051 on the chip is not emulated: what its firmware does for a driver is to answer a mailbox, so
that is played, and the firmware that a driver writes is kept and never looked at.

Source of registers, tables and descriptors: the Linux kernel, drivers/net/wireless/ralink/rt2x00
(rt2800.h, rt2800usb.h, rt2x00usb.h), read for what a driver expects, and what its driver did.
"""
