# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest as the harness sees it: SSH, `C:\\` paths, a registry value, agent.exe and a trace."""
