// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample.dll: an IHV Extensions DLL whose security is WPA2 with CCMP or GCMP, with a passphrase
 * or with Windows' own 802.1X, or none (an open network).
 *
 * It obeys the documents, also where Microsoft's own sample does not, so that the harness has a
 * DLL every rule passes on.  A profile, or an .ini file, may ask for a fault: faults.h.
 */
#include <string.h>

#include "adapter.h"
#include "bss_list.h"
#include "crypto.h"
#include "extras.h"
#include "layer.h"
#include "sends.h"

#define INTERFACE_VERSION 0u

DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info);
DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers);

static VOID WINAPI deinit_service(VOID)
{
    layer_close();
    adapters_close();
    sends_close();
    extras_close();
    crypto_close();
}

/* ---- profiles ---- */

static DWORD WINAPI validate_profile(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                     PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                     PDOT11EXT_IHV_SECURITY_PROFILE security, PDWORD reason)
{
    SecurityProfile profile;
    (void)params, (void)connectivity;
    if (reason == NULL)
        return ERROR_INVALID_PARAMETER;
    *reason = REASON_BAD_PROFILE;
    if (!adapter_exists(handle))
        return ERROR_NOT_FOUND;
    if (!profile_read(security, &profile))
        return ERROR_INVALID_PARAMETER;
    SecureZeroMemory(&profile, sizeof profile);
    *reason = REASON_SUCCESS;
    return ERROR_SUCCESS;
}

static DWORD WINAPI capability_match(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                     PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                     PDOT11EXT_IHV_SECURITY_PROFILE security,
                                     PDOT11_BSS_LIST list, PDWORD reason)
{
    SecurityProfile profile;
    Rsne rsne;
    DWORD error = validate_profile(handle, params, connectivity, security, reason);
    if (error != ERROR_SUCCESS || list == NULL)
        return error;
    bool matches = profile_read(security, &profile) && bss_list_find(list, &profile, &rsne);
    SecureZeroMemory(&profile, sizeof profile);
    if (matches)
        return ERROR_SUCCESS;
    *reason = REASON_NOT_SUPPORTED;
    return ERROR_NOT_SUPPORTED;
}

static DWORD WINAPI create_discovery_profiles(HANDLE handle, BOOL insecure,
                                              PDOT11EXT_IHV_PROFILE_PARAMS params,
                                              PDOT11_BSS_LIST list,
                                              PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST profiles,
                                              PDWORD reason)
{
    (void)handle, (void)insecure, (void)params, (void)list;
    if (profiles == NULL || reason == NULL)
        return ERROR_INVALID_PARAMETER;
    memset(profiles, 0, sizeof *profiles);
    *reason = REASON_NOT_SUPPORTED; /* no passphrase, no profile */
    return ERROR_NOT_SUPPORTED;
}

/* ---- what this DLL has no use for ---- */

static DWORD WINAPI process_session_change(ULONG event, PWTSSESSION_NOTIFICATION notification)
{
    if (event == WTS_SESSION_LOGOFF && notification != NULL)
        extras_log_off(notification->dwSessionId);
    return ERROR_SUCCESS;
}

static DWORD WINAPI receive_indication(HANDLE handle, DOT11EXT_IHV_INDICATION_TYPE type,
                                       ULONG size, LPVOID buffer)
{
    (void)size, (void)buffer;
    if (!adapter_exists(handle))
        return ERROR_NOT_FOUND;
    return (unsigned)type <= IndicationTypeLinkQuality ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

static DWORD WINAPI is_ui_request_pending(GUID request, PBOOL pending)
{
    if (pending == NULL)
        return ERROR_INVALID_PARAMETER;
    *pending = extras_is_pending(&request);
    return ERROR_SUCCESS;
}

static DWORD WINAPI process_ui_response(GUID request, DWORD size, LPVOID response)
{
    (void)size, (void)response; /* the question does not matter, so nor does the answer */
    return extras_answer(&request) ? ERROR_SUCCESS : ERROR_NOT_FOUND;
}

static DWORD WINAPI query_ui_request(HANDLE handle, DOT11EXT_IHV_CONNECTION_PHASE phase,
                                     PDOT11EXT_IHV_UI_REQUEST *request)
{
    (void)handle, (void)phase;
    if (request == NULL)
        return ERROR_INVALID_PARAMETER;
    *request = NULL;
    return ERROR_CALL_NOT_IMPLEMENTED;
}

static DWORD WINAPI control(HANDLE handle, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out,
                            PDWORD returned)
{
    (void)handle, (void)in_size, (void)in, (void)out_size, (void)out;
    if (returned == NULL)
        return ERROR_INVALID_PARAMETER;
    *returned = 0;
    return ERROR_NOT_SUPPORTED;
}

/* ---- start ---- */

static const DOT11EXT_IHV_HANDLERS HANDLERS = {
    .Dot11ExtIhvDeinitService = deinit_service,
    .Dot11ExtIhvInitAdapter = adapter_init,
    .Dot11ExtIhvDeinitAdapter = adapter_deinit,
    .Dot11ExtIhvPerformPreAssociate = adapter_pre_associate,
    .Dot11ExtIhvAdapterReset = adapter_reset,
    .Dot11ExtIhvPerformPostAssociate = adapter_post_associate,
    .Dot11ExtIhvStopPostAssociate = adapter_stop_post_associate,
    .Dot11ExtIhvValidateProfile = validate_profile,
    .Dot11ExtIhvPerformCapabilityMatch = capability_match,
    .Dot11ExtIhvCreateDiscoveryProfiles = create_discovery_profiles,
    .Dot11ExtIhvProcessSessionChange = process_session_change,
    .Dot11ExtIhvReceiveIndication = receive_indication,
    .Dot11ExtIhvReceivePacket = adapter_receive_packet,
    .Dot11ExtIhvSendPacketCompletion = adapter_send_completion,
    .Dot11ExtIhvIsUIRequestPending = is_ui_request_pending,
    .Dot11ExtIhvProcessUIResponse = process_ui_response,
    .Dot11ExtIhvQueryUIRequest = query_ui_request,
    .Dot11ExtIhvOnexIndicateResult = adapter_onex_result,
    .Dot11ExtIhvControl = control,
};

static DWORD WINAPI get_version(PDOT11_IHV_VERSION_INFO info)
{
    info->dwVerMin = INTERFACE_VERSION;
    info->dwVerMax = INTERFACE_VERSION;
    return ERROR_SUCCESS;
}

static DWORD WINAPI init_service(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                 PDOT11EXT_IHV_HANDLERS handlers)
{
    (void)version, (void)reserved;
    if (!crypto_open())
        return ERROR_NOT_SUPPORTED;
    adapters_open();
    sends_open();
    extras_open();
    layer_connect(functions, &HANDLERS, handlers);
    return ERROR_SUCCESS;
}

/* ---- exports ---- */

DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
    if (info == NULL)
        return ERROR_INVALID_PARAMETER;
    return layer_get_version(get_version, info);
}

DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers)
{
    (void)reserved;
    if (version != INTERFACE_VERSION || functions == NULL || handlers == NULL)
        return ERROR_INVALID_PARAMETER;
    return layer_init_service(init_service, version, functions, handlers);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        DisableThreadLibraryCalls(instance);
        layer_open(instance);
    }
    return TRUE;
}
