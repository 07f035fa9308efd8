# SPDX-License-Identifier: GPL-2.0-or-later
"""Links between access points and stations: how strongly they hear each other, what is lost."""
