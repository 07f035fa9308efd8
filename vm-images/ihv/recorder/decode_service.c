// SPDX-License-Identifier: GPL-2.0-or-later
/* What the DLL and the service say to each other: the user, 802.1X, notifications, sessions. */
#include "decode.h"
#include "decode_parts.h"
#include "safe_copy.h"

void decode_ui_request(JsonWriter *w, const char *name, const DOT11EXT_IHV_UI_REQUEST *request)
{
    DOT11EXT_IHV_UI_REQUEST copy;
    if (!decode_begin(w, name, request, &copy, sizeof copy))
        return;
    jw_u64(w, "dwSessionId", copy.dwSessionId);
    jw_guid(w, "guidUIRequest", &copy.guidUIRequest);
    jw_guid(w, "UIPageClsid", &copy.UIPageClsid);
    jw_u64(w, "dwByteCount", copy.dwByteCount);
    decode_secret(w, "pvUIRequest", copy.pvUIRequest, copy.dwByteCount);
    decode_end(w, &copy, sizeof copy);
}

/* Attributes carry identities, passwords and session keys: their values are secrets. */
void decode_eap_attributes(JsonWriter *w, const char *name, const EAP_ATTRIBUTES *attributes)
{
    EAP_ATTRIBUTES copy;
    if (!decode_begin(w, name, attributes, &copy, sizeof copy))
        return;
    jw_u64(w, "dwNumberOfAttributes", copy.dwNumberOfAttributes);
    decode_region(w, "pAttribs", copy.pAttribs,
                  (size_t)copy.dwNumberOfAttributes * sizeof *copy.pAttribs);
    jw_array(w, "attributes");
    for (DWORD i = 0; i < copy.dwNumberOfAttributes && i < MAX_LIST; i++) {
        EAP_ATTRIBUTE one;
        if (!safe_copy(&one, &copy.pAttribs[i], sizeof one)) {
            decode_unreadable(w, NULL, &copy.pAttribs[i]);
            break;
        }
        jw_object(w, NULL);
        jw_u64(w, "eaType", (DWORD)one.eapType);
        jw_u64(w, "dwLength", one.dwLength);
        decode_secret(w, "pValue", one.pValue, one.dwLength);
        jw_end_object(w);
    }
    jw_end_array(w);
    decode_end(w, &copy, sizeof copy);
}

static void eap_result(JsonWriter *w, const DOT11_EAP_RESULT *result)
{
    DOT11_EAP_RESULT copy;
    if (!decode_begin(w, "pDot11EapResult", result, &copy, sizeof copy))
        return;
    jw_u64(w, "dwFailureReasonCode", copy.dwFailureReasonCode);
    decode_eap_attributes(w, "pAttribArray", copy.pAttribArray);
    decode_end(w, &copy, sizeof copy);
}

void decode_onex_result(JsonWriter *w, const char *name, const DOT11_MSONEX_RESULT_PARAMS *params)
{
    DOT11_MSONEX_RESULT_PARAMS copy;
    if (!decode_begin(w, name, params, &copy, sizeof copy))
        return;
    jw_u64(w, "Dot11OnexAuthStatus", copy.Dot11OnexAuthStatus);
    jw_u64(w, "Dot11OneXReasonCode", copy.Dot11OneXReasonCode);
    decode_secret(w, "pbMPPESendKey", copy.pbMPPESendKey, copy.dwMPPESendKeyLen);
    jw_u64(w, "dwMPPESendKeyLen", copy.dwMPPESendKeyLen);
    decode_secret(w, "pbMPPERecvKey", copy.pbMPPERecvKey, copy.dwMPPERecvKeyLen);
    jw_u64(w, "dwMPPERecvKeyLen", copy.dwMPPERecvKeyLen);
    eap_result(w, copy.pDot11EapResult);
    decode_end(w, &copy, sizeof copy);
}

void decode_notification(JsonWriter *w, const char *name, const L2_NOTIFICATION_DATA *data)
{
    L2_NOTIFICATION_DATA copy;
    if (!decode_begin(w, name, data, &copy, sizeof copy))
        return;
    jw_u64(w, "NotificationSource", copy.NotificationSource);
    jw_u64(w, "NotificationCode", copy.NotificationCode);
    jw_guid(w, "InterfaceGuid", &copy.InterfaceGuid);
    jw_u64(w, "dwDataSize", copy.dwDataSize);
    decode_secret(w, "pData", copy.pData, copy.dwDataSize);
    decode_end(w, &copy, sizeof copy);
}

void decode_session_change(JsonWriter *w, const char *name,
                           const WTSSESSION_NOTIFICATION *notification)
{
    WTSSESSION_NOTIFICATION copy;
    if (!decode_begin(w, name, notification, &copy, sizeof copy))
        return;
    jw_u64(w, "cbSize", copy.cbSize);
    jw_u64(w, "dwSessionId", copy.dwSessionId);
    decode_end(w, &copy, sizeof copy);
}
