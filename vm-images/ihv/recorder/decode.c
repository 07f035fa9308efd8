// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode.h"

#include <string.h>

#include "safe_copy.h"
#include "trace.h"

#define MAX_TEXT_CHARS 65536u
#define MAX_LIST 32u         /* entries of any list that are shown */
#define MAX_SECRET (1u << 20)
#define MAX_BODY 4096u       /* bytes of a frame body */
#define MAX_PACKET_SHOWN 600u
#define PACKET_HEADER 8u

/* ---- small things ---- */

static void unreadable(JsonWriter *w, const char *name, const void *address)
{
    if (address == NULL) {
        jw_null(w, name);
        return;
    }
    jw_object(w, name);
    jw_pointer(w, "address", (uintptr_t)address);
    jw_bool(w, "unreadable", true);
    jw_end_object(w);
}

void decode_handle(JsonWriter *w, const char *name, const void *handle)
{
    jw_pointer(w, name, (uintptr_t)handle);
}

void decode_dword_at(JsonWriter *w, const char *name, const DWORD *value)
{
    DWORD copy;
    if (safe_copy(&copy, value, sizeof copy))
        jw_u64(w, name, copy);
    else
        unreadable(w, name, value);
}

void decode_pointer_at(JsonWriter *w, const char *name, void *const *value)
{
    void *copy;
    if (safe_copy(&copy, value, sizeof copy))
        jw_pointer(w, name, (uintptr_t)copy);
    else
        unreadable(w, name, value);
}

void decode_mac_at(JsonWriter *w, const char *name, const void *mac)
{
    uint8_t copy[6];
    if (safe_copy(copy, mac, sizeof copy))
        jw_mac(w, name, copy);
    else
        unreadable(w, name, mac);
}

void decode_guid(JsonWriter *w, const char *name, const GUID *guid)
{
    jw_guid(w, name, guid);
}

static void release(void *copy, size_t size)
{
    SecureZeroMemory(copy, size);
    HeapFree(GetProcessHeap(), 0, copy);
}

void decode_secret(JsonWriter *w, const char *name, const void *data, size_t size)
{
    if (data == NULL) {
        jw_null(w, name);
        return;
    }
    if (size == 0) {
        trace_secret(w, name, "", 0);
        return;
    }
    void *copy = size <= MAX_SECRET ? safe_duplicate(data, size) : NULL;
    if (copy == NULL) {
        unreadable(w, name, data);
        return;
    }
    trace_secret(w, name, copy, size);
    release(copy, size);
}

static void secret_text(JsonWriter *w, const char *name, const WCHAR *text)
{
    size_t length;
    WCHAR *copy = text != NULL ? safe_wide(text, MAX_TEXT_CHARS, &length) : NULL;
    if (copy == NULL) {
        unreadable(w, name, text);
        return;
    }
    trace_secret(w, name, copy, length * sizeof *copy);
    release(copy, length * sizeof *copy);
}

static void header(JsonWriter *w, const NDIS_OBJECT_HEADER *h)
{
    jw_object(w, "Header");
    jw_u64(w, "Type", h->Type);
    jw_u64(w, "Revision", h->Revision);
    jw_u64(w, "Size", h->Size);
    jw_end_object(w);
}

static void ssid(JsonWriter *w, const char *name, const DOT11_SSID *s)
{
    jw_object(w, name);
    jw_u64(w, "uSSIDLength", s->uSSIDLength);
    jw_hex(w, "ucSSID", s->ucSSID, s->uSSIDLength <= 32 ? s->uSSIDLength : 32);
    jw_end_object(w);
}

/* ---- adapter, profile ---- */

void decode_version(JsonWriter *w, const char *name, const DOT11_IHV_VERSION_INFO *info)
{
    DOT11_IHV_VERSION_INFO copy;
    if (!safe_copy(&copy, info, sizeof copy)) {
        unreadable(w, name, info);
        return;
    }
    jw_object(w, name);
    jw_u64(w, "dwVerMin", copy.dwVerMin);
    jw_u64(w, "dwVerMax", copy.dwVerMax);
    jw_end_object(w);
}

void decode_adapter(JsonWriter *w, const char *name, const DOT11_ADAPTER *adapter)
{
    DOT11_ADAPTER copy;
    size_t length;
    if (!safe_copy(&copy, adapter, sizeof copy)) {
        unreadable(w, name, adapter);
        return;
    }
    jw_object(w, name);
    jw_guid(w, "gAdapterId", &copy.gAdapterId);
    WCHAR *text =
        copy.pszDescription != NULL ? safe_wide(copy.pszDescription, 256, &length) : NULL;
    if (text != NULL)
        jw_wide(w, "pszDescription", text, length);
    else
        unreadable(w, "pszDescription", copy.pszDescription);
    if (text != NULL)
        HeapFree(GetProcessHeap(), 0, text);
    jw_object(w, "Dot11CurrentOpMode");
    jw_u64(w, "uReserved", copy.Dot11CurrentOpMode.uReserved);
    jw_u64(w, "uCurrentOpMode", copy.Dot11CurrentOpMode.uCurrentOpMode);
    jw_end_object(w);
    jw_end_object(w);
}

static void ssid_list(JsonWriter *w, const DOT11EXT_IHV_SSID_LIST *list)
{
    ULONG count;
    if (!safe_copy(&count, list, sizeof count)) {
        unreadable(w, "pSsidList", list);
        return;
    }
    jw_array(w, "pSsidList");
    for (ULONG i = 0; i < count && i < MAX_LIST; i++) {
        DOT11_SSID entry;
        if (!safe_copy(&entry, &list->SSIDs[i], sizeof entry))
            break;
        ssid(w, NULL, &entry);
    }
    jw_end_array(w);
}

static void security_settings(JsonWriter *w, const DOT11_MSSECURITY_SETTINGS *settings)
{
    DOT11_MSSECURITY_SETTINGS copy;
    if (!safe_copy(&copy, settings, sizeof copy)) {
        unreadable(w, "pMSSecuritySettings", settings);
        return;
    }
    jw_object(w, "pMSSecuritySettings");
    jw_u64(w, "dot11AuthAlgorithm", (DWORD)copy.dot11AuthAlgorithm);
    jw_u64(w, "dot11CipherAlgorithm", (DWORD)copy.dot11CipherAlgorithm);
    jw_i64(w, "fOneXEnabled", copy.fOneXEnabled);
    jw_u64(w, "dwEapConnectionDataLen", copy.dwEapConnectionDataLen);
    decode_secret(w, "pEapConnectionData", copy.pEapConnectionData, copy.dwEapConnectionDataLen);
    jw_end_object(w);
}

void decode_profile_params(JsonWriter *w, const char *name,
                           const DOT11EXT_IHV_PROFILE_PARAMS *params)
{
    DOT11EXT_IHV_PROFILE_PARAMS copy;
    if (!safe_copy(&copy, params, sizeof copy)) {
        unreadable(w, name, params);
        return;
    }
    jw_object(w, name);
    ssid_list(w, copy.pSsidList);
    jw_u64(w, "BssType", (DWORD)copy.BssType);
    security_settings(w, copy.pMSSecuritySettings);
    jw_end_object(w);
}

void decode_connectivity(JsonWriter *w, const char *name,
                         const DOT11EXT_IHV_CONNECTIVITY_PROFILE *profile)
{
    DOT11EXT_IHV_CONNECTIVITY_PROFILE copy;
    if (!safe_copy(&copy, profile, sizeof copy)) {
        unreadable(w, name, profile);
        return;
    }
    jw_object(w, name);
    secret_text(w, "pszXmlFragmentIhvConnectivity", copy.pszXmlFragmentIhvConnectivity);
    jw_end_object(w);
}

void decode_security(JsonWriter *w, const char *name, const DOT11EXT_IHV_SECURITY_PROFILE *profile)
{
    DOT11EXT_IHV_SECURITY_PROFILE copy;
    if (!safe_copy(&copy, profile, sizeof copy)) {
        unreadable(w, name, profile);
        return;
    }
    jw_object(w, name);
    secret_text(w, "pszXmlFragmentIhvSecurity", copy.pszXmlFragmentIhvSecurity);
    jw_i64(w, "bUseMSOnex", copy.bUseMSOnex);
    jw_end_object(w);
}

void decode_discovery_list(JsonWriter *w, const char *name,
                           const DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *list)
{
    DOT11EXT_IHV_DISCOVERY_PROFILE_LIST copy;
    if (!safe_copy(&copy, list, sizeof copy)) {
        unreadable(w, name, list);
        return;
    }
    jw_object(w, name);
    jw_u64(w, "dwCount", copy.dwCount);
    jw_array(w, "pIhvDiscoveryProfiles");
    for (DWORD i = 0; i < copy.dwCount && i < MAX_LIST; i++) {
        jw_object(w, NULL);
        decode_connectivity(w, "IhvConnectivityProfile",
                            &copy.pIhvDiscoveryProfiles[i].IhvConnectivityProfile);
        decode_security(w, "IhvSecurityProfile",
                        &copy.pIhvDiscoveryProfiles[i].IhvSecurityProfile);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_end_object(w);
}

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
        unreadable(w, name, list);
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
        unreadable(w, name, state);
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
    header(w, &p->Header);
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
        unreadable(w, name, params);
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

/* ---- UI, 802.1X, notifications ---- */

void decode_ui_request(JsonWriter *w, const char *name, const DOT11EXT_IHV_UI_REQUEST *request)
{
    DOT11EXT_IHV_UI_REQUEST copy;
    if (!safe_copy(&copy, request, sizeof copy)) {
        unreadable(w, name, request);
        return;
    }
    jw_object(w, name);
    jw_u64(w, "dwSessionId", copy.dwSessionId);
    jw_guid(w, "guidUIRequest", &copy.guidUIRequest);
    jw_guid(w, "UIPageClsid", &copy.UIPageClsid);
    jw_u64(w, "dwByteCount", copy.dwByteCount);
    decode_secret(w, "pvUIRequest", copy.pvUIRequest, copy.dwByteCount);
    jw_end_object(w);
}

void decode_onex_result(JsonWriter *w, const char *name, const DOT11_MSONEX_RESULT_PARAMS *params)
{
    DOT11_MSONEX_RESULT_PARAMS copy;
    if (!safe_copy(&copy, params, sizeof copy)) {
        unreadable(w, name, params);
        return;
    }
    jw_object(w, name);
    jw_u64(w, "Dot11OnexAuthStatus", copy.Dot11OnexAuthStatus);
    jw_u64(w, "Dot11OneXReasonCode", copy.Dot11OneXReasonCode);
    decode_secret(w, "pbMPPESendKey", copy.pbMPPESendKey, copy.dwMPPESendKeyLen);
    decode_secret(w, "pbMPPERecvKey", copy.pbMPPERecvKey, copy.dwMPPERecvKeyLen);
    decode_handle(w, "pDot11EapResult", copy.pDot11EapResult);
    jw_end_object(w);
}

void decode_notification(JsonWriter *w, const char *name, const L2_NOTIFICATION_DATA *data)
{
    L2_NOTIFICATION_DATA copy;
    if (!safe_copy(&copy, data, sizeof copy)) {
        unreadable(w, name, data);
        return;
    }
    jw_object(w, name);
    jw_u64(w, "NotificationSource", copy.NotificationSource);
    jw_u64(w, "NotificationCode", copy.NotificationCode);
    jw_guid(w, "InterfaceGuid", &copy.InterfaceGuid);
    jw_u64(w, "dwDataSize", copy.dwDataSize);
    decode_secret(w, "pData", copy.pData, copy.dwDataSize);
    jw_end_object(w);
}

/* ---- EtherTypes, keys, packets ---- */

void decode_exemptions(JsonWriter *w, const char *name, const DOT11_PRIVACY_EXEMPTION *list,
                       ULONG count)
{
    DOT11_PRIVACY_EXEMPTION e;
    if (count != 0 && !safe_copy(&e, list, sizeof e)) {
        unreadable(w, name, list);
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
        unreadable(w, name, list);
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
        unreadable(w, name, key);
        return;
    }
    jw_object(w, name);
    header(w, &copy.Header);
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
        unreadable(w, name, key);
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
        ssid(w, "dot11SSID", &p.dot11SSID);
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
        unreadable(w, name, packet);
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
