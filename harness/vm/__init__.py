# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU: argv, accelerator, QMP, and saved states."""
