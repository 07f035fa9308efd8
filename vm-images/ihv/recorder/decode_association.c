// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode.h"

#include <string.h>

#include "decode_parts.h"
#include "safe_copy.h"

#define MAX_BODY 4096u /* bytes of a frame body that are shown */

/* ---- BSS list ---- */

/* An entry the list's bytes do not hold. */
static size_t bss_entry_outside(JsonWriter *w)
{
    jw_object(w, NULL);
    jw_bool(w, "out_of_bounds", true);
    jw_end_object(w);
    return 0;
}

/* One entry at `at`, which need not be aligned, with `left` bytes to the list's end; its size, or
 * 0 if it does not fit or cannot be read. */
static size_t bss_entry(JsonWriter *w, const uint8_t *at, size_t left)
{
    DOT11_BSS_ENTRY e;
    uint8_t *elements = NULL;
    if (left < HIL_BSS_ENTRY_FIXED_SIZE)
        return bss_entry_outside(w);
    if (!safe_copy(&e, at, HIL_BSS_ENTRY_FIXED_SIZE)) {
        decode_unreadable(w, NULL, at);
        return 0;
    }
    if (e.uBufferLength > left - HIL_BSS_ENTRY_FIXED_SIZE)
        return bss_entry_outside(w);
    jw_object(w, NULL);
    jw_u64(w, "uPhyId", e.uPhyId);
    jw_hex(w, "PhySpecificInfo", &e.PhySpecificInfo, sizeof e.PhySpecificInfo);
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
    } else if (e.uBufferLength != 0) {
        decode_unreadable(w, "ucBuffer", at + HIL_BSS_ENTRY_FIXED_SIZE);
    }
    jw_end_object(w);
    return HIL_BSS_ENTRY_FIXED_SIZE + e.uBufferLength;
}

void decode_bss_list(JsonWriter *w, const char *name, const DOT11_BSS_LIST *list)
{
    DOT11_BSS_LIST copy;
    if (!decode_begin(w, name, list, &copy, sizeof copy))
        return;
    jw_u64(w, "uNumOfBytes", copy.uNumOfBytes);
    decode_region(w, "pucBuffer", copy.pucBuffer, copy.uNumOfBytes);
    jw_array(w, "entries");
    size_t at = 0;
    for (unsigned i = 0; i < MAX_LIST && at < copy.uNumOfBytes; i++) {
        size_t size = bss_entry(w, copy.pucBuffer + at, copy.uNumOfBytes - at);
        if (size == 0)
            break;
        at += size;
    }
    jw_end_array(w);
    decode_end(w, &copy, sizeof copy);
}

/* ---- association ---- */

void decode_port_state(JsonWriter *w, const char *name, const DOT11_PORT_STATE *state)
{
    DOT11_PORT_STATE copy;
    if (!decode_begin(w, name, state, &copy, sizeof copy))
        return;
    jw_mac(w, "PeerMacAddress", copy.PeerMacAddress);
    jw_u64(w, "uSessionId", copy.uSessionId);
    jw_i64(w, "bPortControlled", copy.bPortControlled);
    jw_i64(w, "bPortAuthorized", copy.bPortAuthorized);
    decode_end(w, &copy, sizeof copy);
}

typedef struct Body {
    const char *name;
    ULONG offset;
    ULONG size;
} Body;

/* A body whose offset or size lies outside the buffer is null; one that cannot be read says so. */
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
        } else if (inside) {
            decode_unreadable(w, b->name, buffer + b->offset);
        } else {
            jw_null(w, b->name);
        }
    }
    jw_end_object(w);
}

typedef DOT11_ASSOCIATION_COMPLETION_PARAMETERS Params;

#define NUMBER(member) {#member, offsetof(Params, member), sizeof(((Params *)NULL)->member)}

/* The members behind Header and MacAddr, in their order: numbers of one or four bytes. */
static const struct {
    const char *name;
    size_t offset;
    size_t size;
} NUMBERS[] = {
    NUMBER(uStatus),           NUMBER(bReAssocReq),        NUMBER(bReAssocResp),
    NUMBER(uAssocReqOffset),   NUMBER(uAssocReqSize),      NUMBER(uAssocRespOffset),
    NUMBER(uAssocRespSize),    NUMBER(uBeaconOffset),      NUMBER(uBeaconSize),
    NUMBER(uIHVDataOffset),    NUMBER(uIHVDataSize),       NUMBER(AuthAlgo),
    NUMBER(UnicastCipher),     NUMBER(MulticastCipher),    NUMBER(uActivePhyListOffset),
    NUMBER(uActivePhyListSize), NUMBER(bFourAddressSupported), NUMBER(bPortAuthorized),
    NUMBER(ucActiveQoSProtocol), NUMBER(DSInfo),           NUMBER(uEncapTableOffset),
    NUMBER(uEncapTableSize),   NUMBER(MulticastMgmtCipher), NUMBER(uAssocComebackTime),
};

/* Members that lie wholly inside the first `given` bytes. */
static void assoc_members(JsonWriter *w, const Params *p, size_t given)
{
    if (given >= sizeof p->Header)
        decode_header(w, &p->Header);
    if (given >= offsetof(Params, MacAddr) + sizeof p->MacAddr)
        jw_mac(w, "MacAddr", p->MacAddr);
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        DWORD value = 0;
        if (given < NUMBERS[i].offset + NUMBERS[i].size)
            break;
        memcpy(&value, (const uint8_t *)p + NUMBERS[i].offset, NUMBERS[i].size);
        jw_u64(w, NUMBERS[i].name, value);
    }
}

/* Bytes that are structure: with the size before Windows 8 the bodies may begin at 88. */
static size_t structure_size(const Params *p, ULONG size)
{
    if (size >= HIL_ASSOC_PARAMS_SIZE_WIN8 && p->Header.Size < HIL_ASSOC_PARAMS_SIZE_WIN8)
        return HIL_ASSOC_PARAMS_SIZE_VISTA;
    return size < sizeof *p ? size : sizeof *p;
}

void decode_assoc_params(JsonWriter *w, const char *name, const Params *params, ULONG size)
{
    Params p;
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
        {"EncapTable", p.uEncapTableOffset, p.uEncapTableSize},
    };
    jw_object(w, name);
    jw_pointer(w, "address", (uintptr_t)params);
    jw_u64(w, "size", size);
    assoc_members(w, &p, structure_size(&p, size));
    if (size >= HIL_ASSOC_PARAMS_SIZE_VISTA)
        bodies(w, (const uint8_t *)params, size, list, sizeof list / sizeof list[0]);
    else
        jw_bool(w, "truncated", true);
    jw_end_object(w);
}
