#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pyroute2: a positive number in a netlink acknowledgement is raised as an error of that number.
#
# Expected: an acknowledgement whose error field is negative is a failure, and one that is positive,
#   as mac80211_hwsim answers HWSIM_CMD_NEW_RADIO (the number of the new radio), is none.
# Seen with pyroute2 0.9.7: the absolute value is taken. Radio 1 raises NetlinkError(1,
#   'Operation not permitted'), as a real -EPERM does; nothing in it tells the two apart. Radio 105
#   (ENOBUFS) raises OSError, which is no NetlinkError. Radio 0 raises nothing.
# Why it matters: whoever makes hwsim radios believes to lack a privilege from the second on, or, if
#   told to pass errors over, believes in radios that are not there.
#   Way round: give the radio a name (HWSIM_ATTR_RADIO_NAME) and look for it with HWSIM_CMD_GET_RADIO.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/venv"
"$T/venv/bin/pip" -q --disable-pip-version-check install pyroute2==0.9.7 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
cd "$T"
venv/bin/python -W ignore - <<'PY'
import struct
import sys

from pyroute2.netlink import NLMSG_ERROR
from pyroute2.netlink.marshal import Marshal

REQUEST = struct.pack("<IHHII", 20, 0x22, 5, 1, 0) + struct.pack("<BBH", 4, 1, 0)


def read(number: int) -> object:
    """What pyroute2 makes of an acknowledgement with that number."""
    body = struct.pack("<i", number) + REQUEST
    data = struct.pack("<IHHII", 16 + len(body), NLMSG_ERROR, 0, 1, 0) + body
    return next(iter(Marshal().parse(data)))["header"]["error"]


seen = {number: read(number) for number in (0, 1, -1, 105)}
for number, error in seen.items():
    print(f"{number:5} {type(error).__name__:13} {error}")
if seen[0] is not None or str(seen[1]) != str(seen[-1]) or not isinstance(seen[105], OSError):
    sys.exit("CHANGED: the sign of an acknowledgement's number is kept")
print("as described: radio 1 and -EPERM are one")
PY
