// SPDX-License-Identifier: GPL-2.0-or-later
#include "layer.h"

#include <stdbool.h>
#include <string.h>

#include "adapter.h"
#include "api.h"
#include "fault_state.h"
#include "faults.h"
#include "profile.h"

#define INI_NAME L"sample.ini"
#define MAX_FAULT_NAME 64

static DOT11EXT_IHV_HANDLERS current; /* the good handlers with the fault's over them */
static const Fault *service_fault;    /* from sample.ini, or NULL */
static const Fault *current_fault;
static DWORD m2_work; /* from sample.ini, or 0 */
static DOT11EXT_APIS at_once;

/* ---- choosing ---- */

/* An M2 as the packet has it: destination, EtherType, EAPOL header, descriptor type, key info. */
static bool is_m2(ULONG size, const uint8_t *packet)
{
    return size >= 15 && packet[13] == 0x01 && packet[14] == 0x0a; /* pairwise, MIC, not secure */
}

/* Work and no sleep: it takes longer on a slow machine, as all else does there. */
static DWORD WINAPI send_m2_late(HANDLE service, ULONG size, LPVOID packet, HANDLE completion)
{
    if (is_m2(size, packet))
        for (volatile DWORD64 left = (DWORD64)m2_work * 1000; left > 0; left--)
            ;
    return at_once.Dot11ExtSendPacket(service, size, packet, completion);
}

/* Puts the functions of one table that are not NULL over those of another. */
static void overlay(void *table, const void *over, size_t size)
{
    for (size_t at = 0; at < size; at += sizeof(void *)) {
        void *function;
        memcpy(&function, (const char *)over + at, sizeof function);
        if (function != NULL)
            memcpy((char *)table + at, &function, sizeof function);
    }
}

static void apply_fault(const Fault *fault)
{
    DOT11EXT_IHV_HANDLERS handlers = good;
    DOT11EXT_APIS functions = os;
    if (fault != NULL) {
        overlay(&handlers, &fault->handlers, sizeof handlers);
        overlay(&functions, &fault->api, sizeof functions);
    }
    if (m2_work != 0) {
        at_once = functions;
        functions.Dot11ExtSendPacket = send_m2_late;
    }
    current = handlers;
    api = functions;
    current_fault = fault;
}

/* By the profile at hand; one that is broken leaves things as they are. */
static void select_fault(HANDLE adapter, const DOT11EXT_IHV_SECURITY_PROFILE *security)
{
    SecurityProfile profile;
    if (security == NULL || adapter_service(adapter) == NULL ||
        !profile_parse(security->pszXmlFragmentIhvSecurity, &profile))
        return;
    const Fault *fault = profile.fault != NULL ? profile.fault : service_fault;
    SecureZeroMemory(&profile, sizeof profile);
    if (fault != current_fault) {
        wait_for_pending();
        memset(&state, 0, sizeof state);
        apply_fault(fault);
    }
    state.adapter = adapter;
    state.service = adapter_service(adapter);
}

void layer_open(HINSTANCE dll)
{
    WCHAR path[MAX_PATH], wide[MAX_FAULT_NAME];
    char name[MAX_FAULT_NAME];
    DWORD size = GetModuleFileNameW(dll, path, MAX_PATH);
    WCHAR *slash = size < MAX_PATH ? wcsrchr(path, L'\\') : NULL;
    if (slash == NULL || slash + 1 + wcslen(INI_NAME) >= path + MAX_PATH)
        return;
    wcscpy(slash + 1, INI_NAME);
    GetPrivateProfileStringW(L"sample", L"fault", L"", wide, MAX_FAULT_NAME, path);
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, name, sizeof name, NULL, NULL);
    service_fault = faults_find(name);
    m2_work = GetPrivateProfileIntW(L"sample", L"m2_work", 0, path);
}

DWORD layer_get_version(DOT11EXTIHV_GET_VERSION_INFO good_one, PDOT11_IHV_VERSION_INFO info)
{
    bool other = service_fault != NULL && service_fault->get_version != NULL;
    return (other ? service_fault->get_version : good_one)(info);
}

DWORD layer_init_service(DOT11EXTIHV_INIT_SERVICE good_one, DWORD version, PDOT11EXT_APIS table,
                         PDOT11EXT_IHV_HANDLERS handlers)
{
    DWORD error = good_one(version, table, NULL, handlers);
    if (error == ERROR_SUCCESS && service_fault != NULL && service_fault->init_service != NULL)
        error = service_fault->init_service(version, table, NULL, handlers);
    return error;
}

/* ---- virtual stations ---- */

/* The export that only another build of this DLL has (sample_station.def). */
DWORD WINAPI Dot11ExtIhvInitVirtualStation(PDOT11EXT_VIRTUAL_STATION_APIS functions,
                                           LPVOID reserved);
DWORD WINAPI Dot11ExtIhvInitVirtualStation(PDOT11EXT_VIRTUAL_STATION_APIS functions,
                                           LPVOID reserved)
{
    (void)reserved;
    if (functions == NULL)
        return ERROR_INVALID_PARAMETER;
    station = *functions;
    return ERROR_SUCCESS;
}

void layer_close(void)
{
    wait_for_pending();
}

/* ---- handlers, as the OS calls them ---- */

static VOID WINAPI deinit_service(VOID)
{
    current.Dot11ExtIhvDeinitService();
}

static DWORD WINAPI init_adapter(PDOT11_ADAPTER data, HANDLE service, PHANDLE handle)
{
    return current.Dot11ExtIhvInitAdapter(data, service, handle);
}

static VOID WINAPI deinit_adapter(HANDLE handle)
{
    wait_for_pending();
    current.Dot11ExtIhvDeinitAdapter(handle);
}

static DWORD WINAPI pre_associate(HANDLE handle, HANDLE session,
                                  PDOT11EXT_IHV_PROFILE_PARAMS params,
                                  PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                  PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                                  PDWORD reason)
{
    select_fault(handle, security);
    wait_for_pending();
    state.connect_session = session;
    state.connections++;
    state.done = false;
    state.count = 0;
    return current.Dot11ExtIhvPerformPreAssociate(handle, session, params, connectivity, security,
                                                  list, reason);
}

static DWORD WINAPI reset(HANDLE handle)
{
    return current.Dot11ExtIhvAdapterReset(handle);
}

static DWORD WINAPI post_associate(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port,
                                   ULONG size, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    state.session = session;
    if (port != NULL)
        memcpy(state.peer, port->PeerMacAddress, sizeof state.peer);
    return current.Dot11ExtIhvPerformPostAssociate(handle, session, port, size, params);
}

static DWORD WINAPI stop_post_associate(HANDLE handle, PDOT11_MAC_ADDRESS peer,
                                        DOT11_ASSOC_STATUS status)
{
    return current.Dot11ExtIhvStopPostAssociate(handle, peer, status);
}

static DWORD WINAPI validate_profile(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                     PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                     PDOT11EXT_IHV_SECURITY_PROFILE security, PDWORD reason)
{
    select_fault(handle, security);
    return current.Dot11ExtIhvValidateProfile(handle, params, connectivity, security, reason);
}

static DWORD WINAPI capability_match(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                     PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                     PDOT11EXT_IHV_SECURITY_PROFILE security,
                                     PDOT11_BSS_LIST list, PDWORD reason)
{
    select_fault(handle, security);
    return current.Dot11ExtIhvPerformCapabilityMatch(handle, params, connectivity, security, list,
                                                     reason);
}

static DWORD WINAPI discovery_profiles(HANDLE handle, BOOL insecure,
                                       PDOT11EXT_IHV_PROFILE_PARAMS params, PDOT11_BSS_LIST list,
                                       PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST profiles,
                                       PDWORD reason)
{
    return current.Dot11ExtIhvCreateDiscoveryProfiles(handle, insecure, params, list, profiles,
                                                      reason);
}

static DWORD WINAPI session_change(ULONG event, PWTSSESSION_NOTIFICATION notification)
{
    return current.Dot11ExtIhvProcessSessionChange(event, notification);
}

static DWORD WINAPI indication(HANDLE handle, DOT11EXT_IHV_INDICATION_TYPE type, ULONG size,
                               LPVOID buffer)
{
    return current.Dot11ExtIhvReceiveIndication(handle, type, size, buffer);
}

static DWORD WINAPI receive_packet(HANDLE handle, DWORD size, LPVOID buffer)
{
    return current.Dot11ExtIhvReceivePacket(handle, size, buffer);
}

static DWORD WINAPI send_completion(HANDLE completion)
{
    return current.Dot11ExtIhvSendPacketCompletion(completion);
}

static DWORD WINAPI ui_request_pending(GUID request, PBOOL pending)
{
    return current.Dot11ExtIhvIsUIRequestPending(request, pending);
}

static DWORD WINAPI ui_response(GUID request, DWORD size, LPVOID response)
{
    return current.Dot11ExtIhvProcessUIResponse(request, size, response);
}

static DWORD WINAPI query_ui(HANDLE handle, DOT11EXT_IHV_CONNECTION_PHASE phase,
                             PDOT11EXT_IHV_UI_REQUEST *request)
{
    return current.Dot11ExtIhvQueryUIRequest(handle, phase, request);
}

static DWORD WINAPI onex_result(HANDLE handle, DOT11_MSONEX_RESULT result,
                                PDOT11_MSONEX_RESULT_PARAMS params)
{
    return current.Dot11ExtIhvOnexIndicateResult(handle, result, params);
}

static DWORD WINAPI control(HANDLE handle, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out,
                            PDWORD returned)
{
    return current.Dot11ExtIhvControl(handle, in_size, in, out_size, out, returned);
}

static const DOT11EXT_IHV_HANDLERS HANDLERS_FOR_OS = {
    .Dot11ExtIhvDeinitService = deinit_service,
    .Dot11ExtIhvInitAdapter = init_adapter,
    .Dot11ExtIhvDeinitAdapter = deinit_adapter,
    .Dot11ExtIhvPerformPreAssociate = pre_associate,
    .Dot11ExtIhvAdapterReset = reset,
    .Dot11ExtIhvPerformPostAssociate = post_associate,
    .Dot11ExtIhvStopPostAssociate = stop_post_associate,
    .Dot11ExtIhvValidateProfile = validate_profile,
    .Dot11ExtIhvPerformCapabilityMatch = capability_match,
    .Dot11ExtIhvCreateDiscoveryProfiles = discovery_profiles,
    .Dot11ExtIhvProcessSessionChange = session_change,
    .Dot11ExtIhvReceiveIndication = indication,
    .Dot11ExtIhvReceivePacket = receive_packet,
    .Dot11ExtIhvSendPacketCompletion = send_completion,
    .Dot11ExtIhvIsUIRequestPending = ui_request_pending,
    .Dot11ExtIhvProcessUIResponse = ui_response,
    .Dot11ExtIhvQueryUIRequest = query_ui,
    .Dot11ExtIhvOnexIndicateResult = onex_result,
    .Dot11ExtIhvControl = control,
};

void layer_connect(PDOT11EXT_APIS table, const DOT11EXT_IHV_HANDLERS *own,
                   PDOT11EXT_IHV_HANDLERS handlers)
{
    os_table = table;
    os = *table; /* the table is gone when InitService has returned */
    good = *own;
    apply_fault(service_fault);
    *handlers = HANDLERS_FOR_OS;
}
