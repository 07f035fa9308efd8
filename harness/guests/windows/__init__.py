# SPDX-License-Identifier: GPL-2.0-or-later
"""The Windows guest: Windows 10 or 11 in a machine of QEMU, reached by SSH. Not run on Windows yet:
all its dialogues are tried on the reference guest, which looks like Windows over SSH."""
