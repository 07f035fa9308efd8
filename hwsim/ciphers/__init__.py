# SPDX-License-Identifier: GPL-2.0-or-later
"""The ciphers of access points and emulated adapters, one module each.

:mod:`hwsim.ciphers.suites` looks them up; nobody else knows how long their keys, headers and
integrity codes are, or how a nonce is made.
"""
