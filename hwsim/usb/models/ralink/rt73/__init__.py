# SPDX-License-Identifier: GPL-2.0-or-later
"""RT2573 (RT2571W), which Linux' rt73usb and Windows' netr7364 drive.

An older sister of RT2870: the same vendor requests, other registers, tables and descriptors. As
there the firmware that a driver writes is kept and never looked at.

Source of registers, tables and descriptors: the Linux kernel, drivers/net/wireless/ralink/rt2x00
(rt73usb.h, rt73usb.c), and FreeBSD's sys/dev/usb/wlan/if_rum.c, read for what drivers expect.
"""
