// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode.h"
#include "decode_parts.h"
#include "safe_copy.h"
#include "trace.h"

#define MAX_PACKET_SHOWN 600u
#define PACKET_HEADER 8u

/* ---- EtherTypes, keys, packets ---- */

void decode_exemptions(JsonWriter *w, const char *name, const DOT11_PRIVACY_EXEMPTION *list,
                       ULONG count)
{
    DOT11_PRIVACY_EXEMPTION e;
    if (count != 0 && !safe_copy(&e, list, sizeof e)) {
        decode_unreadable(w, name, list);
        return;
    }
    jw_array(w, name);
    for (ULONG i = 0; i < count && i < MAX_LIST && safe_copy(&e, &list[i], sizeof e); i++) {
        jw_object(w, NULL);
        jw_hex(w, "ethertype_bytes", &e.usEtherType, sizeof e.usEtherType);
        jw_u64(w, "action", e.usExemptionActionType);
        jw_u64(w, "packet_type", e.usExemptionPacketType);
        jw_end_object(w);
    }
    jw_end_array(w);
}

void decode_registrations(JsonWriter *w, const char *name, const USHORT *list, ULONG count)
{
    USHORT value;
    if (count != 0 && !safe_copy(&value, list, sizeof value)) {
        decode_unreadable(w, name, list);
        return;
    }
    jw_array(w, name);
    for (ULONG i = 0; i < count && i < MAX_LIST && safe_copy(&value, &list[i], sizeof value); i++)
        jw_hex(w, NULL, &value, sizeof value);
    jw_end_array(w);
}

void decode_default_key(JsonWriter *w, const char *name, const DOT11_CIPHER_DEFAULT_KEY_VALUE *key)
{
    DOT11_CIPHER_DEFAULT_KEY_VALUE copy;
    size_t fixed = offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey);
    if (!safe_copy(&copy, key, fixed)) {
        decode_unreadable(w, name, key);
        return;
    }
    jw_object(w, name);
    decode_header(w, &copy.Header);
    jw_u64(w, "uKeyIndex", copy.uKeyIndex);
    jw_u64(w, "AlgorithmId", (DWORD)copy.AlgorithmId);
    jw_mac(w, "MacAddr", copy.MacAddr);
    jw_u64(w, "bDelete", copy.bDelete);
    jw_u64(w, "bStatic", copy.bStatic);
    jw_u64(w, "usKeyLength", copy.usKeyLength);
    decode_secret(w, "ucKey", (const uint8_t *)key + fixed, copy.bDelete ? 0 : copy.usKeyLength);
    jw_end_object(w);
}

void decode_mapping_key(JsonWriter *w, const char *name,
                        const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE *key)
{
    DOT11_CIPHER_KEY_MAPPING_KEY_VALUE copy;
    size_t fixed = offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey);
    if (!safe_copy(&copy, key, fixed)) {
        decode_unreadable(w, name, key);
        return;
    }
    jw_object(w, name);
    jw_mac(w, "PeerMacAddr", copy.PeerMacAddr);
    jw_u64(w, "AlgorithmId", (DWORD)copy.AlgorithmId);
    jw_u64(w, "Direction", (DWORD)copy.Direction);
    jw_u64(w, "bDelete", copy.bDelete);
    jw_u64(w, "bStatic", copy.bStatic);
    jw_u64(w, "usKeyLength", copy.usKeyLength);
    decode_secret(w, "ucKey", (const uint8_t *)key + fixed, copy.bDelete ? 0 : copy.usKeyLength);
    jw_end_object(w);
}

void decode_ap_properties(JsonWriter *w, const char *name,
                          const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *list, DWORD count)
{
    DOT11EXT_VIRTUAL_STATION_AP_PROPERTY p;
    jw_array(w, name);
    for (DWORD i = 0; i < count && i < MAX_LIST && safe_copy(&p, &list[i], sizeof p); i++) {
        jw_object(w, NULL);
        decode_ssid(w, "dot11SSID", &p.dot11SSID);
        jw_u64(w, "dot11AuthAlgo", (DWORD)p.dot11AuthAlgo);
        jw_u64(w, "dot11CipherAlgo", (DWORD)p.dot11CipherAlgo);
        jw_i64(w, "bIsPassPhrase", p.bIsPassPhrase);
        jw_u64(w, "dwKeyLength", p.dwKeyLength);
        trace_secret(w, "ucKeyData", p.ucKeyData, sizeof p.ucKeyData);
        jw_end_object(w);
        SecureZeroMemory(&p, sizeof p);
    }
    jw_end_array(w);
}

void decode_packet(JsonWriter *w, const char *name, const char *peer, const void *packet,
                   size_t size)
{
    uint8_t copy[PACKET_HEADER + MAX_PACKET_SHOWN];
    size_t shown = size < sizeof copy ? size : sizeof copy;
    if (packet == NULL || !safe_copy(copy, packet, shown)) {
        decode_unreadable(w, name, packet);
        return;
    }
    jw_object(w, name);
    jw_pointer(w, "address", (uintptr_t)packet);
    if (shown >= 6)
        jw_mac(w, peer, copy);
    if (shown >= PACKET_HEADER) {
        jw_hex(w, "ethertype_bytes", copy + 6, 2);
        jw_hex(w, "data", copy + PACKET_HEADER, shown - PACKET_HEADER);
    }
    jw_bool(w, "truncated", shown < size);
    jw_end_object(w);
}
