# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab a run stands on: the air's process, the guest brought up, its evidence as it comes in."""
