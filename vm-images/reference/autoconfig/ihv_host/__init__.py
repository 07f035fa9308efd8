# SPDX-License-Identifier: GPL-2.0-or-later
"""The process the DLL lives in: its start, its handlers' calls, its limits and its end."""
