#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hostapd: tls_flags=[SUITEB] refuses the certificates that the 192-bit suite is best known for.
#
# Expected: a RADIUS server of hostapd with tls_flags=[SUITEB] serves WPA3-Enterprise's 192-bit suite by
#   ECDSA on P-384 and by RSA of 3072 bits, the two kinds of certificates the suite has.
# Seen with hostapd and eapoltest 2.10 (Debian 12), EAP-TLS, both sides with a certificate of that kind:
#     ECDSA P-384   tls_flags=[SUITEB]             FAILURE, server: no shared cipher
#     ECDSA P-384   openssl_ciphers=SUITEB192      SUCCESS, 0xc02c (ECDHE-ECDSA-AES256-GCM-SHA384)
#     RSA 3072      tls_flags=[SUITEB]             SUCCESS, 0xc030 (ECDHE-RSA-AES256-GCM-SHA384)
#   The flag is the suite with RSA alone; that with ECDSA has a setting of another name. What is said
#   of the station's phase1="tls_suiteb=1", the other half, is "in particular" RSA; it is RSA alone.
# Why it matters: a lab that moves its 192-bit network to ECDSA sees each station fail in EAP-TLS with
#   a handshake_failure alert, and looks for the fault in the driver's list of ciphers.
#   Way round: openssl_ciphers=SUITEB192 on the server, and on a station of wpa_supplicant.
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
    PATH="$T/root/usr/bin:$T/root/usr/sbin:$T/root/sbin:/usr/sbin:$PATH"
    LD_LIBRARY_PATH="$(find "$T/root" -type d -path '*/lib/*-linux-gnu*' 2>/dev/null | tr '\n' ':')${LD_LIBRARY_PATH:-}"
    export PATH LD_LIBRARY_PATH
}
debs eapoltest hostapd openssl
cd "$T"
port=$(python3 -c 'import socket as s; u = s.socket(s.AF_INET, s.SOCK_DGRAM); u.bind(("127.0.0.1", 0)); print(u.getsockname()[1])')
# certificates KIND, KEY OPTIONS...: an authority and one certificate of it for each side
certificates() {
    kind=$1
    shift
    for name in ca server client; do openssl genpkey "$@" -out "$kind-$name.key" 2>/dev/null; done
    openssl req -x509 -sha384 -key "$kind-ca.key" -subj "/CN=lab authority" -days 30 -out "$kind-ca.pem"
    for name in server client; do
        openssl req -new -sha384 -key "$kind-$name.key" -subj "/CN=$name.example" |
            openssl x509 -req -sha384 -CA "$kind-ca.pem" -CAkey "$kind-ca.key" -CAcreateserial -extfile v3 -days 30 -out "$kind-$name.pem" 2>/dev/null
    done
}
echo 'basicConstraints = CA:FALSE' >v3
certificates ecdsa -algorithm EC -pkeyopt ec_paramgen_curve:P-384
certificates rsa -algorithm RSA -pkeyopt rsa_keygen_bits:3072
echo '* TLS' >users
echo '127.0.0.1 labsecret' >clients
# tried KIND SERVER-SETTING STATION-SETTING
tried() {
    cat >server.conf <<END
driver=none
eap_server=1
eap_user_file=users
radius_server_clients=clients
radius_server_auth_port=$port
ca_cert=$1-ca.pem
server_cert=$1-server.pem
private_key=$1-server.key
$2
END
    cat >station.conf <<END
network={
 key_mgmt=WPA-EAP-SUITE-B-192
 eap=TLS
 identity="lab"
 ca_cert="$1-ca.pem"
 client_cert="$1-client.pem"
 private_key="$1-client.key"
 $3
}
END
    hostapd -d server.conf >server.log 2>&1 &
    hostapd=$!
    tries=0
    until grep -q 'AP-ENABLED\|Setup of interface done\|RADIUS SRV' server.log || [ "$tries" -ge 50 ]; do tries=$((tries + 1)); sleep 0.1; done
    timeout 30 eapol_test -t 5 -c station.conf -p "$port" -s labsecret >station.log 2>&1 || true
    kill "$hostapd"
    wait "$hostapd" 2>/dev/null || true
    hostapd=
    cause=$(grep -o 'no shared cipher' server.log | head -1)
    cipher=$(sed -n 's/^OpenSSL: Server selected cipher suite //p' station.log | tail -1)
    printf '%-6s %-26s %s | %s\n' "$1" "$2" "$(tail -1 station.log)" "${cause:-$cipher}"
}
{
    tried ecdsa 'tls_flags=[SUITEB]' 'phase1="tls_suiteb=1"'
    tried ecdsa 'openssl_ciphers=SUITEB192' 'openssl_ciphers="SUITEB192"'
    tried rsa 'tls_flags=[SUITEB]' 'phase1="tls_suiteb=1"'
} >seen
cat seen
cat >want <<'END'
ecdsa  tls_flags=[SUITEB]         FAILURE | no shared cipher
ecdsa  openssl_ciphers=SUITEB192  SUCCESS | 0xc02c
rsa    tls_flags=[SUITEB]         SUCCESS | 0xc030
END
cmp -s seen want || { echo 'CHANGED: the flag takes other certificates' >&2; exit 1; }
echo 'as described: the flag is the suite with RSA alone'
