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
#include "host.h"

#include <string.h>

#include "buffers.h"

#define MAX_SENDS 256

typedef struct Send {
    HANDLE completion;
    HANDLE service;
    bool used;
} Send;

static CRITICAL_SECTION sends_lock;
static Send sends[MAX_SENDS];

static void remember_send(HANDLE completion, HANDLE service)
{
    EnterCriticalSection(&sends_lock);
    for (size_t i = 0; i < MAX_SENDS; i++) {
        if (!sends[i].used) {
            sends[i] = (Send){completion, service, true};
            break;
        }
    }
    LeaveCriticalSection(&sends_lock);
}

HANDLE framework_take_send(HANDLE completion)
{
    HANDLE service = NULL;
    EnterCriticalSection(&sends_lock);
    for (size_t i = 0; i < MAX_SENDS && service == NULL; i++) {
        if (sends[i].used && sends[i].completion == completion) {
            service = sends[i].service;
            sends[i].used = false;
        }
    }
    LeaveCriticalSection(&sends_lock);
    return service;
}

static uint64_t begin(JsonWriter *text, const char *name, HANDLE service)
{
    uint64_t id = rpc_begin(&host.rpc, text, name);
    jw_pointer(text, "hDot11SvcHandle", (uintptr_t)service);
    return id;
}

static DWORD status_of(RpcReply *reply)
{
    uint32_t status = ERROR_GEN_FAILURE;
    if (reply->error != JSON_NONE)
        json_u32(reply->document, json_member(reply->document, reply->error, "code"), &status);
    else
        json_u32(reply->document, json_member(reply->document, reply->result, "status"), &status);
    return status;
}

static DWORD finish(JsonWriter *text, uint64_t id)
{
    RpcReply reply;
    DWORD error = rpc_finish(&host.rpc, id, text, FRAMEWORK_TIMEOUT_MS, &reply);
    if (error != ERROR_SUCCESS)
        return error;
    error = status_of(&reply);
    rpc_reply_free(&reply);
    return error;
}

static void write_text(JsonWriter *text, const char *name, const WCHAR *value)
{
    if (value != NULL)
        jw_wide(text, name, value, wcslen(value));
    else
        jw_null(text, name);
}

static void write_bytes(JsonWriter *text, const char *name, const void *data, size_t size)
{
    if (data != NULL)
        jw_hex(text, name, data, size);
    else
        jw_null(text, name);
}

/* ---- memory ---- */

static DWORD WINAPI api_AllocateBuffer(DWORD size, LPVOID *buffer)
{
    if (buffer == NULL)
        return ERROR_INVALID_PARAMETER;
    *buffer = buffers_new(size);
    return *buffer != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

/* What was never allocated, or freed before, does no harm here: the trace tells of it. */
static VOID WINAPI api_FreeBuffer(LPVOID buffer)
{
    if (buffer != NULL)
        buffers_free(buffer);
}

/* ---- profile ---- */

static DWORD WINAPI api_SetProfileCustomUserData(HANDLE service, HANDLE session, DWORD session_id,
                                                 DWORD size, LPVOID data)
{
    JsonWriter text;
    uint64_t id = begin(&text, "Dot11ExtSetProfileCustomUserData", service);
    jw_pointer(&text, "hConnectSession", (uintptr_t)session);
    jw_u64(&text, "dwSessionID", session_id);
    jw_u64(&text, "dwDataSize", size);
    write_bytes(&text, "pvData", data, size);
    return finish(&text, id);
}

/* Runs a call whose reply carries "data", which is returned in memory of AllocateBuffer. */
static DWORD finish_with_data(JsonWriter *text, uint64_t id, DWORD *size, LPVOID *data)
{
    RpcReply reply;
    DWORD error = rpc_finish(&host.rpc, id, text, FRAMEWORK_TIMEOUT_MS, &reply);
    if (error != ERROR_SUCCESS)
        return error;
    error = status_of(&reply);
    int index = json_member(reply.document, reply.result, "data");
    size_t length = json_hex_size(reply.document, index);
    *size = 0;
    *data = NULL;
    if (error == ERROR_SUCCESS && length != 0) {
        error = api_AllocateBuffer((DWORD)length, data);
        if (error == ERROR_SUCCESS && json_hex(reply.document, index, *data, length, &length))
            *size = (DWORD)length;
    }
    rpc_reply_free(&reply);
    return error;
}

static DWORD WINAPI api_GetProfileCustomUserData(HANDLE service, HANDLE session, DWORD session_id,
                                                 DWORD *size, LPVOID *data)
{
    JsonWriter text;
    if (size == NULL || data == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = begin(&text, "Dot11ExtGetProfileCustomUserData", service);
    jw_pointer(&text, "hConnectSession", (uintptr_t)session);
    jw_u64(&text, "dwSessionID", session_id);
    return finish_with_data(&text, id, size, data);
}

static DWORD WINAPI api_SetCurrentProfile(HANDLE service, HANDLE session,
                                          PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                          PDOT11EXT_IHV_SECURITY_PROFILE security)
{
    JsonWriter text;
    uint64_t id = begin(&text, "Dot11ExtSetCurrentProfile", service);
    jw_pointer(&text, "hConnectSession", (uintptr_t)session);
    write_text(&text, "pIhvConnProfile",
               connectivity != NULL ? connectivity->pszXmlFragmentIhvConnectivity : NULL);
    write_text(&text, "pIhvSecProfile",
               security != NULL ? security->pszXmlFragmentIhvSecurity : NULL);
    jw_bool(&text, "bUseMSOnex", security != NULL && security->bUseMSOnex);
    return finish(&text, id);
}

static DWORD WINAPI api_SendUIRequest(HANDLE service, PDOT11EXT_IHV_UI_REQUEST request)
{
    JsonWriter text;
    if (request == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = begin(&text, "Dot11ExtSendUIRequest", service);
    jw_object(&text, "pIhvUIRequest");
    jw_u64(&text, "dwSessionId", request->dwSessionId);
    jw_guid(&text, "guidUIRequest", &request->guidUIRequest);
    jw_guid(&text, "UIPageClsid", &request->UIPageClsid);
    write_bytes(&text, "pvUIRequest", request->pvUIRequest, request->dwByteCount);
    jw_end_object(&text);
    return finish(&text, id);
}

/* ---- completions and notifications ---- */

static DWORD WINAPI api_PreAssociateCompletion(HANDLE service, HANDLE session, DWORD reason,
                                               DWORD win32_error)
{
    JsonWriter text;
    uint64_t id = begin(&text, "Dot11ExtPreAssociateCompletion", service);
    jw_pointer(&text, "hConnectSession", (uintptr_t)session);
    jw_u64(&text, "dwReasonCode", reason);
    jw_u64(&text, "dwWin32Error", win32_error);
    return finish(&text, id);
}

static DWORD WINAPI api_PostAssociateCompletion(HANDLE service, HANDLE session,
                                                PDOT11_MAC_ADDRESS peer, DWORD reason,
                                                DWORD win32_error)
{
    JsonWriter text;
    uint64_t id = begin(&text, "Dot11ExtPostAssociateCompletion", service);
    jw_pointer(&text, "hSecuritySessionID", (uintptr_t)session);
    if (peer != NULL)
        jw_mac(&text, "pPeer", *peer);
    else
        jw_null(&text, "pPeer");
    jw_u64(&text, "dwReasonCode", reason);
    jw_u64(&text, "dwWin32Error", win32_error);
    return finish(&text, id);
}

static DWORD WINAPI api_SendNotification(HANDLE service, PL2_NOTIFICATION_DATA data)
{
    JsonWriter text;
    if (data == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = begin(&text, "Dot11ExtSendNotification", service);
    jw_object(&text, "pNotificationData");
    jw_u64(&text, "NotificationSource", data->NotificationSource);
    jw_u64(&text, "NotificationCode", data->NotificationCode);
    jw_guid(&text, "InterfaceGuid", &data->InterfaceGuid);
    write_bytes(&text, "pData", data->pData, data->dwDataSize);
    jw_end_object(&text);
    return finish(&text, id);
}

/* ---- packets ---- */

static DWORD WINAPI api_SendPacket(HANDLE service, ULONG size, LPVOID packet, HANDLE completion)
{
    JsonWriter text;
    if (packet == NULL || size < offsetof(DOT11_SECURITY_PACKET_HEADER, Data))
        return ERROR_INVALID_PARAMETER;
    uint64_t id = begin(&text, "Dot11ExtSendPacket", service);
    jw_u64(&text, "uPacketLen", size);
    jw_hex(&text, "data", packet, size);
    jw_pointer(&text, "hSendCompletion", (uintptr_t)completion);
    /* The completion may overtake the reply. */
    remember_send(completion, service);
    DWORD error = finish(&text, id);
    if (error != ERROR_SUCCESS)
        framework_take_send(completion);
    return error;
}

static void write_ether_type(JsonWriter *text, const char *name, const USHORT *value)
{
    jw_hex(text, name, value, sizeof *value);
}

static DWORD WINAPI api_SetEtherTypeHandling(HANDLE service, ULONG backlog, ULONG exemptions,
                                             PDOT11_PRIVACY_EXEMPTION exemption,
                                             ULONG registrations, USHORT *registration)
{
    JsonWriter text;
    if ((exemptions != 0 && exemption == NULL) || (registrations != 0 && registration == NULL))
        return ERROR_INVALID_PARAMETER;
    uint64_t id = begin(&text, "Dot11ExtSetEtherTypeHandling", service);
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
    return finish(&text, id);
}

/* ---- algorithms and keys ---- */

static DWORD call_with_number(const char *name, HANDLE service, const char *parameter, DWORD value)
{
    JsonWriter text;
    uint64_t id = begin(&text, name, service);
    jw_u64(&text, parameter, value);
    return finish(&text, id);
}

static DWORD WINAPI api_SetAuthAlgorithm(HANDLE service, DWORD algorithm)
{
    return call_with_number("Dot11ExtSetAuthAlgorithm", service, "dwAuthAlgo", algorithm);
}

static DWORD WINAPI api_SetUnicastCipherAlgorithm(HANDLE service, DWORD cipher)
{
    return call_with_number("Dot11ExtSetUnicastCipherAlgorithm", service, "dwUnicastCipherAlgo",
                            cipher);
}

static DWORD WINAPI api_SetMulticastCipherAlgorithm(HANDLE service, DWORD cipher)
{
    return call_with_number("Dot11ExtSetMulticastCipherAlgorithm", service,
                            "dwMulticastCipherAlgo", cipher);
}

static DWORD WINAPI api_SetDefaultKeyId(HANDLE service, ULONG key_id)
{
    return call_with_number("Dot11ExtSetDefaultKeyId", service, "uDefaultKeyId", key_id);
}

static DWORD WINAPI api_SetDefaultKey(HANDLE service, PDOT11_CIPHER_DEFAULT_KEY_VALUE key,
                                      DOT11_DIRECTION direction)
{
    JsonWriter text;
    if (key == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = begin(&text, "Dot11ExtSetDefaultKey", service);
    jw_object(&text, "pKey");
    jw_u64(&text, "uKeyIndex", key->uKeyIndex);
    jw_u64(&text, "AlgorithmId", (DWORD)key->AlgorithmId);
    jw_mac(&text, "MacAddr", key->MacAddr);
    jw_bool(&text, "bDelete", key->bDelete != 0);
    jw_bool(&text, "bStatic", key->bStatic != 0);
    jw_u64(&text, "usKeyLength", key->usKeyLength);
    jw_hex(&text, "ucKey", key->ucKey, key->bDelete ? 0 : key->usKeyLength);
    jw_end_object(&text);
    jw_u64(&text, "dot11Direction", (DWORD)direction);
    return finish(&text, id);
}

static DWORD WINAPI api_SetKeyMappingKey(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    JsonWriter text;
    if (key == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = begin(&text, "Dot11ExtSetKeyMappingKey", service);
    jw_object(&text, "pKey");
    jw_mac(&text, "PeerMacAddr", key->PeerMacAddr);
    jw_u64(&text, "AlgorithmId", (DWORD)key->AlgorithmId);
    jw_u64(&text, "Direction", (DWORD)key->Direction);
    jw_bool(&text, "bDelete", key->bDelete != 0);
    jw_bool(&text, "bStatic", key->bStatic != 0);
    jw_u64(&text, "usKeyLength", key->usKeyLength);
    jw_hex(&text, "ucKey", key->ucKey, key->bDelete ? 0 : key->usKeyLength);
    jw_end_object(&text);
    return finish(&text, id);
}

static DWORD WINAPI api_SetExcludeUnencrypted(HANDLE service, BOOL exclude)
{
    JsonWriter text;
    uint64_t id = begin(&text, "Dot11ExtSetExcludeUnencrypted", service);
    jw_bool(&text, "bExcludeUnencrypted", exclude != FALSE);
    return finish(&text, id);
}

static DWORD WINAPI api_NicSpecificExtension(HANDLE service, DWORD in_size, LPVOID in,
                                             DWORD *out_size, LPVOID out)
{
    JsonWriter text;
    LPVOID data = NULL;
    DWORD size = 0;
    if (out_size == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = begin(&text, "Dot11ExtNicSpecificExtension", service);
    jw_u64(&text, "dwInBufferSize", in_size);
    write_bytes(&text, "pvInBuffer", in, in_size);
    jw_u64(&text, "pdwOutBufferSize", *out_size);
    DWORD error = finish_with_data(&text, id, &size, &data);
    if (error == ERROR_SUCCESS && size > *out_size)
        error = ERROR_MORE_DATA;
    if (error == ERROR_SUCCESS && out != NULL && size != 0)
        memcpy(out, data, size);
    *out_size = size;
    api_FreeBuffer(data);
    return error;
}

/* ---- 802.1X ---- */

static DWORD WINAPI api_StartOneX(HANDLE service, EAP_ATTRIBUTES *attributes)
{
    JsonWriter text;
    uint64_t id = begin(&text, "Dot11ExtStartOneX", service);
    jw_bool(&text, "has_attributes", attributes != NULL);
    DWORD error = finish(&text, id);
    api_FreeBuffer(attributes); /* the DLL allocated it for us (wlanihv.h) */
    return error;
}

static DWORD WINAPI api_StopOneX(HANDLE service)
{
    JsonWriter text;
    uint64_t id = begin(&text, "Dot11ExtStopOneX", service);
    return finish(&text, id);
}

static DWORD WINAPI api_ProcessSecurityPacket(HANDLE service, DWORD size, LPVOID packet)
{
    JsonWriter text;
    if (packet == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = begin(&text, "Dot11ExtProcessSecurityPacket", service);
    jw_u64(&text, "dwInPacketSize", size);
    jw_hex(&text, "pvInPacket", packet, size);
    return finish(&text, id);
}

/* ---- virtual station: the reference guest's radio has none ---- */

static DWORD WINAPI api_RequestVirtualStation(HANDLE primary, LPVOID reserved)
{
    (void)primary, (void)reserved;
    return ERROR_NOT_SUPPORTED;
}

static DWORD WINAPI api_ReleaseVirtualStation(HANDLE primary, LPVOID reserved)
{
    (void)primary, (void)reserved;
    return ERROR_NOT_SUPPORTED;
}

static DWORD WINAPI api_QueryVirtualStationProperties(HANDLE service, BOOL *is_virtual,
                                                      GUID *primary, LPVOID reserved)
{
    (void)service, (void)reserved;
    if (is_virtual == NULL || primary == NULL)
        return ERROR_INVALID_PARAMETER;
    *is_virtual = FALSE;
    memset(primary, 0, sizeof *primary);
    return ERROR_SUCCESS;
}

static DWORD WINAPI api_SetVirtualStationAPProperties(
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
    InitializeCriticalSection(&sends_lock);
    buffers_open();
    DOT11EXT_API_LIST(FILL_API)
    DOT11EXT_VIRTUAL_STATION_API_LIST(FILL_STATION)
}
