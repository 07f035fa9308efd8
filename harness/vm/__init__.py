# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU: argv, accelerator, QMP, images and saved states."""
