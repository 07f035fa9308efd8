// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The framework functions: each becomes a call to the service by its documented name, with args
 * by documented parameter names, and returns the reply's "status".
 *
 *   handles "0x...", buffers and keys hex, texts (XML) strings or null, MAC addresses "02:...".
 *   SetDefaultKey      {hDot11SvcHandle, pKey:{uKeyIndex, AlgorithmId, MacAddr, bDelete, bStatic,
 *                       usKeyLength, ucKey}, dot11Direction}
 *   SetKeyMappingKey   {hDot11SvcHandle, pKey:{PeerMacAddr, AlgorithmId, Direction, bDelete,
 *                       bStatic, usKeyLength, ucKey}}
 *   SetEtherTypeHandling {hDot11SvcHandle, uMaxBackLog, uNumOfExemption,
 *                       pExemption:[{ethertype_bytes, action, packet_type}], uNumOfRegistration,
 *                       pusRegistration:["888e"]}   (bytes as they lie in memory)
 *   SendPacket         {hDot11SvcHandle, uPacketLen, data, hSendCompletion}
 *   NicSpecificExtension and GetProfileCustomUserData answer {"status":n,"data":hex}.
 *
 * AllocateBuffer and FreeBuffer stay inside the process.
 */
#include "framework.h"

#include <string.h>

#include "buffers.h"
#include "call.h"
#include "sends.h"

/* ---- memory ---- */

DWORD WINAPI api_AllocateBuffer(DWORD size, LPVOID *buffer)
{
    if (buffer == NULL)
        return ERROR_INVALID_PARAMETER;
    *buffer = buffers_new(size);
    return *buffer != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

/* What was never allocated, or freed before, does no harm here: the trace tells of it. */
VOID WINAPI api_FreeBuffer(LPVOID buffer)
{
    if (buffer != NULL)
        buffers_free(buffer);
}

/* ---- profile ---- */

DWORD WINAPI api_SetProfileCustomUserData(HANDLE service, HANDLE session, DWORD session_id,
                                          DWORD size, LPVOID data)
{
    JsonWriter text;
    uint64_t id = call_begin(&text, "Dot11ExtSetProfileCustomUserData", service);
    jw_pointer(&text, "hConnectSession", (uintptr_t)session);
    jw_u64(&text, "dwSessionID", session_id);
    jw_u64(&text, "dwDataSize", size);
    call_bytes(&text, "pvData", data, size);
    return call_finish(&text, id);
}

DWORD WINAPI api_GetProfileCustomUserData(HANDLE service, HANDLE session, DWORD session_id,
                                          DWORD *size, LPVOID *data)
{
    JsonWriter text;
    if (size == NULL || data == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = call_begin(&text, "Dot11ExtGetProfileCustomUserData", service);
    jw_pointer(&text, "hConnectSession", (uintptr_t)session);
    jw_u64(&text, "dwSessionID", session_id);
    return call_finish_with_data(&text, id, size, data);
}

DWORD WINAPI api_SetCurrentProfile(HANDLE service, HANDLE session,
                                   PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                   PDOT11EXT_IHV_SECURITY_PROFILE security)
{
    JsonWriter text;
    uint64_t id = call_begin(&text, "Dot11ExtSetCurrentProfile", service);
    jw_pointer(&text, "hConnectSession", (uintptr_t)session);
    call_text(&text, "pIhvConnProfile",
              connectivity != NULL ? connectivity->pszXmlFragmentIhvConnectivity : NULL);
    call_text(&text, "pIhvSecProfile",
              security != NULL ? security->pszXmlFragmentIhvSecurity : NULL);
    jw_bool(&text, "bUseMSOnex", security != NULL && security->bUseMSOnex);
    return call_finish(&text, id);
}

DWORD WINAPI api_SendUIRequest(HANDLE service, PDOT11EXT_IHV_UI_REQUEST request)
{
    JsonWriter text;
    if (request == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = call_begin(&text, "Dot11ExtSendUIRequest", service);
    jw_object(&text, "pIhvUIRequest");
    jw_u64(&text, "dwSessionId", request->dwSessionId);
    jw_guid(&text, "guidUIRequest", &request->guidUIRequest);
    jw_guid(&text, "UIPageClsid", &request->UIPageClsid);
    call_bytes(&text, "pvUIRequest", request->pvUIRequest, request->dwByteCount);
    jw_end_object(&text);
    return call_finish(&text, id);
}

/* ---- completions and notifications ---- */

DWORD WINAPI api_PreAssociateCompletion(HANDLE service, HANDLE session, DWORD reason,
                                        DWORD win32_error)
{
    JsonWriter text;
    uint64_t id = call_begin(&text, "Dot11ExtPreAssociateCompletion", service);
    jw_pointer(&text, "hConnectSession", (uintptr_t)session);
    jw_u64(&text, "dwReasonCode", reason);
    jw_u64(&text, "dwWin32Error", win32_error);
    return call_finish(&text, id);
}

DWORD WINAPI api_PostAssociateCompletion(HANDLE service, HANDLE session,
                                         PDOT11_MAC_ADDRESS peer, DWORD reason,
                                         DWORD win32_error)
{
    JsonWriter text;
    uint64_t id = call_begin(&text, "Dot11ExtPostAssociateCompletion", service);
    jw_pointer(&text, "hSecuritySessionID", (uintptr_t)session);
    if (peer != NULL)
        jw_mac(&text, "pPeer", *peer);
    else
        jw_null(&text, "pPeer");
    jw_u64(&text, "dwReasonCode", reason);
    jw_u64(&text, "dwWin32Error", win32_error);
    return call_finish(&text, id);
}

DWORD WINAPI api_SendNotification(HANDLE service, PL2_NOTIFICATION_DATA data)
{
    JsonWriter text;
    if (data == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = call_begin(&text, "Dot11ExtSendNotification", service);
    jw_object(&text, "pNotificationData");
    jw_u64(&text, "NotificationSource", data->NotificationSource);
    jw_u64(&text, "NotificationCode", data->NotificationCode);
    jw_guid(&text, "InterfaceGuid", &data->InterfaceGuid);
    call_bytes(&text, "pData", data->pData, data->dwDataSize);
    jw_end_object(&text);
    return call_finish(&text, id);
}

/* ---- packets ---- */

DWORD WINAPI api_SendPacket(HANDLE service, ULONG size, LPVOID packet, HANDLE completion)
{
    JsonWriter text;
    if (packet == NULL || size < offsetof(DOT11_SECURITY_PACKET_HEADER, Data))
        return ERROR_INVALID_PARAMETER;
    uint64_t id = call_begin(&text, "Dot11ExtSendPacket", service);
    jw_u64(&text, "uPacketLen", size);
    jw_hex(&text, "data", packet, size);
    jw_pointer(&text, "hSendCompletion", (uintptr_t)completion);
    /* The completion may overtake the reply. */
    sends_remember(completion, service);
    DWORD error = call_finish(&text, id);
    if (error != ERROR_SUCCESS)
        sends_take(completion);
    return error;
}

static void write_ether_type(JsonWriter *text, const char *name, const USHORT *value)
{
    jw_hex(text, name, value, sizeof *value);
}

DWORD WINAPI api_SetEtherTypeHandling(HANDLE service, ULONG backlog, ULONG exemptions,
                                      PDOT11_PRIVACY_EXEMPTION exemption,
                                      ULONG registrations, USHORT *registration)
{
    JsonWriter text;
    if ((exemptions != 0 && exemption == NULL) || (registrations != 0 && registration == NULL))
        return ERROR_INVALID_PARAMETER;
    uint64_t id = call_begin(&text, "Dot11ExtSetEtherTypeHandling", service);
    jw_u64(&text, "uMaxBackLog", backlog);
    jw_u64(&text, "uNumOfExemption", exemptions);
    jw_array(&text, "pExemption");
    for (ULONG i = 0; i < exemptions; i++) {
        jw_object(&text, NULL);
        write_ether_type(&text, "ethertype_bytes", &exemption[i].usEtherType);
        jw_u64(&text, "action", exemption[i].usExemptionActionType);
        jw_u64(&text, "packet_type", exemption[i].usExemptionPacketType);
        jw_end_object(&text);
    }
    jw_end_array(&text);
    jw_u64(&text, "uNumOfRegistration", registrations);
    jw_array(&text, "pusRegistration");
    for (ULONG i = 0; i < registrations; i++)
        write_ether_type(&text, NULL, &registration[i]);
    jw_end_array(&text);
    return call_finish(&text, id);
}

DWORD WINAPI api_NicSpecificExtension(HANDLE service, DWORD in_size, LPVOID in,
                                      DWORD *out_size, LPVOID out)
{
    JsonWriter text;
    LPVOID data = NULL;
    DWORD size = 0;
    if (out_size == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = call_begin(&text, "Dot11ExtNicSpecificExtension", service);
    jw_u64(&text, "dwInBufferSize", in_size);
    call_bytes(&text, "pvInBuffer", in, in_size);
    jw_u64(&text, "pdwOutBufferSize", *out_size);
    DWORD error = call_finish_with_data(&text, id, &size, &data);
    if (error == ERROR_SUCCESS && size > *out_size)
        error = ERROR_MORE_DATA;
    if (error == ERROR_SUCCESS && out != NULL && size != 0)
        memcpy(out, data, size);
    *out_size = size;
    api_FreeBuffer(data);
    return error;
}

/* ---- virtual station: the reference guest's radio has none ---- */

DWORD WINAPI api_RequestVirtualStation(HANDLE primary, LPVOID reserved)
{
    (void)primary, (void)reserved;
    return ERROR_NOT_SUPPORTED;
}

DWORD WINAPI api_ReleaseVirtualStation(HANDLE primary, LPVOID reserved)
{
    (void)primary, (void)reserved;
    return ERROR_NOT_SUPPORTED;
}

DWORD WINAPI api_QueryVirtualStationProperties(HANDLE service, BOOL *is_virtual,
                                               GUID *primary, LPVOID reserved)
{
    (void)service, (void)reserved;
    if (is_virtual == NULL || primary == NULL)
        return ERROR_INVALID_PARAMETER;
    *is_virtual = FALSE;
    memset(primary, 0, sizeof *primary);
    return ERROR_SUCCESS;
}

DWORD WINAPI api_SetVirtualStationAPProperties(
    HANDLE service, HANDLE session, DWORD count, PDOT11EXT_VIRTUAL_STATION_AP_PROPERTY property,
    LPVOID reserved)
{
    (void)service, (void)session, (void)count, (void)property, (void)reserved;
    return ERROR_NOT_SUPPORTED;
}

#define FILL_API(result, name, arguments) apis->Dot11Ext##name = api_##name;
#define FILL_STATION(result, name, arguments) virtual_station->Dot11Ext##name = api_##name;

void framework_fill(DOT11EXT_APIS *apis, DOT11EXT_VIRTUAL_STATION_APIS *virtual_station)
{
    sends_open();
    buffers_open();
    DOT11EXT_API_LIST(FILL_API)
    DOT11EXT_VIRTUAL_STATION_API_LIST(FILL_STATION)
}
