#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# eapol_test: no server, a wrong shared secret and a wrong password end alike: "mismatch: 1", 252.
#
# Expected: the exit status of the usual probe of a RADIUS server tells "refused" from "no answer";
#   eapol_test has a code for each: with option -n and PEAP they are 253 and 254.
# Seen with eapoltest and hostapd 2.10 (Debian 12), hostapd being the RADIUS server, EAP-pwd:
#     right password             MPPE keys OK: 1  mismatch: 0   SUCCESS   exit status 0
#     wrong password             MPPE keys OK: 0  mismatch: 1   FAILURE   exit status 252
#     wrong RADIUS secret        the same, after the time limit
#     nobody listens on the port the same, after the time limit
#   The check of the session keys comes last and overwrites the reason: having no key counts as a
#   key that does not match.
# Why it matters: a lab's health check calls a dead RADIUS server wrong credentials, or a "key
#   mismatch", and the driver under test is suspected; the last two lines say the same.
#   Way round: look for "EAPOL test timed out" and CTRL-EVENT-EAP-FAILURE in the log.
set -eu
T=$(mktemp -d)
hostapd=
trap '[ -z "$hostapd" ] || kill "$hostapd" 2>/dev/null; rm -rf "$T"' EXIT
# Debian packages that are not installed are unpacked, with what they need, into $T/root.
debs() {
    apt-get -s install --no-install-recommends "$@" >"$T/plan" 2>/dev/null ||
        { apt-get -qq update >/dev/null && apt-get -s install --no-install-recommends "$@" >"$T/plan"; } || exit 2
    awk '/^Inst/ { print $2 }' "$T/plan" >"$T/names"
    (cd "$T" && xargs -r apt-get -qq download <names 2>apt.log) || { cat "$T/apt.log"; exit 2; }
    for file in "$T"/*.deb; do [ ! -e "$file" ] || dpkg -x "$file" "$T/root"; done
    PATH="$T/root/usr/bin:$T/root/usr/sbin:$T/root/sbin:$PATH"
    LD_LIBRARY_PATH="$(find "$T/root" -type d -path '*/lib/*-linux-gnu*' 2>/dev/null | tr '\n' ':')${LD_LIBRARY_PATH:-}"
    export PATH LD_LIBRARY_PATH
}
debs eapoltest hostapd
cd "$T"
free_port() { python3 -c 'import socket as s; u = s.socket(s.AF_INET, s.SOCK_DGRAM); u.bind(("127.0.0.1", 0)); print(u.getsockname()[1])'; }
port=$(free_port)
silent=$(free_port)
echo '"lab" PWD "correct horse"' >users
echo '127.0.0.1 labsecret' >clients
cat >server.conf <<END
driver=none
eap_server=1
eap_user_file=users
radius_server_clients=clients
radius_server_auth_port=$port
END
network() { printf 'network={\n key_mgmt=WPA-EAP\n eap=PWD\n identity="lab"\n password="%s"\n}\n' "$1"; }
network 'correct horse' >right.conf
network 'another horse' >wrong.conf
hostapd server.conf >server.log 2>&1 &
hostapd=$!
tries=0
until eapol_test -t 2 -c right.conf -p "$port" -s labsecret >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 10 ] || { echo 'the RADIUS server does not answer' >&2; cat server.log >&2; exit 2; }
    sleep 1
done
probe() {
    status=0
    timeout 30 eapol_test -t 3 -c "$2" -p "$3" -s "$4" >log 2>&1 || status=$?
    cause=$(grep -o -e 'EAPOL test timed out' -e 'CTRL-EVENT-EAP-FAILURE' log | head -1)
    printf '%-15s exit %s, %s | %s\n' "$1" "$status" "$(tail -2 log | xargs)" "${cause:--}"
}
{
    probe 'right password' right.conf "$port" labsecret
    probe 'wrong password' wrong.conf "$port" labsecret
    probe 'wrong secret' right.conf "$port" othersecret
    probe 'no server' right.conf "$silent" labsecret
} >seen
cat seen
cat >want <<'END'
right password  exit 0, MPPE keys OK: 1 mismatch: 0 SUCCESS | -
wrong password  exit 252, MPPE keys OK: 0 mismatch: 1 FAILURE | CTRL-EVENT-EAP-FAILURE
wrong secret    exit 252, MPPE keys OK: 0 mismatch: 1 FAILURE | EAPOL test timed out
no server       exit 252, MPPE keys OK: 0 mismatch: 1 FAILURE | EAPOL test timed out
END
cmp -s seen want || { echo 'CHANGED: the endings differ' >&2; exit 1; }
echo 'as described: three causes, one ending'
