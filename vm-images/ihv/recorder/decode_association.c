// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode.h"

#include <string.h>

#include "decode_parts.h"
#include "safe_copy.h"

#define MAX_BODY 4096u /* bytes of a frame body that are shown */

/* ---- BSS list ---- */

/* One entry at `at` with `left` bytes behind it; its size, or 0 if it does not fit. */
static size_t bss_entry(JsonWriter *w, const uint8_t *at, size_t left)
{
    DOT11_BSS_ENTRY e;
    uint8_t *elements = NULL;
    if (left < HIL_BSS_ENTRY_FIXED_SIZE || !safe_copy(&e, at, HIL_BSS_ENTRY_FIXED_SIZE) ||
        e.uBufferLength > left - HIL_BSS_ENTRY_FIXED_SIZE)
        return 0;
    jw_object(w, NULL);
    jw_u64(w, "uPhyId", e.uPhyId);
    jw_mac(w, "dot11BSSID", e.dot11BSSID);
    jw_u64(w, "dot11BSSType", (DWORD)e.dot11BSSType);
    jw_i64(w, "lRSSI", e.lRSSI);
    jw_u64(w, "uLinkQuality", e.uLinkQuality);
    jw_u64(w, "bInRegDomain", e.bInRegDomain);
    jw_u64(w, "usBeaconPeriod", e.usBeaconPeriod);
    jw_u64(w, "ullTimestamp", e.ullTimestamp);
    jw_u64(w, "ullHostTimestamp", e.ullHostTimestamp);
    jw_u64(w, "usCapabilityInformation", e.usCapabilityInformation);
    jw_u64(w, "uBufferLength", e.uBufferLength);
    if (e.uBufferLength <= MAX_BODY)
        elements = safe_duplicate(at + HIL_BSS_ENTRY_FIXED_SIZE, e.uBufferLength);
    if (elements != NULL) {
        jw_hex(w, "ucBuffer", elements, e.uBufferLength);
        HeapFree(GetProcessHeap(), 0, elements);
    }
    jw_end_object(w);
    return HIL_BSS_ENTRY_FIXED_SIZE + e.uBufferLength;
}

void decode_bss_list(JsonWriter *w, const char *name, const DOT11_BSS_LIST *list)
{
    DOT11_BSS_LIST copy;
    if (!safe_copy(&copy, list, sizeof copy)) {
        decode_unreadable(w, name, list);
        return;
    }
    jw_object(w, name);
    jw_u64(w, "uNumOfBytes", copy.uNumOfBytes);
    jw_array(w, "entries");
    size_t at = 0;
    for (unsigned i = 0; i < MAX_LIST && at < copy.uNumOfBytes; i++) {
        size_t size = bss_entry(w, copy.pucBuffer + at, copy.uNumOfBytes - at);
        if (size == 0)
            break;
        at += size;
    }
    jw_end_array(w);
    jw_end_object(w);
}

/* ---- association ---- */

void decode_port_state(JsonWriter *w, const char *name, const DOT11_PORT_STATE *state)
{
    DOT11_PORT_STATE copy;
    if (!safe_copy(&copy, state, sizeof copy)) {
        decode_unreadable(w, name, state);
        return;
    }
    jw_object(w, name);
    jw_mac(w, "PeerMacAddress", copy.PeerMacAddress);
    jw_u64(w, "uSessionId", copy.uSessionId);
    jw_i64(w, "bPortControlled", copy.bPortControlled);
    jw_i64(w, "bPortAuthorized", copy.bPortAuthorized);
    jw_end_object(w);
}

typedef struct Body {
    const char *name;
    ULONG offset;
    ULONG size;
} Body;

static void bodies(JsonWriter *w, const uint8_t *buffer, ULONG total, const Body *list, size_t count)
{
    jw_object(w, "bodies");
    for (size_t i = 0; i < count; i++) {
        const Body *b = &list[i];
        if (b->size == 0)
            continue;
        bool inside = b->offset <= total && b->size <= total - b->offset && b->size <= MAX_BODY;
        uint8_t *copy = inside ? safe_duplicate(buffer + b->offset, b->size) : NULL;
        if (copy != NULL) {
            jw_hex(w, b->name, copy, b->size);
            HeapFree(GetProcessHeap(), 0, copy);
        } else {
            jw_null(w, b->name); /* out of bounds or not readable */
        }
    }
    jw_end_object(w);
}

static void assoc_members(JsonWriter *w, const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *p,
                          ULONG size)
{
    decode_header(w, &p->Header);
    jw_mac(w, "MacAddr", p->MacAddr);
    jw_u64(w, "uStatus", p->uStatus);
    jw_u64(w, "bReAssocReq", p->bReAssocReq);
    jw_u64(w, "bReAssocResp", p->bReAssocResp);
    jw_u64(w, "uAssocReqOffset", p->uAssocReqOffset);
    jw_u64(w, "uAssocReqSize", p->uAssocReqSize);
    jw_u64(w, "uAssocRespOffset", p->uAssocRespOffset);
    jw_u64(w, "uAssocRespSize", p->uAssocRespSize);
    jw_u64(w, "uBeaconOffset", p->uBeaconOffset);
    jw_u64(w, "uBeaconSize", p->uBeaconSize);
    jw_u64(w, "uIHVDataOffset", p->uIHVDataOffset);
    jw_u64(w, "uIHVDataSize", p->uIHVDataSize);
    jw_u64(w, "AuthAlgo", (DWORD)p->AuthAlgo);
    jw_u64(w, "UnicastCipher", (DWORD)p->UnicastCipher);
    jw_u64(w, "MulticastCipher", (DWORD)p->MulticastCipher);
    jw_u64(w, "uActivePhyListOffset", p->uActivePhyListOffset);
    jw_u64(w, "uActivePhyListSize", p->uActivePhyListSize);
    jw_u64(w, "bFourAddressSupported", p->bFourAddressSupported);
    jw_u64(w, "bPortAuthorized", p->bPortAuthorized);
    jw_u64(w, "ucActiveQoSProtocol", p->ucActiveQoSProtocol);
    jw_u64(w, "DSInfo", (DWORD)p->DSInfo);
    jw_u64(w, "uEncapTableOffset", p->uEncapTableOffset);
    jw_u64(w, "uEncapTableSize", p->uEncapTableSize);
    if (size >= HIL_ASSOC_PARAMS_SIZE_WIN8 && p->Header.Size >= HIL_ASSOC_PARAMS_SIZE_WIN8) {
        jw_u64(w, "MulticastMgmtCipher", (DWORD)p->MulticastMgmtCipher);
        jw_u64(w, "uAssocComebackTime", p->uAssocComebackTime);
    }
}

void decode_assoc_params(JsonWriter *w, const char *name,
                         const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *params, ULONG size)
{
    DOT11_ASSOCIATION_COMPLETION_PARAMETERS p;
    memset(&p, 0, sizeof p);
    if (!safe_copy(&p, params, size < sizeof p ? size : sizeof p)) {
        decode_unreadable(w, name, params);
        return;
    }
    const Body list[] = {
        {"AssocReq", p.uAssocReqOffset, p.uAssocReqSize},
        {"AssocResp", p.uAssocRespOffset, p.uAssocRespSize},
        {"Beacon", p.uBeaconOffset, p.uBeaconSize},
        {"IHVData", p.uIHVDataOffset, p.uIHVDataSize},
        {"ActivePhyList", p.uActivePhyListOffset, p.uActivePhyListSize},
    };
    jw_object(w, name);
    if (size >= HIL_ASSOC_PARAMS_SIZE_VISTA) {
        assoc_members(w, &p, size);
        bodies(w, (const uint8_t *)params, size, list, sizeof list / sizeof list[0]);
    } else {
        jw_bool(w, "truncated", true);
    }
    jw_end_object(w);
}
