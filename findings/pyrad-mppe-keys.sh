#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pyrad: the MPPE keys of an Access-Accept are read wrong, and the reply "verifies".
#
# Expected: request.CreateReply(packet=raw), the call for an answer's bytes, knows the request and
#   its authenticator, which salts the keys (RFC 2548, 2.4.2): reply["MS-MPPE-Recv-Key"] is the key that
#   the same library wrote, or an error. VerifyReply, which compares just that authenticator, says True.
# Seen with pyrad 2.6.0: the key is decrypted with the answer's own authenticator: its first 16 bytes
#   and length are rubbish (47 bytes of rubbish, sometimes none), without an error. Only after
#   reply.request_authenticator = request.authenticator, which the client of the package sets for
#   itself, it is the key. With pyrad 2.4, long the newest, the value is the ciphertext, salt and all, even
#   then: it was encrypted on writing and never decrypted on reading.
# Why it matters: a check that compares the access point's PMK with the RADIUS server's says "keys
#   differ" of every association, or, taking the first 32 bytes, makes a key that decrypts no capture.
#   Way round: set request_authenticator before the first read, with 2.6 or later.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
for version in 2.4 2.6.0; do
    python3 -m venv "$T/$version"
    "$T/$version/bin/pip" -q --disable-pip-version-check install "pyrad==$version" 2>"$T/pip.log" || { cat "$T/pip.log"; exit 2; }
done
cd "$T"
cat >keys.py <<'PY'
"""Writes an Access-Accept with a key, reads it back; prints what was read."""
import io

from pyrad import dictionary, packet

NAMES = dictionary.Dictionary(io.StringIO("""
ATTRIBUTE User-Name 1 string
VENDOR Microsoft 311
BEGIN-VENDOR Microsoft
ATTRIBUTE MS-MPPE-Recv-Key 17 octets encrypt=2
END-VENDOR Microsoft
"""))
KEY = bytes(range(32))
request = packet.AuthPacket(secret=b"between us", dict=NAMES, id=7)
request["User-Name"] = "user"
request.RequestPacket()
answer = request.CreateReply()
answer.code = packet.AccessAccept
answer["MS-MPPE-Recv-Key"] = KEY
raw = answer.ReplyPacket()


def read(told: bool) -> str:
    reply = request.CreateReply(packet=raw)
    if told:
        reply.request_authenticator = request.authenticator
    assert request.VerifyReply(reply, raw)
    (value,) = reply["MS-MPPE-Recv-Key"]
    return "the key" if value == KEY else "the ciphertext" if value in raw else "rubbish"


print(f"as CreateReply made it: {read(False)}; with request_authenticator set: {read(True)}")
PY
old=$(2.4/bin/python keys.py) && new=$(2.6.0/bin/python keys.py)
echo "pyrad 2.4:   $old"
echo "pyrad 2.6.0: $new"
[ "$old" = "as CreateReply made it: the ciphertext; with request_authenticator set: the ciphertext" ] || { echo "CHANGED: 2.4 reads another value"; exit 1; }
[ "$new" = "as CreateReply made it: rubbish; with request_authenticator set: the key" ] || { echo "CHANGED: 2.6.0 reads another value"; exit 1; }
echo "as described: no error, a verified reply, and no key"
