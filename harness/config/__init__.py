# SPDX-License-Identifier: GPL-2.0-or-later
"""lab.toml: what a lab is, its limits, and a TOML file's errors in words."""
