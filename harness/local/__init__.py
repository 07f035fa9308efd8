# SPDX-License-Identifier: GPL-2.0-or-later
"""What the harness uses of the machine it runs on: programs, disks, caches, bounded waits."""
