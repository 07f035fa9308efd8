# SPDX-License-Identifier: GPL-2.0-or-later
"""`python -m harness` is `wlan-hil`."""

from harness.cli import main

if __name__ == "__main__":  # a worker of a nightly imports this module under another name
    main()
