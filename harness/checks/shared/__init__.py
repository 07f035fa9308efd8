# SPDX-License-Identifier: GPL-2.0-or-later
"""What rules of several families ask of a case, one question per module. Registers no rule."""
