# SPDX-License-Identifier: GPL-2.0-or-later
"""Models of chips, one module or folder each; :mod:`hwsim.usb.device` is what they are asked."""
