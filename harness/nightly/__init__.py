# SPDX-License-Identifier: GPL-2.0-or-later
"""A night: every cell of a plan's matrix run once, kept in the history, and judged as a whole."""
