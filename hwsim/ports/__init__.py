# SPDX-License-Identifier: GPL-2.0-or-later
"""Radio ports: the ways a guest's radios reach the medium.

:mod:`hwsim.ports.base` says what a port is; each other transport is a module beside it.
"""
