// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode.h"
#include "decode_parts.h"
#include "safe_copy.h"

#define MAX_DESCRIPTION 256u

void decode_version(JsonWriter *w, const char *name, const DOT11_IHV_VERSION_INFO *info)
{
    DOT11_IHV_VERSION_INFO copy;
    if (!decode_begin(w, name, info, &copy, sizeof copy))
        return;
    jw_u64(w, "dwVerMin", copy.dwVerMin);
    jw_u64(w, "dwVerMax", copy.dwVerMax);
    decode_end(w, &copy, sizeof copy);
}

void decode_adapter(JsonWriter *w, const char *name, const DOT11_ADAPTER *adapter)
{
    DOT11_ADAPTER copy;
    size_t length;
    if (!decode_begin(w, name, adapter, &copy, sizeof copy))
        return;
    jw_guid(w, "gAdapterId", &copy.gAdapterId);
    WCHAR *text = copy.pszDescription != NULL
                      ? safe_wide(copy.pszDescription, MAX_DESCRIPTION, &length)
                      : NULL;
    if (text != NULL)
        jw_wide(w, "pszDescription", text, length);
    else
        decode_unreadable(w, "pszDescription", copy.pszDescription);
    if (text != NULL)
        HeapFree(GetProcessHeap(), 0, text);
    jw_object(w, "Dot11CurrentOpMode");
    jw_u64(w, "uReserved", copy.Dot11CurrentOpMode.uReserved);
    jw_u64(w, "uCurrentOpMode", copy.Dot11CurrentOpMode.uCurrentOpMode);
    jw_end_object(w);
    decode_end(w, &copy, sizeof copy);
}

static void ssid_list(JsonWriter *w, const DOT11EXT_IHV_SSID_LIST *list)
{
    ULONG count;
    if (!safe_copy(&count, list, sizeof count)) {
        decode_unreadable(w, "pSsidList", list);
        return;
    }
    jw_object(w, "pSsidList");
    jw_pointer(w, "address", (uintptr_t)list);
    jw_u64(w, "size", offsetof(DOT11EXT_IHV_SSID_LIST, SSIDs) + (size_t)count * sizeof(DOT11_SSID));
    jw_u64(w, "ulCount", count);
    jw_array(w, "SSIDs");
    for (ULONG i = 0; i < count && i < MAX_LIST; i++) {
        DOT11_SSID entry;
        if (!safe_copy(&entry, &list->SSIDs[i], sizeof entry)) {
            decode_unreadable(w, NULL, &list->SSIDs[i]);
            break;
        }
        decode_ssid(w, NULL, &entry);
    }
    jw_end_array(w);
    jw_end_object(w);
}

static void eap_method(JsonWriter *w, const EAP_METHOD_TYPE *method)
{
    jw_object(w, "EapMethodType");
    jw_object(w, "eapType");
    jw_u64(w, "type", method->eapType.type);
    jw_u64(w, "dwVendorId", method->eapType.dwVendorId);
    jw_u64(w, "dwVendorType", method->eapType.dwVendorType);
    jw_end_object(w);
    jw_u64(w, "dwAuthorId", method->dwAuthorId);
    jw_end_object(w);
}

static void security_settings(JsonWriter *w, const DOT11_MSSECURITY_SETTINGS *settings)
{
    DOT11_MSSECURITY_SETTINGS copy;
    if (!decode_begin(w, "pMSSecuritySettings", settings, &copy, sizeof copy))
        return;
    jw_u64(w, "dot11AuthAlgorithm", (DWORD)copy.dot11AuthAlgorithm);
    jw_u64(w, "dot11CipherAlgorithm", (DWORD)copy.dot11CipherAlgorithm);
    jw_i64(w, "fOneXEnabled", copy.fOneXEnabled);
    eap_method(w, &copy.eapMethodType);
    jw_u64(w, "dwEapConnectionDataLen", copy.dwEapConnectionDataLen);
    decode_secret(w, "pEapConnectionData", copy.pEapConnectionData, copy.dwEapConnectionDataLen);
    decode_end(w, &copy, sizeof copy);
}

void decode_profile_params(JsonWriter *w, const char *name,
                           const DOT11EXT_IHV_PROFILE_PARAMS *params)
{
    DOT11EXT_IHV_PROFILE_PARAMS copy;
    if (!decode_begin(w, name, params, &copy, sizeof copy))
        return;
    ssid_list(w, copy.pSsidList);
    jw_u64(w, "BssType", (DWORD)copy.BssType);
    security_settings(w, copy.pMSSecuritySettings);
    decode_end(w, &copy, sizeof copy);
}

void decode_connectivity(JsonWriter *w, const char *name,
                         const DOT11EXT_IHV_CONNECTIVITY_PROFILE *profile)
{
    DOT11EXT_IHV_CONNECTIVITY_PROFILE copy;
    if (!decode_begin(w, name, profile, &copy, sizeof copy))
        return;
    decode_secret_text(w, "pszXmlFragmentIhvConnectivity", copy.pszXmlFragmentIhvConnectivity);
    decode_end(w, &copy, sizeof copy);
}

void decode_security(JsonWriter *w, const char *name, const DOT11EXT_IHV_SECURITY_PROFILE *profile)
{
    DOT11EXT_IHV_SECURITY_PROFILE copy;
    if (!decode_begin(w, name, profile, &copy, sizeof copy))
        return;
    decode_secret_text(w, "pszXmlFragmentIhvSecurity", copy.pszXmlFragmentIhvSecurity);
    jw_i64(w, "bUseMSOnex", copy.bUseMSOnex);
    decode_end(w, &copy, sizeof copy);
}

/* The list lies in one buffer; its texts lie in buffers of their own. */
void decode_discovery_list(JsonWriter *w, const char *name,
                           const DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *list)
{
    DOT11EXT_IHV_DISCOVERY_PROFILE_LIST copy;
    if (!decode_begin(w, name, list, &copy, sizeof copy))
        return;
    const DOT11EXT_IHV_DISCOVERY_PROFILE *profiles = copy.pIhvDiscoveryProfiles;
    jw_u64(w, "dwCount", copy.dwCount);
    decode_region(w, "pIhvDiscoveryProfiles", profiles, (size_t)copy.dwCount * sizeof *profiles);
    jw_array(w, "profiles");
    for (DWORD i = 0; i < copy.dwCount && i < MAX_LIST; i++) {
        DOT11EXT_IHV_DISCOVERY_PROFILE one;
        if (!safe_copy(&one, &profiles[i], sizeof one)) {
            decode_unreadable(w, NULL, &profiles[i]);
            break;
        }
        jw_object(w, NULL);
        decode_connectivity(w, "IhvConnectivityProfile", &profiles[i].IhvConnectivityProfile);
        decode_security(w, "IhvSecurityProfile", &profiles[i].IhvSecurityProfile);
        jw_end_object(w);
    }
    jw_end_array(w);
    decode_end(w, &copy, sizeof copy);
}
