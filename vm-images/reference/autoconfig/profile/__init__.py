# SPDX-License-Identifier: GPL-2.0-or-later
"""What a WLAN client hands over as XML: the profile, and the user's EAP data."""
