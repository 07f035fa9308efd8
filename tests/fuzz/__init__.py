# SPDX-License-Identifier: GPL-2.0-or-later
"""Coverage-guided fuzzing, by hand: what a guest sends is untrusted (CONTRIBUTING.md, Fuzzing)."""
