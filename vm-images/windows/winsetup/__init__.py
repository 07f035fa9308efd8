# SPDX-License-Identifier: GPL-2.0-or-later
"""What Windows Setup is given so that it installs by itself: pure, from ISOs and files to bytes.

Nothing here starts a program or a machine; `harness.guests.windows_image` does.
"""
