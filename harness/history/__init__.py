# SPDX-License-Identifier: GPL-2.0-or-later
"""The history of runs and nights: what is kept of them beyond their folders, and asked again."""
