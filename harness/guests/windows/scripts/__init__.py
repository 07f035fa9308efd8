# SPDX-License-Identifier: GPL-2.0-or-later
"""The PowerShell scripts that Windows is given to run: one file each, a body that gives a table.

`harness.guests.windows.powershell` says how they are run and what `$Given` is.
"""
