// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "decode.h"
#include "decode_parts.h"
#include "inputs.h"
#include "packets.h"
#include "requests.h"
#include "safe_copy.h"
#include "tables.h"
#include "trace.h"

#define W (&call.record.w)

static DOT11EXT_APIS os;
static DOT11EXT_VIRTUAL_STATION_APIS os_station;

static DWORD finish(Call *call, DWORD result)
{
    call_return(call, result);
    call_end(call);
    return result;
}

static void enter(Call *call, const char *function, HANDLE service)
{
    call_enter(call, function, false);
    decode_handle(&call->record.w, "hDot11SvcHandle", service);
}

/* ---- memory ---- */

static DWORD WINAPI wrap_AllocateBuffer(DWORD size, LPVOID *buffer)
{
    Call call;
    call_enter(&call, "Dot11ExtAllocateBuffer", false);
    jw_u64(W, "dwByteCount", size);
    call_run(&call);
    DWORD result = os.Dot11ExtAllocateBuffer(size, buffer);
    call_return(&call, result);
    decode_pointer_at(W, "ppvBuffer", buffer);
    call_end(&call);
    return result;
}

static VOID WINAPI wrap_FreeBuffer(LPVOID buffer)
{
    Call call;
    call_enter(&call, "Dot11ExtFreeBuffer", false);
    decode_handle(W, "pvMemory", buffer);
    call_run(&call);
    os.Dot11ExtFreeBuffer(buffer);
    call_return_void(&call);
    call_end(&call);
}

/* ---- profile and UI ---- */

static DWORD WINAPI wrap_SetProfileCustomUserData(HANDLE service, HANDLE session, DWORD session_id,
                                                  DWORD size, LPVOID data)
{
    Call call;
    enter(&call, "Dot11ExtSetProfileCustomUserData", service);
    decode_handle(W, "hConnectSession", session);
    jw_u64(W, "dwSessionID", session_id);
    jw_u64(W, "dwDataSize", size);
    decode_secret(W, "pvData", data, size);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetProfileCustomUserData(service, session, session_id, size,
                                                             data));
}

static DWORD WINAPI wrap_GetProfileCustomUserData(HANDLE service, HANDLE session, DWORD session_id,
                                                  DWORD *size, LPVOID *data)
{
    Call call;
    enter(&call, "Dot11ExtGetProfileCustomUserData", service);
    decode_handle(W, "hConnectSession", session);
    jw_u64(W, "dwSessionID", session_id);
    call_run(&call);
    DWORD result = os.Dot11ExtGetProfileCustomUserData(service, session, session_id, size, data);
    call_return(&call, result);
    decode_dword_at(W, "pdwDataSize", size);
    decode_pointer_at(W, "ppvData", data);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_SetCurrentProfile(HANDLE service, HANDLE session,
                                           PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                           PDOT11EXT_IHV_SECURITY_PROFILE security)
{
    Call call;
    enter(&call, "Dot11ExtSetCurrentProfile", service);
    decode_handle(W, "hConnectSession", session);
    decode_connectivity(W, "pIhvConnProfile", connectivity);
    decode_security(W, "pIhvSecProfile", security);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetCurrentProfile(service, session, connectivity, security));
}

static DWORD WINAPI wrap_SendUIRequest(HANDLE service, PDOT11EXT_IHV_UI_REQUEST request)
{
    Call call;
    enter(&call, "Dot11ExtSendUIRequest", service);
    decode_ui_request(W, "pIhvUIRequest", request);
    /* Before the call: the answer may come before it returns. */
    requests_sent(service, request);
    call_run(&call);
    DWORD result = os.Dot11ExtSendUIRequest(service, request);
    call_return(&call, result);
    if (result != ERROR_SUCCESS)
        requests_refused(request);
    call_end(&call);
    return result;
}

/* ---- completions and notifications ---- */

static DWORD WINAPI wrap_PreAssociateCompletion(HANDLE service, HANDLE session, DWORD reason,
                                                DWORD win32_error)
{
    Call call;
    enter(&call, "Dot11ExtPreAssociateCompletion", service);
    decode_handle(W, "hConnectSession", session);
    jw_u64(W, "dwReasonCode", reason);
    jw_u64(W, "dwWin32Error", win32_error);
    call_run(&call);
    DWORD result = os.Dot11ExtPreAssociateCompletion(service, session, reason, win32_error);
    call_return(&call, result);
    jw_text(W, "inputs", inputs_now(session));
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_PostAssociateCompletion(HANDLE service, HANDLE session,
                                                 PDOT11_MAC_ADDRESS peer, DWORD reason,
                                                 DWORD win32_error)
{
    Call call;
    enter(&call, "Dot11ExtPostAssociateCompletion", service);
    decode_handle(W, "hSecuritySessionID", session);
    decode_mac_at(W, "pPeer", peer);
    jw_u64(W, "dwReasonCode", reason);
    jw_u64(W, "dwWin32Error", win32_error);
    call_run(&call);
    return finish(&call, os.Dot11ExtPostAssociateCompletion(service, session, peer, reason,
                                                            win32_error));
}

static DWORD WINAPI wrap_SendNotification(HANDLE service, PL2_NOTIFICATION_DATA data)
{
    Call call;
    enter(&call, "Dot11ExtSendNotification", service);
    decode_notification(W, "pNotificationData", data);
    call_run(&call);
    return finish(&call, os.Dot11ExtSendNotification(service, data));
}

/* ---- packets ---- */

static DWORD WINAPI wrap_SendPacket(HANDLE service, ULONG size, LPVOID packet, HANDLE completion)
{
    Call call;
    enter(&call, "Dot11ExtSendPacket", service);
    jw_u64(W, "uPacketLen", size);
    decode_packet(W, "pvPacket", "destination", packet, size);
    decode_handle(W, "hSendCompletion", completion);
    /* Before the call: the completion may come before it returns. */
    packets_sent(completion, packet, size);
    call_run(&call);
    DWORD result = os.Dot11ExtSendPacket(service, size, packet, completion);
    call_return(&call, result);
    if (result != ERROR_SUCCESS)
        packets_refused(completion);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_SetEtherTypeHandling(HANDLE service, ULONG backlog, ULONG exemptions,
                                              PDOT11_PRIVACY_EXEMPTION exemption,
                                              ULONG registrations, USHORT *registration)
{
    Call call;
    enter(&call, "Dot11ExtSetEtherTypeHandling", service);
    jw_u64(W, "uMaxBackLog", backlog);
    jw_u64(W, "uNumOfExemption", exemptions);
    decode_exemptions(W, "pExemption", exemption, exemptions);
    jw_u64(W, "uNumOfRegistration", registrations);
    decode_registrations(W, "pusRegistration", registration, registrations);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetEtherTypeHandling(service, backlog, exemptions, exemption,
                                                         registrations, registration));
}

/* ---- algorithms and keys ---- */

static DWORD WINAPI wrap_SetAuthAlgorithm(HANDLE service, DWORD algorithm)
{
    Call call;
    enter(&call, "Dot11ExtSetAuthAlgorithm", service);
    jw_u64(W, "dwAuthAlgo", algorithm);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetAuthAlgorithm(service, algorithm));
}

static DWORD WINAPI wrap_SetUnicastCipherAlgorithm(HANDLE service, DWORD cipher)
{
    Call call;
    enter(&call, "Dot11ExtSetUnicastCipherAlgorithm", service);
    jw_u64(W, "dwUnicastCipherAlgo", cipher);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetUnicastCipherAlgorithm(service, cipher));
}

static DWORD WINAPI wrap_SetMulticastCipherAlgorithm(HANDLE service, DWORD cipher)
{
    Call call;
    enter(&call, "Dot11ExtSetMulticastCipherAlgorithm", service);
    jw_u64(W, "dwMulticastCipherAlgo", cipher);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetMulticastCipherAlgorithm(service, cipher));
}

static DWORD WINAPI wrap_SetDefaultKey(HANDLE service, PDOT11_CIPHER_DEFAULT_KEY_VALUE key,
                                       DOT11_DIRECTION direction)
{
    Call call;
    enter(&call, "Dot11ExtSetDefaultKey", service);
    decode_default_key(W, "pKey", key);
    jw_u64(W, "dot11Direction", (DWORD)direction);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetDefaultKey(service, key, direction));
}

static DWORD WINAPI wrap_SetKeyMappingKey(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    Call call;
    enter(&call, "Dot11ExtSetKeyMappingKey", service);
    decode_mapping_key(W, "pKey", key);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetKeyMappingKey(service, key));
}

static DWORD WINAPI wrap_SetDefaultKeyId(HANDLE service, ULONG key_id)
{
    Call call;
    enter(&call, "Dot11ExtSetDefaultKeyId", service);
    jw_u64(W, "uDefaultKeyId", key_id);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetDefaultKeyId(service, key_id));
}

static DWORD WINAPI wrap_NicSpecificExtension(HANDLE service, DWORD in_size, LPVOID in,
                                              DWORD *out_size, LPVOID out)
{
    Call call;
    enter(&call, "Dot11ExtNicSpecificExtension", service);
    jw_u64(W, "dwInBufferSize", in_size);
    decode_secret(W, "pvInBuffer", in, in_size);
    decode_dword_at(W, "pdwOutBufferSize", out_size);
    call_run(&call);
    DWORD result = os.Dot11ExtNicSpecificExtension(service, in_size, in, out_size, out);
    call_return(&call, result);
    decode_dword_at(W, "pdwOutBufferSize", out_size);
    DWORD size;
    if (result == ERROR_SUCCESS && safe_copy(&size, out_size, sizeof size))
        decode_secret(W, "pvOutBuffer", out, size);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_SetExcludeUnencrypted(HANDLE service, BOOL exclude)
{
    Call call;
    enter(&call, "Dot11ExtSetExcludeUnencrypted", service);
    jw_i64(W, "bExcludeUnencrypted", exclude);
    call_run(&call);
    return finish(&call, os.Dot11ExtSetExcludeUnencrypted(service, exclude));
}

/* ---- 802.1X ---- */

static DWORD WINAPI wrap_StartOneX(HANDLE service, EAP_ATTRIBUTES *attributes)
{
    Call call;
    enter(&call, "Dot11ExtStartOneX", service);
    decode_eap_attributes(W, "pEapAttributes", attributes);
    call_run(&call);
    return finish(&call, os.Dot11ExtStartOneX(service, attributes));
}

static DWORD WINAPI wrap_StopOneX(HANDLE service)
{
    Call call;
    enter(&call, "Dot11ExtStopOneX", service);
    call_run(&call);
    return finish(&call, os.Dot11ExtStopOneX(service));
}

static DWORD WINAPI wrap_ProcessSecurityPacket(HANDLE service, DWORD size, LPVOID packet)
{
    Call call;
    enter(&call, "Dot11ExtProcessSecurityPacket", service);
    jw_u64(W, "dwInPacketSize", size);
    decode_secret(W, "pvInPacket", packet, size); /* EAP may carry credentials */
    call_run(&call);
    return finish(&call, os.Dot11ExtProcessSecurityPacket(service, size, packet));
}

/* ---- virtual station ---- */

static DWORD WINAPI wrap_RequestVirtualStation(HANDLE primary, LPVOID reserved)
{
    Call call;
    call_enter(&call, "Dot11ExtRequestVirtualStation", false);
    decode_handle(W, "hDot11PrimaryHandle", primary);
    call_run(&call);
    return finish(&call, os_station.Dot11ExtRequestVirtualStation(primary, reserved));
}

static DWORD WINAPI wrap_ReleaseVirtualStation(HANDLE primary, LPVOID reserved)
{
    Call call;
    call_enter(&call, "Dot11ExtReleaseVirtualStation", false);
    decode_handle(W, "hDot11PrimaryHandle", primary);
    call_run(&call);
    return finish(&call, os_station.Dot11ExtReleaseVirtualStation(primary, reserved));
}

static DWORD WINAPI wrap_QueryVirtualStationProperties(HANDLE service, BOOL *is_virtual,
                                                       GUID *primary, LPVOID reserved)
{
    Call call;
    enter(&call, "Dot11ExtQueryVirtualStationProperties", service);
    call_run(&call);
    DWORD result = os_station.Dot11ExtQueryVirtualStationProperties(service, is_virtual, primary,
                                                                    reserved);
    call_return(&call, result);
    decode_dword_at(W, "pbIsVirtualStation", (const DWORD *)is_virtual);
    GUID copy;
    if (safe_copy(&copy, primary, sizeof copy))
        decode_guid(W, "pgPrimary", &copy);
    else
        decode_unreadable(W, "pgPrimary", primary);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_SetVirtualStationAPProperties(
    HANDLE service, HANDLE session, DWORD count, PDOT11EXT_VIRTUAL_STATION_AP_PROPERTY properties,
    LPVOID reserved)
{
    Call call;
    enter(&call, "Dot11ExtSetVirtualStationAPProperties", service);
    decode_handle(W, "hConnectSession", session);
    jw_u64(W, "dwNumProperties", count);
    decode_ap_properties(W, "pProperties", properties, count);
    call_run(&call);
    return finish(&call, os_station.Dot11ExtSetVirtualStationAPProperties(
                             service, session, count, properties, reserved));
}

#define WRAP(result, name, arguments)                                                             \
    if (table->Dot11Ext##name != NULL)                                                            \
        out->Dot11Ext##name = wrap_##name;

void framework_wrap(const DOT11EXT_APIS *table, DOT11EXT_APIS *out)
{
    os = *table;
    memset(out, 0, sizeof *out);
    DOT11EXT_API_LIST(WRAP)
}

void framework_wrap_station(const DOT11EXT_VIRTUAL_STATION_APIS *table,
                            DOT11EXT_VIRTUAL_STATION_APIS *out)
{
    os_station = *table;
    memset(out, 0, sizeof *out);
    DOT11EXT_VIRTUAL_STATION_API_LIST(WRAP)
}
