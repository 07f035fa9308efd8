# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m hwsim.measure.bare_radios N``: N radios of the kernel without a medium of ours.

They are there until standard input ends. One JSON line says that they are.
"""

from __future__ import annotations

import contextlib
import json
import sys

from hwsim.errors import PortError
from hwsim.ports.hwsim_radios import HwsimRadios


def main() -> int:
    """Make them, and wait."""
    try:
        with contextlib.closing(HwsimRadios()) as owner:
            owner.make(int(sys.argv[1]))
            print(json.dumps({"event": "ready"}), flush=True)
            sys.stdin.read()
    except PortError as error:
        sys.exit(f"bare_radios: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
