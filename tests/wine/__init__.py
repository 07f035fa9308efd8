# SPDX-License-Identifier: GPL-2.0-or-later
"""The PE files under Wine on this machine: no VM, no radio."""
