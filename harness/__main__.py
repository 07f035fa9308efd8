# SPDX-License-Identifier: GPL-2.0-or-later
"""`python -m harness` is `wlan-hil`."""

from harness.cli import main

main()
