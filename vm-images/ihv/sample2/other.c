// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "handlers.h"
#include "network.h"
#include "ui_request.h"
#include "station.h"

static bool is_known(HANDLE handle)
{
    Station *station = station_acquire(handle);
    if (station != NULL)
        station_release(station);
    return station != NULL;
}

/* ---- profiles ---- */

static DWORD read_profile(HANDLE handle, const DOT11EXT_IHV_SECURITY_PROFILE *security,
                          Settings *settings, PDWORD reason)
{
    if (reason == NULL)
        return ERROR_INVALID_PARAMETER;
    *reason = REASON_STATE;
    if (!is_known(handle))
        return ERROR_NOT_FOUND;
    *reason = REASON_FRAGMENT;
    if (security == NULL || !fragment_read(security->pszXmlFragmentIhvSecurity, settings))
        return ERROR_INVALID_PARAMETER;
    *reason = REASON_NONE;
    return ERROR_SUCCESS;
}

DWORD WINAPI on_validate(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                         PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                         PDOT11EXT_IHV_SECURITY_PROFILE security, PDWORD reason)
{
    Settings settings;
    (void)params, (void)connectivity;
    return read_profile(handle, security, &settings, reason);
}

DWORD WINAPI on_match(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                      PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                      PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                      PDWORD reason)
{
    Settings settings;
    (void)params, (void)connectivity;
    DWORD error = read_profile(handle, security, &settings, reason);
    if (error != ERROR_SUCCESS || list == NULL || network_offered(list, settings.open))
        return error;
    *reason = REASON_NETWORK;
    return ERROR_NOT_SUPPORTED;
}

DWORD WINAPI on_discover(HANDLE handle, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
                         PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST profiles,
                         PDWORD reason)
{
    (void)handle, (void)insecure, (void)params, (void)list;
    if (profiles == NULL || reason == NULL)
        return ERROR_INVALID_PARAMETER;
    memset(profiles, 0, sizeof *profiles);
    *reason = REASON_NETWORK;
    return ERROR_NOT_SUPPORTED;
}

/* ---- the user ---- */

static void deliver_answer(HANDLE handle, const void *answer, size_t length)
{
    Station *station = station_acquire(handle);
    if (station == NULL)
        return;
    station_answered(station, answer, length);
    station_release(station);
}

DWORD WINAPI on_session_change(ULONG event, PWTSSESSION_NOTIFICATION notification)
{
    HANDLE station;
    if (event == WTS_SESSION_LOGOFF && notification != NULL)
        while ((station = ui_request_end_of_session(notification->dwSessionId)) != NULL)
            deliver_answer(station, NULL, 0);
    return ERROR_SUCCESS;
}

DWORD WINAPI on_ui_pending(GUID id, PBOOL pending)
{
    if (pending == NULL)
        return ERROR_INVALID_PARAMETER;
    *pending = ui_request_is_pending(&id);
    return ERROR_SUCCESS;
}

DWORD WINAPI on_ui_response(GUID id, DWORD bytes, LPVOID response)
{
    HANDLE station = ui_request_end(&id);
    if (station == NULL)
        return ERROR_NOT_FOUND;
    deliver_answer(station, response, response != NULL ? bytes : 0);
    return ERROR_SUCCESS;
}

DWORD WINAPI on_query_ui(HANDLE handle, DOT11EXT_IHV_CONNECTION_PHASE phase,
                         PDOT11EXT_IHV_UI_REQUEST *request)
{
    (void)handle, (void)phase;
    if (request == NULL)
        return ERROR_INVALID_PARAMETER;
    *request = NULL;
    return ERROR_CALL_NOT_IMPLEMENTED;
}

/* ---- what this DLL has no use for ---- */

DWORD WINAPI on_indication(HANDLE handle, DOT11EXT_IHV_INDICATION_TYPE type, ULONG bytes,
                           LPVOID buffer)
{
    (void)bytes, (void)buffer;
    if (!is_known(handle))
        return ERROR_NOT_FOUND;
    return (unsigned)type > IndicationTypeLinkQuality ? ERROR_INVALID_PARAMETER : ERROR_SUCCESS;
}

DWORD WINAPI on_onex_result(HANDLE handle, DOT11_MSONEX_RESULT result,
                            PDOT11_MSONEX_RESULT_PARAMS params)
{
    (void)handle, (void)result, (void)params;
    return ERROR_INVALID_STATE; /* it starts no 802.1X */
}

DWORD WINAPI on_control(HANDLE handle, DWORD in_bytes, PBYTE in, DWORD out_bytes, PBYTE out,
                        PDWORD returned)
{
    (void)in_bytes, (void)in, (void)out_bytes, (void)out;
    if (returned == NULL)
        return ERROR_INVALID_PARAMETER;
    *returned = 0;
    return is_known(handle) ? ERROR_NOT_SUPPORTED : ERROR_NOT_FOUND;
}
