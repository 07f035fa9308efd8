# SPDX-License-Identifier: GPL-2.0-or-later
"""USB WLAN adapters played by the air.

:mod:`hwsim.usb.device` says what a model of a chip is.
"""
