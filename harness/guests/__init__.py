# SPDX-License-Identifier: GPL-2.0-or-later
"""The guests a lab can have, and what is common to them."""
