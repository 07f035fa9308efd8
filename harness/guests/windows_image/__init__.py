# SPDX-License-Identifier: GPL-2.0-or-later
"""Building of a Windows guest's image from the user's ISOs: checked, planned, carried out, sealed.

What Windows Setup is given is made in `vm-images/windows/winsetup`, without side effects; here are
the files that are read and written and the machine that is run.
"""

from __future__ import annotations

import sys
from typing import Final

from harness.guests.reference.images import ROOT

WINDOWS: Final = ROOT / "vm-images" / "windows"
sys.path.append(str(WINDOWS))  # not installed with us, as the reference guest's build is not
