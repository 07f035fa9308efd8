# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the reference guest's parts importable: they live outside the installed packages."""

import sys
from pathlib import Path

REFERENCE = Path(__file__).parents[3] / "vm-images" / "reference"
for folder in (REFERENCE, REFERENCE / "guest"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
