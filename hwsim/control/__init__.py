# SPDX-License-Identifier: GPL-2.0-or-later
"""The control socket: JSON lines of one client, and the arguments of each call, checked strictly.

What a call does is the air's (:mod:`hwsim.air`).
"""
