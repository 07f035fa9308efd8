# SPDX-License-Identifier: GPL-2.0-or-later
"""The security of a network: how stations are let in, and how their keys are made.

A :class:`~hwsim.ap.security.mode.SecurityMode` carries out one choice of ``[network] security``
(:mod:`hil_common.security`); it has a :class:`~hwsim.ap.security.key_suite.KeySuite` unless it is
the open network's. docs/adding-a-security-mode.md shows how another one comes in.
"""
