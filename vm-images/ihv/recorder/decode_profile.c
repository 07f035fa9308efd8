// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode.h"
#include "decode_parts.h"
#include "safe_copy.h"
#include "trace.h"

#define MAX_TEXT_CHARS 65536u

static void secret_text(JsonWriter *w, const char *name, const WCHAR *text)
{
    size_t length;
    WCHAR *copy = text != NULL ? safe_wide(text, MAX_TEXT_CHARS, &length) : NULL;
    if (copy == NULL) {
        decode_unreadable(w, name, text);
        return;
    }
    trace_secret(w, name, copy, length * sizeof *copy);
    decode_release(copy, length * sizeof *copy);
}

void decode_version(JsonWriter *w, const char *name, const DOT11_IHV_VERSION_INFO *info)
{
    DOT11_IHV_VERSION_INFO copy;
    if (!safe_copy(&copy, info, sizeof copy)) {
        decode_unreadable(w, name, info);
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
        decode_unreadable(w, name, adapter);
        return;
    }
    jw_object(w, name);
    jw_guid(w, "gAdapterId", &copy.gAdapterId);
    WCHAR *text =
        copy.pszDescription != NULL ? safe_wide(copy.pszDescription, 256, &length) : NULL;
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
    jw_end_object(w);
}

static void ssid_list(JsonWriter *w, const DOT11EXT_IHV_SSID_LIST *list)
{
    ULONG count;
    if (!safe_copy(&count, list, sizeof count)) {
        decode_unreadable(w, "pSsidList", list);
        return;
    }
    jw_array(w, "pSsidList");
    for (ULONG i = 0; i < count && i < MAX_LIST; i++) {
        DOT11_SSID entry;
        if (!safe_copy(&entry, &list->SSIDs[i], sizeof entry))
            break;
        decode_ssid(w, NULL, &entry);
    }
    jw_end_array(w);
}

static void security_settings(JsonWriter *w, const DOT11_MSSECURITY_SETTINGS *settings)
{
    DOT11_MSSECURITY_SETTINGS copy;
    if (!safe_copy(&copy, settings, sizeof copy)) {
        decode_unreadable(w, "pMSSecuritySettings", settings);
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
        decode_unreadable(w, name, params);
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
        decode_unreadable(w, name, profile);
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
        decode_unreadable(w, name, profile);
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
        decode_unreadable(w, name, list);
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

/* ---- UI, 802.1X, notifications ---- */

void decode_ui_request(JsonWriter *w, const char *name, const DOT11EXT_IHV_UI_REQUEST *request)
{
    DOT11EXT_IHV_UI_REQUEST copy;
    if (!safe_copy(&copy, request, sizeof copy)) {
        decode_unreadable(w, name, request);
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
        decode_unreadable(w, name, params);
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
        decode_unreadable(w, name, data);
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
