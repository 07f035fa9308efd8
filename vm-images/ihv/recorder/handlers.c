// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "decode.h"
#include "decode_parts.h"
#include "inputs.h"
#include "packets.h"
#include "requests.h"
#include "safe_copy.h"
#include "tables.h"
#include "threads.h"
#include "trace.h"

#define W (&call.record.w)

static DOT11EXT_IHV_HANDLERS vendor;
static HMODULE module; /* the vendor's */

static VOID WINAPI wrap_DeinitService(VOID)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvDeinitService", true);
    call_run(&call);
    vendor.Dot11ExtIhvDeinitService();
    call_return_void(&call);
    threads_write(W, module);
    call_end(&call);
}

static DWORD WINAPI wrap_InitAdapter(PDOT11_ADAPTER adapter, HANDLE service, PHANDLE handle)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvInitAdapter", true);
    decode_adapter(W, "pDot11Adapter", adapter);
    decode_handle(W, "hDot11SvcHandle", service);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvInitAdapter(adapter, service, handle);
    call_return(&call, result);
    decode_pointer_at(W, "phIhvExtAdapter", handle);
    HANDLE given;
    if (result == ERROR_SUCCESS && safe_copy(&given, handle, sizeof given))
        requests_adapter(given, service);
    call_end(&call);
    return result;
}

static VOID WINAPI wrap_DeinitAdapter(HANDLE adapter)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvDeinitAdapter", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    requests_end_of_adapter(W, adapter);
    call_run(&call);
    vendor.Dot11ExtIhvDeinitAdapter(adapter);
    call_return_void(&call);
    call_end(&call);
}

static void profile(JsonWriter *w, const DOT11EXT_IHV_PROFILE_PARAMS *params,
                    const DOT11EXT_IHV_CONNECTIVITY_PROFILE *connectivity,
                    const DOT11EXT_IHV_SECURITY_PROFILE *security)
{
    decode_profile_params(w, "pIhvProfileParams", params);
    decode_connectivity(w, "pIhvConnProfile", connectivity);
    decode_security(w, "pIhvSecProfile", security);
}

static DWORD WINAPI wrap_PerformPreAssociate(HANDLE adapter, HANDLE session,
                                             PDOT11EXT_IHV_PROFILE_PARAMS params,
                                             PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                             PDOT11EXT_IHV_SECURITY_PROFILE security,
                                             PDOT11_BSS_LIST list, PDWORD reason)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvPerformPreAssociate", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    decode_handle(W, "hConnectSession", session);
    profile(W, params, connectivity, security);
    decode_bss_list(W, "pConnectableBssid", list);
    inputs_given(session, security);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvPerformPreAssociate(adapter, session, params, connectivity,
                                                         security, list, reason);
    call_return(&call, result);
    decode_dword_at(W, "pdwReasonCode", reason);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_AdapterReset(HANDLE adapter)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvAdapterReset", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    requests_end_of_adapter(W, adapter);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvAdapterReset(adapter);
    call_return(&call, result);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_PerformPostAssociate(HANDLE adapter, HANDLE session,
                                              PDOT11_PORT_STATE port, ULONG size,
                                              PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvPerformPostAssociate", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    decode_handle(W, "hSecuritySessionID", session);
    decode_port_state(W, "pPortState", port);
    jw_u64(W, "uDot11AssocParamsBytes", size);
    decode_assoc_params(W, "pDot11AssocParams", params, size);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvPerformPostAssociate(adapter, session, port, size, params);
    call_return(&call, result);
    decode_port_state(W, "pPortState", port);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_StopPostAssociate(HANDLE adapter, PDOT11_MAC_ADDRESS peer,
                                           DOT11_ASSOC_STATUS status)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvStopPostAssociate", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    decode_mac_at(W, "pPeer", peer);
    jw_u64(W, "dot11AssocStatus", status);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvStopPostAssociate(adapter, peer, status);
    call_return(&call, result);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_ValidateProfile(HANDLE adapter, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                         PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                         PDOT11EXT_IHV_SECURITY_PROFILE security, PDWORD reason)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvValidateProfile", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    profile(W, params, connectivity, security);
    call_run(&call);
    DWORD result =
        vendor.Dot11ExtIhvValidateProfile(adapter, params, connectivity, security, reason);
    call_return(&call, result);
    decode_dword_at(W, "pdwReasonCode", reason);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_PerformCapabilityMatch(HANDLE adapter,
                                                PDOT11EXT_IHV_PROFILE_PARAMS params,
                                                PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                                PDOT11EXT_IHV_SECURITY_PROFILE security,
                                                PDOT11_BSS_LIST list, PDWORD reason)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvPerformCapabilityMatch", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    profile(W, params, connectivity, security);
    decode_bss_list(W, "pConnectableBssid", list);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvPerformCapabilityMatch(adapter, params, connectivity,
                                                            security, list, reason);
    call_return(&call, result);
    decode_dword_at(W, "pdwReasonCode", reason);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_CreateDiscoveryProfiles(HANDLE adapter, BOOL insecure,
                                                 PDOT11EXT_IHV_PROFILE_PARAMS params,
                                                 PDOT11_BSS_LIST list,
                                                 PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST profiles,
                                                 PDWORD reason)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvCreateDiscoveryProfiles", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    jw_i64(W, "bInsecure", insecure);
    decode_profile_params(W, "pIhvProfileParams", params);
    decode_bss_list(W, "pConnectableBssid", list);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvCreateDiscoveryProfiles(adapter, insecure, params, list,
                                                             profiles, reason);
    call_return(&call, result);
    if (result == ERROR_SUCCESS)
        decode_discovery_list(W, "pIhvDiscoveryProfileList", profiles);
    decode_dword_at(W, "pdwReasonCode", reason);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_ProcessSessionChange(ULONG event, PWTSSESSION_NOTIFICATION notification)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvProcessSessionChange", true);
    jw_u64(W, "uEventType", event);
    decode_session_change(W, "pSessionNotification", notification);
    WTSSESSION_NOTIFICATION copy;
    if (event == WTS_SESSION_LOGOFF && safe_copy(&copy, notification, sizeof copy))
        requests_end_of_session(W, copy.dwSessionId);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvProcessSessionChange(event, notification);
    call_return(&call, result);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_ReceiveIndication(HANDLE adapter, DOT11EXT_IHV_INDICATION_TYPE type,
                                           ULONG size, LPVOID buffer)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvReceiveIndication", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    jw_u64(W, "indicationType", (DWORD)type);
    jw_u64(W, "uBufferLength", size);
    decode_secret(W, "pvBuffer", buffer, size);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvReceiveIndication(adapter, type, size, buffer);
    call_return(&call, result);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_ReceivePacket(HANDLE adapter, DWORD size, LPVOID buffer)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvReceivePacket", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    jw_u64(W, "dwInBufferSize", size);
    decode_packet(W, "pvInBuffer", "source", buffer, size);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvReceivePacket(adapter, size, buffer);
    call_return(&call, result);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_SendPacketCompletion(HANDLE completion)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvSendPacketCompletion", true);
    decode_handle(W, "hSendCompletion", completion);
    jw_text(W, "buffer", packets_completed(completion));
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvSendPacketCompletion(completion);
    call_return(&call, result);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_IsUIRequestPending(GUID request, PBOOL pending)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvIsUIRequestPending", true);
    decode_guid(W, "guidUIRequest", &request);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvIsUIRequestPending(request, pending);
    call_return(&call, result);
    decode_dword_at(W, "pbIsRequestPending", (const DWORD *)pending);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_ProcessUIResponse(GUID request, DWORD size, LPVOID response)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvProcessUIResponse", true);
    decode_guid(W, "guidUIRequest", &request);
    jw_u64(W, "dwByteCount", size);
    decode_secret(W, "pvResponseBuffer", response, size);
    jw_text(W, "request", requests_memory(&request));
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvProcessUIResponse(request, size, response);
    DWORD error = GetLastError();
    if (result == ERROR_SUCCESS)
        requests_answered(&request);
    SetLastError(error);
    call_return(&call, result);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_QueryUIRequest(HANDLE adapter, DOT11EXT_IHV_CONNECTION_PHASE phase,
                                        PDOT11EXT_IHV_UI_REQUEST *request)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvQueryUIRequest", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    jw_u64(W, "connectionPhase", (DWORD)phase);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvQueryUIRequest(adapter, phase, request);
    call_return(&call, result);
    decode_pointer_at(W, "ppIhvUIRequest", (void *const *)request);
    PDOT11EXT_IHV_UI_REQUEST given;
    if (result == ERROR_SUCCESS && safe_copy(&given, request, sizeof given))
        decode_ui_request(W, "pIhvUIRequest", given);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_OnexIndicateResult(HANDLE adapter, DOT11_MSONEX_RESULT onex,
                                            PDOT11_MSONEX_RESULT_PARAMS params)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvOnexIndicateResult", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    jw_u64(W, "msOneXResult", (DWORD)onex);
    decode_onex_result(W, "pDot11MsOneXResultParams", params);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvOnexIndicateResult(adapter, onex, params);
    call_return(&call, result);
    call_end(&call);
    return result;
}

static DWORD WINAPI wrap_Control(HANDLE adapter, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out,
                                 PDWORD returned)
{
    Call call;
    call_enter(&call, "Dot11ExtIhvControl", true);
    decode_handle(W, "hIhvExtAdapter", adapter);
    jw_u64(W, "dwInBufferSize", in_size);
    decode_secret(W, "pInBuffer", in, in_size);
    jw_u64(W, "dwOutBufferSize", out_size);
    decode_region(W, "pOutBuffer", out, out_size);
    call_run(&call);
    DWORD result = vendor.Dot11ExtIhvControl(adapter, in_size, in, out_size, out, returned);
    call_return(&call, result);
    decode_dword_at(W, "pdwBytesReturned", returned);
    DWORD size;
    if (result == ERROR_SUCCESS && safe_copy(&size, returned, sizeof size) && size <= out_size)
        decode_secret(W, "pOutBuffer", out, size);
    call_end(&call);
    return result;
}

#define WRAP(result, name, arguments)                                                             \
    if (table->Dot11ExtIhv##name != NULL)                                                         \
        table->Dot11ExtIhv##name = wrap_##name;

void handlers_wrap(DOT11EXT_IHV_HANDLERS *table, HMODULE vendor_module)
{
    vendor = *table;
    module = vendor_module;
    DOT11EXT_IHV_HANDLER_LIST(WRAP)
}
