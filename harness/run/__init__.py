# SPDX-License-Identifier: GPL-2.0-or-later
"""One run: associations collected, judged, written down and told; and judged again."""
