# SPDX-License-Identifier: GPL-2.0-or-later
"""RTL8192CU, which Linux' rtl8192cu and Windows' netrtwlanu drive.

The 8051 on the chip is not emulated: commands for its firmware are done as soon as they are
written, and the firmware that a driver writes is kept and never looked at.

Source of registers and descriptors: the Linux kernel, drivers/net/wireless/realtek/rtlwifi
(rtl8192cu, rtl8192c, usb.c, efuse.c, cam.c), read for what a driver expects.
"""
