# SPDX-License-Identifier: GPL-2.0-or-later
"""What a harness orders the service to do out of the ordinary (`plan`), and the doing."""
