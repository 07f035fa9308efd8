# SPDX-License-Identifier: GPL-2.0-or-later
"""The security of a network: how stations are let in, and how their keys are made.

A :class:`~hwsim.ap.security.mode.SecurityMode` is one choice of ``[network] security``; it has a
:class:`~hwsim.ap.security.key_suite.KeySuite` unless it is the open network's. The modes there
are stand in :mod:`hwsim.ap.security.modes`, the one table that the air, the scenario model and the
WLAN profile read; docs/adding-a-security-mode.md shows how another one comes in.
"""
