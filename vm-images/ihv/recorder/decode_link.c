// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode.h"
#include "decode_parts.h"
#include "safe_copy.h"

#define MAX_PACKET_SHOWN 600u
#define PACKET_HEADER 8u

/* ---- EtherTypes and packets ---- */

void decode_exemptions(JsonWriter *w, const char *name, const DOT11_PRIVACY_EXEMPTION *list,
                       ULONG count)
{
    DOT11_PRIVACY_EXEMPTION e;
    if (count != 0 && !safe_copy(&e, list, sizeof e)) {
        decode_unreadable(w, name, list);
        return;
    }
    jw_array(w, name);
    for (ULONG i = 0; i < count && i < MAX_LIST; i++) {
        if (!safe_copy(&e, &list[i], sizeof e)) {
            decode_unreadable(w, NULL, &list[i]);
            break;
        }
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
    for (ULONG i = 0; i < count && i < MAX_LIST; i++) {
        if (!safe_copy(&value, &list[i], sizeof value)) {
            decode_unreadable(w, NULL, &list[i]);
            break;
        }
        jw_hex(w, NULL, &value, sizeof value);
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
    jw_u64(w, "size", size);
    if (shown >= 6)
        jw_mac(w, peer, copy);
    if (shown >= PACKET_HEADER) {
        jw_hex(w, "ethertype_bytes", copy + 6, 2);
        jw_hex(w, "data", copy + PACKET_HEADER, shown - PACKET_HEADER);
    }
    jw_bool(w, "truncated", shown < size);
    jw_end_object(w);
}
