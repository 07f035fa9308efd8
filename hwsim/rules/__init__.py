# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the air: which frame one acts on, what it says in the frame, what a station owes then.

Pure: the medium carries them out.
"""
